"""Whether a table is consistent with itself: each parameter moves down the slope of its own loss.

It then follows a convention that the check does not know by name, of whatever layers, activations,
losses and optimisers: nothing in it is wrong. The slopes are differences of the table's own loss,
the moves what its own updates make of a row; memories, as of a momentum, are zero.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from backprop_xlsx.check.judging.judged_table import JudgedTable
from backprop_xlsx.check.judging.roles.candidates import numbers_in
from backprop_xlsx.check.reading.arranging.strands import Run
from backprop_xlsx.check.reading.arranging.wire import Leaf
from backprop_xlsx.check.reading.arranging.wiring import Wiring, column_of
from backprop_xlsx.check.reading.forms import forms_of
from backprop_xlsx.check.reading.meanings import Outside
from backprop_xlsx.formula.block import as_number
from backprop_xlsx.formula.expression import Expression, Symbol
from backprop_xlsx.formula.names import gradient_name
from backprop_xlsx.model.network import CLASS_NETWORK
from backprop_xlsx.spreadsheet.ooxml.book import Book

FEWEST = 3
"""Parameters whose moves must agree with one loss: fewer may do so by chance."""
POINTS = 3
"""At which they are compared, each with parameters and all that is given drawn anew."""
DIFFERENCE = 1e-5
"""By how much a parameter is moved to either side for a slope of the loss."""
NEAR = 1e-6
"""Relative to the largest move: how far a move may be off."""
RATE_NEAR = 1e-5
"""Relative: how far the factor of all moves may be off a learning rate."""
EVEN = 1e-3
"""The same, where an optimiser divides each gradient by its own size."""

Numbers = NDArray[np.float64]


def accept_own_rules(book: Book, tables: Sequence[JudgedTable]) -> None:
    """Let the tables of a book that are consistent with themselves be right, and know their losses.

    Where one of them is right otherwise, what another does else is a mistake.
    """
    if not all(judged.wrong for judged in tables):
        return
    for judged in tables:
        judged.own_loss = None if _has_slips(judged) else _own_loss(book, judged)
        if judged.own_loss is not None:
            for column in judged.columns.values():
                column.accept()


def _has_slips(judged: JudgedTable) -> bool:
    """Whether of like quantities of a layer some are right and some wrong, in the class network."""
    network = judged.exercise.network
    if network.widths != CLASS_NETWORK.widths:
        return False
    groups: list[Sequence[str]] = [network.losses]
    for layer in network.layers:
        groups += [
            [neuron.pre_activation for neuron in layer.neurons],
            [neuron.activation for neuron in layer.neurons],
            [*layer.weights],
            [gradient_name(weight) for weight in layer.weights],
        ]
    for names in groups:
        columns = [judged.columns[name] for name in names if name in judged.columns]
        if len({column.wrong_cells > 0 for column in columns}) > 1:
            return True
    return False


def _own_loss(book: Book, judged: JudgedTable) -> int | None:
    """The column of the loss down whose slope all parameters of a table move, or None.

    All that is wrong by what the table was held against has a part in that, and each column one
    formula.
    """
    table = judged.table
    if len(table.rows) < 2 or table.exercise.described:
        return None
    columns = {*table.quantities, *judged.unexplained, *judged.pasted}
    wiring = Wiring(book, table.sheet, Run(tuple(sorted(columns)), tuple(table.rows)))
    carried = _carried(wiring)
    reached = {
        loss: _behind(wiring, [loss], carried) & carried for loss in _losses(wiring, carried)
    }
    # What no loss depends on is a memory; a loss of some outputs alone says nothing of the others.
    parameters = frozenset().union(*reached.values())
    pairs = [_Pair(wiring, parameters, carried - parameters, seed) for seed in range(POINTS)]
    for loss, own in reached.items():
        if own == parameters and all(pair.descends(loss) for pair in pairs):
            seen = set().union(*(pair.seen for pair in pairs))
            return loss if _explains(judged, wiring, seen) else None
    return None


def _carried(wiring: Wiring) -> frozenset[int]:
    """What a row takes from the one above alone: parameters, and memories that are so computed."""
    found: set[int] = set()
    from_above = {
        column: wire for column, wire in wiring.written.items() if _looks_up(wire.expression)
    }
    while True:
        more = {
            c
            for c, wire in from_above.items()
            if c not in found and _here(wire.expression) <= found
        }
        if not more:
            return frozenset(found)
        found |= more


def _looks_up(expression: Expression) -> bool:
    return any(isinstance(leaf, Symbol) and leaf.steps_back == 1 for leaf in expression.leaves())


def _here(expression: Expression) -> set[int]:
    """The columns of its own row that a formula refers to."""
    symbols = (leaf for leaf in expression.leaves() if isinstance(leaf, Symbol))
    return {column_of(symbol.name) for symbol in symbols if symbol.steps_back == 0}


def _behind(wiring: Wiring, columns: Iterable[int], ends: Set[int] = frozenset()) -> set[int]:
    """What these columns are computed from, as far as the ``ends``, and they themselves."""
    found, to_do = set(columns), [*columns]
    while to_do:
        column = to_do.pop()
        wire = None if column in ends else wiring.written.get(column)
        leaves = () if wire is None else wire.expression.leaves()
        further = {column_of(leaf.name) for leaf in leaves if type(leaf) is Symbol} - found
        found |= further
        to_do += further
    return found


def _losses(wiring: Wiring, carried: frozenset[int]) -> list[int]:
    """The columns from which nothing is updated."""
    return sorted(wiring.written.keys() - _behind(wiring, carried))


def _explains(judged: JudgedTable, wiring: Wiring, seen: set[int]) -> bool:
    """Whether what was seen is all that is wrong, and one formula stands in each of its columns."""
    columns = judged.columns.values()
    parameters = judged.exercise.parameters
    if any(c.wrong_start is not None and c.quantity in parameters for c in columns):
        return False
    wrong = {column.number for column in columns if column.wrong_cells}
    return wrong <= seen and all(
        _is_uniform(judged, column, _looks_up(wiring.written[column].expression))
        for column in seen & wiring.written.keys()
    )


def _is_uniform(judged: JudgedTable, column: int, starts: bool) -> bool:
    """Whether a column has one formula, but for the start of what goes on from the row above."""
    table = judged.table
    rows = table.rows[1:] if starts else table.rows
    cells = [(row, table.sheet.cells.get((row, column))) for row in rows]
    formulas = [
        (row, cell.formula) for row, cell in cells if cell is not None and cell.formula is not None
    ]
    return len(formulas) == len(cells) and len(forms_of(formulas)) == 1


class _Unknown(Exception):
    """A formula that refers to what is not known here."""


class _Pair:
    """Two rows below each other, computed by a table's own formulas from what is carried.

    ``seen`` are the columns that had a part in it.
    """

    def __init__(
        self, wiring: Wiring, parameters: frozenset[int], memories: frozenset[int], seed: int
    ) -> None:
        self._wiring = wiring
        self._draw = random.Random(seed)
        self._given: dict[Leaf, float] = {}
        self._parameters = {column: self._draw.uniform(-0.9, 0.9) for column in sorted(parameters)}
        self._start = {**self._parameters, **dict.fromkeys(memories, 0.0)}
        self.seen: set[int] = set()

    def descends(self, loss: int) -> bool:
        """Whether all that moves the loss moves down its slope, in this pair of rows."""
        try:
            with np.errstate(all="ignore"):
                return self._descends(loss)
        except (_Unknown, ArithmeticError, TypeError, ValueError, IndexError, RecursionError):
            return False

    def _descends(self, loss: int) -> bool:
        parameters = list(self._parameters)
        if len(parameters) < FEWEST:
            return False
        rows = _Rows(self, self._start)
        moves = np.array([rows.value(column, 1) - self._start[column] for column in parameters])
        gradient = np.array([self._slope(loss, column) for column in parameters])
        rates = [*self._rates(), *(-rate for rate in self._rates())]
        return _is_down(moves, gradient, np.array([*self._parameters.values()]), rates)

    def _rates(self) -> Iterator[float]:
        """What may scale all moves: something given, or typed in updates, or a part of it."""
        given = [*self._given.values()]
        yield from (*given, *self._typed())
        for one, other in permutations(given, 2):
            yield from (one * other, one * (1 - other), one * (1 + other))

    def _typed(self) -> Iterator[float]:
        """The numbers that are typed into updates and the steps that they use."""
        updating = _behind(
            self._wiring, self._start, self._wiring.written.keys() - self._start.keys()
        )
        for column in updating & self._wiring.written.keys():
            typed = numbers_in(self._wiring.written[column].expression)
            yield from (number for number in typed if number not in (1.0, 2.0))

    def _slope(self, loss: int, column: int) -> float:
        def at(shift: float) -> float:
            start = {**self._start, column: self._start[column] + shift}
            return _Rows(self, start).value(loss, 0)

        return (at(DIFFERENCE) - at(-DIFFERENCE)) / (2 * DIFFERENCE)

    def given(self, what: Leaf) -> float:
        """A number for a column or a cell without formula: equal ones may be exchanged."""
        return self._given.setdefault(what, self._draw.uniform(0.1, 0.9))

    def expression(self, column: int) -> Expression | None:
        """What a column computes; None of one without formulas."""
        self.seen.add(column)
        wire = self._wiring.written.get(column)
        return None if wire is None else wire.expression


class _Rows:
    """The values of a pair of rows, each computed when it is asked for."""

    def __init__(self, pair: _Pair, start: dict[int, float]) -> None:
        self._pair = pair
        self._values = {(column, 0): value for column, value in start.items()}
        self._open: set[tuple[int, int]] = set()

    def value(self, column: int, row: int) -> float:
        """The value of a column in the first or the second row."""
        key = column, row
        if key not in self._values:
            if key in self._open:
                raise _Unknown
            self._open.add(key)
            expression = self._pair.expression(column)
            self._values[key] = (
                self._pair.given(column)
                if expression is None
                else as_number(expression.value(lambda leaf: self._leaf(leaf, column, row)))
            )
        return self._values[key]

    def _leaf(self, leaf: Expression, column: int, row: int) -> float:
        if isinstance(leaf, Outside) and leaf.kind == "number":
            return self._pair.given(leaf.place)
        if not isinstance(leaf, Symbol) or leaf.steps_back not in (0, 1):
            raise _Unknown
        other = column_of(leaf.name)
        if leaf.steps_back and row == 0:
            if other != column:
                raise _Unknown
            return 0.0  # what a memory begins with
        return self.value(other, row - leaf.steps_back)


def _is_down(moves: Numbers, gradient: Numbers, places: Numbers, rates: Sequence[float]) -> bool:
    """Whether moves are −η times a gradient, less a part of the parameters, or its signs alone."""
    if not (np.isfinite(moves).all() and np.isfinite(gradient).all()) or not moves.any():
        return False
    largest = float(np.abs(moves).max())
    for columns in ([gradient], [gradient, places]):
        if len(columns) >= len(moves):
            break
        factors, *_ = np.linalg.lstsq(np.column_stack(columns), moves, rcond=None)
        left = moves - np.column_stack(columns) @ factors
        exact = any(math.isclose(-factors[0], rate, rel_tol=RATE_NEAR) for rate in rates)
        if (
            exact
            and np.abs(left).max() <= NEAR * largest
            and factors[0] < 0
            and (len(factors) == 1 or factors[1] <= 0)
        ):
            return True
    even = np.abs(np.abs(moves) - largest).max() <= EVEN * largest
    return bool(even and (np.sign(moves) == -np.sign(gradient)).all())
