"""How far rounding in the last place moves a step and a run: what engines may differ by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backprop_xlsx.formula.names import step_loss
from backprop_xlsx.model.activations import Array
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.optimisers import Optimiser
from backprop_xlsx.reference.network import quantities
from backprop_xlsx.reference.training import (
    State,
    following,
    kept_quantities,
    start_parameters,
    step,
    train_run,
)

MOST_DIRECTIONS = 24
# A weight of 0 has no last place to speak of; what it is added to has one of about this scale.
SMALLEST_SCALE = 2.0**-7


def step_rounding(
    network: Network,
    optimiser: Optimiser,
    before: tuple[Array, Array],
    after: tuple[Array, Array],
    state: State,
    number: Array,
) -> dict[str, Array]:
    """How far each quantity after :func:`~backprop_xlsx.reference.training.step` moves by rounding.

    The sum of its moves when each neuron's activation and each updated weight is off by one unit
    in the last place: engines differ by as much in their exponential. Where the sum is large, the
    step is ill-conditioned and no two engines agree on it. The arguments are those of ``step``.
    """
    exact = step(network, optimiser, before, after, state, number)
    moved = {name: np.zeros_like(values) for name, values in exact.items()}

    def add_moves(nudged: dict[str, Array]) -> None:
        for name, values in nudged.items():
            moved[name] += np.abs(values - exact[name])

    widths = network.widths[1:]
    for direction in _directions(sum(widths)):
        nudges = np.split(direction, np.cumsum(widths)[:-1])
        add_moves(step(network, optimiser, before, after, state, number, nudges))
    updated = following(network, optimiser, *before, state, number)
    trained = len(network.parameters)
    for direction in _directions(trained):
        parameters = updated.parameters.copy()
        changed = parameters[..., :trained]
        parameters[..., :trained] = changed + direction * np.spacing(changed)
        add_moves(quantities(network, *after, parameters))
    for name, values in kept_quantities(network, updated.kept).items():
        moved[name] += np.spacing(np.abs(values))
    return moved


def _directions(count: int) -> Array:
    """How many units in the last place each of ``count`` numbers is moved: a row for each try.

    One after the other; of many, all at once with random signs, a few times, each move so large
    that the sum over the tries is about that over the numbers one by one.
    """
    if count <= MOST_DIRECTIONS:
        return np.eye(count)
    signs = np.random.default_rng(0).choice([-1.0, 1.0], (MOST_DIRECTIONS, count))
    return signs * max(1.0, np.sqrt(count) / MOST_DIRECTIONS)


def run_rounding(experiment: Experiment, trained: Sequence[dict[str, Array]]) -> Array:
    """How far the last row of each run moves when every start weight is off by one last place.

    ``trained`` are the runs as :func:`~backprop_xlsx.reference.training.train` gives them. Array
    of shape (runs,): the largest move of any weight or of the loss.
    """
    start = start_parameters(experiment)
    nudged_start = start + np.spacing(np.maximum(np.abs(start), SMALLEST_SCALE))
    names = (*experiment.network.parameters, step_loss(experiment.samples_a_step))
    moves = []
    for optimiser, exact in zip(experiment.optimisers, trained, strict=True):
        nudged = train_run(experiment, optimiser, nudged_start)
        moves.append(max(abs(float(nudged[name][-1] - exact[name][-1])) for name in names))
    return np.array(moves)
