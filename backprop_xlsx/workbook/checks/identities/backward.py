"""∂E/∂(pre-activation) and the gradients against the chain rule, taken another way round."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_xlsx.equations import written_out
from backprop_xlsx.formula.names import TOTAL_LOSS, gradient_name
from backprop_xlsx.model.activations import SOFTMAX
from backprop_xlsx.model.network import Neuron
from backprop_xlsx.workbook.checks.identities.activations import second_form
from backprop_xlsx.workbook.checks.identities.arrays import direction, root, square
from backprop_xlsx.workbook.checks.identities.columns import (
    Columns,
    Identity,
    Named,
    Sized,
    added,
)
from backprop_xlsx.workbook.checks.identities.sums import sum_identity

# A longer sum is held against a bound of its terms, lest the formula grow too long.
MOST_TERMS = 50


def backward_identities(columns: Columns) -> Iterator[Named]:
    """Every ∂E/∂(pre-activation) that has a column, and the gradient of every parameter."""
    network = columns.network
    if not written_out(network, columns.samples):
        for index, layer in enumerate(network.layers):
            for number, neuron in enumerate(layer.neurons):
                name = gradient_name(neuron.pre_activation)
                expected, size = _delta(columns, index, number)
                words = _delta_words(columns, index)
                yield name, Identity.of(words, f"{columns(name)}-{expected}", size)
    for index, layer in enumerate(network.layers):
        for number, neuron in enumerate(layer.neurons):
            for position, weight in enumerate(neuron.weights):
                yield gradient_name(weight), _of_weight(columns, index, number, position)
            if neuron.bias in network.parameters:
                yield gradient_name(str(neuron.bias)), _of_bias(columns, index, number)


def _of_weight(columns: Columns, layer: int, number: int, position: int) -> Identity:
    here = columns.network.layers[layer]
    neuron = here.neurons[number]
    own, source = columns(gradient_name(neuron.weights[position])), neuron.sources[position]
    if columns.samples > 1:
        delta = gradient_name(neuron.pre_activation)
        pairs = zip(columns.each(delta), columns.each_source(source), strict=True)
        words = f"∂E/∂{neuron.pre_activation}·{source} of all samples, over {columns.samples}"
        terms = [f"{each}*{times}" for each, times in pairs]
        block = f"{columns(delta)}*{columns.source(source)}"
        return sum_identity(words, f"{columns.samples}*{own}", terms, block)
    times = columns.source(source)
    if not written_out(columns.network, 1):
        delta = columns(gradient_name(neuron.pre_activation))
        expected, size, words = delta, square(delta), f"∂E/∂{neuron.pre_activation}"
    elif layer == 0 and len(columns.network.layers) > 1 and here.activation == "sigmoid":
        expected, size = _by_the_next_gradients(columns, neuron)
        words = f"(Σ w·∂E/∂w of the weights that lead on)·(1 − {neuron.activation})"
    else:
        expected, size = _delta(columns, layer, number)
        words = _delta_words(columns, layer)
    difference = f"{own}-{expected}*{times}"
    return Identity.of(f"{words}·{source}", difference, f"{size}*{square(times)}")


def _of_bias(columns: Columns, layer: int, number: int) -> Identity:
    neuron = columns.network.layers[layer].neurons[number]
    own, delta = columns(gradient_name(str(neuron.bias))), gradient_name(neuron.pre_activation)
    if columns.samples > 1:
        words = f"∂E/∂{neuron.pre_activation} of all samples, over {columns.samples}"
        terms = columns.each(delta)
        return sum_identity(words, f"{columns.samples}*{own}", terms, columns(delta))
    if written_out(columns.network, 1):
        expected, size = _delta(columns, layer, number)
        return Identity.of(_delta_words(columns, layer), f"{own}-{expected}", size)
    expected = columns(delta)
    words = f"∂E/∂{neuron.pre_activation}"
    return Identity.of(words, f"{own}-{expected}", square(expected))


def _by_the_next_gradients(columns: Columns, neuron: Neuron) -> Sized:
    """Σ w·∂E/∂w over the weights that lead on is a·∂E/∂a, and ∂a/∂h is a·(1 − a)."""
    following = columns.network.layers[1].neurons
    position = following[0].sources.index(neuron.activation)
    weights = [after.weights[position] for after in following]
    pairs = [(columns(weight), columns(gradient_name(weight))) for weight in weights]
    rest = f"(1-{columns(neuron.activation)})"
    terms = added([f"{weight}*{gradient}" for weight, gradient in pairs])
    return f"{terms}*{rest}", f"{added([square(*pair) for pair in pairs])}*{square(rest)}"


def _delta(columns: Columns, layer: int, number: int) -> Sized:
    """∂E/∂(pre-activation) of a neuron, from the layer after it."""
    layers = columns.network.layers
    if layer == len(layers) - 1:
        return _output_delta(columns, number)
    slope = second_form(layers[layer].activation).slope(columns, layers[layer].neurons[number])
    terms, sized = [], []
    for index, after in enumerate(layers[layer + 1].neurons):
        weight = columns(after.weights[number])
        if written_out(columns.network, columns.samples):
            delta, size = _delta(columns, layer + 1, index)
        else:
            delta = columns(gradient_name(after.pre_activation))
            size = square(delta)
        terms.append(f"{delta}*{weight}")
        sized.append(f"{size}*{square(weight)}")
    if len(terms) > MOST_TERMS:
        next_layer = layers[layer + 1]
        deltas = [gradient_name(neuron.pre_activation) for neuron in next_layer.neurons]
        weights = columns.between(next_layer.weights[0], next_layer.weights[-1])
        sized = [f"SUMSQ({columns.between(deltas[0], deltas[-1])})*SUMSQ({weights})"]
    return f"{added(terms)}*{slope}", f"{added(sized)}*{square(slope)}"


def _output_delta(columns: Columns, number: int) -> Sized:
    network = columns.network
    neuron, outputs = network.outputs[number], len(network.outputs)
    averaged = network.loss.averaged and outputs > 1
    share, share_size = (f"/{outputs}", f"/{outputs**2}") if averaged else ("", "")
    if network.fused:
        error = f"({columns(neuron.activation)}-{columns.seen(network.targets[number])})"
        return f"({error}{share})", f"({square(error)}{share_size})"
    if not network.has_softmax:
        slope = second_form(network.layers[-1].activation).slope(columns, neuron)
        squared = _squared_error_slope(columns, number)
        towards = direction(_error(columns, number))
        expected = f"({towards}*{root(squared)}*{slope}{share})"
        return expected, f"({squared}*{square(slope)}{share_size})"
    pull, pull_size = [], []
    for index, other in enumerate(network.outputs):
        a = columns(other.activation)
        pull.append(f"{_loss_slope(columns, index)}*{a}")
        pull_size.append(square(_loss_slope(columns, index), a))
    a, own = columns(neuron.activation), _loss_slope(columns, number)
    expected = f"({a}*({own}-{added(pull)}){share})"
    return expected, f"({square(a)}*({square(own)}+{added(pull_size)}){share_size})"


def _loss_slope(columns: Columns, number: int) -> str:
    factor = "2*" if columns.network.loss_name == "mean squared error" else ""
    return f"({factor}{_error(columns, number)})"


def _error(columns: Columns, number: int) -> str:
    network = columns.network
    activation = columns(network.outputs[number].activation)
    return f"({activation}-{columns.seen(network.targets[number])})"


def _squared_error_slope(columns: Columns, number: int) -> str:
    """(∂E/∂a)² of an output, from its loss: that is a square too."""
    network = columns.network
    loss = columns(network.losses[number] if network.losses else TOTAL_LOSS)
    return f"({2 if network.loss_name == 'half squared error' else 4}*{loss})"


def _delta_words(columns: Columns, layer: int) -> str:
    network = columns.network
    if layer < len(network.layers) - 1:
        return "(Σ w·∂E/∂(what it leads to))·(slope)"
    if network.fused:
        return "(a − t)"
    if network.layers[-1].activation == SOFTMAX:
        return "a·(∂E/∂a − Σ a·∂E/∂a)"
    root_of = "√(2·E)" if network.loss_name == "half squared error" else "2·√E"
    return f"±{root_of}·(slope)"
