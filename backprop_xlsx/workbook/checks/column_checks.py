"""The table of all columns of all runs: whether a column differs from its identity anywhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from backprop_xlsx.formula.names import label
from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import DIFFERS_STYLE, Theme
from backprop_xlsx.workbook.checks.identities.run_identities import run_identities
from backprop_xlsx.workbook.checks.verdicts import (
    AGREES,
    DIFFERS,
    OUT_OF_RANGE,
    TOO_LONG,
    UNUSABLE,
)
from backprop_xlsx.workbook.columns import TrainedRun, run_columns
from backprop_xlsx.workbook.layout import FIRST_ROW

NAME, AGAINST, VERDICT, FIRST_RUN = 1, 2, 6, 9
# Beyond this the square of a product of a few numbers leaves the range of a double.
LARGEST_JUDGED = 1e50
COLUMN_FORMAT = '[=0]"✓";"✗"'
RANGE_FORMAT = '[=0]"✓";"beyond"'


class ColumnChecks:
    """The table's cells; ``row`` is that of its first line, from 0. ``problems`` counts the yellow
    cells that hold no usable number.
    """

    def __init__(self, runs: Sequence[TrainedRun], row: int, problems: str) -> None:
        self._runs = list(runs)
        self._beyond = [_largest(run) > LARGEST_JUDGED for run in runs]
        self._row, self._problems = row, problems
        self._identities = [run_identities(run) for run in self._runs]
        columns = run_columns(self._runs[0])
        self._headers = {name: column.header for name, column in columns.items()}
        self.names = list(dict.fromkeys(name for found in self._identities for name in found))

    @property
    def rows(self) -> int:
        """How many rows the table takes: one for the range of numbers, one for each quantity."""
        return 1 + len(self.names)

    @property
    def last_column(self) -> int:
        """The table's last column."""
        return FIRST_RUN + len(self._runs) - 1

    @property
    def out_of_range(self) -> str:
        """A condition: whether a run leaves the range of numbers."""
        last = self.last_column
        return f"SUM({xl_range(self._row, FIRST_RUN, self._row, last)})>0"

    def put(self, page: Page, theme: Theme) -> list[str]:
        """Puts the table on the page; returns the verdicts."""
        styles: dict[int, tuple[str, ...]] = {NAME: ("header_left",), AGAINST: ("header_left",)}
        styles[VERDICT] = ("header_left", "indented")
        headers = {NAME: "column", AGAINST: "is held against, at every step", VERDICT: "verdict"}
        headers |= {FIRST_RUN + run.index: run.sheet for run in self._runs}
        for column in range(NAME, self.last_column + 1):
            style = theme(*styles.get(column, ("header_right",)), "group_step")
            if column in headers:
                page.text((self._row - 1, column), headers[column], style)
            else:
                page.blank((self._row - 1, column), style)
        self._put_range(page, theme)
        first, last = self._row + 1, self._row + len(self.names)
        verdicts = [
            self._put_line(page, theme, row, name)
            for row, name in enumerate(self.names, start=first)
        ]
        area = xl_range(first, FIRST_RUN, last, self.last_column)
        cell = xl_rowcol_to_cell(first, FIRST_RUN)
        rule = {"type": "formula", "criteria": f"=IF(ISNUMBER({cell}),{cell}>0,0=1)"}
        page.worksheet.conditional_format(
            area, rule | {"format": theme.workbook.add_format(DIFFERS_STYLE)}
        )
        return verdicts

    def _put_range(self, page: Page, theme: Theme) -> None:
        """Which run has numbers with which nothing can be checked: they grow without bound."""
        page.text((self._row, NAME), "all", theme("bold", "ruled"))
        words = f"no number beyond {LARGEST_JUDGED:.0E}"
        page.text((self._row, AGAINST), words, theme("quiet", "ruled"))
        for column in (*range(AGAINST + 1, FIRST_RUN),):
            page.blank((self._row, column), theme("ruled"))
        style = theme("whole", "ruled", number_format=RANGE_FORMAT)
        for run in self._runs:
            area = xl_range(FIRST_ROW, 0, FIRST_ROW + run.steps, len(run.columns) - 1)
            counts = "+".join(
                f"COUNTIF('{run.sheet}'!{area},\"{sign}{LARGEST_JUDGED:.0E}\")"
                for sign in (">", "<-")
            )
            formula = f"IF({counts}>0,1,0)"
            value = float(self._beyond[run.index])
            page.formula((self._row, FIRST_RUN + run.index), formula, value, style)

    def _put_line(self, page: Page, theme: Theme, row: int, name: str) -> str:
        """Puts the line of a quantity; returns its verdict."""
        having = [
            (run, identities[name])
            for run, identities in zip(self._runs, self._identities, strict=True)
            if name in identities
        ]
        page.text((row, NAME), self._headers.get(name, label(name)), theme("bold", "ruled"))
        said = {identity.words for _, identity in having}
        words = said.pop() if len(said) == 1 else "the row before, as each run's optimiser has it"
        page.text((row, AGAINST), words, theme("ruled"))
        for column in (*range(AGAINST + 1, VERDICT), VERDICT + 1, VERDICT + 2):
            page.blank((row, column), theme("ruled"))
        if not all(identity.formula for _, identity in having):
            page.text((row, VERDICT), TOO_LONG, theme("indented", "ruled"))
            return TOO_LONG
        counted = theme("whole", "ruled", number_format=COLUMN_FORMAT)
        for run, identity in having:
            # Half of 1 is rounded up; what is no number differs.
            formula = f"IFERROR(ROUND(({identity.formula})/2,0),1)"
            unjudged = xl_rowcol_to_cell(self._row, FIRST_RUN + run.index, row_abs=True)
            formula = f'IF({self._problems}+{unjudged}>0,"–",{formula})'
            value = "–" if self._beyond[run.index] else 0.0
            page.formula((row, FIRST_RUN + run.index), formula, value, counted)
        counts = xl_range(row, FIRST_RUN, row, self.last_column)
        formula = (
            f'IF({self._problems}>0,"{UNUSABLE}",IF(SUM({counts})>0,"{DIFFERS}",'
            f'IF(COUNT({counts})<{len(having)},"{OUT_OF_RANGE}","{AGREES}")))'
        )
        beyond = any(self._beyond[run.index] for run, _ in having)
        verdict = OUT_OF_RANGE if beyond else AGREES
        page.formula((row, VERDICT), formula, verdict, theme("indented", "ruled"))
        return verdict


def _largest(run: TrainedRun) -> float:
    """The largest magnitude in a run's table."""
    return max(float(np.abs(values).max()) for values in run.values.values())
