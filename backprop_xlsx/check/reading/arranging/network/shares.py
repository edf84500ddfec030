"""Which neuron has a weight that two neurons have by mistake, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

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
        short_of = left
        if short[0].repeats:  # which of its sources is the weight's own, only the order tells
            short_of, missing = sorted((*short[0].weights, *left), key=self._place), [*sources]
        told = {w: self._layers.behind_gradient(w).intersection(missing) for w in short_of}
        if all(len(found) == 1 for found in told.values()) and len({*told.values()}) == len(told):
            missing = [next(iter(told[weight])) for weight in short_of]
        for weight, source in zip(short_of, missing, strict=True):
            short[0].weights[weight] = 0.0 if source is None else source

    def _left(self, short: Neuron) -> Iterable[Leaf]:
        """The parameters that no neuron has.

        Of a single row, the columns of numbers that stand between the weights, or next to one of
        the neuron that is ``short`` of them: nothing but gradients may use what it leaves out.
        """
        neurons = (*self._layers.hidden, *self._layers.outputs)
        taken = {leaf for neuron in neurons for leaf in (*neuron.weights, neuron.bias)}
        found = self._layers.parameters - taken
        weights = [w for neuron in neurons for w in neuron.weights if isinstance(w, int)]
        if found or len(self._wiring.run.rows) > 1 or not weights:
            return found
        sources = {source for neuron in neurons for source in neuron.weights.values()}
        own = [weight for weight in short.weights if isinstance(weight, int)]
        between = range(min(weights), max(weights))
        beside = {column + step for column in own for step in (-1, 1)}
        given = self._wiring.given - taken - sources
        return given.intersection(between) or given.intersection(beside)
