"""Why something belongs in a formula, in the exercise's terms: one sentence for each fault.

A gradient is a chain of steps from the loss back to the weight, and each step has a sentence of
its own; the one is told that the mistake is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backprop_xlsx import equations
from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.formula.expression import Symbol, product
from backprop_xlsx.formula.names import (
    TOTAL_LOSS,
    gradient_name,
    label,
    of_gradient,
    of_next,
    without_sample,
)
from backprop_xlsx.model.network import Layer, Network, Neuron
from backprop_xlsx.model.words import activation_words, listed

_NAME = re.compile(r"∂E/∂\w+|\w+")


@dataclass(frozen=True)
class _Step:
    """One step of a chain: the quantities that it brings into the formula, and why."""

    names: frozenset[str]
    sentence: str


def reason_for(exercise: Exercise, quantity: str, explanation: str) -> str:
    """Why the formula of a quantity is as it is, at the place that an explanation names.

    A sentence without a full stop; empty for a quantity of which there is nothing to tell.
    """
    base = without_sample(quantity)
    if of_next(quantity) in exercise.parameters:
        return _of_update(quantity)
    steps = list(_steps(exercise.network, base))
    if not steps:
        equation = exercise.equations.get(quantity)
        return "" if equation is None else f"{label(quantity)} is {equation.text()}"
    told = set(_NAME.findall(explanation))
    best = max(steps, key=lambda step: (len(step.names & told), -len(step.names)))
    if best.names & told:
        return best.sentence
    if len(steps) == 1:
        return best.sentence
    target = of_gradient(base)
    return (
        f"{label(base)} multiplies the slopes on the way from the loss to {target}, and adds up "
        "where there are several ways"
    )


def path(exercise: Exercise, quantity: str) -> tuple[str, ...]:
    """The quantities through which the loss hangs on a weight, or which lead to a quantity.

    Nodes and weights of the network's drawing; empty for a quantity that is no part of it.
    """
    network = exercise.network
    nodes = {neuron.activation: neuron.pre_activation for neuron in network.neurons}
    base = of_gradient(without_sample(quantity))
    found: list[str] = []
    for index, layer in enumerate(network.layers):
        for neuron in layer.neurons:
            source = dict(zip(neuron.weights, neuron.sources, strict=True)).get(base)
            if base not in (neuron.pre_activation, neuron.activation, neuron.bias, *neuron.weights):
                continue
            found += [source, base] if source else []
            found.append(neuron.pre_activation)
            if of_gradient(quantity) != quantity:
                found += _onwards(network, index, neuron)
            elif source is None:
                found += [*neuron.weights, *neuron.sources]
    for index, output in enumerate(network.outputs):
        if base == TOTAL_LOSS or base in network.losses[index : index + 1]:
            found += [output.pre_activation, base]
    return tuple(dict.fromkeys(nodes.get(name, name) for name in found))


def _onwards(network: Network, layer: int, neuron: Neuron) -> Iterator[str]:
    """Everything between a neuron and the loss."""
    reached = {neuron.activation}
    for following in network.layers[layer + 1 :]:
        for other in following.neurons:
            for weight, source in zip(other.weights, other.sources, strict=True):
                if source in reached:
                    yield weight
            yield other.pre_activation
        reached = {other.activation for other in following.neurons}
    for index, output in enumerate(network.outputs):
        if output.activation in reached:
            yield from network.losses[index : index + 1]
    yield TOTAL_LOSS


def _of_update(quantity: str) -> str:
    parameter = of_next(quantity)
    row = "the row above" if parameter == quantity else "the same row"
    return (
        f"a step goes down the slope: {parameter} of {row}, less η times its own gradient "
        f"{label(gradient_name(parameter))} of {row}, with the one η of the run"
    )


def _steps(network: Network, quantity: str) -> Iterator[_Step]:
    """The steps of the chain that ends at a quantity, from the loss back."""
    if quantity == TOTAL_LOSS or quantity in network.losses:
        yield from _of_loss(network, quantity)
    target = of_gradient(quantity)
    for index, layer in enumerate(network.layers):
        for number, neuron in enumerate(layer.neurons):
            parameters = dict(zip(neuron.weights, neuron.sources, strict=True))
            if quantity == neuron.pre_activation:
                yield _of_sum(neuron)
            elif quantity == neuron.activation:
                yield _of_activation(layer, neuron)
            elif target != quantity and target in (*parameters, neuron.bias):
                yield from _of_error(network, index, number)
                yield _of_parameter(neuron, target, parameters.get(target))
            elif target == neuron.pre_activation != quantity:
                yield from _of_error(network, index, number)


def _of_loss(network: Network, quantity: str) -> Iterator[_Step]:
    losses = network.losses
    if quantity == TOTAL_LOSS and losses:
        whole = "the mean" if network.loss.averaged else "the sum"
        yield _Step(
            frozenset(losses),
            f"{TOTAL_LOSS} is the error of the whole network, {whole} of {listed(losses)}: every "
            "output counts once",
        )
        return
    index = losses.index(quantity) if losses else 0
    output, target = network.outputs[index].activation, network.targets[index]
    equation = equations.forward(network)[quantity].text()
    yield _Step(
        frozenset((output, target)),
        f"{quantity} measures how far {output} is from its target {target}: {equation}, and the "
        "gradients are the slopes of just this",
    )


def _of_sum(neuron: Neuron) -> _Step:
    ways = [f"{s} through {w}" for w, s in zip(neuron.weights, neuron.sources, strict=True)]
    bias = "" if neuron.bias is None else f", and the bias {neuron.bias} is added"
    return _Step(
        frozenset((*neuron.weights, *neuron.sources)),
        f"{neuron.pre_activation} adds up what reaches the neuron: {listed(ways)}{bias}",
    )


def _of_activation(layer: Layer, neuron: Neuron) -> _Step:
    return _Step(
        frozenset((neuron.pre_activation,)),
        f"{neuron.activation} is what the neuron passes on: its sum {neuron.pre_activation} "
        f"through its {activation_words(layer.activation)}",
    )


def _of_error(network: Network, index: int, number: int) -> Iterator[_Step]:
    """How the loss moves with a neuron's sum."""
    layer = network.layers[index]
    neuron = layer.neurons[number]
    is_output = index == len(network.layers) - 1
    if not is_output:
        yield from _of_way_back(network, index, number)
    elif network.fused or network.has_softmax:
        delta = equations.output_delta(network, number)
        names = frozenset(leaf.name for leaf in delta.leaves() if isinstance(leaf, Symbol))
        pre = neuron.pre_activation
        yield _Step(names, f"loss and activation together have the slope {delta.text()} in {pre}")
        return
    else:
        yield _of_loss_slope(network, number)
    yield from _of_slope(layer, neuron)


def _of_slope(layer: Layer, neuron: Neuron) -> Iterator[_Step]:
    slope = equations.activation_slope(layer, neuron)
    if slope:
        yield _Step(
            frozenset((neuron.activation,)),
            f"{neuron.pre_activation} feeds {neuron.activation}, so the slope of its "
            f"{activation_words(layer.activation)} is {product(slope).text()}",
        )


def _of_loss_slope(network: Network, number: int) -> _Step:
    target, activation = network.targets[number], network.outputs[number].activation
    loss = network.losses[number] if network.losses else TOTAL_LOSS
    slope = product(equations.loss_slope(network, number)).text()
    return _Step(
        frozenset((target, activation, loss)),
        f"{loss} = {equations.forward(network)[loss].text()} has the slope {slope} in {activation}",
    )


def _of_way_back(network: Network, index: int, number: int) -> Iterator[_Step]:
    """How the errors of the next layer come back to a hidden neuron."""
    hidden = network.layers[index].neurons[number]
    following = network.layers[index + 1]
    ways = [(other.pre_activation, other.weights[number]) for other in following.neurons]
    if index == len(network.layers) - 2 and not (network.fused or network.has_softmax):
        for output, neuron in enumerate(following.neurons):
            yield _of_loss_slope(network, output)
            yield from _of_slope(following, neuron)
    told = listed([f"that of {pre} through {weight}" for pre, weight in ways])
    gradients = {label(gradient_name(w)) for neuron in following.neurons for w in neuron.weights}
    deltas = {label(gradient_name(pre)) for pre, _ in ways}
    yield _Step(
        frozenset({*gradients, *deltas, *(weight for _, weight in ways)}),
        f"{hidden.activation} feeds {listed([pre for pre, _ in ways])}, so their errors come back "
        f"to it, {told}",
    )


def _of_parameter(neuron: Neuron, parameter: str, source: str | None) -> _Step:
    if source is None:
        return _Step(
            frozenset((parameter,)),
            f"{parameter} is added to {neuron.pre_activation} as it is, so its gradient is the "
            f"error of {neuron.pre_activation} without a further factor",
        )
    return _Step(
        frozenset((source,)),
        f"{parameter} leads from {source} to {neuron.pre_activation}, so a change of {parameter} "
        f"moves {neuron.pre_activation} by {source} times as much",
    )
