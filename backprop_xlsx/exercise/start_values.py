"""Start values of the two rows: the experiment's own, or drawn from a text such as a name."""

from __future__ import annotations

import random

from backprop_xlsx.equations import each
from backprop_xlsx.exercise.filling import Filling
from backprop_xlsx.exercise.practice import Practice, shown_samples
from backprop_xlsx.formula.names import STEP, sampled, without_sample
from backprop_xlsx.model.experiment import Experiment

Row = dict[str, float]

SMALLEST, LARGEST = 0.05, 0.95
"""Of a drawn number, whatever its sign: neither nothing nor so much that neurons saturate."""
FIRST_STEP, LAST_STEP = 2, 9
ATTEMPTS = 200
TOO_SMALL = 1e-7
"""Between the rows: a quantity that is the same in both does not tell a formula from a number."""


def own_and_drawn(practice: Practice, experiment: Experiment, seed: int) -> tuple[Row, Row]:
    """The experiment's own numbers in the first row; in the second, and for what has none, drawn.

    What an optimiser kept of the steps before has no number of the experiment's own.
    """
    first, second = drawn(practice, f"{seed}")
    return first | _own(experiment), second


def drawn(practice: Practice, text: str) -> tuple[Row, Row]:
    """Two rows of start values drawn from a text; the same text gives the same numbers.

    They have two decimals, or three where two would not make all of a row different. As far as
    the network allows, no quantity is 0 in both rows, or the same in both.
    """
    for attempt in range(ATTEMPTS):
        source = random.Random(f"{text}\n{attempt}")
        rows = _row(practice, source), _row(practice, source)
        if tell_apart(practice, rows):
            break
    return rows


def _own(experiment: Experiment) -> Row:
    network, samples = experiment.network, shown_samples(experiment)
    found: Row = {}
    for index, sample in enumerate(samples):
        for name, number in zip(network.given, sample.numbers, strict=True):
            found[sampled(name, index if len(samples) > 1 else None)] = number
    found |= zip(network.weights, experiment.weights, strict=True)
    found |= zip(network.bias_names, experiment.biases, strict=True)
    return found | experiment.optimisers[0].constants


def _row(practice: Practice, source: random.Random) -> Row:
    """One row: all numbers of different size, those of inputs, weights and biases of both signs."""
    network = practice.network
    names = [cell for quantity in practice.given for cell in quantity.cells]
    digits = 2 if len(names) <= (LARGEST - SMALLEST) * 100 else 3
    scale = 10**digits
    sizes = source.sample(range(round(SMALLEST * scale), round(LARGEST * scale) + 1), len(names))
    signed = {*network.inputs, *network.weights, *network.bias_names}
    found: Row = {}
    for name, size in zip(names, sizes, strict=True):
        sign = source.choice((-1, 1, 1)) if without_sample(name) in signed else 1
        found[name] = sign * size / scale
    if STEP in found:
        found[STEP] = source.randint(FIRST_STEP, LAST_STEP)
    if network.loss_name == "cross-entropy":
        for which in each(practice.samples):
            found |= _shares([sampled(name, which) for name in network.targets], source)
    return found


def _shares(names: list[str], source: random.Random) -> Row:
    """Probabilities above 0 that sum to 1: in hundredths, or in thousandths if they are many."""
    whole = 100 if len(names) <= 20 else 1000
    cuts = sorted(source.sample(range(1, whole), len(names) - 1))
    ends = zip([0, *cuts], [*cuts, whole], strict=True)
    return {name: (high - low) / whole for name, (low, high) in zip(names, ends, strict=True)}


def tell_apart(practice: Practice, rows: tuple[Row, Row]) -> bool:
    """Whether every quantity that is computed from two rows differs between them."""
    first, second = Filling.of(practice, rows).rows
    return all(
        abs(first[cell] - second[cell]) > TOO_SMALL
        for quantity in practice.quantities
        for cell in quantity.cells
    )
