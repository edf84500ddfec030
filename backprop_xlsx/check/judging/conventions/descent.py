"""Whether parameters move down the slope of a loss, by a table's own formulas in two rows."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import permutations
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from backprop_xlsx.check.judging.roles.candidates import numbers_in
from backprop_xlsx.check.reading.arranging.wires.wire import Leaf
from backprop_xlsx.check.reading.arranging.wires.wiring import Wiring, column_of, referred
from backprop_xlsx.check.reading.meanings import Outside
from backprop_xlsx.formula.block import as_number
from backprop_xlsx.formula.expression import Expression, Symbol

FEWEST = 2
"""Parameters whose moves must agree with one loss."""
FEWEST_EVEN = 3
"""The same where signs alone must agree: fewer may do so by chance."""
DIFFERENCE = 1e-5
"""By how much a parameter is moved to either side for a slope of the loss."""
NEAR = 1e-6
"""Relative to the largest move: how far a move may be off."""
RATE_NEAR = 1e-5
"""Relative: how far the factor of all moves may be off a learning rate."""
FLAT = 1e-8
"""How far a gradient may be off a slope of 0."""
EVEN = 1e-3
"""The same, where an optimiser divides each gradient by its own size."""

Numbers = NDArray[np.float64]


def behind(wiring: Wiring, columns: Iterable[int], ends: Set[int] = frozenset()) -> set[int]:
    """What these columns are computed from, as far as the ``ends``, and they themselves."""
    found, to_do = set(columns), [*columns]
    while to_do:
        column = to_do.pop()
        wire = None if column in ends else wiring.written.get(column)
        further = set() if wire is None else referred(wire.expression) - found
        found |= further
        to_do += further
    return found


class State(Protocol):
    """Numbers at which a table's formulas are tried."""

    flat: float
    """How large a slope is at most that is taken for rounding alone: nothing is told there."""

    def number(self, what: Leaf) -> float:
        """A number for what is carried or given: a column, or a cell outside the table."""


class Drawn:
    """Numbers drawn at random: equal ones may be exchanged, and mistaken for each other."""

    def __init__(self, seed: int, most: float = 0.9, flat: float = 0.0) -> None:
        self.flat = flat
        self._most = most
        self._draw = random.Random(seed)
        self._found: dict[Leaf, float] = {}

    def number(self, what: Leaf) -> float:
        """The number that was drawn for it, of either sign."""
        if what not in self._found:
            self._found[what] = self._draw.choice((-1, 1)) * self._draw.uniform(0.1, self._most)
        return self._found[what]


class OwnRow:
    """The numbers of a row of the table itself."""

    flat = 1e-4

    def __init__(self, wiring: Wiring, row: int) -> None:
        self._wiring = wiring
        self._row = row

    def number(self, what: Leaf) -> float:
        """What stands there."""
        number = self._wiring.number(what, self._row)
        if number is None:
            raise _Unknown
        return number


class _Unknown(Exception):
    """A formula that refers to what is not known here."""


UNKNOWN = (_Unknown, ArithmeticError, TypeError, ValueError, IndexError, RecursionError)


class Pair:
    """Two rows below each other, computed by a table's own formulas from what is carried.

    ``seen`` are the columns that had a part in it.
    """

    def __init__(
        self, wiring: Wiring, parameters: frozenset[int], memories: frozenset[int], state: State
    ) -> None:
        self._wiring = wiring
        self._state = state
        self._given: dict[Leaf, float] = {}
        self._parameters = sorted(parameters)
        self._memories = memories
        self._start: dict[int, float] = {}
        self.seen: set[int] = set()

    def descends(self, loss: int) -> bool:
        """Whether all that moves the loss moves down its slope, in this pair of rows."""
        try:
            with np.errstate(all="ignore"):
                return self._descends(loss)
        except UNKNOWN:
            return False

    def gradients(self, loss: int, parameter: int, columns: Iterable[int]) -> list[int]:
        """Those columns that are the slope of a loss for a parameter, in the first row."""
        with np.errstate(all="ignore"):
            try:
                rows = self._begun()
                slope = self._slope(loss, parameter)
            except UNKNOWN:
                return []
            return [column for column in columns if _is_near(rows, column, slope)]

    def _begun(self) -> _Rows:
        """The rows with all that is carried at its start."""
        self._start = dict.fromkeys(self._memories, 0.0)
        self._start |= {column: self._state.number(column) for column in self._parameters}
        return _Rows(self, self._start)

    def _descends(self, loss: int) -> bool:
        parameters = self._parameters
        if len(parameters) < FEWEST:
            return False
        rows = self._begun()
        moves = np.array([rows.value(column, 1) - self._start[column] for column in parameters])
        gradient = np.array([self._slope(loss, column) for column in parameters])
        if max(np.abs(gradient).max(), np.abs(moves).max()) < self._state.flat:
            return True
        places = np.array([self._start[column] for column in parameters])
        return _is_down(moves, gradient, places, [*self._rates()])

    def _rates(self) -> Iterator[float]:
        """What may scale all moves: something given, or typed in updates, or a part of it."""
        given = [*self._given.values()]
        yield from (*given, *self._typed())
        for one, other in permutations(given, 2):
            yield from (one * other, one * (1 - other), one * (1 + other))

    def _typed(self) -> Iterator[float]:
        """The numbers that are typed into updates and the steps that they use."""
        updating = behind(
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
        """The number of a column or a cell without formula."""
        if what not in self._given:
            self._given[what] = self._state.number(what)
        return self._given[what]

    def expression(self, column: int) -> Expression | None:
        """What a column computes; None of one without formulas."""
        self.seen.add(column)
        wire = self._wiring.written.get(column)
        return None if wire is None else wire.expression


class _Rows:
    """The values of a pair of rows, each computed when it is asked for."""

    def __init__(self, pair: Pair, start: dict[int, float]) -> None:
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


def _is_near(rows: _Rows, column: int, slope: float) -> bool:
    """Whether a column's value in the first row is a slope, but for its computing."""
    try:
        return math.isclose(rows.value(column, 0), slope, rel_tol=RATE_NEAR, abs_tol=FLAT)
    except UNKNOWN:
        return False


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
        if exact and np.abs(left).max() <= NEAR * largest:
            return True
    even = len(moves) >= FEWEST_EVEN and np.abs(np.abs(moves) - largest).max() <= EVEN * largest
    directions = np.sign(moves) * np.sign(gradient)
    return bool(even and abs(directions.sum()) == len(moves))
