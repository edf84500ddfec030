"""What is said, and what is not, while nothing is painted: empty paper asks for no answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

INVITATION = "Nothing is painted yet: mark some squares with x."
ONLY_PAPER = "Nothing is painted yet: the numbers below are those of empty paper."


@dataclass(frozen=True)
class EmptyPage:
    """Whether the page to paint on is empty.

    ``condition`` holds in any sheet's formula while it is, None where there is no page;
    ``at_first`` tells whether it does as the file is written.
    """

    condition: str | None
    at_first: bool

    @property
    def is_possible(self) -> bool:
        """Whether there is a page to paint on."""
        return self.condition is not None

    def unless(self, formula: str, value: Any, instead: str | int = "") -> tuple[str, Any]:
        """A formula and its value at first, or something else while the page is empty."""
        if self.condition is None:
            return formula, value
        other = f'"{instead}"' if isinstance(instead, str) else instead
        told = f"IF({self.condition},{other},{formula})"
        return told, instead if self.at_first else value
