"""What a worksheet, and the memory to verify it, can hold: whether an experiment's book fits."""

from __future__ import annotations

from dataclasses import replace

from backprop_xlsx.equations import written_out
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.optimisers import Optimiser
from backprop_xlsx.model.valid import number_of_weights
from backprop_xlsx.spreadsheet.errors import InputError

# What Excel allows.
LARGEST_NUMBER_OF_COLUMNS, LONGEST_FORMULA = 16_384, 8_192
# A sum of 300 terms still fits into a formula, but is nested too deeply for formualizer.
WIDEST_LAYER = 250
# Each output's ∂E/∂o then holds every output: 7,004 characters for so many.
WIDEST_UNFUSED_SOFTMAX = 150
# step, sample, six helper columns, and the loss of the step
OTHER_COLUMNS = 9

# Of samples in turn: more cells are not spent on what the runs make of all samples in the end.
MOST_FORWARD_CELLS = 100_000

# Bytes. A book is verified run by run, and then without the runs' formulas: see
# ``benchmarks/memory.py``, where each of these was measured and rounded up.
MOST_MEMORY = 4_000_000_000
MEMORY_OF_ANY = 150_000_000
MEMORY_OF_A_VALUE = 60  # of each cell of all runs, in numpy
MEMORY_OF_A_FORMULA, MEMORY_OF_A_COLUMN = 650, 85_000  # of the one run that is recalculated
MEMORY_OF_A_NUMBER, MEMORY_OF_A_COLUMN_OF_NUMBERS = 85, 11_000  # of all runs, recalculated before


def check_limits(experiment: Experiment) -> None:
    """Raises InputError if the book of an experiment would not fit into a worksheet's limits."""
    network, samples = experiment.network, experiment.samples_a_step
    for width in network.widths:
        if width > WIDEST_LAYER:
            raise InputError(
                f"network {network}: a layer of {width:,} needs formulas of as many terms, and "
                f"the engines that verify a book read at most {WIDEST_LAYER}"
            )
    outputs = network.widths[-1]
    if network.has_softmax and not network.fused and outputs > WIDEST_UNFUSED_SOFTMAX:
        raise InputError(
            f"network {network}: a softmax of {outputs} outputs under {network.loss_name} needs "
            f"formulas of more than {LONGEST_FORMULA:,} characters; at most "
            f"{WIDEST_UNFUSED_SOFTMAX} outputs fit, or any number with cross-entropy"
        )
    states = max((optimiser for optimiser in experiment.optimisers), key=lambda o: len(o.states))
    count = most_columns(network, samples, states)
    if count > LARGEST_NUMBER_OF_COLUMNS:
        raise InputError(
            f"network {network} with {samples} samples a step needs about {count:,} columns and "
            f"a worksheet has {LARGEST_NUMBER_OF_COLUMNS:,}; {_largest(network, samples, states)}"
        )
    _check_memory(experiment)


def verifying_memory(experiment: Experiment, steps: int) -> float:
    """About how many bytes it takes to verify the book of an experiment, with so many steps."""
    columns = _columns_of_runs(experiment)
    rows = steps + 1
    values = sum(columns) * rows * MEMORY_OF_A_VALUE
    of_a_run = max(columns) * (rows * MEMORY_OF_A_FORMULA + MEMORY_OF_A_COLUMN)
    of_others = sum(columns) * (rows * MEMORY_OF_A_NUMBER + MEMORY_OF_A_COLUMN_OF_NUMBERS)
    return MEMORY_OF_ANY + values + max(of_a_run, of_others)


def _check_memory(experiment: Experiment) -> None:
    if verifying_memory(experiment, experiment.steps) <= MOST_MEMORY:
        return
    # Bytes grow by the same amount with each step, so that the largest number follows from two.
    without, one = (verifying_memory(experiment, steps) for steps in (0, 1))
    fitting = int((MOST_MEMORY - without) / (one - without))
    while fitting and verifying_memory(experiment, fitting) > MOST_MEMORY:
        fitting -= 1
    runs = len(experiment.optimisers)
    raise InputError(
        f"steps: {experiment.steps:,} of {runs} run{'s' * (runs > 1)} make "
        f"{table_cells(experiment):,} cells, and to verify them takes more than "
        f"{MOST_MEMORY / 1e9:g} GB of memory; at most {fitting:,} steps fit"
    )


def table_cells(experiment: Experiment) -> int:
    """How many cells the tables of all runs take, or a few more."""
    return sum(_columns_of_runs(experiment)) * (experiment.steps + 1)


def _columns_of_runs(experiment: Experiment) -> list[int]:
    network, samples = experiment.network, experiment.samples_a_step
    return [most_columns(network, samples, optimiser) for optimiser in experiment.optimisers]


def most_columns(network: Network, samples: int, optimiser: Optimiser) -> int:
    """How many columns a run's sheet takes, or a few more."""
    neurons = sum(network.widths[1:])
    outputs = network.widths[-1]
    each_sample = 2 * neurons + outputs + 1
    if network.has_softmax:
        each_sample += outputs + 2
    if not written_out(network, samples):
        each_sample += neurons
    if samples == 1:
        each_sample += network.widths[0] + outputs
    weights = number_of_weights(network.widths)
    biases = 0 if network.biases == "none" else neurons
    trained = weights + (biases if network.biases == "trained" else 0)
    own = weights + biases + trained * (1 + len(optimiser.states))
    return samples * each_sample + own + OTHER_COLUMNS


def _largest(network: Network, samples: int, optimiser: Optimiser) -> str:
    """What would fit: fewer samples, or narrower hidden layers."""
    if samples > 1:
        alone = most_columns(network, 2, optimiser)
        pitch = most_columns(network, 3, optimiser) - alone
        fitting = 2 + (LARGEST_NUMBER_OF_COLUMNS - alone) // pitch
        if fitting > 1:
            return f"at most {fitting} samples fit, or any number with one a step in turn"
    for width in reversed(range(1, max(network.widths) + 1)):
        hidden = tuple(min(width, own) for own in network.widths[1:-1])
        narrower = replace(network, widths=(network.widths[0], *hidden, network.widths[-1]))
        if most_columns(narrower, samples, optimiser) <= LARGEST_NUMBER_OF_COLUMNS:
            return f"hidden layers of at most {width} neurons fit"
    return "its inputs and outputs alone are too many"
