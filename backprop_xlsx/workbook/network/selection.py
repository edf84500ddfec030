"""The chosen run, step and sample: which they are at first, and where each quantity is shown.

The reader chooses on the sheet Network; the sheet Selected has every quantity there, one below the
other. The drawing and the derivation take their numbers from these cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from backprop_xlsx.formula.names import STEP, label, sampled, without_sample
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.optimisers import SYMBOLS
from backprop_xlsx.spreadsheet.sheets.page import anchored
from backprop_xlsx.spreadsheet.sheets.powers import UNUSABLE
from backprop_xlsx.spreadsheet.sheets.readable import (
    number_formula,
    number_text,
    short_formula,
    short_text,
)
from backprop_xlsx.workbook.columns import TrainedRun
from backprop_xlsx.workbook.layout import (
    FIRST_ROW,
    GLANCE,
    SELECTED,
    Run,
    constant_name,
    sample_cells,
)

# The cells in which the reader chooses have these names; the second row of names is what holds
# after unusable entries have been set right: the run as a number from 1.
RUN_NAME, STEP_NAME, SAMPLE_NAME = "chosen_run", "chosen_step", "chosen_sample"
SELECTED_RUN, SELECTED_STEP, SELECTED_SAMPLE = "selected_run", "selected_step", "selected_sample"

# On the sheet Selected: a row for each quantity, with its name, its number, and both as a text.
NAME_COLUMN, NUMBER_COLUMN, TEXT_COLUMN = 1, 2, 3
CHOICE_ROW = 3
FIRST_QUANTITY_ROW = 9
NOT_THERE = "–"  # what a run shows for a quantity that its optimiser does not have


class Selection:
    """Which run, step and sample are chosen at first, and the cell of each quantity there.

    ``run``, ``step`` and ``sample`` (from 0) are what the book is written with; the reader may
    choose others. Quantities have their names without a sample's number: "h1" is h1 of the chosen
    sample, "dE/dw1" the gradient of the step, "η" the learning rate of the chosen run.
    """

    def __init__(self, runs: Sequence[TrainedRun]) -> None:
        self.runs = runs
        self.run = runs[0]
        self.experiment = self.run.experiment
        first = _telling_sample(self.experiment)
        in_turn = self.experiment.in_turn
        self.step = min(first, self.experiment.steps) if in_turn else 0
        self.sample = self.step if in_turn else first

    @property
    def has_samples(self) -> bool:
        """Whether the reader also chooses a sample: each step sees several."""
        return self.experiment.samples_a_step > 1

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every quantity that has a cell, in the order in which they stand."""
        network = self.experiment.network
        names = dict.fromkeys(network.given)
        helpers = (STEP, GLANCE, *dict(self.run.groups)["progress"])
        for run in self.runs:
            own = map(without_sample, run.columns)
            names |= dict.fromkeys(name for name in own if name not in helpers)
            names |= dict.fromkeys(run.optimiser.constants)
        return tuple(names)

    def cell(self, name: str) -> str:
        """The address of a quantity's number, with sheet and anchors: ``Selected!$C$12``."""
        return self._address(name, NUMBER_COLUMN)

    def text_cell(self, name: str) -> str:
        """The address of its name and number as a text: ``w1 = 0.1500``."""
        return self._address(name, TEXT_COLUMN)

    def row(self, name: str) -> int:
        """The row of a quantity on the sheet Selected, from 0."""
        return FIRST_QUANTITY_ROW + self.names.index(name)

    def value(self, name: str) -> float | str:
        """The number that stands there at first, or :data:`NOT_THERE`."""
        constants = self.run.optimiser.constants
        if name in constants:
            return constants[name]
        values, network = self.run.values, self.experiment.network
        if sampled(name, self.sample) in values:
            return float(values[sampled(name, self.sample)][self.step])
        if name in values:
            return float(values[name][self.step])
        if name in network.given:
            return self.experiment.samples[self.sample].numbers[network.given.index(name)]
        return NOT_THERE

    def text(self, name: str) -> str:
        """What :meth:`text_cell` shows at first."""
        value = self.value(name)
        if isinstance(value, str):
            return f"{label(name)} = {UNUSABLE}"
        written = short_text(value) if self.is_constant(name) else number_text(value)
        return f"{label(name)} = {written}"

    def text_formula(self, name: str) -> str:
        """The formula of that text, without "="."""
        write = short_formula if self.is_constant(name) else number_formula
        return f'"{label(name)} = "&{write(xl_rowcol_to_cell(self.row(name), NUMBER_COLUMN))}'

    def is_constant(self, name: str) -> bool:
        """Whether a quantity is a constant of an optimiser, as η."""
        return name in SYMBOLS.values()

    def formula(self, name: str) -> str:
        """The formula, without "=", that finds a quantity in the runs; "–" where there is none."""
        return self.of_runs(self.runs, name)

    def of_runs(self, shown: Sequence[Run], name: str) -> str:
        """The same with another run ``shown`` for each that may be chosen."""
        found = [self.of_run(run, name) for run in shown]
        if len(set(found)) == 1:
            return found[0]
        return f"CHOOSE({SELECTED_RUN},{','.join(found)})"

    def of_run(self, run: Run, name: str) -> str:
        """The formula of a quantity at the chosen step and sample in a run that is not chosen."""
        if name in run.optimiser.constants:
            return constant_name(run, name)
        last = len(self.experiment.samples) - 1
        first_column = run.columns.get(sampled(name, 0) if self.has_samples else name)
        if self.has_samples and first_column is not None:
            rows = _area(run, first_column, first_column + last)
            return f"INDEX({rows},{SELECTED_STEP}+1,{SELECTED_SAMPLE})"
        if name in run.columns:
            return f"INDEX({run.column(name)},{SELECTED_STEP}+1)"
        if name in self.experiment.network.given:
            return f"INDEX({sample_cells(self.experiment, name)},1,{SELECTED_SAMPLE})"
        return f'"{NOT_THERE}"'

    def _address(self, name: str, column: int) -> str:
        return f"{SELECTED}!{anchored(self.row(name), column)}"


def _telling_sample(experiment: Experiment) -> int:
    """The first sample, from 0, with the fewest zeros among its inputs, which would hide much."""
    zeros = [sum(value == 0 for value in sample.inputs) for sample in experiment.samples]
    return zeros.index(min(zeros))


def _area(run: Run, first_column: int, last_column: int) -> str:
    """The cells of adjacent columns over all steps."""
    first, last = xl_col_to_name(first_column), xl_col_to_name(last_column)
    return f"'{run.sheet}'!${first}${FIRST_ROW + 1}:${last}${FIRST_ROW + run.steps + 1}"
