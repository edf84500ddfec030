"""What is printed of a run: its chart, and a table of every tenth step, a line for each quantity.

It stands below the run's own table, which is too wide and too long for any paper.
"""

from __future__ import annotations

from collections.abc import Mapping

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.sheets.page import Page, prepare
from backprop_xlsx.spreadsheet.sheets.rules import show_plain_zeros
from backprop_xlsx.spreadsheet.sheets.theme import Theme, style_of
from backprop_xlsx.workbook.charts import small_loss_chart
from backprop_xlsx.workbook.columns import RunColumn, TrainedRun
from backprop_xlsx.workbook.layout import (
    FIRST_ROW,
    GLANCE,
    SERIES_NAME_CELL,
    series_name,
)

ROWS_BETWEEN = 4  # from the last step to the printed part
CHART_ROWS, CHART_SIZE = 12, (860, 230)
MOST_STEPS, PITCHES = 10, (1, 2, 5)  # of the steps in the table, times powers of ten
MOST_QUANTITIES = 200


class RunOnPaper:
    """The printed part of a run's sheet; ``row`` is its first, from 0."""

    def __init__(self, run: TrainedRun) -> None:
        self._run = run
        self.row = FIRST_ROW + run.steps + ROWS_BETWEEN
        self._label = run.columns[GLANCE]
        self._steps = _steps(run.steps)
        self._quantities, self._left_out = self._lines()

    def write(
        self,
        worksheet: Worksheet,
        theme: Theme,
        columns: Mapping[str, RunColumn],
    ) -> None:
        """Writes it, and sets the sheet up to print it: as many pages as there are lines for."""
        run, header = self._run, self.row + CHART_ROWS + 2
        page = Page(worksheet)
        title = xl_rowcol_to_cell(*SERIES_NAME_CELL)
        page.formula((self.row, self._label), title, series_name(run), theme("heading"))
        if self._left_out:
            page.text((self.row + 1, self._label), self._left_out, theme("quiet"))
        style = theme("header_left", "group_step")
        page.text((header, self._label), "step", style)
        last_column = self._label + len(self._steps)
        for column, step in enumerate(self._steps, start=self._label + 1):
            cell = xl_rowcol_to_cell(FIRST_ROW + step, 0)
            whole = theme("whole", "header_right", "group_step")
            page.formula((header, column), cell, step, whole)
        for row, name in enumerate(self._quantities, start=header + 1):
            self._put_line(page, theme, row, name, columns[name])
        page.write()
        small = [
            row
            for row, name in enumerate(self._quantities, start=header + 1)
            if columns[name].style == "gradient"
        ]
        if small:
            area = (min(small), self._label + 1, max(small), last_column)
            show_plain_zeros(worksheet, theme, area)
        chart = small_loss_chart(theme.workbook, [run], CHART_SIZE)
        options = {"object_position": 2, "description": f"{run.loss} over the steps"}
        worksheet.insert_chart(self.row + 2, self._label, chart, options)
        last_row = header + len(self._quantities)
        prepare(worksheet, last_row, max(len(run.columns) - 1, last_column))
        worksheet.print_area(self.row, self._label, last_row, last_column)
        worksheet.set_portrait()
        worksheet.fit_to_pages(1, 0)
        worksheet.repeat_rows(header)

    def _lines(self) -> tuple[tuple[str, ...], str]:
        """The quantities that have a line each, and what is said of those left out."""
        groups = [
            (group, names)
            for group, names in self._run.groups
            if group not in ("step", "glance", "progress")
        ]
        names = [name for _, own in groups for name in own]
        if len(names) <= MOST_QUANTITIES:
            return tuple(names), ""
        few = [name for name in names if not name.endswith("]") and name != self._run.loss]
        kept = (self._run.loss, *few[: MOST_QUANTITIES - 1])
        left_out = f"{len(names) - len(kept):,} of {len(names):,} quantities"
        return kept, f"Not printed: {left_out}, those of single samples first."

    def _put_line(self, page: Page, theme: Theme, row: int, name: str, column: RunColumn) -> None:
        run, values = self._run, self._run.values[name]
        group = next(group for group, names in run.groups if name in names)
        page.text((row, self._label), column.header, theme("bold", f"group_{group}", "ruled"))
        look = style_of(values) if column.style == "value" else column.style
        style = theme(look, "ruled")
        for offset, step in enumerate(self._steps, start=1):
            cell = xl_rowcol_to_cell(FIRST_ROW + step, run.columns[name])
            page.formula((row, self._label + offset), cell, values[step], style)


def _steps(last: int) -> tuple[int, ...]:
    """Some ten steps a round number apart, and the last one."""
    power = 1
    while True:
        for factor in PITCHES:
            pitch = factor * power
            if last <= MOST_STEPS * pitch:
                return tuple(sorted({*range(0, last + 1, pitch), last}))
        power *= 10
