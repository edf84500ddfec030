"""What counts as a number that a workbook can hold, and how a message shows what does not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from backprop_xlsx.spreadsheet.errors import InputError

# Up to here no product of start values of the class network, over any number of steps, leaves
# the range of a double.
LARGEST_VALUE = 1e40

LONGEST_SHOWN = 60


def number(name: str, value: Any) -> float:
    """A finite number of magnitude up to 1e40, with the 15 digits that a spreadsheet keeps.

    Raises InputError, naming ``name``, for anything else.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{name}: {shown(value)} is not a number")
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{name}: {value} is not a finite number")
    if abs(value) > LARGEST_VALUE:
        size = f"{value:g}" if isinstance(value, float) else shown(value)
        raise InputError(f"{name}: {size} is too large, expected at most {LARGEST_VALUE:g}")
    # What is computed with is what is written.
    return float(f"{value:.15g}")


def numbers(name: str, values: Any, count: int) -> tuple[float, ...]:
    """Exactly ``count`` such numbers, from a sequence of them.

    Raises InputError, naming ``name``, for anything else.
    """
    if isinstance(values, (str, bytes)) or not isinstance(values, Sequence):
        raise InputError(f"{name}: {shown(values)} is not a list of numbers")
    if len(values) != count:
        raise InputError(f"{name}: {len(values)} numbers given, expected {count}")
    return tuple(number(name, value) for value in values)


def is_whole(value: Any) -> bool:
    """Whether a value is a whole number; True and False are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def shown(value: Any) -> str:
    """A value as a message shows it: in one line, and cut short if it is long."""
    try:
        text = repr(value)
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return f"a {type(value).__name__} with thousands of digits"
    return cut_short(text)


def cut_short(text: str) -> str:
    """A text, cut short if it is long."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
