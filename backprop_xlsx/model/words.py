"""A network and its training in words, as the sheets describe them."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.optimisers import SYMBOLS

_NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve"),
)
LARGEST_LISTED = 2  # so many names are listed one by one

CONSTANTS = {symbol: field.replace("_", " ") for field, symbol in SYMBOLS.items()}
"""What the letter of each constant of an optimiser stands for: ``learning rate``."""


def span(names: Sequence[str]) -> str:
    """Names in short: ``i1, i2``, or ``w1 … w4`` for more than two."""
    return ", ".join(names) if len(names) <= LARGEST_LISTED else f"{names[0]} … {names[-1]}"


def listed(parts: Sequence[str]) -> str:
    """Parts in one phrase: ``h1, h2 and h3``."""
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last


def first_of(names: Sequence[str], most: int) -> str:
    """Names in a line, of more than so many the first ones: ``h1, h2, h3 …``."""
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")


def in_words(count: int) -> str:
    """A small number in words, a larger one in digits."""
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"


def counted(count: int, thing: str) -> str:
    """``one input`` or ``two inputs``."""
    return f"{in_words(count)} {plural(count, thing)}"


def plural(count: int, thing: str) -> str:
    """``input`` or ``inputs``, without their number."""
    return thing if count == 1 else f"{thing}s"


def run_letter(run: int) -> str:
    """The letter of a run, from 0: A for the first."""
    return chr(ord("A") + run)


def layer_words(network: Network, layer: int) -> str:
    """The neurons of a layer, from 0: ``the hidden neurons``; −1 are the inputs."""
    width = network.widths[layer + 1]
    if layer < 0:
        return f"the {plural(width, 'input')}"
    if layer == len(network.layers) - 1:
        return f"the {plural(width, 'output')}"
    if len(network.hidden_layers) > 1:
        return f"hidden layer {layer + 1}"
    return f"the {plural(width, 'hidden neuron')}"


def start_value_words(network: Network) -> dict[str, str]:
    """What each start value of a network is: ``input i1``, ``w1: i1 → h1``, ``b1 of h1``."""
    found = {name: f"input {name}" for name in network.inputs}
    found |= {name: f"target {name}" for name in network.targets}
    for neuron in network.neurons:
        for weight, source in zip(neuron.weights, neuron.sources, strict=True):
            found[weight] = f"{weight}: {source} → {neuron.pre_activation}"
        if neuron.bias is not None:
            found[neuron.bias] = f"{neuron.bias} of {neuron.pre_activation}"
    return found


def activation_words(name: str) -> str:
    """An activation's name as it is written in text: ``ReLU``."""
    return name.replace("relu", "ReLU")


def neurons_in_words(network: Network) -> str:
    """``two inputs, two hidden and two output neurons``."""
    inputs = counted(network.widths[0], "input")
    outputs = counted(network.widths[-1], "output neuron")
    hidden = network.widths[1:-1]
    if not hidden:
        return f"{inputs} and {outputs}"
    if len(hidden) == 1:
        together = network.widths[-1] > 1 and hidden[0] > 1
        first = in_words(hidden[0]) + " hidden" if together else counted(hidden[0], "hidden neuron")
        return f"{inputs}, {first} and {outputs}"
    if len(set(hidden)) == 1:
        layers = f"{in_words(len(hidden))} hidden layers of {counted(hidden[0], 'neuron')}"
        return f"{inputs}, {layers} and {outputs}"
    widths = listed([*map(in_words, hidden[:-1]), counted(hidden[-1], "neuron")])
    return f"{inputs}, hidden layers of {widths}, and {outputs}"


def training_in_words(experiment: Experiment) -> str:
    """Activations, loss, biases and samples, in a sentence."""
    network = experiment.network
    activations = [activation_words(name) for name in network.activations]
    if len(set(activations)) == 1:
        parts = [f"the activation is {activations[0]} throughout"]
    elif len(set(activations[:-1])) == 1:
        hidden = f"{activations[0]} in the hidden neurons"
        parts = [f"the activation is {hidden} and {activations[-1]} at the output"]
    else:
        hidden = ", ".join(activations[:-1])
        parts = [f"the activations are {hidden} in turn and {activations[-1]} at the output"]
    parts.append(f"the loss is {network.loss_name}")
    biases = {
        "none": "there are no biases",
        "fixed": "the biases stay as they are",
        "trained": "the biases learn as the weights do",
    }
    parts.append(biases[network.biases])
    count = len(experiment.samples)
    if count == 1:
        parts.append("there is one sample")
    elif experiment.in_turn:
        parts.append(f"each step sees one of {in_words(count)} samples, in turn")
    else:
        parts.append(f"each step sees all {in_words(count)} samples and takes the mean gradient")
    sentence = "; ".join(parts) + "."
    return sentence[0].upper() + sentence[1:]
