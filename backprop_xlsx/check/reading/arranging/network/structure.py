"""Which column is which quantity, told from what refers to what: headers only settle ties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from types import MappingProxyType

import numpy as np

from backprop_xlsx.check.reading.arranging.network.losses import Losses
from backprop_xlsx.check.reading.arranging.network.neurons import Layers
from backprop_xlsx.check.reading.arranging.network.shares import Shares
from backprop_xlsx.check.reading.arranging.network.updates import Updates
from backprop_xlsx.check.reading.arranging.network.weights import Neuron
from backprop_xlsx.check.reading.arranging.wires.wire import Leaf
from backprop_xlsx.check.reading.arranging.wires.wiring import Wiring, most_common, position
from backprop_xlsx.formula.names import LEARNING_RATE, activation_name, gradient_name, negative

Hints = Mapping[int, str]
"""The quantity that the header of a column names."""
UNNUMBERED = 99
"""Where in the order stands what nothing numbers: at the end."""


def named_columns(
    wiring: Wiring, hints: Hints, numbers: Mapping[int, int] = MappingProxyType({})
) -> dict[str, int]:
    """The column of each quantity that the wires tell; ``numbers`` are at the ends of headers."""
    return _Structure(wiring, hints, numbers).names()


class _Structure:
    def __init__(self, wiring: Wiring, hints: Hints, numbers: Mapping[int, int]) -> None:
        self.wiring = wiring
        self.hints = hints
        self.numbers = numbers
        self.updates = Updates(wiring)
        self.layers = Layers(wiring, self.updates)

    def names(self) -> dict[str, int]:
        """Names for what was found; of several orders the one that the headers have."""
        if not self.layers.outputs:
            return {}
        shares = Shares(self.wiring, self.layers, self._place, partial(self._number_of, letter="w"))
        shares.part_shared()
        shares.give_left_over(self.layers.hidden, self._inputs(self.layers.hidden))
        hidden = self._ordered(self.layers.hidden, "h")
        activations = [n.activation for n in hidden] or self._inputs(self.layers.outputs)
        shares.give_left_over(self.layers.outputs, activations)
        outputs = self._ordered(self.layers.outputs, "o")
        found: dict[str, int] = {}

        def name(quantity: str, leaf: Leaf | None) -> None:
            if isinstance(leaf, int) and quantity not in found and leaf not in found.values():
                found[quantity] = leaf

        def name_parameter(quantity: str, leaf: Leaf) -> None:
            name(quantity, leaf)
            if leaf in self.updates.gradients:
                gradient = gradient_name(quantity)
                gradient = negative(gradient) if leaf in self.updates.adding else gradient
                name(gradient, self.updates.gradients[leaf])
                name(f"v_{quantity}", self.updates.velocity(leaf))

        losses = Losses(self.wiring, self.updates, self.layers, self.numbers)
        targets = losses.targets(outputs, partial(self._number_of, letter="t"))
        outputs, targets = self._as_targets_say(outputs, targets)
        for letter, neurons in (("h", hidden), ("o", outputs)):
            for number, neuron in enumerate(neurons, start=1):
                if neuron.pre_activation != neuron.activation:
                    name(f"{letter}{number}", neuron.pre_activation)
                name(activation_name(f"{letter}{number}"), neuron.activation)
        weights = self._weight_names(hidden, outputs)
        for quantity, leaf in weights.items():
            name_parameter(quantity, leaf)
        for number, leaf in enumerate(targets, start=1):
            name(f"t{number}", leaf)
        for number, leaf in enumerate(self._inputs(hidden or outputs), start=1):
            name(f"i{number}", leaf)
        for quantity, leaf in self._biases(hidden, outputs).items():
            name_parameter(quantity, leaf)
        for quantity, leaf in losses.losses(outputs, targets).items():
            name(quantity, leaf)
        name(LEARNING_RATE, self.updates.learning_rate())
        return found

    def _ordered(self, neurons: list[Neuron], letter: str) -> list[Neuron]:
        """The neurons in the order of their headers, or of their columns."""
        numbers = {self._number_at_end(neuron) for neuron in neurons}
        numbered = None not in numbers and len(numbers) == len(neurons)
        labels = {neuron.pre_activation: self._number_of_bias(neuron) for neuron in neurons}
        told = None not in labels.values() and len({*labels.values()}) == len(neurons)

        def order(neuron: Neuron) -> tuple[int, float]:
            number = self._number(neuron, letter)
            if number is None and numbered:
                number = self._number_at_end(neuron)
            if number is None and told:
                number = labels[neuron.pre_activation]
            if number is not None:
                return number, 0
            weights = [position(w)[1] for w in neuron.weights if isinstance(w, int)]
            return UNNUMBERED, float(np.mean(weights)) if weights else neuron.pre_activation

        return sorted(neurons, key=order)

    def _number(self, neuron: Neuron, letter: str) -> int | None:
        """The number that the headers of a neuron give it."""
        for column in (neuron.pre_activation, neuron.activation):
            number = _number_in(self.hints.get(column or 0, "").removeprefix("a_"), letter)
            if number is not None:
                return number
        return None

    def _number_at_end(self, neuron: Neuron) -> int | None:
        """The number that ends the header of a neuron, whatever else this says."""
        columns = (neuron.pre_activation, neuron.activation or neuron.pre_activation)
        return next((self.numbers[c] for c in columns if c in self.numbers), None)

    def _number_of_bias(self, neuron: Neuron) -> int | None:
        """The number of a bias that a neuron alone has, by its header or its label."""
        return None if neuron.bias is None else self._number_of(neuron.bias, "b")

    def _as_targets_say(
        self, outputs: list[Neuron], targets: list[Leaf]
    ) -> tuple[list[Neuron], list[Leaf]]:
        """The outputs and their targets as the labels of these are numbered, if no header is."""
        labels = [self.wiring.label(target) or "" for target in targets]
        numbered = [f"t{number}" for number in range(1, len(outputs) + 1)]
        named = any(self._number(neuron, "o") is not None for neuron in outputs)
        if named or sorted(labels) != numbered:
            return outputs, targets
        places = [labels.index(name) for name in numbered]
        return [outputs[place] for place in places], [targets[place] for place in places]

    def _inputs(self, neurons: list[Neuron]) -> list[Leaf]:
        sources = [source for neuron in neurons for source in neuron.weights.values()]
        times: Counter[Leaf] = Counter()
        for neuron in neurons:
            times |= Counter(s for s in neuron.weights.values() if isinstance(s, float))
        found = [leaf for leaf in most_common(sources) for _ in range(times[leaf] or 1)]
        # One neuron may have been given what is no input: as many are meant as it has weights.
        counts, uses = Counter(sources), self.wiring.uses
        behind = [self.layers.behind_gradient(w) for n in self.layers.outputs for w in n.weights]
        targets = frozenset().union(*behind) if self.layers.hidden else frozenset()
        found.sort(key=lambda leaf: (-counts[leaf], leaf in targets, -uses[leaf], position(leaf)))
        most = max((len(neuron.weights) for neuron in neurons), default=0)
        if all(isinstance(leaf, float) for leaf in found):  # typed: as the weights that take them
            weights = [weight for neuron in neurons for weight in neuron.weights.items()]
            weights.sort(key=lambda weight: self._place(weight[0]))
            in_order = [source for _, source in weights]
            return sorted(found[:most], key=in_order.index)
        return self._by_hint(found[:most], "i")

    def _by_hint(self, leaves: Iterable[Leaf], letter: str) -> list[Leaf]:
        def key(leaf: Leaf) -> tuple[int, tuple[int, int, int]]:
            number = self._number_of(leaf, letter)
            return (UNNUMBERED if number is None else number, position(leaf))

        return sorted(leaves, key=key)

    def _number_of(self, leaf: Leaf, letter: str) -> int | None:
        """The number that the header of a column, in whatever words, or a cell's label gives it."""
        if isinstance(leaf, int) and leaf not in self.hints:
            return self.numbers.get(leaf)
        hint = self.hints[leaf] if isinstance(leaf, int) else self.wiring.label(leaf)
        return _number_in(hint or "", letter)

    def _weight_names(self, hidden: list[Neuron], outputs: list[Neuron]) -> dict[str, Leaf]:
        """w1 …: neuron by neuron, source by source, or as the headers say."""
        found: dict[str, Leaf] = {}
        number = 0
        layers: list[tuple[list[Neuron], list[Leaf | None]]] = [
            (hidden, [*self._inputs(hidden)]),
            (outputs, [n.activation for n in hidden]),
        ]
        if not hidden:
            layers = [(outputs, [*self._inputs(outputs)])]
        for neurons, sources in layers:
            for neuron in neurons:
                for weight in self._in_order(neuron, sources):
                    number += 1
                    if weight is not None:
                        found[f"w{number}"] = weight
        weights = {leaf for leaf in self.layers.parameters if isinstance(leaf, int)}
        hinted = {self.hints[w]: w for w in weights if self.hints.get(w, "")[:1] == "w"}
        named = {name for name, leaf in found.items()}
        if len(hinted) == len(found) == number and set(hinted) == named:
            return dict(hinted)
        return found

    def _in_order(self, neuron: Neuron, sources: Iterable[Leaf | None]) -> list[Leaf | None]:
        """The weight of each source; where one source stands for two, as the weights are
        numbered, or stand.

        So it is with those whose source is none of these.
        """
        left = sorted(neuron.weights, key=self._place)
        found: list[Leaf | None] = []
        for source in sources:
            own = next((weight for weight in left if neuron.weights[weight] == source), None)
            if own is not None:
                left.remove(own)
            found.append(own)
        if found.count(None) == len(left):
            if len({*neuron.weights.values()}) < len(neuron.weights):
                return [*sorted(neuron.weights, key=self._place)]
            rest = iter(left)
            return [next(rest) if weight is None else weight for weight in found]
        return found

    def _place(self, leaf: Leaf) -> tuple[int, tuple[int, int, int]]:
        """The order of weights: by the numbers of their headers, then as they stand."""
        number = self.numbers.get(leaf) if isinstance(leaf, int) else None
        return UNNUMBERED if number is None else number, position(leaf)

    def _biases(self, hidden: list[Neuron], outputs: list[Neuron]) -> dict[str, Leaf]:
        layers = [layer for layer in (hidden, outputs) if layer]
        biases = [[n.bias for n in layer] for layer in layers]
        found: dict[str, Leaf] = {}
        shared = all(len(set(layer)) == 1 for layer in biases) and any(
            len(layer) > 1 for layer in biases
        )
        listed = [layer[0] for layer in biases] if shared else [b for lay in biases for b in lay]
        for number, bias in enumerate(listed, start=1):
            if bias is not None:
                found[f"b{number}"] = bias
        return found


def _number_in(name: str, letter: str) -> int | None:
    """The number of a quantity of a letter: 2 of ``i2``; None of any other."""
    return int(name[1:]) if name[:1] == letter and name[1:].isdigit() else None
