"""What the formula of a column refers to, by way of "w1 new" in the row above too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.formula.expression import Expression, Symbol

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


def with_updates_put_in(wires: Mapping[int, Wire]) -> dict[int, Wire]:
    """The wires, those of parameters that carry over another column with its update put in.

    Such a column has no wire of its own any more, unless something else refers to it.
    """
    carried = _carried(wires)
    uses = Counter(other for wire in wires.values() for other in wire.here | wire.above)
    found = {c: wire for c, wire in wires.items() if c not in carried.values() or uses[c] > 1}
    for column, source in carried.items():
        update = wires[source]
        found[column] = Wire(
            update.expression.rebuilt(_of_the_row_above),
            frozenset(),
            update.here | update.above,
            update.given,
        )
    return found


def _carried(wires: Mapping[int, Wire]) -> dict[int, int]:
    """The column that each parameter repeats from the row above.

    Most of these are computed from the very parameter, the others from one of their like.
    """
    repeated = {
        column: next(iter(wire.above))
        for column, wire in wires.items()
        if isinstance(wire.expression, Symbol) and wire.above - {column}
    }
    times = Counter(repeated.values())
    found = {
        column: source
        for column, source in repeated.items()
        if times[source] == 1 and source in wires and wires[source].here & repeated.keys()
    }
    own = sum(column in wires[source].here for column, source in found.items())
    return found if 2 * own >= len(found) else {}


def _of_the_row_above(leaf: Expression) -> Expression:
    return leaf.before if isinstance(leaf, Symbol) else leaf
