"""The optimisers' updates in numpy, on arrays of all parameters at once.

Source: torch.optim's SGD, RMSprop and Adam, without their options.
"""

from __future__ import annotations

import numpy as np

from backprop_xlsx.model.activations import Array
from backprop_xlsx.model.optimisers import Adam, Momentum, Optimiser, RMSprop

# What the optimiser keeps, by its letter, arrays (…, parameters).
Kept = dict[str, Array]


def nothing_yet(optimiser: Optimiser, shape: tuple[int, ...]) -> Kept:
    """What the optimiser keeps before the first step."""
    return {letter: np.zeros(shape) for letter in optimiser.states}


def updated(
    optimiser: Optimiser, values: Array, gradient: Array, kept: Kept, step: Array
) -> tuple[Array, Kept]:
    """The parameters after one update, and what is then kept.

    values, gradient and each of ``kept`` (…, parameters); step (…), from 1.
    """
    gradient = gradient + optimiser.weight_decay * values
    rate = optimiser.learning_rate
    if isinstance(optimiser, Momentum):
        velocity = optimiser.momentum * kept["v"] + gradient
        return values - rate * velocity, {"v": velocity}
    if isinstance(optimiser, RMSprop):
        square = optimiser.smoothing * kept["s"] + (1 - optimiser.smoothing) * gradient**2
        return values - rate * (gradient / (np.sqrt(square) + optimiser.epsilon)), {"s": square}
    if isinstance(optimiser, Adam):
        beta1, beta2 = optimiser.beta1, optimiser.beta2
        mean = beta1 * kept["m"] + (1 - beta1) * gradient
        square = beta2 * kept["v"] + (1 - beta2) * gradient**2
        power = np.asarray(step, dtype=float)[..., None]
        freed = mean / (1 - beta1**power)
        spread = np.sqrt(square / (1 - beta2**power)) + optimiser.epsilon
        return values - rate * (freed / spread), {"m": mean, "v": square}
    return values - rate * gradient, {}
