"""What is taught: a network's layers, and the names of its quantities.

Weights are numbered layer by layer and neuron by neuron, and so are biases. With one hidden layer
its neurons are h1, h2, …; with several, h1_1, h1_2, … and h2_1, …
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import count, islice

from backprop_xlsx.model.activations import ACTIVATIONS, SOFTMAX
from backprop_xlsx.model.losses import LOSSES, Loss
from backprop_xlsx.model.names import activation_name
from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.numbers import LONGEST_SHOWN, shown

BIASES = ("none", "fixed", "trained")

# Far beyond what a worksheet can hold; up to here a network takes no time to describe, so that
# what is too large for a worksheet can be told in detail.
LARGEST_NUMBER_OF_LAYERS, LARGEST_WIDTH, LARGEST_NUMBER_OF_WEIGHTS = 100, 16_384, 100_000


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
    network. ``activations`` has one of :data:`ACTIVATIONS` for each layer after the inputs; the
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
        _check_widths(self.widths)
        layers = len(self.widths) - 1
        if len(self.activations) != layers:
            raise InputError(
                f"activations: {len(self.activations)} given, expected {layers}, one for each "
                f"layer of {self} after the inputs"
            )
        _check_activations(self.activations)
        if self.biases not in BIASES:
            raise InputError(
                f"biases: {shown(self.biases)} is unknown, expected one of: {', '.join(BIASES)}"
            )
        if self.loss_name not in LOSSES:
            raise InputError(
                f"loss: {shown(self.loss_name)} is unknown, expected one of: {', '.join(LOSSES)}"
            )
        wanted = self.loss.activation
        if wanted is not None and self.activations[-1] != wanted:
            raise InputError(
                f"loss: {self.loss_name} needs {wanted} at the output, which is "
                f"{self.activations[-1]} here; change one of the two"
            )

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


def _check_widths(widths: tuple[int, ...]) -> None:
    shape = "-".join(map(shown, widths))
    shape = shape if len(shape) <= LONGEST_SHOWN else f"{shape[: LONGEST_SHOWN - 1]}…"
    whole = all(isinstance(width, int) and not isinstance(width, bool) for width in widths)
    if not whole or len(widths) < 2 or min(widths) < 1:
        raise InputError(
            f"layers: {shape or 'none'} given, expected at least two whole numbers above 0, "
            "as 2-3-1"
        )
    if len(widths) > LARGEST_NUMBER_OF_LAYERS:
        raise InputError(
            f"layers: {len(widths):,} of them given, expected at most {LARGEST_NUMBER_OF_LAYERS}"
        )
    weights = sum(before * after for before, after in zip(widths, widths[1:], strict=False))
    if max(widths) > LARGEST_WIDTH or weights > LARGEST_NUMBER_OF_WEIGHTS:
        raise InputError(
            f"layers: {shape} need more than {LARGEST_NUMBER_OF_WEIGHTS:,} weights or more than "
            f"{LARGEST_WIDTH:,} neurons in a layer, and a worksheet has {LARGEST_WIDTH:,} columns "
            "for them all; make the layers narrower"
        )


def _check_activations(activations: tuple[str, ...]) -> None:
    for index, name in enumerate(activations):
        last = index == len(activations) - 1
        if name == SOFTMAX and not last:
            raise InputError("activations: softmax given for a hidden layer; it is for the output")
        if name not in ACTIVATIONS and name != SOFTMAX:
            known = ", ".join((*ACTIVATIONS, SOFTMAX))
            raise InputError(f"activation: {shown(name)} is unknown, expected one of: {known}")


CLASS_NETWORK = Network()
