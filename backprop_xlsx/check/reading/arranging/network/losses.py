"""What is given as targets, and which columns are losses of the outputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np

from backprop_xlsx.check.reading.arranging.network.neurons import Layers
from backprop_xlsx.check.reading.arranging.network.updates import Updates
from backprop_xlsx.check.reading.arranging.network.weights import Neuron
from backprop_xlsx.check.reading.arranging.wires.shapes import ROUNDING, differ
from backprop_xlsx.check.reading.arranging.wires.wire import Leaf
from backprop_xlsx.check.reading.arranging.wires.wiring import Wiring, position
from backprop_xlsx.formula.names import TOTAL_LOSS


class Losses:
    """The losses of a run whose layers are known, given its outputs in order.

    ``numbers`` are at the ends of the headers of columns.
    """

    def __init__(
        self, wiring: Wiring, updates: Updates, layers: Layers, numbers: Mapping[int, int]
    ) -> None:
        self.wiring = wiring
        self.wires = wiring.wires
        self._updates = updates
        self._layers = layers
        self._numbers = numbers

    def targets(self, outputs: list[Neuron], number_of: Callable[[Leaf], int | None]) -> list[Leaf]:
        """For each output what is given beside it, and beside no other.

        One that a formula takes for another's is told by the rest; then by its number, and by where
        it stands among the others, as its output does.
        """
        votes = self._given_beside(outputs)
        times = sum(votes, Counter[Leaf]())
        places = sorted(neuron.pre_activation for neuron in outputs)
        leaves = sorted(times, key=position)

        def certainty(pair: tuple[int, Leaf]) -> tuple[float, bool, bool]:
            output, leaf = pair
            count = votes[output][leaf]
            own = count / votes[output].total() * count / times[leaf]
            place = places.index(outputs[output].pre_activation)
            return own, number_of(leaf) == output + 1, leaf in leaves[place : place + 1]

        pairs = [(k, leaf) for k, counts in enumerate(votes) for leaf in counts]
        pairs.sort(key=lambda pair: position(pair[1]))
        found: dict[int, Leaf] = {}
        for output, leaf in sorted(pairs, key=certainty, reverse=True):
            if output not in found and leaf not in found.values():
                found[output] = leaf
        without = [output for output in range(len(outputs)) if output not in found]
        left = [leaf for leaf in leaves if leaf not in found.values()]
        if len(without) == len(left) == 1:  # beside another output by mistake
            found[without[0]] = left[0]
        return [found.get(output, 0.0) for output in range(len(outputs))]

    def _given_beside(self, outputs: list[Neuron]) -> list[Counter[Leaf]]:
        """For each output, in how many formulas a thing that is given stands beside it.

        If there are none, from how many columns' formulas both are reached.
        """
        used = {
            s for n in (*self._layers.hidden, *self._layers.outputs) for s in n.weights.values()
        }
        used |= self._layers.parameters
        # "=1" is the slope of a linear neuron, no target.
        used |= {leaf for leaf in self.wiring.given if self.wiring.formula(leaf) == "1"}
        ends = {n.activation for n in outputs if n.activation is not None}
        between = {*ends, *self._updates.between}
        columns = [c for c in self.wires if c not in between and not self._is_step(c)]
        reach = {column: self._reach(column) for column in columns}
        found = []
        for neuron in outputs:
            beside = Counter(
                leaf
                for column in columns
                if neuron.activation in self.wires[column].here
                for leaf in self.wires[column].given - used
                if self._are_paired(column, neuron.activation, leaf, ends)
            )
            found.append(
                beside
                or Counter(
                    leaf
                    for reached, given in reach.values()
                    if reached & ends == {neuron.activation}
                    for leaf in given - used
                )
            )
        return found

    def _is_step(self, column: int) -> bool:
        """Whether a column is another times what is given, as the step of a weight is."""
        wire = self.wires[column]
        if wire.above or not len(wire.here) == len(wire.given) == 1:
            return False
        leaves = [*wire.here, *wire.given]
        alone = [self.wiring.value(column, {leaf: 1.0}) for leaf in leaves]
        return not any(alone) and self.wiring.value(column, dict.fromkeys(leaves, 1.0)) != 0

    def _are_paired(self, column: int, output: int | None, leaf: Leaf, ends: set[int]) -> bool:
        """Whether a formula has no other output, or joins this one with a leaf in a product."""
        if output is None or len(ends & self.wires[column].here) < 2:
            return output is not None

        def at(activation: float, target: float) -> float:
            return self.wiring.value(column, {output: activation, leaf: target}, 0.3)

        return differ(at(0.4, 0.2) - at(0.4, 0.7), at(0.7, 0.2) - at(0.7, 0.7))

    def losses(self, outputs: list[Neuron], targets: list[Leaf]) -> dict[str, Leaf]:
        """E1 … and their sum: they are least where the outputs equal the targets.

        Where there is none of that kind one of the other sign is taken for it. Of two that are of
        one output the one whose place among the losses is that output's.
        """
        found: dict[str, Leaf] = {}
        of_output = {n.activation: k for k, n in enumerate(outputs)}
        taken = {*self._updates.gradients.values()}
        extreme: list[tuple[int, int, frozenset[int]]] = []
        for column in self.wires:
            if column in taken or column in self._layers.parameters:
                continue
            reached, _ = self._reach(column)
            if reached and reached <= set(of_output):
                bend = self._bend(column, outputs, targets)
                if bend:
                    extreme.append((-bend, column, reached))
        single = {column for _, column, reached in extreme if len(reached) == 1}
        single = {column for column in single if self.wires[column].here.isdisjoint(single)}
        bent = {column for _, column, _ in extreme}
        placed = sorted(single, key=lambda column: (self._numbers.get(column, 0), column))

        twice = len({reached for _, column, reached in extreme if column in single}) < len(single)

        def doubt(loss: tuple[int, int, frozenset[int]]) -> tuple[int, bool, bool, bool]:
            bend, column, reached = loss
            from_others = not self.wires[column].here.isdisjoint(bent)
            told = twice and column in single and len(placed) == len(outputs)
            misplaced = told and of_output[next(iter(reached))] != placed.index(column)
            return bend, column not in single, misplaced, not from_others

        for _, column, reached in sorted(extreme, key=doubt):
            if len(reached) == 1 and len(outputs) > 1:
                found.setdefault(f"E{of_output[next(iter(reached))] + 1}", column)
            elif len(reached) == len(outputs):
                found.setdefault(TOTAL_LOSS, column)
        return found

    def _reach(self, column: int) -> tuple[frozenset[int], frozenset[Leaf]]:
        """The neurons' activations, and what is given, from which a column is computed."""
        ends = {n.activation for n in (*self._layers.hidden, *self._layers.outputs)}
        ends |= {n.pre_activation for n in (*self._layers.hidden, *self._layers.outputs)}
        ends |= {leaf for leaf in self._layers.parameters if isinstance(leaf, int)}
        reached: set[int] = set()
        given: set[Leaf] = set()
        seen: set[int] = set()
        to_do = [column]
        while to_do:
            at = to_do.pop()
            if at in seen:
                continue
            seen.add(at)
            if at in ends and at != column:
                reached.add(at)
            elif at in self.wires:
                to_do += self.wires[at].here
                given |= self.wires[at].given
        return frozenset(reached), frozenset(given)

    def _bend(self, column: int, outputs: list[Neuron], targets: list[Leaf]) -> int:
        """1 if a column is least where the outputs equal the targets, −1 if greatest, 0 if neither.

        Where the targets are typed into the formulas it is enough that it is least somewhere.
        """

        def at(output: float) -> float:
            known: dict[Leaf, float] = {}
            for neuron, target in zip(outputs, targets, strict=True):
                known[target] = 0.4
                if neuron.activation is not None:
                    known[neuron.activation] = output
            return self._composed(column, known, frozenset())

        if all(isinstance(target, float) for target in targets):
            values = np.array([at(output) for output in np.linspace(-1.0, 2.0, 13)])
            if not np.isfinite(values).all():
                return 0
            bent = np.diff(values, 2)
            ends = min(values[0], values[-1]) > values.min() + ROUNDING
            return int(np.all(bent > ROUNDING) and ends and values.min() > -ROUNDING)
        rises = np.array([at(0.3), at(0.5)]) - at(0.4)
        return int(np.all(rises > ROUNDING)) - int(np.all(rises < -ROUNDING))

    def _composed(self, column: int, known: dict[Leaf, float], chain: frozenset[int]) -> float:
        """A column's value with all between it and what is known computed too."""
        wire = self.wires[column]
        values = dict(known)
        for other in wire.here:
            if other not in values and other in self.wires and other not in chain:
                values[other] = self._composed(other, known, chain | {column})
        return self.wiring.value(column, values)
