"""What may stand in a formula in place of something else: quantities, numbers, usual terms."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from backprop_xlsx import equations
from backprop_xlsx.check.judging.expressions import dependents
from backprop_xlsx.check.judging.probes import probes
from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.formula.expression import Call, Expression, Number, Operation, Symbol, product
from backprop_xlsx.formula.names import gradient_name, sampled
from backprop_xlsx.model.activations import SOFTMAX

EULER = math.exp(1)
MOST_NAMES = 300
"""Quantities of a large network that may be meant; those of a small one all may."""


@dataclass(frozen=True)
class Pool:
    """Expressions, how far-fetched each is, and their values at the first probe."""

    expressions: tuple[Expression, ...]
    costs: NDArray[np.float64]
    values: NDArray[np.float64]


@lru_cache(maxsize=64)
def pool_for(exercise: Exercise, quantity: str, fixed: tuple[tuple[str, float], ...]) -> Pool:
    """What a formula for a quantity may refer to without going in a circle."""
    starts = quantity in exercise.starts
    pairs = list((_of_update if starts else _of_row)(exercise, quantity))
    if not exercise.is_of_the_class:
        pairs += [(part, 0.6) for part in _parts(exercise.equations[quantity])]
    pairs += [(Number(number), 0.3) for number in (1.0, 0.5, 2.0, -1.0, EULER)]
    states = probes(exercise, fixed)
    values = [float(np.ravel(expression.value(states.value))[0]) for expression, _ in pairs]
    return Pool(
        tuple(expression for expression, _ in pairs),
        np.array([cost for _, cost in pairs]),
        np.array(values),
    )


def _of_update(exercise: Exercise, quantity: str) -> Iterator[tuple[Expression, float]]:
    leaves = dict.fromkeys(exercise.equations[quantity].leaves())
    for leaf in sorted(leaves, key=lambda leaf: getattr(leaf, "name", "") in exercise.constants):
        yield leaf, 0.0
    for name in exercise.hyperparameters[1:]:
        yield Symbol(name), 0.2
    near = exercise.neighbours(quantity, MOST_NAMES)
    for name in near:
        if name in exercise.parameters or name in exercise.gradients:
            yield Symbol(name).before, 0.2
    after = dependents(exercise, quantity)
    for name in near:
        if name in exercise.starts and name not in exercise.parameters:
            yield Symbol(name).before, 0.2
            if name not in after:
                yield Symbol(name), 0.2


def _of_row(exercise: Exercise, quantity: str) -> Iterator[tuple[Expression, float]]:
    after = dependents(exercise, quantity)
    nearest = set(exercise.equations[quantity].leaves())
    near = exercise.neighbours(quantity, MOST_NAMES)
    for name in near:
        if name not in after:
            yield Symbol(name), 0.0 if Symbol(name) in nearest else 0.2
    for name in exercise.hyperparameters:  # of the step of a parameter that has its own column
        if Symbol(name) in nearest:
            yield Symbol(name), 0.0
    known = {*near, *exercise.given} - after
    for term in _terms(exercise):
        if {leaf.name for leaf in term.leaves() if isinstance(leaf, Symbol)} <= known:
            yield term, 0.6
    # As a term of those who go back by the gradients of the weights instead of by the errors.
    if quantity in exercise.gradients:
        for name in near:
            if name in exercise.weights and gradient_name(name) in known:
                yield Symbol(gradient_name(name)) * Symbol(name), 0.9


def _parts(equation: Expression) -> Iterator[Expression]:
    """What the equation itself consists of, down to single quantities."""
    for child in equation.children():
        if isinstance(child, (Operation, Call)):
            yield child
            yield from _parts(child)


def _terms(exercise: Exercise) -> Iterator[Expression]:
    network, samples = exercise.network, exercise.samples_a_step
    last = len(network.layers) - 1
    for sample in equations.each(samples):
        for layer in network.layers:
            for neuron in layer.neurons:
                if layer.activation != SOFTMAX:
                    slope = equations.activation_slope(layer, neuron, sample)
                    yield from slope[1:]
                    yield from (product(slope),) if slope else ()
                for weight, source in zip(neuron.weights, neuron.sources, strict=True):
                    yield Symbol(weight) * Symbol(sampled(source, sample))
        for output, neuron in enumerate(network.outputs):
            delta = equations.delta(network, last, output, sample, samples)
            yield product(equations.loss_slope(network, output, sample))
            yield delta
            for weight in neuron.weights:
                yield delta * Symbol(weight)
        for index in range(last):
            for hidden in range(len(network.layers[index].neurons)):
                yield equations.activation_gradient(network, index, hidden, sample, samples)
                if exercise.biases:  # the gradient of a shared one is a sum of these
                    yield equations.delta(network, index, hidden, sample, samples)
