"""What can stand in a cell."""

from __future__ import annotations

from dataclasses import dataclass

Owner = tuple[int, str, int]
"""Run, quantity and step of a cell."""


@dataclass(frozen=True)
class Template:
    """A formula with named operands."""

    text: str


Content = Template | float | str | None


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: a number, a text or a formula ("=…") with its value."""

    content: float | str
    value: float | str = 0.0

    @property
    def is_formula(self) -> bool:
        return isinstance(self.content, str) and self.content.startswith("=")
