"""Whole runs in numpy: one update after the other, and every quantity of every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backprop_xlsx.formula.names import LEARNING_RATE
from backprop_xlsx.model.activations import Array
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.optimisers import Optimiser
from backprop_xlsx.reference.network import quantities, run_pass
from backprop_xlsx.reference.optimisers import Kept, nothing_yet, updated
from backprop_xlsx.spreadsheet.errors import InputError

# Beyond, sums and products of quantities would leave the range of a double.
LARGEST_QUANTITY = 1e250


@dataclass(frozen=True)
class State:
    """What one step hands to the next.

    ``parameters`` (…, weights + biases) includes biases that are fixed; ``kept`` is what the
    optimiser keeps of each trained parameter, arrays (…, trained parameters).
    """

    parameters: Array
    kept: Kept


def train(experiment: Experiment) -> tuple[dict[str, Array], ...]:
    """Every quantity of every run by name, arrays (steps + 1,).

    Raises InputError if a run leaves the range of a double: its weights grow without bound.
    """
    start = start_parameters(experiment)
    return tuple(train_run(experiment, optimiser, start) for optimiser in experiment.optimisers)


def train_run(experiment: Experiment, optimiser: Optimiser, start: Array) -> dict[str, Array]:
    """One run from given start parameters (weights + biases,)."""
    network = experiment.network
    inputs, targets = samples_of_rows(experiment)
    rows = experiment.steps + 1
    parameters = np.empty((rows, len(start)))
    kept = nothing_yet(optimiser, (rows, len(network.parameters)))
    state = State(start, {letter: values[0] for letter, values in kept.items()})
    with np.errstate(all="ignore"):
        for row in range(rows):
            if row:
                here = (inputs[row - 1], targets[row - 1])
                state = following(network, optimiser, *here, state, np.asarray(row))
            parameters[row] = state.parameters
            for letter, values in state.kept.items():
                kept[letter][row] = values
        found = quantities(network, inputs, targets, parameters)
    found |= kept_quantities(network, kept)
    _check_range(optimiser, found)
    return found


def step(
    network: Network,
    optimiser: Optimiser,
    before: tuple[Array, Array],
    after: tuple[Array, Array],
    state: State,
    number: Array,
    nudges: Sequence[Array] | None = None,
) -> dict[str, Array]:
    """Every quantity after one update from a given state, by name, arrays (…).

    ``before`` and ``after`` are the inputs and targets that the state and the row after the
    update see; ``number`` (…) is that of the row after, from 1.
    """
    new = following(network, optimiser, *before, state, number, nudges)
    return quantities(network, *after, new.parameters, nudges) | kept_quantities(network, new.kept)


def following(
    network: Network,
    optimiser: Optimiser,
    inputs: Array,
    targets: Array,
    state: State,
    number: Array,
    nudges: Sequence[Array] | None = None,
) -> State:
    """The state after one update; the arguments are those of :func:`step`."""
    gradient = run_pass(network, inputs, targets, state.parameters, nudges).gradient
    trained = len(network.parameters)
    values, gradient = state.parameters[..., :trained], gradient[..., :trained]
    values, kept = updated(optimiser, values, gradient, state.kept, number)
    return State(np.concatenate([values, state.parameters[..., trained:]], axis=-1), kept)


def start_parameters(experiment: Experiment) -> Array:
    """The start values, (weights + biases,)."""
    return np.array(experiment.weights + experiment.biases)


def samples_of_rows(experiment: Experiment) -> tuple[Array, Array]:
    """Inputs (rows, samples, inputs) and targets (rows, samples, outputs) that each row sees."""
    inputs = np.array([sample.inputs for sample in experiment.samples])
    targets = np.array([sample.targets for sample in experiment.samples])
    rows = experiment.steps + 1
    if experiment.in_turn:
        turn = np.arange(rows) % len(experiment.samples)
        return inputs[turn, None], targets[turn, None]
    return (
        np.broadcast_to(inputs, (rows, *inputs.shape)),
        np.broadcast_to(targets, (rows, *targets.shape)),
    )


def kept_quantities(network: Network, kept: Kept) -> dict[str, Array]:
    """What the optimiser keeps of each trained parameter, by name: ``v_w1``."""
    return {
        f"{letter}_{name}": values[..., index]
        for letter, values in kept.items()
        for index, name in enumerate(network.parameters)
    }


def _check_range(optimiser: Optimiser, found: dict[str, Array]) -> None:
    # Written so that a value that is no number counts as too large.
    inside = np.all([np.abs(values) <= LARGEST_QUANTITY for values in found.values()], axis=0)
    if not inside.all():
        raise InputError(
            f"{optimiser.title} with {LEARNING_RATE} = {optimiser.learning_rate:g} leaves the "
            f"range of a number at step {int(np.argmin(inside))}; choose a smaller learning rate, "
            "smaller start values or fewer steps"
        )
