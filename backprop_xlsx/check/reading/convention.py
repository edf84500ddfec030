"""Networks as people set them up where they depart from the class: names, biases and losses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count

from backprop_xlsx import equations
from backprop_xlsx.equations import Equations
from backprop_xlsx.formula.expression import Call, Negation, Symbol, total
from backprop_xlsx.formula.names import LEARNING_RATE, TOTAL_LOSS, activation_name, gradient_name
from backprop_xlsx.model.losses import LOSSES, Loss
from backprop_xlsx.model.network import CLASS_NETWORK, Layer, Network, Neuron
from backprop_xlsx.model.optimisers import SYMBOLS, Momentum

HALF = CLASS_NETWORK.loss_name
_HALF, _MEAN, _BINARY = (
    LOSSES[name] for name in (HALF, "mean squared error", "binary cross-entropy")
)
CONVENTIONAL_LOSSES: dict[str, Loss] = LOSSES | {
    "squared error": replace(_MEAN, averaged=False),
    "mean half squared error": replace(_HALF, averaged=True),
    "summed binary cross-entropy": replace(_BINARY, averaged=False),
    "logarithm of the activation": Loss(
        plain="−t1·ln(a_o1)",
        part=lambda output: output.target * Negation(Call("LN", (output.activation,))),
        slope=lambda output: (Negation(output.target) / output.activation,),
    ),
}
"""Those of the model, and how people scale them."""

IN_WORDS = {
    "squared error": "E without ½",
    "mean squared error": "E as the mean of squares",
    "mean half squared error": "E as the mean of ½ squares",
    "binary cross-entropy": "E as the mean binary cross-entropy",
    "summed binary cross-entropy": "E as binary cross-entropy",
    "cross-entropy": "E as cross-entropy",
    "logarithm of the activation": "E as −t·ln(a)",
}


@dataclass(frozen=True)
class Convention(Network):
    """A network of the kind of the class, in somebody's own convention.

    ``by_input`` says of each layer whether its weights are numbered source by source (w2 leads
    from i1 to h2) instead of neuron by neuron. ``bias_of`` names the bias of each neuron, None
    where it has none; neurons may share one. Neurons are numbered through all hidden layers. Built
    from what a table shows, it is never asked whether it could be a workbook of ours.
    """

    by_input: tuple[bool, ...] = ()
    bias_of: tuple[str | None, ...] = ()

    def __post_init__(self) -> None:
        """Nothing is refused here."""

    @property
    def loss(self) -> Loss:
        """The loss's entry."""
        return CONVENTIONAL_LOSSES[self.loss_name]

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The layers after the inputs, in order."""
        biases, sources, layers = iter(self.bias_of), self.inputs, list[Layer]()
        first = 1
        for index, activation in enumerate(self.activations):
            names = self._neuron_names(index)
            neurons = tuple(
                Neuron(
                    name,
                    activation_name(name),
                    tuple(self._weight(index, first, neuron, k) for k in range(len(sources))),
                    sources,
                    next(biases, None),
                )
                for neuron, name in enumerate(names)
            )
            layers.append(Layer(neurons, activation))
            first += len(sources) * len(neurons)
            sources = tuple(neuron.activation for neuron in neurons)
        return tuple(layers)

    def _weight(self, layer: int, first: int, neuron: int, source: int) -> str:
        """A weight's name, given the number of the first one of its layer; the others from 0."""
        before, here = self.widths[layer : layer + 2]
        across = bool(self.by_input) and self.by_input[layer]
        return f"w{first + (source * here + neuron if across else neuron * before + source)}"

    @cached_property
    def weights(self) -> tuple[str, ...]:
        """w1, w2, …"""
        names = (weight for layer in self.layers for weight in layer.weights)
        return tuple(sorted(names, key=lambda name: int(name[1:])))

    @cached_property
    def bias_names(self) -> tuple[str, ...]:
        """b1, b2, …, if there are biases."""
        return tuple(dict.fromkeys(name for name in self.bias_of if name is not None))

    @cached_property
    def losses(self) -> tuple[str, ...]:
        """E1, E2, …, of a single output too: many give it a column of its own."""
        return tuple(f"E{number}" for number in range(1, self.widths[-1] + 1))

    @property
    def shares_biases(self) -> bool:
        """Whether some neurons have a bias together."""
        named = [name for name in self.bias_of if name is not None]
        return len(set(named)) < len(named)

    def completed(self, found: Equations, samples: int) -> Equations:
        """The equations, with the gradients of shared biases, and E_total of a single output."""
        neurons = [
            (neuron.bias, equations.delta(self, layer, index, None, samples))
            for layer, here in enumerate(self.layers)
            for index, neuron in enumerate(here.neurons)
        ]
        found = dict(found)
        if self.biases == "trained":
            for bias in self.bias_names:
                deltas = [delta for name, delta in neurons if name == bias]
                found[gradient_name(bias)] = total(deltas)
        if TOTAL_LOSS in found:
            return found
        completed: Equations = {}
        for name, equation in found.items():
            completed[name] = equation
            if name == self.losses[0]:
                completed[TOTAL_LOSS] = equation  # many have no column for E1
        return completed

    def _neuron_names(self, layer: int) -> tuple[str, ...]:
        if layer == len(self.activations) - 1:
            return super()._neuron_names(layer)
        numbers = count(1 + sum(self.widths[1 : layer + 1]))
        return tuple(f"h{next(numbers)}" for _ in range(self.widths[layer + 1]))

    @property
    def departures(self) -> list[str]:
        """How it departs from the class, in words; sizes, activations and biases apart."""
        words = [IN_WORDS[self.loss_name]] if self.loss_name != HALF else []
        if any(self.by_input):
            words.append("weights numbered input by input")
        return words

    @property
    def biases_in_words(self) -> str:
        """``fixed biases of layers`` …"""
        if self.biases == "none":
            return "no bias"
        words = f"{self.biases} biases"
        names = [neuron.bias for layer in self.hidden_layers for neuron in layer.neurons]
        of_outputs = [neuron.bias for neuron in self.outputs]
        if len(self.bias_names) == 1 and None not in self.bias_of and len(self.layers) > 1:
            return f"{self.biases} bias of the whole network"
        if self.shares_biases:
            words += " of layers"
        if names and not any(names):
            words += " in the outputs alone"
        if not any(of_outputs):
            words += " in the hidden layer alone"
        return words


@dataclass(frozen=True)
class Velocity(Momentum):
    """v = μ·v − η·∂E/∂w, then w + v: the learning rate belongs to the velocity."""

    title = "momentum"

    def updates(self, weight: str) -> Equations:
        """What is kept of a weight and the weight itself, from the row before."""
        (velocity,) = self.state_names(weight)
        gradient = self._gradient(weight)
        kept = Symbol(SYMBOLS["momentum"]) * Symbol(velocity).before
        kept = kept - Symbol(LEARNING_RATE) * gradient
        return {velocity: kept, weight: Symbol(weight).before + Symbol(velocity)}
