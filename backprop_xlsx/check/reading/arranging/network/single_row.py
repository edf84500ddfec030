"""Which columns and cells are parameters where a single row shows none being updated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set

from backprop_xlsx.check.reading.arranging.network.weights import is_factor, pairs
from backprop_xlsx.check.reading.arranging.wires.shapes import (
    SPREAD,
    is_activation,
    is_bent,
    is_multiple,
)
from backprop_xlsx.check.reading.arranging.wires.wire import Leaf, Wire
from backprop_xlsx.check.reading.arranging.wires.wiring import Wiring, values_of


class SingleRow:
    """The wires of one row, and which columns are ``unary`` functions of which others."""

    def __init__(self, wiring: Wiring, unary: Mapping[int, int]) -> None:
        self.wiring = wiring
        self.wires = wiring.wires
        self._unary = unary

    def parameters(self) -> frozenset[Leaf]:
        """Of one row: the factors that only one neuron has; the others are its sources."""
        unary_of, uses = self._put_into_functions(), self.wiring.uses
        found: set[Leaf] = set()
        pairs_of: dict[int, list[tuple[Leaf, Leaf]]] = {}
        sums = unary_of | self._unused_sums(unary_of) | self._sums_beside(unary_of)
        for column in sums | set(filter(self._activates_products, self.wires)):
            wire = self.wires[column]
            multiplied = pairs(self.wiring, column)
            if multiplied and not wire.above:
                pairs_of[column] = multiplied
                rest = wire.given.difference(*multiplied)  # times a number, not its source
                found.update(leaf for leaf in rest if is_factor(self.wiring, column, leaf))
            elif not wire.here and len(wire.given) > 1:
                factors = {leaf for leaf in wire.given if is_factor(self.wiring, column, leaf)}
                found |= factors or {leaf for leaf in wire.given if uses[leaf] == 1}
        together = [pair for multiplied in pairs_of.values() for pair in multiplied]
        sources = Counter(leaf for pair in together for leaf in pair)

        def as_source(leaf: Leaf) -> tuple[int, int]:
            return sources[leaf], uses[leaf]

        def is_source(leaf: Leaf) -> bool:
            """Whether a leaf is multiplied elsewhere with what nothing else is multiplied with."""
            others = [
                one if other == leaf else other for one, other in together if leaf in (one, other)
            ]
            return any(o not in self.wires and sources[o] == 1 < sources[leaf] for o in others)

        undecided: list[tuple[Leaf, Leaf]] = []
        for one, other in together:
            computed = [leaf for leaf in (one, other) if leaf in self.wires]
            if computed:
                found |= {o for o in (one, other) if o not in computed and not is_source(o)}
            elif as_source(one) != as_source(other):
                found.add(min(one, other, key=as_source))
            elif type(one) is not type(other):
                undecided.append((one, other))
        # What only one uses too is told by where it stands, in a column or in a cell.
        kinds = {type(leaf) for leaf in found}
        found |= {leaf for pair in undecided for leaf in pair if kinds == {type(leaf)}}
        return frozenset(found)

    def _put_into_functions(self) -> set[int]:
        """What a function is of alone: no gradient of which a step is a multiple, and no loss."""
        return {
            of
            for column, of in self._unary.items()
            if of in self.wires
            and not is_multiple(values_of(self.wiring, column, of))
            and not self._multiplies_with_itself(of)
        }

    def _multiplies_with_itself(self, column: int) -> bool:
        """Whether a column multiplies both of two leaves with themselves too, as a square does."""

        def values(one: Leaf, other: Leaf) -> list[float]:
            return [self.wiring.value(column, {one: x, other: 1.0}) for x in (0.0, 1.0, 2.0)]

        return any(
            is_bent(values(one, other)) and is_bent(values(other, one))
            for one, other in pairs(self.wiring, column)
        )

    def _activates_products(self, column: int) -> bool:
        """Whether each product in a column is put into an activation there."""
        value, multiplied = self.wiring.value, pairs(self.wiring, column)
        return bool(multiplied) and all(
            is_activation([value(column, {one: x, other: 1.0}) for x in SPREAD])
            for one, other in multiplied
        )

    def _unused_sums(self, neurons: Set[int]) -> set[int]:
        """What adds up the sources of neurons, as these do, but is used by nothing."""
        wires = [self.wires[column] for column in neurons]
        computed = {leaf for wire in wires for leaf in wire.here}
        sources = {*computed, *(leaf for wire in wires for leaf in wire.given)}
        return {
            column
            for column, wire in self.wires.items()
            if not (wire.above or self.wiring.users.get(column))
            and wire.here <= computed
            and not sources.isdisjoint({*wire.here, *wire.given})
            and self._adds_up(column, wire)
        }

    def _sums_beside(self, neurons: Set[int]) -> set[int]:
        """What adds up sources too and is used together with a neuron, as by a mistake."""
        together = [wire.here for wire in self.wires.values() if wire.leaves == wire.here]
        return {
            column
            for columns in together
            if len(columns) == 2 and not columns.isdisjoint(neurons)
            for column in columns - neurons
            if not self.wires[column].above
            and len(pairs(self.wiring, column)) > 1
            and self._adds_up(column, self.wires[column])
        }

    def _adds_up(self, column: int, wire: Wire) -> bool:
        """Whether each of what is computed has a weight of its own, or nothing is."""
        if not wire.here:
            return True
        multiplied = pairs(self.wiring, column)
        sources = {leaf for pair in multiplied for leaf in pair if leaf in wire.here}
        weights = {leaf for pair in multiplied for leaf in pair if leaf in wire.given}
        return sources == wire.here and len(sources) == len(weights) == len(multiplied)
