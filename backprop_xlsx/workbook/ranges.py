"""What numbers the yellow cells take: what may be typed, and what can be computed with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backprop_xlsx.formula.names import LEARNING_RATE
from backprop_xlsx.spreadsheet.numbers import LARGEST_VALUE

# The constants that say how much of the past is kept, and those that are divided by.
FACTORS, DIVISORS = ("μ", "α", "β1", "β2"), ("ε",)


@dataclass(frozen=True)
class Range:
    """Numbers from the smallest to the largest, and how an error message puts them."""

    smallest: float
    largest: float
    words: str

    def rule(self, error_title: str) -> dict[str, Any]:
        """The data validation of a cell that takes these numbers alone."""
        return {
            "validate": "decimal",
            "criteria": "between",
            "minimum": self.smallest,
            "maximum": self.largest,
            "ignore_blank": False,
            "error_title": error_title,
            "error_message": f"Enter {self.words}.",
        }


ANY = Range(-LARGEST_VALUE, LARGEST_VALUE, f"a number up to {LARGEST_VALUE:.0E}")
POSITIVE = Range(1 / LARGEST_VALUE, LARGEST_VALUE, f"a number above 0 up to {LARGEST_VALUE:.0E}")
NOT_NEGATIVE = Range(0, LARGEST_VALUE, f"a number from 0 up to {LARGEST_VALUE:.0E}")
FACTOR = Range(0, 1 - 1e-9, "a number from 0 and below 1")


def typed(symbol: str) -> Range:
    """What may be typed for a constant of an optimiser."""
    if symbol in (LEARNING_RATE, *DIVISORS):
        return POSITIVE
    return FACTOR if symbol in FACTORS else NOT_NEGATIVE


def usable(symbol: str) -> Range:
    """What of a constant, however it came into its cell, can be computed with."""
    if symbol in DIVISORS:
        return POSITIVE
    return FACTOR if symbol in FACTORS else ANY
