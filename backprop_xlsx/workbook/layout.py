"""Where everything stands: sheet names, named start cells, and the columns and rows of a run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from backprop_xlsx.equations import Equations, deltas, each, equations, forward
from backprop_xlsx.formula.names import SAMPLE, STEP, gradient_name, sampled, step_loss
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.optimisers import SYMBOLS, GradientDescent, Optimiser
from backprop_xlsx.model.words import run_letter
from backprop_xlsx.spreadsheet.sheets.page import anchored
from backprop_xlsx.spreadsheet.sheets.readable import short_text

NETWORK, DERIVATION, LEARNING_RATES, CHECKS = "Network", "Derivation", "Learning rates", "Checks"
SAMPLES, SURFACE, SELECTED = "Samples", "Surface", "Selected"

# Helper columns of a run, right of the exercise's columns.
ROSE, BELOW = "rose", "below"
# The points of a line on a logarithmic axis, which stays where it is once a loss is rounding.
DRAWN_STEP, DRAWN_LOSS = "drawn step", "drawn loss"
# A copy of the loss beside the step, which stays in sight wherever one scrolls.
GLANCE = "glance"
# Of samples that take turns: each loss is of another sample, so its line is nothing but noise.
MOVING_MEAN = "moving mean"

# Rows of a run sheet, from 0: facts and chart on top, then group names, headers, and the steps.
GROUP_ROW, HEADER_ROW, FIRST_ROW = 6, 7, 8
SERIES_NAME_CELL, LEARNING_RATE_CELL = (0, 3), (1, 6)

VERDICT_CELL = (1, 3)  # on the sheet Network

# On the sheet Checks: which yellow cell holds no usable number, and whether any was edited.
PROBLEM_CELL, EDITED_CELL = (4, 2), (5, 2)
EDITED = "edited"

# On the sheet Samples: a row for each input and target, a column for each sample.
SAMPLES_ROW, SAMPLES_COLUMN = 4, 2

THRESHOLD_NAME = "loss_threshold"

Groups = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Run:
    """One training's sheet: ``index`` from 0, ``letter`` A, B, …"""

    index: int
    experiment: Experiment

    @property
    def letter(self) -> str:
        """The run's letter."""
        return run_letter(self.index)

    @property
    def sheet(self) -> str:
        """The sheet's name, which carries no number that an edit could make stale."""
        return f"Run {self.letter}"

    @property
    def steps(self) -> int:
        """The number of updates."""
        return self.experiment.steps

    @property
    def optimiser(self) -> Optimiser:
        """How the run updates its weights."""
        return self.experiment.optimisers[self.index]

    @property
    def equations(self) -> Equations:
        """The equation of every computed quantity of the run."""
        return equations(self.experiment.network, self.experiment.samples_a_step, self.optimiser)

    @property
    def loss(self) -> str:
        """The name of the quantity that is charted: the loss of a step."""
        return step_loss(self.experiment.samples_a_step)

    @property
    def groups(self) -> Groups:
        """The run's columns from left to right, as (group, quantities)."""
        return _groups(self.experiment, self.optimiser)

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of each quantity, from 0."""
        return {name: i for i, name in enumerate(n for _, names in self.groups for n in names)}

    def cell(self, quantity: str, step: int) -> str:
        """The address of a quantity at a step, with its sheet: ``'Run A'!J16``."""
        return f"'{self.sheet}'!{xl_rowcol_to_cell(FIRST_ROW + step, self.columns[quantity])}"

    def column(self, quantity: str) -> str:
        """The address of a quantity's cells over all steps, with sheet and anchors."""
        letter = xl_col_to_name(self.columns[quantity])
        return f"'{self.sheet}'!${letter}${FIRST_ROW + 1}:${letter}${FIRST_ROW + self.steps + 1}"

    def range(self, quantity: str) -> list[str | int]:
        """The same cells in the form in which XlsxWriter's charts take them."""
        column = self.columns[quantity]
        return [self.sheet, FIRST_ROW, column, FIRST_ROW + self.steps, column]

    def constant_cell(self, symbol: str) -> tuple[int, int]:
        """Where the run's sheet shows a constant of its optimiser, as (row, column)."""
        row, column = LEARNING_RATE_CELL
        return row + list(self.optimiser.constants).index(symbol), column


def runs(experiment: Experiment) -> tuple[Run, ...]:
    """The runs of an experiment, in the order of its optimisers."""
    return tuple(Run(index, experiment) for index in range(len(experiment.optimisers)))


def series_name(run: Run) -> str:
    """The text of the cell that names a run wherever it is charted."""
    return f"{series_prefix(run)}{short_text(run.optimiser.learning_rate)}"


def series_prefix(run: Run) -> str:
    """What stands before the learning rate in a run's name."""
    kind = "" if only_gradient_descent(run.experiment) else f"{run.optimiser.title}, "
    return f"Run {run.letter}: {kind}η = "


def only_gradient_descent(experiment: Experiment) -> bool:
    """Whether all runs are of gradient descent, which then is not named."""
    return {optimiser.title for optimiser in experiment.optimisers} == {GradientDescent.title}


def start_name(quantity: str) -> str:
    """The defined name of a start value's cell: ``start_w1`` (W1 alone is a cell's address)."""
    return f"start_{quantity}"


def constant_name(run: Run, symbol: str) -> str:
    """The defined name of a constant of a run's optimiser: ``learning_rate_A``."""
    field = next(field for field, letter in SYMBOLS.items() if letter == symbol)
    return f"{field}_{run.letter}"


def sample_cell(network: Network, name: str, sample: int) -> str:
    """The address of an input or target of a sample, from 0, with sheet and anchors."""
    row = SAMPLES_ROW + network.given.index(name)
    return f"'{SAMPLES}'!{anchored(row, SAMPLES_COLUMN + sample)}"


def sample_cells(experiment: Experiment, name: str) -> str:
    """The address of an input or target of all samples, of which there are several."""
    first = sample_cell(experiment.network, name, 0)
    last = sample_cell(experiment.network, name, len(experiment.samples) - 1)
    return f"{first}:{last.rpartition('!')[2]}"


def start_cell(experiment: Experiment, name: str) -> str:
    """What a formula outside the runs writes for a start value or for a sample's number.

    Inputs and targets of one of several samples are named as ``i1[2]`` is.
    """
    if name in experiment.start_values:
        return start_name(name)
    quantity, _, sample = name.partition("[")
    number = int(sample.removesuffix("]")) - 1 if sample else 0
    return sample_cell(experiment.network, quantity, number)


@lru_cache(maxsize=64)
def _groups(experiment: Experiment, optimiser: Optimiser) -> Groups:
    network, samples = experiment.network, experiment.samples_a_step
    state = tuple(
        name for parameter in network.parameters for name in optimiser.state_names(parameter)
    )
    groups = [
        ("step", (STEP, SAMPLE) if experiment.in_turn else (STEP,)),
        ("glance", (GLANCE,)),
        ("targets", network.targets if samples == 1 else ()),
        ("inputs", network.inputs if samples == 1 else ()),
    ]
    means = (MOVING_MEAN,) if experiment.in_turn else ()
    computed = list(forward(network, samples))
    for layer in network.layers:
        groups.append(("weights", layer.weights + layer.biases))
        last = sampled(layer.neurons[-1].activation, each(samples)[-1])
        stop = computed.index(last) + 1
        groups.append(("forward", tuple(computed[:stop])))
        computed = computed[stop:]
    groups += [
        ("loss", tuple(computed)),
        ("deltas", tuple(deltas(network, samples))),
        ("gradients", tuple(gradient_name(name) for name in network.parameters)),
        ("state", state),
        ("progress", (ROSE, BELOW, DRAWN_STEP, DRAWN_LOSS, *means)),
    ]
    return tuple((group, names) for group, names in groups if names)


def all_starts(experiment: Experiment) -> dict[str, float]:
    """Every number that a run starts from, by name: ``w1``, and ``i1[2]`` of several samples."""
    starts: dict[str, float] = {}
    if len(experiment.samples) > 1:
        for index, sample in enumerate(experiment.samples):
            for name, number in zip(experiment.network.given, sample.numbers, strict=True):
                starts[sampled(name, index)] = number
    return starts | experiment.start_values
