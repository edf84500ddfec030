"""Which columns are neurons, and in which layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import combinations

from backprop_xlsx.check.reading.arranging.updates import Updates
from backprop_xlsx.check.reading.arranging.weights import Neuron, is_factor, pairs, weigh
from backprop_xlsx.check.reading.arranging.wire import Leaf, Wire
from backprop_xlsx.check.reading.arranging.wiring import (
    SPREAD,
    Wiring,
    differ,
    is_activation,
    is_multiple,
    rises,
    values_of,
)


class Layers:
    """The ``hidden`` and the ``outputs`` of a run, weighed; its ``parameters``, of one row too."""

    def __init__(self, wiring: Wiring, updates: Updates) -> None:
        self.wiring = wiring
        self.wires = wiring.wires
        self._updates = updates
        self._unary = self._applied()
        self._pasted = self._applied_to_numbers()
        self._unary |= self._pasted
        self.parameters = updates.parameters or self._single_row_parameters()
        self._whole = self._activated_sums()
        self.hidden, self.outputs = self._neurons()
        for neurons in (self.hidden, self.outputs):
            weigh(wiring, neurons, self.parameters)
        self._tell_biases()

    def _applied(self) -> dict[int, int]:
        """The columns that are a function of one other column alone, mostly of their own row."""
        found: dict[int, int] = {}
        for column, wire in self.wires.items():
            others = wire.here | wire.above
            if (
                len(others) == 1
                and not wire.given
                and column not in self._updates.parameters | others
            ):
                other = next(iter(others))
                if other in self.wires:
                    found[column] = other
        return found

    def _applied_to_numbers(self) -> dict[int, int]:
        """The columns that do to a column of numbers what others do to neurons: one was pasted."""
        applied = [values_of(self.wiring, column, of) for column, of in self._unary.items()]
        activations = {values for values in applied if is_activation(values)}
        found: dict[int, int] = {}
        for column, wire in self.wires.items():
            given = [leaf for leaf in wire.given if isinstance(leaf, int)]
            alone = len(wire.given) == len(given) == 1 and not wire.here | wire.above
            if alone and values_of(self.wiring, column, given[0]) in activations:
                found[column] = given[0]
        return found

    def _activated_sums(self) -> frozenset[int]:
        """The columns that put their weighted sum into an activation: none of its own has it."""
        applied = {of for column, of in self._unary.items() if self._is_activation(column, of)}

        def sums(column: int, wire: Wire) -> bool:
            own = wire.leaves & self.parameters
            values = [
                self.wiring.value(column, dict.fromkeys(own, x), otherwise=1.0) for x in SPREAD
            ]
            return bool(own) and is_activation(values)

        return frozenset(
            column
            for column, wire in self.wires.items()
            if column not in applied and not wire.above and sums(column, wire)
        )

    def _tell_biases(self) -> None:
        """A weight of what is 1 for each neuron of both layers is a bias."""
        neurons = (*self.hidden, *self.outputs)
        sources = [set(neuron.weights.values()) for neuron in neurons]
        if not self.hidden or not self.outputs:
            return
        for one in filter(self.wiring.is_one, set.intersection(*sources)):
            for neuron in neurons:
                own = next(w for w, source in neuron.weights.items() if source == one)
                neuron.bias = own
                del neuron.weights[own]

    def _behind_it(self, column: int, ends: Set[int | None] = frozenset()) -> frozenset[int]:
        """Everything in its row that a column is computed from, as far as the ``ends``."""
        found: set[int] = set()
        to_do = [column]
        while to_do:
            at = to_do.pop()
            wire = None if at in ends else self.wires.get(at)
            further = [] if wire is None else [c for c in wire.here if c not in found]
            found.update(further)
            to_do += further
        return frozenset(found - {column})

    def _neurons(self) -> tuple[list[Neuron], list[Neuron]]:
        parameters, updated_by = self.parameters, set(self._updates.gradients.values())
        first: list[int] = []
        second: list[int] = []
        for column, wire in self.wires.items():
            if column in parameters or column in updated_by or column in wire.above:
                continue
            inside = {*wire.here, *wire.given}
            own = inside & parameters
            rest = wire.here - parameters
            if not own or wire.above - parameters:
                continue
            (second if rest else first).append(column)
        # An activation that takes another neuron's too, or a typed number instead of its own.
        typed = [c for c, wire in self.wires.items() if not wire.leaves]
        mixed = self._mixed(first).union(typed)
        inner = {*self._unary, *first, *mixed}
        second = [c for c in second if self.wires[c].here - parameters <= inner]
        activated = {self._unary[u]: u for u in self._unary}
        # What is computed from outputs is none itself.
        second = [c for c in second if self._behind_it(c).isdisjoint(second)]
        applied = {*self._unary, *mixed, *self._whole}
        sources = Counter(u for c in second for u in self.wires[c].here if u in applied)
        for source in sources:
            before = self._unary.get(source)
            if (
                before is not None
                and before not in first
                and before not in second
                and before not in parameters
            ):
                first.append(before)
        if not second:
            neurons = [self._neuron(c, activated, Counter()) for c in first]
            return [], [n for n in neurons if n.activation is not None]
        hidden = [self._neuron(c, activated, sources) for c in first]
        hidden = [n for n in hidden if n.activation in sources]
        left = [u for u in sources if u not in {n.activation for n in hidden}]
        for column in first:
            alone = column not in {n.pre_activation for n in hidden}
            if left and alone and not self.wires[column].here - parameters:
                hidden.append(Neuron(column, left.pop(0)))
        self._share(hidden)
        inside = {n.pre_activation for n in hidden}
        second += sorted(self._updates.applied - inside)
        second += sorted(of for column, of in self._pasted.items() if column not in sources)
        outputs = [self._neuron(c, activated, Counter()) for c in second]
        self._share(outputs)
        without = [n for n in outputs if n.activation is None]
        used = [c for c in typed if c not in sources and self.wiring.users.get(c)]
        for neuron, column in zip(without, used, strict=False):
            neuron.activation = column
        return hidden, [n for n in outputs if n.activation is not None or len(outputs) < 3]

    def _mixed(self, neurons: Sequence[int]) -> set[int]:
        """What is computed from several neurons alone."""
        return {
            column
            for column, wire in self.wires.items()
            if len(wire.here) > 1 and wire.here <= set(neurons) and not (wire.above or wire.given)
        }

    def _neuron(self, column: int, activated: Mapping[int, int], sources: Counter[int]) -> Neuron:
        if column in self._whole:
            return Neuron(column, column)
        candidates = [u for u, x in self._unary.items() if x == column]
        users = self.wiring.users
        best = max(
            candidates,
            key=lambda u: (sources[u], self._is_activation(u, column), len(users.get(u, ())), -u),
            default=None,
        )
        return Neuron(column, best)

    def _share(self, neurons: Sequence[Neuron]) -> None:
        """Of two activations of one neuron one is another's that has none: in their order."""
        at = {neuron.pre_activation: neuron for neuron in neurons}
        for activation, column in self._unary.items():
            owner = at.get(column)
            if owner is None or owner.activation is None or owner.activation == activation:
                continue
            others = [n for n in neurons if n.activation == activation]
            others = others or [n for n in neurons if n.activation is None]
            if others and self._is_activation(activation, column):
                first, second = sorted((owner, others[0]), key=lambda n: n.pre_activation)
                first.activation, second.activation = sorted((owner.activation, activation))

    def behind_gradient(self, weight: Leaf) -> frozenset[Leaf]:
        """What the gradient of a weight is computed from, as far as activations of neurons."""
        gradient = self._updates.gradients.get(weight)
        if gradient is None:
            return frozenset()
        ends = {neuron.activation for neuron in (*self.hidden, *self.outputs)}
        columns = self._behind_it(gradient, ends)
        wires = [self.wires[c] for c in (gradient, *(columns - ends)) if c in self.wires]
        return columns.union(*(wire.given for wire in wires))

    def part_twins(self, neurons: Sequence[Neuron]) -> None:
        """Of two neurons that have the same weights, or activations of the same, one is mistaken.

        The gradients of weights tell, which are computed from their own neuron's activation.
        """
        for one, other in combinations(neurons, 2):
            own, others = (self._owned(neuron.weights, one, other) for neuron in (one, other))
            sums = {self._unary.get(neuron.activation or 0) for neuron in (one, other)}
            if own and one.weights.keys() == other.weights.keys():
                (one if own < 0 else other).weights.clear()
            elif len(sums) == 1 and None not in sums and own < others:
                one.activation, other.activation = other.activation, one.activation

    def _owned(self, weights: Iterable[Leaf], one: Neuron, other: Neuron) -> int:
        """How many gradients of weights are computed with one neuron's activation alone.

        Less those with the other's.
        """
        reached = [self.behind_gradient(weight) for weight in weights]
        return sum((one.activation in r) - (other.activation in r) for r in reached)

    def _is_activation(self, column: int, of: int) -> bool:
        """Whether a function rises: a slope does not do so everywhere."""
        return rises(values_of(self.wiring, column, of))

    def _single_row_parameters(self) -> frozenset[Leaf]:
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
            elif not wire.here and len(wire.given) > 1:
                factors = {leaf for leaf in wire.given if is_factor(self.wiring, column, leaf)}
                found |= factors or {leaf for leaf in wire.given if uses[leaf] == 1}
        together = [pair for multiplied in pairs_of.values() for pair in multiplied]
        sources = Counter(leaf for pair in together for leaf in pair)

        def as_source(leaf: Leaf) -> tuple[int, int]:
            return sources[leaf], uses[leaf]

        undecided: list[tuple[Leaf, Leaf]] = []
        for one, other in together:
            computed = [leaf for leaf in (one, other) if leaf in self.wires]
            if computed:
                found |= {one, other}.difference(computed)
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

        def is_bent(one: Leaf, other: Leaf) -> bool:
            values = [self.wiring.value(column, {one: x, other: 1.0}) for x in (0.0, 1.0, 2.0)]
            return differ(values[2] - values[1], values[1] - values[0])

        return any(
            is_bent(one, other) and is_bent(other, one) for one, other in pairs(self.wiring, column)
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
