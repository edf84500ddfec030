"""What numpy computed for this book, stored as numbers, and how far the live book is from it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from backprop_xlsx.formula.names import label
from backprop_xlsx.spreadsheet.sheets.page import Page, put_headers
from backprop_xlsx.spreadsheet.sheets.theme import Theme, style_of
from backprop_xlsx.workbook.columns import TrainedRun
from backprop_xlsx.workbook.layout import Run, all_starts, constant_name, start_cell

NAME, FIRST = 1, 2


class StoredValues:
    """Two tables, from ``row`` (from 0) on: values after the last step, and start values.

    In both a line of numbers is followed by one with how far the live values are from them.
    """

    def __init__(self, runs: Sequence[TrainedRun], row: int) -> None:
        self._experiment = experiment = runs[0].experiment
        self._runs = runs
        self._row = row
        self._starts = all_starts(experiment)
        self._quantities = (runs[0].loss, *experiment.network.parameters)

    @property
    def rows(self) -> int:
        """How many rows the tables take."""
        return 2 * len(self._runs) + 8

    def loss_cell(self, run: Run) -> str:
        """Where the stored loss of a run's last step stands."""
        return xl_rowcol_to_cell(self._line(run), FIRST)

    def largest_difference(self, run: Run) -> str:
        """How far a run's last row is from the stored one, at most, without "="."""
        line = self._line(run) + 1
        return f"MAX({xl_range(line, FIRST, line, FIRST + len(self._quantities) - 1)})"

    def changed(self, run: Run) -> str:
        """Zero as long as no start value and no constant of a run differs from the stored ones."""
        return f"{self._changed_starts}+{self._changed_constants(run)}"

    @property
    def any_changed(self) -> str:
        """Zero as long as no start value and no constant of any run differs."""
        constants = (self._changed_constants(run) for run in self._runs)
        return "+".join([self._changed_starts, *constants])

    @property
    def _changed_starts(self) -> str:
        row = self._starts_row + 1
        return f"SUM({xl_range(row, FIRST, row, FIRST + len(self._starts) - 1)})"

    def _changed_constants(self, run: Run) -> str:
        line, first = self._line(run) + 1, FIRST + len(self._quantities)
        last = first + len(run.optimiser.constants) - 1
        return f"SUM({xl_range(line, first, line, last)})"

    def put(self, page: Page, theme: Theme) -> None:
        """Puts both tables on the page."""
        title = "numpy's values after the last step, and the constants that they are for"
        page.text((self._row, NAME), title, theme("heading"))
        lead = "Below each line: how far the live values are from it."
        page.text((self._row + 1, NAME), lead, theme("quiet"))
        for run in self._runs:
            self._put_run(page, theme, run)
        headers = ("run", *map(label, self._quantities), *self._letters())
        put_headers(page, theme, (self._row + 2, NAME), headers)
        headers = ("for start values", *map(label, self._starts))
        put_headers(page, theme, (self._starts_row - 1, NAME), headers)
        cells = [start_cell(self._experiment, name) for name in self._starts]
        numbers = list(self._starts.values())
        self._put_pair(page, theme, self._starts_row, "stored", numbers, cells)

    def _put_run(self, page: Page, theme: Theme, run: TrainedRun) -> None:
        constants = run.optimiser.constants
        numbers = [float(run.values[name][-1]) for name in self._quantities]
        cells = [run.cell(name, run.steps) for name in self._quantities]
        numbers += constants.values()
        cells += [constant_name(run, symbol) for symbol in constants]
        self._put_pair(page, theme, self._line(run), run.sheet, numbers, cells)

    def _put_pair(
        self,
        page: Page,
        theme: Theme,
        row: int,
        title: str,
        numbers: Sequence[float],
        cells: Sequence[str],
    ) -> None:
        """A line of stored numbers, and one with the differences of the live cells from them."""
        page.text((row, NAME), title, theme("bold"))
        page.text((row + 1, NAME), "difference", theme("quiet", "ruled"))
        for column, (number, cell) in enumerate(zip(numbers, cells, strict=True), start=FIRST):
            page.number((row, column), number, theme(style_of(number), "quiet"))
            stored = xl_rowcol_to_cell(row, column)
            difference = theme("scientific", "quiet", "ruled")
            page.formula((row + 1, column), f"ABS({cell}-{stored})", 0.0, difference)

    def _letters(self) -> list[str]:
        """The headers of the constants: runs with different optimisers share these columns."""
        letters = [list(run.optimiser.constants) for run in self._runs]
        return ["/".join(dict.fromkeys(filter(None, column))) for column in zip_longest(*letters)]

    def _line(self, run: Run) -> int:
        return self._row + 3 + 2 * run.index

    @property
    def _starts_row(self) -> int:
        return self._row + 5 + 2 * len(self._runs)
