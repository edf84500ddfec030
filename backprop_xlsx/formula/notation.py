"""How an expression is written as text: by names in sentences, as in a textbook, by numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backprop_xlsx.formula.names import label

MINUS = "−"  # of a negative number and before a factor; "-" is a hyphen


@dataclass(frozen=True)
class Notation:
    """How an expression is written as text.

    ``name`` writes a leaf that stands for a cell. ``spaced``: with spaces around the dots, which
    lets derivatives stand among factors without brackets. ``worked``: functions are written as
    they are computed, σ(h1) as 1/(1 + e^(−h1)).
    """

    name: Callable[[Any], str]
    spaced: bool = False
    worked: bool = False

    @property
    def dot(self) -> str:
        """The sign between factors."""
        return " · " if self.spaced else "·"


def _label(leaf: Any) -> str:
    return label(leaf.name)


IN_SENTENCES = Notation(_label)
TEXTBOOK = Notation(_label, spaced=True)
