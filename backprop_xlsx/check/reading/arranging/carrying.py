"""Parameters that only carry over what a column of the row above, "w1 new", has computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from backprop_xlsx.check.reading.arranging.wire import Wire
from backprop_xlsx.formula.expression import Symbol


def with_updates_put_in(wires: Mapping[int, Wire]) -> dict[int, Wire]:
    """The wires, those of parameters that carry over another column with its update put in.

    Such a column has no wire of its own any more, unless something else refers to it.
    """
    carried = _carried(wires)
    uses = Counter(other for wire in wires.values() for other in wire.here | wire.above)
    found = {c: wire for c, wire in wires.items() if c not in carried.values() or uses[c] > 1}
    for column, source in carried.items():
        update = wires[source]
        above = update.here | update.above
        found[column] = replace(update, here=frozenset(), above=above)
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
