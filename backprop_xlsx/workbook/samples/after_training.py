"""What a run makes of every sample with the weights after its last step: the cells, the values.

Where each step sees all samples these are cells of its last row. Of samples in turn that row has
a single one, so that the forward pass of all stands on the sheet Samples.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from xlsxwriter.utility import xl_rowcol_to_cell

from backprop_xlsx import reference
from backprop_xlsx.equations import forward
from backprop_xlsx.formula.expression import Expression, Symbol
from backprop_xlsx.formula.names import label, sampled
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import Theme, style_of
from backprop_xlsx.workbook.columns import TrainedRun
from backprop_xlsx.workbook.layout import SAMPLES_COLUMN, start_cell
from backprop_xlsx.workbook.limits import MOST_FORWARD_CELLS

NAME = 1
HEAD_ROWS = 3  # above a table's first line


def forward_quantities(experiment: Experiment) -> tuple[str, ...]:
    """What a forward pass computes of a sample, up to the last activation."""
    names = list(forward(experiment.network))
    return tuple(names[: names.index(experiment.network.outputs[-1].activation) + 1])


def fits(experiment: Experiment) -> bool:
    """Whether the book shows what runs make of every sample, which many samples in turn forbid."""
    cells = len(forward_quantities(experiment)) * len(experiment.samples)
    return not experiment.in_turn or cells * len(experiment.optimisers) <= MOST_FORWARD_CELLS


def put_head(page: Page, theme: Theme, row: int, title: str, explanation: str) -> None:
    """The title of a table of the sheet, and what it shows."""
    page.text((row, NAME), title, theme("heading"))
    page.text((row + 1, NAME), explanation, theme("quiet"))


class AfterTraining:
    """Every run's forward pass of every sample; ``row`` is where that of samples in turn begins."""

    def __init__(self, runs: Sequence[TrainedRun], row: int) -> None:
        self._runs, self._row = runs, row
        self._experiment: Experiment = runs[0].experiment
        self._names = forward_quantities(self._experiment)
        self._values = [self._last_values(run) for run in runs]

    def cell(self, run: TrainedRun, name: str, sample: int) -> str:
        """The address of a quantity of a run for a sample, from 0."""
        if not self._experiment.in_turn:
            return run.cell(sampled(name, sample), run.steps)
        return xl_rowcol_to_cell(self._row_of(run, name), SAMPLES_COLUMN + sample)

    def value(self, run: TrainedRun, name: str, sample: int) -> float:
        """Its value."""
        return self._values[run.index][sampled(name, sample)]

    def put(self, page: Page, theme: Theme) -> int:
        """Puts the forward pass of samples in turn on the page; returns its last row."""
        title = "The forward pass of every sample"
        explanation = "With the weights that each run has after its last step."
        put_head(page, theme, self._row, title, explanation)
        for run in self._runs:
            self._put_run(page, theme, run)
        return self._row_of(self._runs[-1], self._names[-1])

    def _put_run(self, page: Page, theme: Theme, run: TrainedRun) -> None:
        experiment, samples = self._experiment, range(len(self._experiment.samples))
        equations = forward(experiment.network, len(samples))

        def cell(leaf: Expression) -> str:
            assert isinstance(leaf, Symbol)
            name, _, sample = leaf.name.partition("[")
            if name in self._names:
                return self.cell(run, name, int(sample.removesuffix("]")) - 1)
            if name in experiment.network.inputs:
                return start_cell(experiment, leaf.name)
            return run.cell(name, run.steps)

        for name in self._names:
            row = self._row_of(run, name)
            numbers = [self.value(run, name, sample) for sample in samples]
            style = theme(style_of(np.array(numbers)), "ruled")
            page.text((row, NAME), f"{run.sheet}: {label(name)}", theme("bold", "ruled"))
            for sample, number in enumerate(numbers):
                formula = equations[sampled(name, sample)].formula(cell)
                page.formula((row, SAMPLES_COLUMN + sample), formula, number, style)

    def _row_of(self, run: TrainedRun, name: str) -> int:
        return self._row + HEAD_ROWS + run.index * len(self._names) + self._names.index(name)

    def _last_values(self, run: TrainedRun) -> dict[str, float]:
        if not self._experiment.in_turn:
            return {name: float(values[-1]) for name, values in run.values.items()}
        samples, network = self._experiment.samples, self._experiment.network
        inputs = np.array([sample.inputs for sample in samples])
        targets = np.array([sample.targets for sample in samples])
        last = [float(run.values[name][-1]) for name in network.weights + network.bias_names]
        found = reference.quantities(network, inputs, targets, np.array(last))
        return {name: float(value) for name, value in found.items()}
