"""Judge numbers without formulas: each against the others of its row and of the row above.

Numbers that were pasted are rounded, so each is trusted only to its last digit, and what follows
from it only as far as that digit carries. What stands beside a formula is as a program left it:
unrounded, or nothing to go by if that program does not compute.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.reading.single_cells import number_of
from backprop_xlsx.formula.expression import Expression, Symbol, Value
from backprop_xlsx.formula.names import LEARNING_RATE, gradient_name

FULL_PRECISION = 15
"""Significant digits from which on a number counts as unrounded."""
PROGRAMS_DIGITS = 1e-14
"""Relative: what a program that computes rounds away when it writes a number."""
ROUNDING = 1e-11
"""Relative: what two ways to compute the same unrounded number may differ by."""

Array = NDArray[np.float64]


class Numbers:
    """The numbers of a table, by quantity: arrays over its rows, nan where there is none."""

    def __init__(self, judge: Judge, learning_rate: float | None) -> None:
        self._table = judge.table
        self._judge = judge
        self._exercise = judge.exercise
        self._constants = dict(judge.fixed)
        for place, name in judge.surroundings.roles.cells.items():
            number = number_of(place, judge.surroundings)
            if number is not None:
                self._constants.setdefault(name, number)
        if learning_rate is not None:
            self._constants[LEARNING_RATE] = learning_rate
        self._columns: dict[str, Array] = {}
        self._doubts: dict[str, Array] = {}
        self._is_computed = any(
            cell.formula is not None and cell.value not in (None, 0.0)
            for name in judge.table.columns
            for row in judge.table.rows
            if (cell := judge.table.cell(name, row)) is not None
        )

    def disagreeing(self, quantity: str, rows: Sequence[int]) -> list[int]:
        """The rows whose number is not what the equation makes of the other numbers.

        A row where one of them is missing is passed over; a formula that gives a text or an error
        where they are all there disagrees.
        """
        equation = self._exercise.equations[quantity]
        found = self.column(quantity)
        with np.errstate(all="ignore"):
            expected = self._evaluated(equation, None, 0.0)
            doubt = self._doubts[quantity] + ROUNDING * np.abs(expected)
            for leaf in {leaf for leaf in equation.leaves() if isinstance(leaf, Symbol)}:
                for side in (-1.0, 1.0):
                    moved = self._evaluated(equation, leaf, side)
                    doubt = doubt + np.abs(moved - expected)
            wrong = np.abs(found - expected) > doubt
            wrong |= self._gives_no_number(quantity) & np.isfinite(expected)
        first = self._table.first_row
        return [row for row in rows if bool(np.broadcast_to(wrong, found.shape)[row - first])]

    def estimated_learning_rate(self) -> float | None:
        """The learning rate that most weights of the table moved by; None if they did not."""
        rates = []
        for weight in self._exercise.parameters:
            gradient = gradient_name(weight)
            if weight in self._table.columns and gradient in self._table.columns:
                with np.errstate(all="ignore"):
                    moves = -np.diff(self.column(weight)) / self.column(gradient)[:-1]
                rates.append(moves[np.isfinite(moves)])
        known = np.concatenate(rates) if rates else np.array([])
        return float(f"{np.median(known):.4g}") if known.size else None

    def column(self, quantity: str) -> Array:
        """The numbers of a quantity's column, cached ones of formulas included."""
        if quantity not in self._columns:
            place = (self._judge.surroundings.home, 0, self._table.columns[quantity])
            values = [
                number_of((place[0], row, place[2]), self._judge.surroundings)
                for row in self._table.rows
            ]
            numbers = np.array([np.nan if v is None else v for v in values], dtype=float)
            cells = [self._table.cell(quantity, row) for row in self._table.rows]
            formulas = np.array([c is not None and c.formula is not None for c in cells])
            if not self._is_computed and quantity not in self._exercise.constants:
                numbers[formulas] = np.nan
            # Inputs, targets and learning rates are typed: they are what they are. So is what
            # formulas start from.
            typed = np.where(formulas, np.nan, numbers)
            if quantity in self._exercise.constants:
                typed[:] = np.nan
            elif quantity in self._exercise.starts and formulas.any():
                typed[0] = np.nan
            self._doubts[quantity] = _doubts(typed)
            self._doubts[quantity][formulas] = PROGRAMS_DIGITS * np.abs(numbers[formulas])
            self._columns[quantity] = numbers
        return self._columns[quantity]

    def _gives_no_number(self, quantity: str) -> NDArray[np.bool_]:
        """For each row, whether its formula has come to a text or an error."""
        cells = [self._table.cell(quantity, row) for row in self._table.rows]
        return np.array(
            [c is not None and c.formula is not None and isinstance(c.value, str) for c in cells]
        )

    def _evaluated(self, equation: Expression, moved: Symbol | None, side: float) -> Value:
        def lookup(leaf: Expression) -> Value:
            assert isinstance(leaf, Symbol)
            values, doubts = self._of(leaf)
            return values + side * doubts if leaf == moved else values

        return equation.value(lookup)

    def _of(self, leaf: Symbol) -> tuple[Value, Value]:
        name = leaf.name
        if name in self._table.columns:
            return tuple(  # type: ignore[return-value]
                _shifted(array, 0 if name in self._exercise.constants else leaf.steps_back)
                for array in (self.column(name), self._doubts[name])
            )
        if name in self._exercise.constants:
            return self._constants.get(name, np.nan), 0.0
        if name in self._exercise.starts:
            return np.nan, 0.0  # its equation is about itself, a row earlier and so on
        equation = self._exercise.equations[name]
        values = equation.value(lambda inner: self._inner(inner, leaf.steps_back))
        return values, np.abs(values) * 1e-9

    def _inner(self, leaf: Expression, steps_back: int) -> Value:
        assert isinstance(leaf, Symbol)
        back = 0 if leaf.name in self._exercise.constants else leaf.steps_back + steps_back
        return self._of(Symbol(leaf.name, back))[0]


def _shifted(values: Array, rows: int) -> Array:
    if rows == 0:
        return values
    return np.concatenate([np.full(rows, np.nan), values[:-rows]])


def _doubts(values: Array) -> Array:
    """Half a unit in the last digit that most numbers of a column show, of each number."""
    shown = [
        Decimal(repr(float(value))).normalize().as_tuple() for value in values[np.isfinite(values)]
    ]
    if not shown:
        return np.zeros_like(values)
    digits = float(np.median([len(number.digits) for number in shown]))
    decimals = float(np.median([max(-int(number.exponent), 0) for number in shown]))
    if digits >= FULL_PRECISION:
        return np.zeros_like(values)
    with np.errstate(all="ignore"):
        magnitude = np.floor(np.log10(np.abs(values)))
        significant = 10.0 ** (magnitude - digits + 1)
        unit: Array = np.fmax(significant, 10.0**-decimals)
    return np.where(np.isfinite(unit), 0.501 * unit, 0.0)
