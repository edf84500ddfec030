"""What a practice book holds when some of its cells are filled in, and the marks that follow."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backprop_xlsx.exercise.layout import CORRECT, NOT_DONE, WRONG
from backprop_xlsx.exercise.practice import Practice, Quantity
from backprop_xlsx.exercise.tolerance import LEAST, RELATIVE, ROUNDING, magnitude
from backprop_xlsx.formula.expression import Expression, Symbol, by_name

ERROR = "#NUM!"
"""What a formula shows whose cells are still empty, where it has no number without them."""

Shown = float | str


@dataclass(frozen=True)
class Filling:
    """The numbers of both rows, cell by cell; what is not there is empty.

    A formula takes an empty cell for 0, as a spreadsheet does.
    """

    practice: Practice
    rows: tuple[Mapping[str, float], Mapping[str, float]]

    @classmethod
    def of(
        cls,
        practice: Practice,
        starts: tuple[Mapping[str, float], Mapping[str, float]],
        empty: Collection[str] = (),
    ) -> Filling:
        """Every formula right but those of the quantities that are left ``empty``."""
        rows: list[dict[str, float]] = []
        for start in starts:
            row = dict(start)
            for quantity in practice.quantities:
                if quantity.name not in empty:
                    for cell, equation in zip(quantity.cells, quantity.equations, strict=True):
                        row[cell] = _value(equation, row)
            rows.append(row)
        first, second = rows
        return cls(practice, (first, second))

    def shown(self, cell: str, row: int) -> Shown:
        """What a cell shows: a number, or an error."""
        return _shown(self.rows[row][cell])

    def value(self, expression: Expression, row: int) -> float:
        """The value of any expression of a row's cells."""
        return _value(expression, self.rows[row])

    def computed(self, expression: Expression, row: int) -> Shown:
        """What an expression comes to; an empty text where a cell that it reads has no number."""
        names = (leaf.name for leaf in expression.leaves() if isinstance(leaf, Symbol))
        there = all(math.isfinite(self.rows[row].get(name, math.nan)) for name in names)
        return _shown(self.value(expression, row)) if there else ""

    def expected(self, quantity: Quantity, sample: int, row: int) -> Shown:
        """What a cell should hold, by what it reads."""
        return self.computed(quantity.equations[sample], row)

    def tolerance(self, quantity: Quantity, sample: int, row: int) -> Shown:
        """How far from that a right number may be."""
        expected = self.expected(quantity, sample, row)
        if isinstance(expected, str):
            return ""
        size = self.value(magnitude(quantity.equations[sample]), row)
        return RELATIVE * abs(expected) + ROUNDING * size + LEAST

    def fits(self, quantity: Quantity, sample: int, row: int) -> bool:
        """Whether a cell holds what it should."""
        expected = self.expected(quantity, sample, row)
        tolerance = self.tolerance(quantity, sample, row)
        found = self.rows[row].get(quantity.cells[sample], math.nan)
        if isinstance(expected, str) or isinstance(tolerance, str):
            return False
        return bool(abs(found - expected) / tolerance <= 1)

    def mark(self, quantity: Quantity) -> str:
        """The mark of a quantity."""
        if not self.is_ready(quantity):
            return NOT_DONE
        fits = (
            self.fits(quantity, sample, row)
            for sample in range(len(quantity.cells))
            for row in range(len(self.rows))
        )
        return CORRECT if all(fits) else WRONG

    def is_ready(self, quantity: Quantity) -> bool:
        """Whether a quantity is filled in, and all that it reads."""
        return all(
            cell in self.rows[row] and self.expected(quantity, sample, row) != ""
            for sample, cell in enumerate(quantity.cells)
            for row in range(len(self.rows))
        )

    @cached_property
    def marks(self) -> dict[str, str]:
        """The mark of each blank quantity, by its name."""
        return {blank.name: self.mark(blank) for blank in self.practice.blanks}

    @property
    def right(self) -> list[str]:
        """The blank quantities that are right."""
        return [name for name, mark in self.marks.items() if mark == CORRECT]


def _value(expression: Expression, row: Mapping[str, float]) -> float:
    try:
        with np.errstate(all="ignore"):
            return float(expression.value(by_name(defaultdict(float, row))))
    except ArithmeticError:
        return math.nan


def _shown(value: float) -> Shown:
    return value if math.isfinite(value) else ERROR
