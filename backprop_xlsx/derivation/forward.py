"""The forward pass and the loss."""

from __future__ import annotations

from backprop_xlsx import equations
from backprop_xlsx.derivation.lines import Extent, Line, Part
from backprop_xlsx.model.activations import ACTIVATIONS
from backprop_xlsx.model.names import (
    EXPONENTIALS,
    LARGEST_OUTPUT,
    MEAN_LOSS,
    TOTAL_LOSS,
    exponential_name,
    sampled,
)
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.words import activation_words, in_words


def forward_pass(network: Network, samples: int) -> Part:
    """Pre-activations, activations and losses; ``samples`` is how many a step sees."""
    extent, sample = Extent(network), equations.each(samples)[0]
    names = {TOTAL_LOSS, LARGEST_OUTPUT, EXPONENTIALS}
    for layer in extent.layers:
        for index in extent.neurons(layer):
            neuron = network.layers[layer].neurons[index]
            names |= {neuron.pre_activation, neuron.activation}
            names.add(exponential_name(neuron.pre_activation))
    if network.losses:
        shown = extent.neurons(len(network.layers) - 1)
        names |= {network.losses[index] for index in shown}
    wanted = {sampled(name, sample) for name in names}
    found = equations.forward(network, samples)
    lines = [extent.line(name, equation) for name, equation in found.items() if name in wanted]
    if samples > 1:
        lines.append(Line(MEAN_LOSS, found[MEAN_LOSS], over_samples=True))
    return Part("Forward pass and loss", _explanation(network, samples), tuple(lines))


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
        text += (
            f" It is {network.loss.plain} for output 1, computed from o1, so that no "
            "logarithm of 0 occurs."
        )
    if "sigmoid" in activations:
        text += " In the cell, MAX(…,−700) keeps Excel's EXP from overflowing and changes no digit."
    if samples > 1:
        first = network.neurons[0].pre_activation
        text += (
            f" {first}[1] is {first} of sample 1, and so on; the other samples go alike. "
            f"{MEAN_LOSS} is the mean over all {in_words(samples)}, from the sheet "
            "Run A."
        )
    return text


def _definition(activation: str) -> str:
    """What an activation is, as an equation or in words."""
    definition = ACTIVATIONS[activation].definition
    return definition if "=" in definition else f"{activation_words(activation)} is {definition}"
