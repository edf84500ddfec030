"""Start values drawn from a seed: weights spread to suit their layer, biases zero."""

from __future__ import annotations

import numpy as np

from backprop_xlsx.model.network import Network
from backprop_xlsx.model.valid import DRAWS, check_known, check_seed

# Drawn numbers are rounded to so many decimals: they are to be read, and edited.
DECIMALS = 4
UNIFORM_RANGE = 0.5


def draw_weights(network: Network, draw: str, seed: int) -> tuple[float, ...]:
    """Weights for every layer, uniform within a range ±r, with four decimals.

    ``draw``: "xavier" (r = √(6/(sources + neurons)), for sigmoid and tanh; Glorot and Bengio
    2010), "he" (r = √(6/sources), for ReLU; He et al. 2015) or "uniform" (r = 0.5). Raises
    InputError for another one or a seed that is not a whole number from 0 to 2³² − 1.
    """
    check_known("draw", draw, DRAWS)
    check_seed(seed)
    random = np.random.default_rng(seed)
    weights: list[float] = []
    for layer in network.layers:
        sources, neurons = len(layer.neurons[0].sources), len(layer.neurons)
        reach = {
            "xavier": (6 / (sources + neurons)) ** 0.5,
            "he": (6 / sources) ** 0.5,
            "uniform": UNIFORM_RANGE,
        }[draw]
        drawn = random.uniform(-reach, reach, len(layer.weights))
        weights += [round(float(weight), DECIMALS) for weight in drawn]
    return tuple(weights)
