"""Which columns are neurons, and in which layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import combinations

import numpy as np

from backprop_xlsx.check.reading.arranging.network.single_row import SingleRow
from backprop_xlsx.check.reading.arranging.network.updates import Updates
from backprop_xlsx.check.reading.arranging.network.weights import Neuron, weigh
from backprop_xlsx.check.reading.arranging.wires.shapes import SPREAD, is_activation, is_bent, rises
from backprop_xlsx.check.reading.arranging.wires.wire import Leaf, Wire
from backprop_xlsx.check.reading.arranging.wires.wiring import Wiring, values_of


class Layers:
    """The ``hidden`` and the ``outputs`` of a run, weighed; its ``parameters``, of one row too."""

    def __init__(self, wiring: Wiring, updates: Updates) -> None:
        self.wiring = wiring
        self.wires = wiring.wires
        self._updates = updates
        self._unary = self._applied()
        self._pasted = self._applied_to_numbers()
        self._unary |= self._pasted
        self.parameters = updates.parameters or SingleRow(wiring, self._unary).parameters()
        self._whole = self._activated_sums()
        self.hidden, self.outputs = self._neurons()
        for neurons in (self.hidden, self.outputs):
            weigh(wiring, neurons, self.parameters)
        if not self.hidden and len(self.outputs) == 1 and not self.outputs[0].weights:
            self._weigh_by_gradients(self.outputs[0])
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
        activations = [values for values in applied if is_activation(values)]
        found: dict[int, int] = {}
        for column, wire in self.wires.items():
            given = [leaf for leaf in wire.given if isinstance(leaf, int)]
            alone = len(wire.given) == len(given) == 1 and not wire.here | wire.above
            if alone:
                own = values_of(self.wiring, column, given[0])
                if any(np.allclose(own, values) for values in activations):
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
        of_no_sum = self._of_no_sum()
        first: list[int] = []
        second: list[int] = []
        for column, wire in self.wires.items():
            if column in parameters or column in updated_by or column in wire.above:
                continue
            if column in of_no_sum:
                continue
            inside = {*wire.here, *wire.given}
            own = inside & parameters
            rest = wire.here - parameters
            if not own or wire.above - parameters:
                continue
            (second if rest else first).append(column)
        mistaken = self._beside_their_like(second, first)
        first += mistaken
        second = [column for column in second if column not in mistaken]
        # An activation that takes another neuron's too, or a typed number instead of its own.
        typed = [c for c, wire in self.wires.items() if not wire.leaves]
        mixed = self._mixed(first).union(typed)
        inner = {*self._unary, *first, *mixed}
        second = [c for c in second if self.wires[c].here - parameters <= inner]
        activated = {self._unary[u]: u for u in self._unary}
        # What is computed from outputs is none itself, those that are updated like weights too.
        second = [c for c in second if self._behind_it(c).isdisjoint(second)]
        updated = self._updates.applied
        second = [c for c in second if self._behind_it(c).isdisjoint(updated) or self._is_sum(c)]
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
        if not second and first and updated:  # all outputs are
            sources = Counter(u for u, of in self._unary.items() if of in first)
        elif not second:
            first += sorted(updated)
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
        second += sorted(updated - inside)
        pasted = {of for column, of in self._pasted.items() if column not in sources}
        second += sorted(pasted - parameters)
        outputs = [self._neuron(c, activated, Counter()) for c in second]
        self._share(outputs)
        without = [n for n in outputs if n.activation is None]
        taken = {*sources, *(n.activation for n in outputs)}
        free = [c for c in [*typed, *of_no_sum] if c not in taken]
        used = [c for c in free if self.wiring.users.get(c)]
        for neuron, column in zip(without, used, strict=False):
            neuron.activation = column
        return hidden, [n for n in outputs if n.activation is not None or len(outputs) < 3]

    def _of_no_sum(self) -> list[int]:
        """The activations of what is no weighted sum: of an activation, or a weight."""
        return [
            column
            for column, of in self._unary.items()
            if (of in self._unary or of in self.parameters) and self._is_activation(column, of)
        ]

    def _is_sum(self, column: int) -> bool:
        """Whether a column rises evenly with all that it is computed from in its row."""

        def values(leaf: int) -> list[float]:
            return [self.wiring.value(column, {leaf: x}, otherwise=1.0) for x in (0.0, 1.0, 2.0)]

        return not any(is_bent(values(leaf)) for leaf in self.wires[column].here)

    def _beside_their_like(self, second: Sequence[int], first: Sequence[int]) -> list[int]:
        """What takes sums of the first layer, by mistake, beside what these are sums of."""
        activated = {*self._unary.values()}.intersection(first)
        sources = {leaf for column in activated for leaf in self.wires[column].given}
        return [
            column
            for column in second
            if self.wires[column].here - self.parameters <= activated
            and not sources.isdisjoint(self.wires[column].given - self.parameters)
        ]

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

    def _weigh_by_gradients(self, only: Neuron) -> None:
        """Give the only neuron, whose sum is none, the source by which each gradient differs."""
        behind = {weight: self.behind_gradient(weight) for weight in self._updates.gradients}
        common = frozenset.intersection(*behind.values()) if behind else frozenset()
        own = {weight: leaves - common for weight, leaves in behind.items()}
        if all(len(leaves) == 1 for leaves in own.values()):
            only.weights = {weight: next(iter(leaves)) for weight, leaves in own.items()}

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
