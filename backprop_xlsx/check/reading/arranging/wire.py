"""What the formula of a column refers to."""

from __future__ import annotations

from dataclasses import dataclass

from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.formula.expression import Expression

Leaf = int | Place | float
"""A column, a cell outside the run, or a typed number."""


@dataclass(frozen=True)
class Wire:
    """The formula of most rows of a column.

    ``here`` are the columns whose own row it refers to, ``above`` those of the row above,
    ``given`` what is not computed: columns and cells of numbers.
    """

    expression: Expression
    here: frozenset[int]
    above: frozenset[int]
    given: frozenset[Leaf]

    @property
    def leaves(self) -> frozenset[Leaf]:
        """All that it refers to."""
        return self.here | self.above | self.given
