"""The checks, in formulas: every column, the derivatives, the last row against numpy's values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.formula.names import gradient_name, label
from backprop_xlsx.model.valid import PROBABILITY_ROUNDING
from backprop_xlsx.reference import Array
from backprop_xlsx.spreadsheet.sheets.page import Page, anchored, prepare
from backprop_xlsx.spreadsheet.sheets.rules import colour_verdicts
from backprop_xlsx.spreadsheet.sheets.theme import Theme, style_of
from backprop_xlsx.workbook.checks.central_differences import CentralDifferences, checked_parameters
from backprop_xlsx.workbook.checks.column_checks import ColumnChecks
from backprop_xlsx.workbook.checks.identities.columns import Columns
from backprop_xlsx.workbook.checks.stored_values import StoredValues
from backprop_xlsx.workbook.checks.verdicts import (
    AGREES,
    CHANGED,
    DIFFERS,
    OUT_OF_RANGE,
    PROBABILITIES,
    TOO_SENSITIVE,
    UNUSABLE,
    judged,
    summary,
)
from backprop_xlsx.workbook.checks.yellow_cells import ROWS, YellowCells
from backprop_xlsx.workbook.columns import TrainedRun
from backprop_xlsx.workbook.layout import CHECKS, EDITED, EDITED_CELL, PROBLEM_CELL, Run
from backprop_xlsx.workbook.limits import LARGEST_NUMBER_OF_COLUMNS

NAME, LIVE, OTHER, DIFFERENCE, MARGIN, VERDICT = 1, 2, 3, 4, 5, 6
LAST_COLUMN = 14
FIRST_TABLE = 9
UNTOUCHED = "as they were when the book was written"
PROBLEMS_FORMAT = '[=0]"✓";0" to mend"'
# Excel, LibreOffice and the engines differ by 5e-15 in one step.
RUN_MARGIN = 1e-10
ROUNDING_FACTOR, LARGEST_MARGIN = 1e3, 1e-6


def write_checks(
    worksheet: Worksheet,
    theme: Theme,
    runs: Sequence[TrainedRun],
    run_rounding: Array,
) -> tuple[str, str]:
    """Writes the sheet; returns the formula of the verdict over all checks, and its value.

    ``run_rounding``, shape (learning rates,), says how strongly each run amplifies rounding.
    """
    worksheet.set_column(0, 0, 2)
    worksheet.set_column(NAME, NAME, 16)
    worksheet.set_column(LIVE, OTHER, 15)
    worksheet.set_column(DIFFERENCE, LARGEST_NUMBER_OF_COLUMNS - 1, 11.5)
    page = Page(worksheet)
    page.text((0, 1), "Checks", theme("title"))
    page.height(0, 28)
    lead = (
        "Each check compares two numbers that come about in different ways; they agree if their "
        "difference is within the margin."
    )
    page.text((1, 1), lead, theme("lead"))

    problems = anchored(PROBLEM_CELL[0], VERDICT)
    experiment = runs[0].experiment
    columns_row = FIRST_TABLE + len(checked_parameters(experiment)) + 4
    columns = ColumnChecks(runs, columns_row, problems)
    last_row = columns_row + columns.rows + 4
    stored = StoredValues(runs, last_row + len(runs) + 3)
    yellow = YellowCells(runs, last_row + len(runs) + 4 + stored.rows)
    differences = CentralDifferences(experiment, last_row + len(runs) + 5 + stored.rows + ROWS)
    guards = _Guards(problems, columns.out_of_range, _improbable(runs[0]))
    verdicts = _put_derivatives(page, theme, FIRST_TABLE, runs, differences, guards)
    title = "2  Every column of every run, at every step"
    page.text((columns_row - 2, NAME), title, theme("heading"))
    verdicts += columns.put(page, theme)
    verdicts += _put_last_rows(page, theme, last_row, runs, run_rounding, stored, guards)
    stored.put(page, theme)
    yellow.put(page, theme)
    if differences.parameters:
        differences.put(page, theme)

    all_verdicts = (FIRST_TABLE, VERDICT, last_row + len(runs) - 1, VERDICT)
    problem = xl_rowcol_to_cell(*PROBLEM_CELL)
    page.text((3, 1), "All checks", theme("bold"))
    formula, value = summary(xl_range_abs(*all_verdicts), verdicts, problem, problems)
    page.merged_formula((3, LIVE), VERDICT, formula, value, theme("bold", "boxed", "indented"))
    page.text((PROBLEM_CELL[0], NAME), "Yellow cells", theme("bold"))
    style = theme("indented")
    page.formula(PROBLEM_CELL, yellow.problem_formula, "all hold numbers", style)
    page.text((EDITED_CELL[0], NAME), "Start values", theme("bold"))
    formula = f'IF(IFERROR({stored.any_changed},1)=0,"{UNTOUCHED}","{EDITED}")'
    page.formula(EDITED_CELL, formula, UNTOUCHED, style)
    style = theme("left", number_format=PROBLEMS_FORMAT)
    page.formula((PROBLEM_CELL[0], VERDICT), yellow.count_formula, 0, style)
    page.height(3, 20)
    page.write()
    for area in (all_verdicts, (3, LIVE, 3, VERDICT)):
        colour_verdicts(worksheet, theme, area)
    worksheet.freeze_panes(EDITED_CELL[0] + 1, 0)
    prepare(worksheet, differences.last_row, max(LAST_COLUMN, columns.last_column))
    worksheet.fit_to_pages(1, 0)
    worksheet.set_h_pagebreaks([last_row + len(runs) + 2])
    return f"'{CHECKS}'!{xl_rowcol_to_cell(3, LIVE)}", value


def _put_head(page: Page, theme: Theme, row: int, title: str, headers: Sequence[str]) -> None:
    page.text((row - 2, NAME), title, theme("heading"))
    for column, header in enumerate(headers, start=NAME):
        style = theme(*_header_styles(column), "group_step")
        page.text((row - 1, column), header, style)


def _header_styles(column: int) -> tuple[str, ...]:
    if column == VERDICT:
        return ("header_left", "indented")
    return ("header_left",) if column == NAME else ("header_right",)


@dataclass(frozen=True)
class _Guards:
    """Why a check may not be judged: how many yellow cells hold no number, and two conditions."""

    problems: str
    out_of_range: str
    improbable: str

    def verdict(self, row: int, *otherwise: tuple[str, str]) -> str:
        """The formula of the verdict in a row."""
        difference, margin = (xl_rowcol_to_cell(row, column) for column in (DIFFERENCE, MARGIN))
        reasons = (*otherwise, (self.out_of_range, OUT_OF_RANGE))
        return self.unless_unusable(judged(difference, margin, reasons))

    def unless_unusable(self, verdict: str) -> str:
        """A verdict's formula, if all yellow cells hold numbers."""
        return f'IF({self.problems}>0,"{UNUSABLE}",{verdict})'


def _improbable(run: Run) -> str:
    """A condition: whether targets that should be probabilities do not sum to 1; or "" ."""
    columns, network = Columns(run), run.experiment.network
    if not (network.fused and network.has_softmax):
        return ""
    total = "+".join(columns.given(name) for name in network.targets)
    # Held against 1: engines take numbers of 1e-16 and less for equal.
    return f"SUMPRODUCT(((({total}-1)/{PROBABILITY_ROUNDING:.0E})^2>1)*1)>0"


def _put_derivatives(
    page: Page,
    theme: Theme,
    row: int,
    runs: Sequence[TrainedRun],
    differences: CentralDifferences,
    guards: _Guards,
) -> list[str]:
    title = "1  Derivatives at step 0, in all runs, against central differences of the loss"
    if not differences.complete:
        title += " (for some of the weights)"
    headers = ("derivative", "by its formula", "central difference", "largest diff.", "margin")
    _put_head(page, theme, row, title, (*headers, "verdict"))
    verdicts = []
    for here, weight in enumerate(differences.parameters, start=row):
        gradient = gradient_name(weight)
        live = [run.cell(gradient, 0) for run in runs]
        central = xl_rowcol_to_cell(here, OTHER)
        values = np.array([run.values[gradient][0] for run in runs])
        difference = np.abs(values - differences.value(weight)).max()
        margin = differences.margin(weight, values[0])
        page.text((here, NAME), label(gradient), theme("bold", "ruled"))
        plain = style_of(values) == "value"
        number = theme("scientific", "ruled", number_format="0.0000000000" if plain else "")
        page.formula((here, LIVE), live[0], values[0], number)
        page.formula((here, OTHER), differences.formula(weight), differences.value(weight), number)
        largest = "MAX(" + ",".join(f"ABS({cell}-{central})" for cell in live) + ")"
        page.formula((here, DIFFERENCE), largest, difference, theme("scientific", "ruled"))
        formula = differences.margin_formula(weight, xl_rowcol_to_cell(here, LIVE))
        page.formula((here, MARGIN), formula, margin, theme("scientific", "ruled"))
        verdict = AGREES if difference <= margin else DIFFERS
        reasons = [(guards.improbable, PROBABILITIES)] if guards.improbable else []
        formula = guards.verdict(here, *reasons)
        for condition, applies, words in differences.obstacles(weight):
            formula = guards.unless_unusable(f'IF({condition},"{words}",{formula})')
            verdict = words if applies else verdict
        verdicts.append(verdict)
        page.formula((here, VERDICT), formula, verdict, theme("indented"))
    return verdicts


def _put_last_rows(
    page: Page,
    theme: Theme,
    row: int,
    runs: Sequence[TrainedRun],
    run_rounding: Array,
    stored: StoredValues,
    guards: _Guards,
) -> list[str]:
    loss = runs[0].loss
    title = "3  The last row of each run against the values that numpy computed for this book"
    headers = ("run", f"{loss}, live", f"{loss}, numpy", "largest diff.", "margin", "verdict")
    _put_head(page, theme, row, title, headers)
    verdicts = []
    for here, (run, rounding) in enumerate(zip(runs, run_rounding, strict=True), start=row):
        names = (run.loss, *run.experiment.network.parameters)
        scale = max(1.0, *(abs(float(run.values[name][-1])) for name in names))
        margin = RUN_MARGIN * scale + ROUNDING_FACTOR * float(rounding)
        last = float(run.losses[-1])
        scientific = theme("scientific", "ruled")
        page.text((here, NAME), run.sheet, theme("bold", "ruled"))
        page.formula((here, LIVE), run.cell(run.loss, run.steps), last, scientific)
        page.formula((here, OTHER), stored.loss_cell(run), last, scientific)
        page.formula((here, DIFFERENCE), stored.largest_difference(run), 0.0, scientific)
        page.number((here, MARGIN), margin, scientific)
        formula, verdict = guards.verdict(here), AGREES
        if margin > LARGEST_MARGIN * scale:
            formula, verdict = f'"{TOO_SENSITIVE}"', TOO_SENSITIVE
        formula = f'IF({stored.changed(run)}=0,{formula},"{CHANGED}")'
        formula = guards.unless_unusable(formula)
        page.formula((here, VERDICT), formula, verdict, theme("indented"))
        verdicts.append(verdict)
    return verdicts
