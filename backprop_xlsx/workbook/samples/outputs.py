"""On the sheet Samples: the outputs after each run's last step, and which are near their target."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.spreadsheet.sheets.page import Page, Position
from backprop_xlsx.spreadsheet.sheets.rules import colour_where
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from backprop_xlsx.workbook.columns import TrainedRun
from backprop_xlsx.workbook.layout import SAMPLES_COLUMN, SAMPLES_ROW
from backprop_xlsx.workbook.samples.after_training import HEAD_ROWS, NAME, AfterTraining, put_head
from backprop_xlsx.workbook.samples.samples_classes import Classes, Computed, said_of_runs

CLOSE = 0.5  # an output this near its target is on the right side
ROWS_BETWEEN = 2

# A cell with how many samples there are of something, and its value.
Count = tuple[str, int]


class Outputs:
    """The tables, from ``row`` on; a network with a softmax has classes instead of nearness."""

    def __init__(self, page: Page, theme: Theme, runs: Sequence[TrainedRun], row: int) -> None:
        self._page, self._theme, self._runs, self._row = page, theme, runs, row
        self._experiment: Experiment = runs[0].experiment
        network = self._experiment.network
        self._rows = [(run, output) for run in runs for output in range(len(network.outputs))]
        self._last_column = SAMPLES_COLUMN + len(self._experiment.samples) - 1
        below = row + HEAD_ROWS + len(self._rows) + ROWS_BETWEEN
        self._near_row = below + HEAD_ROWS
        self._classes: Classes | None = None
        last = self._near_row + len(self._rows) - 1
        if network.has_softmax and len(network.outputs) > 1:
            self._classes = Classes(page, theme, runs, row + HEAD_ROWS, below)
            last = self._classes.last_row
        self._found = AfterTraining(runs, last + 1 + ROWS_BETWEEN)
        self._last_row = last

    def put(self, summary: Position) -> int:
        """Puts everything on the page, a sentence on it at ``summary``; returns its last row."""
        title, first = "The outputs after the last step", self._row + HEAD_ROWS
        # Of classes the largest output counts, however near its target it is.
        explanation = "The largest of them counts, see below."
        if self._classes is None:
            explanation = f"Coloured by whether they are within {CLOSE} of their target."
        self._put_head(self._row, title, explanation)
        for here, (run, output) in enumerate(self._rows, start=first):
            self._put_output(run, output, here)
        said = self._put_nearness() if self._classes is None else self._classes.put(self._found)
        self._page.formula(summary, *said, self._theme("bold"))
        in_turn = self._experiment.in_turn
        return self._found.put(self._page, self._theme) if in_turn else self._last_row

    def _put_head(self, row: int, title: str, explanation: str) -> None:
        page, theme = self._page, self._theme
        put_head(page, theme, row, title, explanation)
        page.text((row + 2, NAME), "output", theme("header_left", "group_forward"))
        for column in range(SAMPLES_COLUMN, self._last_column + 1):
            page.blank((row + 2, column), theme("header_right", "group_forward"))

    def _put_output(self, run: TrainedRun, output: int, row: int) -> None:
        """An output of a run over the samples, in a row."""
        activation = self._experiment.network.outputs[output].activation
        self._page.text((row, NAME), f"{run.sheet}: {activation}", self._theme("bold", "ruled"))
        style = self._theme("value", "ruled", number_format="0.000")
        for sample in range(len(self._experiment.samples)):
            value = self._found.value(run, activation, sample)
            cell = self._found.cell(run, activation, sample)
            self._page.formula((row, SAMPLES_COLUMN + sample), cell, value, style)

    def _put_nearness(self) -> Computed:
        """Which outputs are near their target, and how many of each; returns how many of a run."""
        title, explanation = "Near its target", "1 where it is, else 0."
        self._put_head(self._near_row - HEAD_ROWS, title, explanation)
        style = self._theme("header_right", "group_forward")
        self._page.text((self._row + 2, self._last_column + 1), "near", style)
        counts: dict[int, list[Count]] = {}
        for offset, (run, output) in enumerate(self._rows):
            here = self._row + HEAD_ROWS + offset
            target_row = SAMPLES_ROW + len(self._experiment.network.inputs) + output
            count = self._put_near(run, output, (here, self._near_row + offset, target_row))
            counts.setdefault(run.index, []).append(count)
            area = (here, SAMPLES_COLUMN, here, self._last_column)
            own = xl_rowcol_to_cell(here, SAMPLES_COLUMN)
            error = f"ABS({own}-{xl_rowcol_to_cell(target_row, SAMPLES_COLUMN, row_abs=True)})"
            near, far = f"{error}<{CLOSE}", f"{error}>={CLOSE}"
            colour_where(self._page.worksheet, self._theme, area, near, far)
        return self._summary(counts)

    def _summary(self, counts: dict[int, list[Count]]) -> Computed:
        of_all = f" of {len(self._experiment.network.outputs) * len(self._experiment.samples)}"
        found = [
            (f'({"+".join(cells)})&"{of_all}"', f"{sum(numbers)}{of_all}")
            for cells, numbers in (zip(*own, strict=True) for own in counts.values())
        ]
        return said_of_runs("Near their targets after the last step:", self._runs, found)

    def _put_near(self, run: TrainedRun, output: int, rows: tuple[int, int, int]) -> Count:
        """Whether an output of a run is near; ``rows``: of outputs, nearness and targets.

        Returns the cell with how many samples' it is, and its value.
        """
        here, near, target_row = rows
        page, theme, total = self._page, self._theme, 0
        activation = self._experiment.network.outputs[output].activation
        page.text((near, NAME), f"{run.sheet}: {activation}", theme("bold", "ruled"))
        for index, sample in enumerate(self._experiment.samples):
            column = SAMPLES_COLUMN + index
            value = self._found.value(run, activation, index)
            own, wanted = (xl_rowcol_to_cell(place, column) for place in (here, target_row))
            is_near = int(abs(value - sample.targets[output]) < CLOSE)
            formula = f"IF(ABS({own}-{wanted})<{CLOSE},1,0)"
            page.formula((near, column), formula, is_near, theme("whole", "quiet", "ruled"))
            total += is_near
        area = xl_range(near, SAMPLES_COLUMN, near, self._last_column)
        count = theme("whole", "ruled", "bold")
        position = (here, self._last_column + 1)
        page.formula(position, f"SUMPRODUCT({area})", total, count)
        return xl_rowcol_to_cell(*position), total
