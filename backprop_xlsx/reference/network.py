"""Forward and backward pass of a network in numpy, and the names of what they compute.

Arrays have any leading shape: a batch of rows. After it comes the sample, then the neuron.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from backprop_xlsx.formula.names import (
    EXPONENTIALS,
    LARGEST_OUTPUT,
    MEAN_LOSS,
    TOTAL_LOSS,
    exponential_name,
    gradient_name,
    sampled,
)
from backprop_xlsx.model.activations import ACTIVATIONS, SOFTMAX, Array
from backprop_xlsx.model.network import Network


@dataclass(frozen=True)
class Pass:
    """What a forward and a backward pass compute, layer by layer, arrays (…, samples, neurons).

    ``parts`` are the outputs' parts of the loss, ``total_loss`` (…, samples) their sum or mean,
    ``gradient`` (…, parameters) the mean over the samples, weights first, then biases (fixed ones
    included).
    """

    pre_activations: tuple[Array, ...]
    activations: tuple[Array, ...]
    deltas: tuple[Array, ...]
    parts: Array
    total_loss: Array
    gradient: Array


def run_pass(
    network: Network,
    inputs: Array,
    targets: Array,
    parameters: Array,
    nudges: Sequence[Array] | None = None,
) -> Pass:
    """Forward and backward pass at given parameters.

    inputs (…, samples, inputs), targets (…, samples, outputs), parameters (…, weights + biases);
    ``nudges``, if given, has for each layer what is added to its activations, (neurons,), in
    units in the last place.
    """
    matrices, biases = _unpacked(network, parameters)
    sources, pres, activations = inputs, [], []
    for index, name in enumerate(network.activations):
        pre = _multiply(matrices[index], sources)
        if biases:
            pre = pre + biases[index][..., None, :]
        activation = _softmax(pre) if name == SOFTMAX else ACTIVATIONS[name].value(pre)
        if nudges is not None:
            activation = activation + nudges[index] * np.spacing(activation)
        pres.append(pre)
        activations.append(activation)
        sources = activation
    parts = _parts(network, targets, pres[-1], activations[-1])
    averaged = network.loss.averaged
    total_loss = _sum(parts) / parts.shape[-1] if averaged else _sum(parts)
    delta = _output_delta(network, targets, pres[-1], activations[-1])
    deltas = [delta]
    for index in reversed(range(len(matrices) - 1)):
        back = _multiply(np.swapaxes(matrices[index + 1], -1, -2), delta)
        entry = ACTIVATIONS[network.activations[index]]
        delta = back * entry.derivative(pres[index], activations[index])
        deltas.insert(0, delta)
    gradients = [
        _mean(delta[..., :, None] * source[..., None, :])
        for delta, source in zip(deltas, (inputs, *activations[:-1]), strict=True)
    ]
    rows = parameters.shape[:-1]
    flat = [np.broadcast_to(g, (*rows, *g.shape[-2:])).reshape(*rows, -1) for g in gradients]
    if biases:
        flat += [np.broadcast_to(_mean(d, 2), (*rows, d.shape[-1])) for d in deltas]
    gradient = np.concatenate(flat, axis=-1)
    return Pass(tuple(pres), tuple(activations), tuple(deltas), parts, total_loss, gradient)


def quantities(
    network: Network,
    inputs: Array,
    targets: Array,
    parameters: Array,
    nudges: Sequence[Array] | None = None,
) -> dict[str, Array]:
    """Every quantity of the given passes by name, arrays (…); arguments as :func:`run_pass`."""
    found = run_pass(network, inputs, targets, parameters, nudges)
    rows, samples = parameters.shape[:-1], inputs.shape[-2]
    named: dict[str, Array] = {}

    def put(names: Sequence[str], values: Array) -> None:
        """Names arrays (…, samples, names)."""
        values = np.broadcast_to(values, (*rows, samples, len(names)))
        for index, name in enumerate(names):
            for sample in range(samples):
                own = sampled(name, sample if samples > 1 else None)
                named[own] = values[..., sample, index]

    put(network.inputs, inputs)
    put(network.targets, targets)
    names = (*network.weights, *network.bias_names)
    named |= {name: parameters[..., index] for index, name in enumerate(names)}
    for layer, pre, activation, delta in zip(
        network.layers, found.pre_activations, found.activations, found.deltas, strict=True
    ):
        pre_names = [neuron.pre_activation for neuron in layer.neurons]
        put(pre_names, pre)
        put([neuron.activation for neuron in layer.neurons], activation)
        put([gradient_name(name) for name in pre_names], delta)
        if layer.activation == SOFTMAX:
            largest, exponentials = _exponentials(pre)
            put([LARGEST_OUTPUT], largest)
            put([exponential_name(name) for name in pre_names], exponentials)
            put([EXPONENTIALS], _sum(exponentials)[..., None])
    put(network.losses, found.parts)
    put([TOTAL_LOSS], found.total_loss[..., None])
    if samples > 1:
        named[MEAN_LOSS] = np.broadcast_to(found.total_loss.mean(axis=-1), rows)
    for index, name in enumerate(names):
        if name in network.parameters:
            named[gradient_name(name)] = found.gradient[..., index]
    return named


def _unpacked(network: Network, parameters: Array) -> tuple[list[Array], list[Array]]:
    """The weights as a matrix (…, neurons, sources) for each layer, and its biases, if any."""
    rows, matrices, biases, start = parameters.shape[:-1], [], [], 0
    for sources, neurons in zip(network.widths, network.widths[1:], strict=False):
        stop = start + sources * neurons
        matrices.append(parameters[..., start:stop].reshape(*rows, neurons, sources))
        start = stop
    if network.biases != "none":
        for neurons in network.widths[1:]:
            biases.append(parameters[..., start : start + neurons])
            start += neurons
    return matrices, biases


def _multiply(matrix: Array, vectors: Array) -> Array:
    """Matrices (…, neurons, sources) times vectors (…, samples, sources)."""
    # Products, then their sum from left to right: the order and rounding of w1·i1 + w2·i2, which
    # BLAS may fuse.
    products = (
        vectors[..., :, None, source] * matrix[..., None, :, source]
        for source in range(matrix.shape[-1])
    )
    return reduce(add, products)


def _sum(values: Array) -> Array:
    return reduce(add, (values[..., index] for index in range(values.shape[-1])))


def _mean(values: Array, trailing: int = 3) -> Array:
    """The mean over the samples, the first of the last ``trailing`` axes."""
    if values.shape[-trailing] == 1:
        return np.squeeze(values, axis=-trailing)
    return values.mean(axis=-trailing)


def _exponentials(pre: Array) -> tuple[Array, Array]:
    """The largest pre-activation (…, 1), and e^(pre-activation − largest)."""
    largest = pre.max(axis=-1, keepdims=True)
    return largest, np.exp(pre - largest)


def _softmax(pre: Array) -> Array:
    _, exponentials = _exponentials(pre)
    return exponentials / _sum(exponentials)[..., None]


def _parts(network: Network, targets: Array, pre: Array, activation: Array) -> Array:
    if network.loss_name == "half squared error":
        return 0.5 * (targets - activation) ** 2
    if network.loss_name == "mean squared error":
        return (targets - activation) ** 2
    if network.loss_name == "binary cross-entropy":
        return np.logaddexp(0.0, pre) - targets * pre
    largest, exponentials = _exponentials(pre)
    return targets * (largest - pre + np.log(_sum(exponentials))[..., None])


def _output_delta(network: Network, targets: Array, pre: Array, activation: Array) -> Array:
    error = activation - targets
    if network.loss.averaged:
        error = error / error.shape[-1]
    if network.fused:
        return error
    slope = 2 * error if network.loss_name == "mean squared error" else error
    if network.has_softmax:
        return activation * (slope - _sum(slope * activation)[..., None])
    return slope * ACTIVATIONS[network.activations[-1]].derivative(pre, activation)
