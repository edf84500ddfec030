"""What a worksheet can hold, and whether the book of an experiment fits into it."""

from __future__ import annotations

from dataclasses import replace

from backprop_xlsx.equations import written_out
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.optimisers import Optimiser
from backprop_xlsx.spreadsheet.errors import InputError

# What Excel allows.
LARGEST_NUMBER_OF_COLUMNS, LONGEST_FORMULA = 16_384, 8_192
# A sum of 300 terms still fits into a formula, but is nested too deeply for formualizer.
WIDEST_LAYER = 250
# Each output's ∂E/∂o then holds every output: 7,004 characters for so many.
WIDEST_UNFUSED_SOFTMAX = 150
# step, sample, three helper columns, and the loss of the step
OTHER_COLUMNS = 6


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


def table_cells(experiment: Experiment) -> int:
    """How many cells the tables of all runs take, or a few more."""
    columns = (
        most_columns(experiment.network, experiment.samples_a_step, optimiser)
        for optimiser in experiment.optimisers
    )
    return sum(columns) * (experiment.steps + 1)


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
    weights = sum(a * b for a, b in zip(network.widths, network.widths[1:], strict=False))
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
