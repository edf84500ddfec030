"""Which columns of numbers are activations whose values were pasted over their formulas."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from backprop_xlsx.check.reading.arranging.wires.shapes import SPREAD, is_activation
from backprop_xlsx.check.reading.arranging.wires.wire import Wire
from backprop_xlsx.formula.block import as_number
from backprop_xlsx.formula.expression import Symbol
from backprop_xlsx.spreadsheet.ooxml.book import Sheet

AS_SHOWN = 5e-4
"""How far a value may be off that was pasted as it was shown."""


def pasted_activations(
    sheet: Sheet, rows: Sequence[int], wires: Mapping[int, Wire], given: Iterable[int]
) -> dict[int, Wire]:
    """The wires of columns of numbers that are to what nothing uses as activations are to theirs.

    By the values that the sheet shows in its first row and in its last, which differ by more than
    these from the activations: many a start weight is 0.5, and so is the activation of nearly 0.
    """
    used = {other for wire in wires.values() for other in wire.here}
    unused = [column for column, wire in wires.items() if column not in used and not wire.above]
    applied = [
        (wire, next(iter(wire.here)))
        for wire in wires.values()
        if len(wire.here) == 1 and not (wire.above or wire.given) and _is_activation(wire)
    ]
    ends = (rows[0], rows[-1])

    def shown(column: int) -> list[float]:
        cells = [sheet.cells.get((row, column)) for row in ends]
        values = [c.value for c in cells if c is not None and type(c.value) is float]
        return values if len(values) == len(ends) else []

    def likely() -> Iterator[tuple[int, Wire]]:
        for column in given:
            values = shown(column)
            most = min(AS_SHOWN, abs(values[0] - values[-1]) / 2) if values else 0.0
            for own in unused if most else ():
                for wire, of in applied:
                    sums = [_at(wire, x) for x in shown(own)]
                    off = [abs(value - x) for value, x in zip(values, sums, strict=False)]
                    if off and max(off) < most:
                        yield column, _of_another(wire, of, own)

    return dict(likely())


def _is_activation(wire: Wire) -> bool:
    return is_activation([_at(wire, x) for x in SPREAD])


def _at(wire: Wire, x: float) -> float:
    """The value of a function of one column; not a number if it has none there."""
    try:
        return as_number(wire.expression.value(lambda _: x))
    except (ArithmeticError, TypeError, ValueError, AttributeError):
        return math.nan


def _of_another(wire: Wire, of: int, column: int) -> Wire:
    """The same function of another column."""
    name, own = (f"#{each}" for each in (of, column))
    expression = wire.expression.rebuilt(
        lambda leaf: Symbol(own) if isinstance(leaf, Symbol) and leaf.name == name else leaf
    )
    return Wire(expression, frozenset({column}), frozenset(), frozenset())
