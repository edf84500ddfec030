"""What a reader should know of the start values: targets out of reach, neurons that are alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from backprop_xlsx.equations import each
from backprop_xlsx.formula.names import sampled
from backprop_xlsx.model.network import Layer
from backprop_xlsx.workbook.checks.identities.columns import Columns
from backprop_xlsx.workbook.columns import TrainedRun

# What the activation of an output can come near to.
_REACH = {"sigmoid": (0, 1), "softmax": (0, 1), "tanh": (-1, 1), "relu": (0, None)}
# Of a wider layer only neighbours are compared.
MOST_NEURONS_COMPARED = 8


# Engines take numbers of 1e-16 and less for equal to what they are next to.
CLEARLY = 1e-9


@dataclass(frozen=True)
class Listed:
    """One entry of a list in a sentence: whether it is in it, and as what, as formulas and now."""

    condition: str
    text: str
    holds: bool
    value: str


def unreachable_targets(run: TrainedRun) -> tuple[str, list[Listed]]:
    """Targets beyond what the output's activation reaches, and the words that lead them in."""
    columns = Columns(run)
    network, experiment = columns.network, columns.experiment
    activation = network.layers[-1].activation
    if activation not in _REACH:
        return "", []
    smallest, largest = _REACH[activation]
    reach = f"{smallest} to {largest}" if largest is not None else f"from {smallest}"
    lead = f"Out of reach of the output's {activation} ({reach}), so the loss cannot get to 0:"
    listed = []
    for index, name in enumerate(network.targets):
        given = columns.given(name)
        targets = [sample.targets[index] for sample in experiment.samples]
        beyond = f"MIN({given})<{smallest}-{CLEARLY:.0E}"
        holds = min(targets) < smallest - CLEARLY
        if largest is not None:
            beyond = f"OR({beyond},MAX({given})>{largest}+{CLEARLY:.0E})"
            holds = holds or max(targets) > largest + CLEARLY
        listed.append(Listed(beyond, f'"{name}"', holds, name))
    return lead, listed


def identical_neurons(run: TrainedRun) -> tuple[str, list[Listed]]:
    """Pairs of hidden neurons that are the same at every step, and what leads them in."""
    columns = Columns(run)
    listed = []
    for one, other in _pairs(columns.network.hidden_layers):
        apart = f"({columns(one)}-{columns(other)})/{CLEARLY:.0E}"
        condition = f"SUMPRODUCT(({apart}>1)+({apart}<-1))=0"
        holds = all(
            np.allclose(
                run.values[sampled(one, sample)],
                run.values[sampled(other, sample)],
                rtol=0,
                atol=CLEARLY,
            )
            for sample in each(columns.samples)
        )
        words = f"{one} and {other}"
        listed.append(Listed(condition, f'"{words}"', holds, words))
    return "The same at every step, so that they do no more than one neuron:", listed


def _pairs(layers: tuple[Layer, ...]) -> Iterator[tuple[str, str]]:
    for layer in layers:
        names = [neuron.pre_activation for neuron in layer.neurons]
        yield from (
            combinations(names, 2) if len(names) <= MOST_NEURONS_COMPARED else pairwise(names)
        )
