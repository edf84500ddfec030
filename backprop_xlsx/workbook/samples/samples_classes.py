"""On the sheet Samples: which class each run takes a sample for, how often it is right, and with
which class it confuses which.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from xlsxwriter.utility import xl_range, xl_range_abs, xl_rowcol_to_cell

from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.reference import Array
from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.rules import colour_where
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from backprop_xlsx.workbook.columns import TrainedRun
from backprop_xlsx.workbook.layout import SAMPLES_COLUMN, SAMPLES_ROW
from backprop_xlsx.workbook.samples.after_training import HEAD_ROWS, NAME, AfterTraining, put_head

# A formula without "=", and its text.
Computed = tuple[str, str]

NUMBER_FORMAT, SHARE_FORMAT = "0", "0.0%"
# Outputs of a network whose hidden neurons are all off differ by rounding alone.
EQUAL = 1e-9


class Classes:
    """The classes of a network with a softmax, in two tables from ``row`` on.

    ``outputs_row`` is that of the first output of the first run on the sheet, below which those
    of the others stand. Rows count from 0.
    """

    def __init__(
        self, page: Page, theme: Theme, runs: Sequence[TrainedRun], outputs_row: int, row: int
    ) -> None:
        self._page, self._theme, self._runs = page, theme, runs
        self._experiment: Experiment = runs[0].experiment
        self._outputs_row, self._row = outputs_row, row
        self._target_row = row + HEAD_ROWS
        self._confusion_row = self._target_row + len(runs) + 2
        self._outputs = self._experiment.network.outputs
        self._last_column = SAMPLES_COLUMN + len(self._experiment.samples) - 1
        names = self._experiment.class_names
        if len(names) != len(self._outputs):
            names = tuple(f"class {number + 1}" for number in range(len(self._outputs)))
        self._names = names

    @property
    def last_row(self) -> int:
        """The last row of the tables."""
        return self._confusion_row + len(self._runs) * (len(self._outputs) + 2)

    def put(self, found: AfterTraining) -> Computed:
        """Puts both tables on the page; ``found`` has the outputs' values.

        Returns a formula that says how many samples each run gets right, and its text.
        """
        chosen = [self._chosen_classes(found, run) for run in self._runs]
        self._put_choices(chosen)
        self._put_confusion(chosen)
        return self._summary(chosen)

    def _put_choices(self, choices: Sequence[Array]) -> None:
        """The class of each sample, then what each run takes it for."""
        row, target_row = self._row, self._target_row
        legend = ", ".join(f"{number}: {name}" for number, name in enumerate(self._names, 1))
        put_head(self._page, self._theme, row, "The class with the largest output", legend)
        column = self._last_column + 1
        header = self._theme("header_right", "group_forward")
        self._page.text((row + 2, column), "right", header)
        own = SAMPLES_ROW + len(self._experiment.network.inputs)
        self._put_line(target_row, "its target", own, self._target_classes())
        targets = self._line(target_row)
        for index, (run, chosen) in enumerate(zip(self._runs, choices, strict=True)):
            here = target_row + 1 + index
            outputs = self._outputs_row + index * len(self._outputs)
            self._put_line(here, run.sheet, outputs, chosen)
            formula = f"SUMPRODUCT(({self._line(here)}={targets})*1)/{len(chosen)}"
            share = self._share(chosen)
            style = self._theme("whole", "ruled", "bold", number_format=SHARE_FORMAT)
            self._page.formula((here, column), formula, share, style)
        area = (target_row + 1, SAMPLES_COLUMN, target_row + len(self._runs), column - 1)
        cell = xl_rowcol_to_cell(target_row + 1, SAMPLES_COLUMN)
        target = xl_rowcol_to_cell(target_row, SAMPLES_COLUMN, row_abs=True)
        right, wrong = f"{cell}={target}", f"{cell}<>{target}"
        colour_where(self._page.worksheet, self._theme, area, right, wrong)

    def _summary(self, choices: Sequence[Array]) -> Computed:
        found = []
        for row, chosen in enumerate(choices, start=self._target_row + 1):
            cell = xl_rowcol_to_cell(row, self._last_column + 1)
            percentage = f"{100 * self._share(chosen):.1f} %"
            found.append((f'FIXED(100*{cell},1,TRUE)&" %"', percentage))
        return said_of_runs("Right after the last step:", self._runs, found)

    def _share(self, chosen: Array) -> float:
        """The share of the samples that a run gets right."""
        return float((chosen == self._target_classes()).mean())

    def _put_line(self, row: int, title: str, first: int, classes: Array) -> None:
        """For each sample the number of the largest of the cells from the row ``first`` on.

        That many begin a column that are all smaller, and one; it is the first of equal ones.
        """
        style = self._theme("whole", "ruled", number_format=NUMBER_FORMAT)
        self._page.text((row, NAME), title, self._theme("bold", "ruled"))
        for column, number in enumerate(classes, start=SAMPLES_COLUMN):
            last = first + len(self._outputs) - 1
            largest = f"MAX({xl_range(first, column, last, column)})-{EQUAL:.0E}"
            smaller = (
                f"+(MAX({xl_range(first, column, end, column)})<{largest})"
                for end in range(first, last)
            )
            self._page.formula((row, column), f"1{''.join(smaller)}", number, style)

    def _put_confusion(self, choices: Sequence[Array]) -> None:
        """For each run how many samples of a class are taken for which."""
        classes = range(1, len(self._outputs) + 1)
        explanation = "How many samples of the class on the left are taken for that above."
        title = "Which class is taken for which"
        put_head(self._page, self._theme, self._confusion_row, title, explanation)
        for index, (run, chosen) in enumerate(zip(self._runs, choices, strict=True)):
            row = self._confusion_row + 2 + index * (len(classes) + 2)
            style = self._theme("header_left", "group_forward")
            self._page.text((row, NAME), f"{run.sheet}: taken for", style)
            for column, number in enumerate(classes, start=SAMPLES_COLUMN):
                style = self._theme("header_right", "group_forward", number_format=NUMBER_FORMAT)
                self._page.text((row, column), str(number), style)
            for own in classes:
                self._put_counts(row + own, own, self._target_row + 1 + index, chosen)

    def _put_counts(self, row: int, own: int, chosen_row: int, chosen: Array) -> None:
        title = f"{own}: {self._names[own - 1]}"
        self._page.text((row, NAME), title, self._theme("bold", "ruled"))
        targets = self._target_classes()
        for number in range(1, len(self._outputs) + 1):
            of_class = f"({self._line(self._target_row)}={own})"
            taken = f"({self._line(chosen_row)}={number})"
            count = float(((targets == own) & (chosen == number)).sum())
            look = ("bold",) if number == own else ()
            style = self._theme("whole", "ruled", *look)
            position = (row, SAMPLES_COLUMN + number - 1)
            self._page.formula(position, f"SUMPRODUCT({of_class}*{taken})", count, style)

    def _line(self, row: int) -> str:
        return xl_range_abs(row, SAMPLES_COLUMN, row, self._last_column)

    def _target_classes(self) -> Array:
        targets = np.array([sample.targets for sample in self._experiment.samples])
        return _largest(targets)

    def _chosen_classes(self, found: AfterTraining, run: TrainedRun) -> Array:
        outputs = [
            [found.value(run, output.activation, sample) for output in self._outputs]
            for sample in range(len(self._experiment.samples))
        ]
        return _largest(np.array(outputs))


def said_of_runs(beginning: str, runs: Sequence[TrainedRun], found: Sequence[Computed]) -> Computed:
    """A sentence with what was found of each run."""
    formula, text = f'"{beginning}"', beginning
    for run, (own_formula, own_text) in zip(runs, found, strict=True):
        words = f"{',' * (run.index > 0)} {run.sheet} "
        formula += f'&"{words}"&{own_formula}'
        text += words + own_text
    return formula, text


def _largest(outputs: Array) -> Array:
    """The number of the largest output of each row, the first one of equal ones."""
    alike = outputs >= outputs.max(axis=1, keepdims=True) - EQUAL
    return np.argmax(alike, axis=1) + 1.0
