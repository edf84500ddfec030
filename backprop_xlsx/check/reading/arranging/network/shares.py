"""Which neuron has a weight that two neurons have by mistake, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

from backprop_xlsx.check.reading.arranging.network.neurons import Layers
from backprop_xlsx.check.reading.arranging.network.weights import Neuron
from backprop_xlsx.check.reading.arranging.wires.wire import Leaf
from backprop_xlsx.check.reading.arranging.wires.wiring import Wiring


class Shares:
    """The weights of the neurons of a run, each with one alone.

    ``place`` is where a weight stands in their order, ``number_of`` what its header says of it.
    """

    def __init__(
        self,
        wiring: Wiring,
        layers: Layers,
        place: Callable[[Leaf], tuple[int, tuple[int, int, int]]],
        number_of: Callable[[Leaf], int | None],
    ) -> None:
        self._wiring = wiring
        self._layers = layers
        self._place = place
        self._number_of = number_of

    def part_shared(self) -> None:
        """Of two neurons that have the same weight one has another's by mistake.

        The gradient of the weight tells, or its number which layer's it is.
        """
        hidden, outputs = self._layers.hidden, self._layers.outputs
        owners: dict[Leaf, list[Neuron]] = {}
        for neuron in (*hidden, *outputs):
            for weight in neuron.weights:
                owners.setdefault(weight, []).append(neuron)
        first = len(hidden) * max((len(neuron.weights) for neuron in hidden), default=0)
        for weight, neurons in owners.items():
            number = self._number_of(weight)
            if reached := self._layers.behind_gradient(weight):
                own = [neuron for neuron in neurons if neuron.activation in reached]
            elif number is not None:
                own = [neuron for neuron in neurons if (neuron in hidden) is (number <= first)]
            else:
                continue
            if len(own) == 1:
                for neuron in neurons:
                    if neuron is not own[0]:
                        del neuron.weights[weight]

    def give_left_over(self, neurons: list[Neuron], sources: Sequence[Leaf | None]) -> None:
        """A neuron that lacks weights has those that no other has, if there are just so many."""
        self._layers.part_twins(neurons)
        self._part_copies(neurons)
        short = [neuron for neuron in neurons if len(neuron.weights) < len(sources)]
        if len(short) != 1:
            return
        weighed = set(short[0].weights.values())
        missing = [source for source in sources if source not in weighed]
        left = sorted(self._left(short[0]), key=self._place)
        of_none = [w for w in left if not self._layers.behind_gradient(w).intersection(missing)]
        if any(neuron.bias is not None for neuron in neurons) and len(of_none) == 1 < len(left):
            short[0].bias = of_none[0]
            left.remove(of_none[0])
        if not len(left) == len(missing) == len(sources) - len(short[0].weights):
            return
        told = self._told((*short[0].weights, *left), sources)
        if any(short[0].weights.get(weight, source) != source for weight, source in told.items()):
            short[0].weights = told  # a whole range of weights may have been moved
            return
        short_of = left
        if short[0].repeats:  # which of its sources is the weight's own, only the order tells
            short_of, missing = sorted((*short[0].weights, *left), key=self._place), [*sources]
        told = self._told(short_of, missing)
        for weight, source in zip(short_of, missing, strict=True):
            short[0].weights[weight] = told.get(weight, 0.0 if source is None else source)

    def _told(self, weights: Sequence[Leaf], sources: Sequence[Leaf | None]) -> dict[Leaf, Leaf]:
        """The source of each weight as the gradients tell; none unless they tell all, each once.

        A gradient may be computed from another's, and that one's source be behind it too.
        """
        behind = {w: {*self._layers.behind_gradient(w)}.intersection(sources) for w in weights}
        found: dict[Leaf, Leaf] = {}
        while alone := [
            w for w in weights if w not in found and len(behind[w] - {*found.values()}) == 1
        ]:
            found[alone[0]] = next(iter(behind[alone[0]] - {*found.values()}))
        return found if len(found) == len(weights) else {}

    def _part_copies(self, neurons: Sequence[Neuron]) -> None:
        """Of two neurons of a single row with the same weights one copies the other's sum.

        It is that on whose side the columns of as many weights stand that nothing has: its own.
        """
        if len(self._wiring.run.rows) > 1:
            return
        for pair in combinations(neurons, 2):
            left, right = sorted(pair, key=lambda neuron: neuron.pre_activation)
            own = {weight for weight in left.weights if isinstance(weight, int)}
            if not own or own != right.weights.keys():
                continue
            free = self._wiring.given.difference(self._taken(), self._sources())
            before = free.intersection(range(min(own) - len(own), min(own)))
            after = free.intersection(range(max(own) + 1, max(own) + 1 + len(own)))
            if (len(before) == len(own)) == (len(after) == len(own)):
                continue
            copying, columns = (right, after) if len(after) == len(own) else (left, before)
            sources = [copying.weights[weight] for weight in sorted(own)]
            copying.weights = dict(zip(sorted(columns), sources, strict=True))

    def _taken(self) -> set[Leaf | None]:
        neurons = (*self._layers.hidden, *self._layers.outputs)
        return {leaf for neuron in neurons for leaf in (*neuron.weights, neuron.bias)}

    def _sources(self) -> set[Leaf]:
        neurons = (*self._layers.hidden, *self._layers.outputs)
        return {source for neuron in neurons for source in neuron.weights.values()}

    def _left(self, short: Neuron) -> Iterable[Leaf]:
        """The parameters that no neuron has.

        Of a single row, the columns of numbers that stand between the weights, or next to one of
        the neuron that is ``short`` of them: nothing but gradients may use what it leaves out.
        """
        neurons = (*self._layers.hidden, *self._layers.outputs)
        taken = self._taken()
        found = self._layers.parameters - taken
        weights = [w for neuron in neurons for w in neuron.weights if isinstance(w, int)]
        if found or len(self._wiring.run.rows) > 1 or not weights:
            return found
        own = [weight for weight in short.weights if isinstance(weight, int)]
        between = range(min(weights), max(weights))
        beside = {column + step for column in own for step in (-1, 1)}
        given = self._wiring.given.difference(taken, self._sources())
        return given.intersection(between) or given.intersection(beside)
