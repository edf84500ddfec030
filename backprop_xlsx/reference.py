"""The same training in numpy, in matrix form: what the workbook is compared with.

Knows nothing of the equations, of formulas or of cells; the agreement of the two is the proof.
Arrays have any leading shape: a batch of rows, of learning rates, or of both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backprop_xlsx.experiment import Experiment
from backprop_xlsx.network import (
    GRADIENTS,
    HIDDEN,
    INPUTS,
    LOSSES,
    OUTPUTS,
    TARGETS,
    TOTAL_LOSS,
    WEIGHTS,
)

Array = NDArray[np.float64]


def train(experiment: Experiment) -> dict[str, Array]:
    """Every quantity of every run: name -> array of shape (steps + 1, learning rates)."""
    return _train(experiment, np.array(experiment.weights))


def update(
    inputs: Array, targets: Array, weights: Array, rates: Array, nudges: Array | None = None
) -> Array:
    """One step of gradient descent: weights (…, 8) and learning rates (…) give weights (…, 8)."""
    columns = quantities(inputs, targets, weights, nudges)
    gradient = np.stack([columns[name] for name in GRADIENTS], axis=-1)
    return weights - np.asarray(rates)[..., None] * gradient


def quantities(
    inputs: Array, targets: Array, weights: Array, nudges: Array | None = None
) -> dict[str, Array]:
    """Forward pass, loss and gradients at given weights.

    inputs (…, 2), targets (…, 2), weights (…, 8); ``nudges`` (4,), if given, is added to the
    activations a_h1, a_h2, a_o1, a_o2 in units in the last place (see :func:`step_rounding`).
    Returns name -> array of shape (…).
    """
    nudges = np.zeros(4) if nudges is None else nudges
    shape = weights.shape[:-1]
    inputs = np.broadcast_to(inputs, (*shape, 2))
    targets = np.broadcast_to(targets, (*shape, 2))
    hidden_matrix = weights[..., :4].reshape(*shape, 2, 2)
    output_matrix = weights[..., 4:].reshape(*shape, 2, 2)

    hidden = _multiply(hidden_matrix, inputs)
    hidden_activation = _nudged(_sigmoid(hidden), nudges[:2])
    output = _multiply(output_matrix, hidden_activation)
    output_activation = _nudged(_sigmoid(output), nudges[2:])
    error = output_activation - targets
    losses = 0.5 * error**2

    output_delta = error * output_activation * (1 - output_activation)
    output_gradient = output_delta[..., :, None] * hidden_activation[..., None, :]
    back_propagated = _multiply(np.swapaxes(output_matrix, -1, -2), output_delta)
    hidden_delta = back_propagated * hidden_activation * (1 - hidden_activation)
    hidden_gradient = hidden_delta[..., :, None] * inputs[..., None, :]
    gradient = np.concatenate(
        [hidden_gradient.reshape(*shape, 4), output_gradient.reshape(*shape, 4)], axis=-1
    )

    columns: dict[str, Array] = {TOTAL_LOSS: losses.sum(axis=-1)}
    for names, values in (
        (INPUTS, inputs),
        (TARGETS, targets),
        (WEIGHTS, weights),
        ([neuron.pre_activation for neuron in HIDDEN], hidden),
        ([neuron.activation for neuron in HIDDEN], hidden_activation),
        ([neuron.pre_activation for neuron in OUTPUTS], output),
        ([neuron.activation for neuron in OUTPUTS], output_activation),
        (LOSSES, losses),
        (GRADIENTS, gradient),
    ):
        columns |= {name: values[..., index] for index, name in enumerate(names)}
    return columns


def step(
    inputs: Array, targets: Array, weights: Array, rates: Array, nudges: Array | None = None
) -> dict[str, Array]:
    """Every quantity after one update from given weights (…, 8), name -> array of shape (…)."""
    return quantities(inputs, targets, update(inputs, targets, weights, rates, nudges), nudges)


def step_rounding(inputs: Array, targets: Array, weights: Array, rates: Array) -> dict[str, Array]:
    """How far each quantity after :func:`step` moves by rounding in the last place.

    The sum of its moves when each activation and each updated weight is off by one unit in the
    last place: engines differ by as much in their exponential. Where the sum is large, the step
    is ill-conditioned and no two engines agree on it.
    """
    exact = step(inputs, targets, weights, rates)
    moved = {name: np.zeros_like(values) for name, values in exact.items()}
    updated = np.stack([exact[name] for name in WEIGHTS], axis=-1)
    nudged_steps = [step(inputs, targets, weights, rates, nudges) for nudges in np.eye(4)]
    for index in range(len(WEIGHTS)):
        nudged = updated.copy()
        nudged[..., index] += np.spacing(nudged[..., index])
        nudged_steps.append(quantities(inputs, targets, nudged))
    for nudged_step in nudged_steps:
        for name, values in exact.items():
            moved[name] += np.abs(nudged_step[name] - values)
    return moved


def run_rounding(experiment: Experiment) -> Array:
    """How far the last row of each run moves when every start weight is off by one last place.

    Array of shape (learning rates,): the largest move of any weight or of the loss.
    """
    weights = np.array(experiment.weights)
    exact, nudged = _train(experiment, weights), _train(experiment, weights + np.spacing(weights))
    moves = [np.abs(nudged[name][-1] - exact[name][-1]) for name in (*WEIGHTS, TOTAL_LOSS)]
    largest: Array = np.max(moves, axis=0)
    return largest


def _train(experiment: Experiment, start_weights: Array) -> dict[str, Array]:
    rates = np.array(experiment.learning_rates)
    inputs, targets = np.array(experiment.inputs), np.array(experiment.targets)
    weights = np.empty((experiment.steps + 1, len(rates), len(WEIGHTS)))
    weights[0] = start_weights
    for index in range(experiment.steps):
        weights[index + 1] = update(inputs, targets, weights[index], rates)
    return quantities(inputs, targets, weights)


def _multiply(matrix: Array, vector: Array) -> Array:
    # Products, then their sum: the order and rounding of w1·i1 + w2·i2, which BLAS may fuse.
    product: Array = (matrix * vector[..., None, :]).sum(axis=-1)
    return product


def _sigmoid(x: Array) -> Array:
    # Either branch takes the exponential of a number at or below zero, so none overflows.
    decay = np.exp(-np.abs(x))
    result: Array = np.where(x >= 0, 1 / (1 + decay), decay / (1 + decay))
    return result


def _nudged(activation: Array, units: Array) -> Array:
    result: Array = activation + units * np.spacing(activation)
    return result
