"""What may stand in a formula in place of something else: quantities, numbers, usual terms."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from backprop_xlsx.check.probe import dependents, probes
from backprop_xlsx.equations import (
    EQUATIONS,
    hidden_activation_gradient,
    loss_slope,
    output_delta,
    sigmoid_slope,
)
from backprop_xlsx.expression import Expression, Number, Symbol
from backprop_xlsx.network import (
    GRADIENTS,
    HIDDEN,
    INPUTS,
    LEARNING_RATE,
    OUTPUTS,
    TARGETS,
    WEIGHTS,
    gradient_name,
)

EULER = math.exp(1)


@dataclass(frozen=True)
class Pool:
    """Expressions, how far-fetched each is, and their values at the first probe."""

    expressions: tuple[Expression, ...]
    costs: NDArray[np.float64]
    values: NDArray[np.float64]


@lru_cache(maxsize=64)
def pool_for(quantity: str, fixed: tuple[tuple[str, float], ...]) -> Pool:
    """What a formula for a quantity may refer to without going in a circle."""
    weight = quantity in WEIGHTS
    pairs = list(_of_update(quantity) if weight else _of_row(quantity))
    pairs += [(Number(number), 0.3) for number in (1.0, 0.5, 2.0, -1.0, EULER)]
    states = probes(fixed)
    values = [float(np.ravel(expression.value(states.value))[0]) for expression, _ in pairs]
    return Pool(
        tuple(expression for expression, _ in pairs),
        np.array([cost for _, cost in pairs]),
        np.array(values),
    )


def _of_update(weight: str) -> Iterator[tuple[Expression, float]]:
    yield Symbol(weight).before, 0.0
    yield Symbol(gradient_name(weight)).before, 0.0
    yield Symbol(LEARNING_RATE), 0.0
    for name in (*WEIGHTS, *GRADIENTS):
        yield Symbol(name).before, 0.2


def _of_row(quantity: str) -> Iterator[tuple[Expression, float]]:
    after = dependents()[quantity]
    nearest = set(EQUATIONS[quantity].leaves())
    for name in (*INPUTS, *TARGETS, *EQUATIONS):
        if name not in after:
            yield Symbol(name), 0.0 if Symbol(name) in nearest else 0.2
    for term in _terms():
        leaves = {leaf.name for leaf in term.leaves() if isinstance(leaf, Symbol)}
        if not leaves & after:
            yield term, 0.6


def _terms() -> Iterator[Expression]:
    for neuron in HIDDEN + OUTPUTS:
        yield 1 - Symbol(neuron.activation)
        yield sigmoid_slope(neuron)
        for weight, source in zip(neuron.weights, neuron.sources, strict=True):
            yield Symbol(weight) * Symbol(source)
    for output, neuron in enumerate(OUTPUTS):
        yield loss_slope(output)
        yield output_delta(output)
        for weight in neuron.weights:
            yield output_delta(output) * Symbol(weight)
    for hidden in range(len(HIDDEN)):
        yield hidden_activation_gradient(hidden)
