"""What is taught: a network's layers, and the names of its quantities.

Weights are numbered layer by layer and neuron by neuron, and so are biases. With one hidden layer
its neurons are h1, h2, …; with several, h1_1, h1_2, … and h2_1, …
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import count, islice

from backprop_xlsx.formula.names import activation_name
from backprop_xlsx.model.activations import SOFTMAX
from backprop_xlsx.model.losses import LOSSES, Loss
from backprop_xlsx.model.valid import check_network


@dataclass(frozen=True)
class Neuron:
    """One neuron: pre_activation = Σ weight · source (+ bias), activation = f(pre_activation)."""

    pre_activation: str
    activation: str
    weights: tuple[str, ...]
    sources: tuple[str, ...]
    bias: str | None = None


@dataclass(frozen=True)
class Layer:
    """Neurons side by side, and the name of the activation that they share."""

    neurons: tuple[Neuron, ...]
    activation: str

    @property
    def weights(self) -> tuple[str, ...]:
        """The weights into the layer, neuron by neuron."""
        return tuple(weight for neuron in self.neurons for weight in neuron.weights)

    @property
    def biases(self) -> tuple[str, ...]:
        """The layer's biases, if it has any."""
        return tuple(neuron.bias for neuron in self.neurons if neuron.bias is not None)


@dataclass(frozen=True)
class Network:
    """Layers of neurons, each fed by all of the layer before, and a loss.

    ``widths`` counts the inputs and the neurons of each layer after them: (2, 2, 2) is the class
    network. ``activations`` has one of ``ACTIVATIONS`` for each layer after the inputs; the
    last may be "softmax". ``biases`` is "none", "fixed" (numbers that training leaves alone) or
    "trained". ``loss_name`` is one of :data:`LOSSES`.

    Raises InputError for anything else, for a loss whose output activation is another, and for
    layers that are beyond any worksheet.
    """

    widths: tuple[int, ...] = (2, 2, 2)
    activations: tuple[str, ...] = ("sigmoid", "sigmoid")
    biases: str = "none"
    loss_name: str = "half squared error"

    def __post_init__(self) -> None:
        check_network(self.widths, self.activations, self.biases, self.loss_name)

    @property
    def loss(self) -> Loss:
        """The loss's entry."""
        return LOSSES[self.loss_name]

    @property
    def fused(self) -> bool:
        """Whether the slopes of loss and output activation fuse to ∂E/∂o = a − t."""
        return self.loss.activation is not None

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """i1, i2, …"""
        return _numbered("i", self.widths[0])

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """t1, t2, …, one for each output."""
        return _numbered("t", self.widths[-1])

    @property
    def given(self) -> tuple[str, ...]:
        """The inputs, then the targets: what a sample has numbers for."""
        return self.inputs + self.targets

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The layers after the inputs, in order."""
        weights, biases = (f"w{n}" for n in count(1)), (f"b{n}" for n in count(1))
        sources, layers = self.inputs, []
        for index, activation in enumerate(self.activations):
            neurons = tuple(
                Neuron(
                    name,
                    activation_name(name),
                    tuple(islice(weights, len(sources))),
                    sources,
                    None if self.biases == "none" else next(biases),
                )
                for name in self._neuron_names(index)
            )
            layers.append(Layer(neurons, activation))
            sources = tuple(neuron.activation for neuron in neurons)
        return tuple(layers)

    @cached_property
    def neurons(self) -> tuple[Neuron, ...]:
        """All neurons, layer by layer."""
        return tuple(neuron for layer in self.layers for neuron in layer.neurons)

    @property
    def hidden_layers(self) -> tuple[Layer, ...]:
        """All layers but the last."""
        return self.layers[:-1]

    @property
    def outputs(self) -> tuple[Neuron, ...]:
        """The neurons of the last layer."""
        return self.layers[-1].neurons

    @cached_property
    def weights(self) -> tuple[str, ...]:
        """w1, w2, …"""
        return tuple(weight for layer in self.layers for weight in layer.weights)

    @cached_property
    def bias_names(self) -> tuple[str, ...]:
        """b1, b2, …, if there are biases."""
        return tuple(bias for layer in self.layers for bias in layer.biases)

    @property
    def parameters(self) -> tuple[str, ...]:
        """What training changes: the weights, then the biases if they are trained."""
        return self.weights + (self.bias_names if self.biases == "trained" else ())

    @cached_property
    def losses(self) -> tuple[str, ...]:
        """E1, E2, …; none where there is a single output, whose loss is E_total itself."""
        return _numbered("E", self.widths[-1]) if self.widths[-1] > 1 else ()

    @property
    def has_softmax(self) -> bool:
        """Whether the outputs share a softmax."""
        return self.activations[-1] == SOFTMAX

    def _neuron_names(self, layer: int) -> tuple[str, ...]:
        width = self.widths[layer + 1]
        if layer == len(self.activations) - 1:
            return _numbered("o", width)
        return _numbered("h" if len(self.activations) == 2 else f"h{layer + 1}_", width)

    def __str__(self) -> str:
        return "-".join(map(str, self.widths))


def _numbered(letter: str, number: int) -> tuple[str, ...]:
    return tuple(f"{letter}{index}" for index in range(1, number + 1))


CLASS_NETWORK = Network()
