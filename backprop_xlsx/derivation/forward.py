"""The forward pass and the loss."""

from __future__ import annotations

from backprop_xlsx import equations
from backprop_xlsx.derivation.lines import Extent, Line, Part
from backprop_xlsx.formula.names import (
    EXPONENTIALS,
    LARGEST_OUTPUT,
    MEAN_LOSS,
    TOTAL_LOSS,
    exponential_name,
)
from backprop_xlsx.model.activations import ACTIVATIONS
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.words import activation_words, in_words


def forward_pass(network: Network, samples: int) -> Part:
    """Pre-activations, activations and losses; ``samples`` is how many a step sees."""
    extent, wanted = Extent(network), forward_names(network)
    found = equations.forward(network)
    lines = [extent.line(name, equation) for name, equation in found.items() if name in wanted]
    if samples > 1:
        mean = equations.forward(network, samples)[MEAN_LOSS]
        lines.append(Line(MEAN_LOSS, mean, over_samples=True))
    return Part("Forward pass and loss", _explanation(network, samples), tuple(lines))


def forward_names(network: Network) -> set[str]:
    """The quantities of the forward pass that are shown."""
    extent = Extent(network)
    wanted = {TOTAL_LOSS, LARGEST_OUTPUT, EXPONENTIALS}
    for layer in extent.layers:
        for index in extent.neurons(layer):
            neuron = network.layers[layer].neurons[index]
            wanted |= {neuron.pre_activation, neuron.activation}
            wanted.add(exponential_name(neuron.pre_activation))
    if network.losses:
        shown = extent.neurons(len(network.layers) - 1)
        wanted |= {network.losses[index] for index in shown}
    return wanted


def _explanation(network: Network, samples: int) -> str:
    bias = "" if network.biases == "none" else ", adds its bias"
    activations = dict.fromkeys(network.activations)
    definitions = [_definition(name) for name in activations if name in ACTIVATIONS]
    if list(activations) == ["sigmoid"]:
        text = f"Each neuron weighs its inputs{bias} and squashes the sum with the sigmoid "
        text += f"{definitions[0]}."
    else:
        words = " and ".join(map(activation_words, activations))
        text = f"Each neuron weighs its inputs{bias} and takes its activation of the sum: "
        text += f"{'; '.join((words, *definitions))}."
    if network.has_softmax:
        text += (
            " Softmax makes the outputs add up to 1; max_o, the largest, is taken off first, "
            "so that no exponential overflows, and cancels in the quotient."
        )
    text += " The loss measures how far the outputs are from the targets."
    if network.fused:
        plain = network.loss.plain.replace("·", " · ")
        text += f" It is {plain} for output 1, computed from o1, so that no logarithm of 0 occurs."
    if samples > 1:
        text += (
            " All this for the chosen sample; the others go alike. "
            f"{MEAN_LOSS} is the mean over all {in_words(samples)}."
        )
    return text


def _definition(activation: str) -> str:
    """What an activation is, as an equation or in words."""
    definition = ACTIVATIONS[activation].definition.replace("·", " · ")
    return definition if "=" in definition else f"{activation_words(activation)} is {definition}"
