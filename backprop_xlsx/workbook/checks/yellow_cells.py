"""Whether each yellow cell holds a number that can be computed with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.utility import xl_range_abs

from backprop_xlsx.formula.names import label
from backprop_xlsx.spreadsheet.sheets.page import Page, put_headers
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from backprop_xlsx.workbook.columns import TrainedRun
from backprop_xlsx.workbook.layout import THRESHOLD_NAME, all_starts, constant_name, start_cell
from backprop_xlsx.workbook.ranges import ANY, POSITIVE, Range, usable

NAME, FIRST = 1, 2
ROWS = 5


@dataclass(frozen=True)
class _Yellow:
    name: str
    cell: str
    usable: Range = ANY

    @property
    def formula(self) -> str:
        """0 for a usable number, 1 for what is no number, 2 for one out of range."""
        cell, smallest, largest = self.cell, self.usable.smallest, self.usable.largest
        within = f"AND({cell}>={smallest:.15g},{cell}<={largest:.15g})"
        return f"IF(ISNUMBER({cell}),IF({within},0,2),1)"


class YellowCells:
    """A line with 0 for each usable yellow cell; ``row`` is that of its heading, from 0."""

    def __init__(self, runs: Sequence[TrainedRun], row: int) -> None:
        self._row = row
        experiment = runs[0].experiment
        self._yellow = [
            _Yellow(label(name), start_cell(experiment, name)) for name in all_starts(experiment)
        ]
        for run in runs:
            for symbol in run.optimiser.constants:
                name, cell = f"{symbol} of {run.sheet}", constant_name(run, symbol)
                self._yellow.append(_Yellow(name, cell, usable(symbol)))
        self._yellow.append(_Yellow("the threshold", THRESHOLD_NAME, POSITIVE))

    @property
    def count_formula(self) -> str:
        """How many yellow cells cannot be computed with, without "="."""
        return f'COUNTIF({self._line(1)},">0")'

    @property
    def problem_formula(self) -> str:
        """Which cell comes first of those, and what is wrong, without "="."""
        names, flags = self._line(0), self._line(1)
        found = [f"INDEX({names},MATCH({flag},{flags},0))" for flag in (1, 2)]
        return (
            f'IFERROR({found[0]}&" is no number",'
            f'IFERROR({found[1]}&" is out of its range","all hold numbers"))'
        )

    def put(self, page: Page, theme: Theme) -> None:
        """Puts the line on the page, with its heading."""
        page.text((self._row, NAME), "Do the yellow cells hold numbers?", theme("heading"))
        explanation = "0 for a number in its range, 1 for what is no number, 2 for one out of it."
        page.text((self._row + 1, NAME), explanation, theme("quiet"))
        names = (yellow.name for yellow in self._yellow)
        put_headers(page, theme, (self._row + 2, NAME), ("yellow cell", *names))
        page.text((self._row + 3, NAME), "usable", theme("bold", "ruled"))
        for column, yellow in enumerate(self._yellow, start=FIRST):
            page.formula(
                (self._row + 3, column), yellow.formula, 0, theme("whole", "quiet", "ruled")
            )

    def _line(self, offset: int) -> str:
        row, last = self._row + 2 + offset, FIRST + len(self._yellow) - 1
        return xl_range_abs(row, FIRST, row, last)
