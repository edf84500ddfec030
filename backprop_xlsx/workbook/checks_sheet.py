"""The checks, in formulas: derivatives, sums, and the last row against numpy's values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.experiment import Experiment
from backprop_xlsx.expression import label
from backprop_xlsx.network import (
    INPUTS,
    LEARNING_RATE,
    LOSSES,
    TARGETS,
    TOTAL_LOSS,
    WEIGHTS,
    gradient_name,
)
from backprop_xlsx.reference import Array
from backprop_xlsx.workbook.central_differences import CentralDifferences
from backprop_xlsx.workbook.columns import RunValues
from backprop_xlsx.workbook.layout import CHECKS, Run, learning_rate_name, start_name
from backprop_xlsx.workbook.page import Page, prepare
from backprop_xlsx.workbook.theme import AGREES_STYLE, DIFFERS_STYLE, Theme, style_of

AGREES, DIFFERS = "✓ agrees", "✗ differs"
CHANGED = "– start values changed, stored values no longer apply"
TOO_SENSITIVE = "– not judged: this run amplifies rounding"

NAME, LIVE, OTHER, DIFFERENCE, MARGIN, VERDICT = 1, 2, 3, 4, 5, 6
STORED = LIVE + 1  # first column of the weights in the table of numpy's values
LAST_COLUMN = 14
FIRST_TABLE = 7
SUM_MARGIN = 1e-12
# Excel, LibreOffice and the engines differ by 5e-15 in one step.
RUN_MARGIN = 1e-10
ROUNDING_FACTOR, LARGEST_MARGIN = 1e3, 1e-6


def write_checks(
    workbook: Workbook,
    worksheet: Worksheet,
    theme: Theme,
    experiment: Experiment,
    runs: Sequence[RunValues],
    run_rounding: Array,
) -> tuple[str, str]:
    """Writes the sheet; returns the formula of the verdict over all checks, and its value.

    ``run_rounding``, shape (learning rates,), says how strongly each run amplifies rounding.
    """
    worksheet.set_column(0, 0, 2)
    worksheet.set_column(NAME, NAME, 16)
    worksheet.set_column(LIVE, OTHER, 15)
    worksheet.set_column(DIFFERENCE, LAST_COLUMN, 11.5)
    page = Page(worksheet)
    page.text((0, 1), "Checks", theme("title"))
    page.height(0, 28)
    lead = (
        "Each check compares two numbers that come about in different ways; they agree if their "
        "difference is within the margin."
    )
    page.text((1, 1), lead, theme("lead"))

    sums_row = FIRST_TABLE + len(WEIGHTS) + 4
    stored_row = sums_row + len(runs) + 4
    numpy_row = stored_row + len(runs) + 4
    starts_row = numpy_row + len(runs) + 3
    differences_row = starts_row + 5
    differences = CentralDifferences(experiment, differences_row)
    verdicts = [
        *_put_derivatives(page, theme, FIRST_TABLE, runs, differences),
        *_put_sums(page, theme, sums_row, runs),
        *_put_last_rows(page, theme, stored_row, runs, run_rounding, numpy_row, starts_row),
    ]
    _put_numpy_values(page, theme, numpy_row, runs)
    _put_starts(page, theme, starts_row, experiment)
    differences.put(page, theme)

    all_verdicts = xl_range_abs(FIRST_TABLE, VERDICT, stored_row + len(runs) - 1, VERDICT)
    page.text((3, 1), "All checks", theme("bold"))
    formula, value = _overall(all_verdicts, verdicts)
    page.merged_formula((3, LIVE), VERDICT, formula, value, theme("bold", "boxed", "indented"))
    page.height(3, 20)
    page.write()
    for area in (all_verdicts, xl_range_abs(3, LIVE, 3, VERDICT)):
        for sign, style in (("✓", AGREES_STYLE), ("✗", DIFFERS_STYLE)):
            rule = {"type": "text", "criteria": "begins with", "value": sign}
            rule["format"] = workbook.add_format(style)
            worksheet.conditional_format(area.replace("$", ""), rule)
    worksheet.freeze_panes(4, 0)
    prepare(worksheet, differences.last_row, LAST_COLUMN)
    worksheet.fit_to_pages(1, 0)
    worksheet.set_h_pagebreaks([differences_row - 3])
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


def _verdict_formula(row: int) -> str:
    difference, margin = (xl_rowcol_to_cell(row, column) for column in (DIFFERENCE, MARGIN))
    return f'IF({difference}<={margin},"{AGREES}","{DIFFERS}")'


def _put_derivatives(
    page: Page,
    theme: Theme,
    row: int,
    runs: Sequence[RunValues],
    differences: CentralDifferences,
) -> list[str]:
    title = "1  Derivatives at step 0, in all runs, against central differences of E_total"
    headers = ("derivative", "by its formula", "central difference", "largest diff.", "margin")
    _put_head(page, theme, row, title, (*headers, "verdict"))
    verdicts = []
    for offset, weight in enumerate(WEIGHTS):
        here, gradient = row + offset, gradient_name(weight)
        live = [run.run.cell(gradient, 0) for run in runs]
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
        verdicts.append(AGREES if difference <= margin else DIFFERS)
        page.formula((here, VERDICT), _verdict_formula(here), verdicts[-1], theme("indented"))
    return verdicts


def _put_sums(page: Page, theme: Theme, row: int, runs: Sequence[RunValues]) -> list[str]:
    title = "2  E_total against E1 + E2, summed over all steps"
    headers = ("run", "sum of E_total", "sum of E1, E2", "difference", "margin", "verdict")
    _put_head(page, theme, row, title, headers)
    verdicts = []
    for here, run in enumerate(runs, start=row):
        total = float(run.values[TOTAL_LOSS].sum())
        parts = float(sum(run.values[loss].sum() for loss in LOSSES))
        margin = SUM_MARGIN * (1 + abs(total))
        columns = "+".join(f"SUM({run.run.column(loss)})" for loss in LOSSES)
        cells = [xl_rowcol_to_cell(here, column) for column in (LIVE, OTHER)]
        scientific = theme("scientific", "ruled")
        page.text((here, NAME), run.run.sheet, theme("bold", "ruled"))
        page.formula((here, LIVE), f"SUM({run.run.column(TOTAL_LOSS)})", total, scientific)
        page.formula((here, OTHER), columns, parts, scientific)
        difference = abs(total - parts)
        page.formula((here, DIFFERENCE), f"ABS({cells[0]}-{cells[1]})", difference, scientific)
        page.formula((here, MARGIN), f"{SUM_MARGIN:.0E}*(1+{cells[0]})", margin, scientific)
        verdicts.append(AGREES if difference <= margin else DIFFERS)
        page.formula((here, VERDICT), _verdict_formula(here), verdicts[-1], theme("indented"))
    return verdicts


def _put_last_rows(
    page: Page,
    theme: Theme,
    row: int,
    runs: Sequence[RunValues],
    run_rounding: Array,
    numpy_row: int,
    starts_row: int,
) -> list[str]:
    title = "3  The last row of each run against the values that numpy computed for this book"
    headers = ("run", "E_total, live", "E_total, numpy", "largest diff.", "margin", "verdict")
    _put_head(page, theme, row, title, headers)
    changed = _changed_formula(starts_row)
    verdicts = []
    for index, (run_values, rounding) in enumerate(zip(runs, run_rounding, strict=True)):
        here, stored = row + index, numpy_row + index
        run, values = run_values.run, run_values.values
        last = {name: float(values[name][-1]) for name in (*WEIGHTS, TOTAL_LOSS)}
        scale = max(1.0, *(abs(value) for value in last.values()))
        margin = RUN_MARGIN * scale + ROUNDING_FACTOR * float(rounding)
        loss = last[TOTAL_LOSS]
        scientific = theme("scientific", "ruled")
        page.text((here, NAME), run.sheet, theme("bold", "ruled"))
        page.formula((here, LIVE), run.cell(TOTAL_LOSS, run.steps), loss, scientific)
        page.formula((here, OTHER), xl_rowcol_to_cell(stored, LIVE), loss, scientific)
        page.formula((here, DIFFERENCE), _largest_difference(stored, run), 0.0, scientific)
        page.number((here, MARGIN), margin, scientific)
        judged, verdict = _verdict_formula(here), AGREES
        if margin > LARGEST_MARGIN * scale:
            judged, verdict = f'"{TOO_SENSITIVE}"', TOO_SENSITIVE
        rate = xl_rowcol_to_cell(stored, STORED + len(WEIGHTS))
        same = f"{changed}+ABS({learning_rate_name(run)}-{rate})=0"
        formula = f'IF({same},{judged},"{CHANGED}")'
        page.formula((here, VERDICT), formula, verdict, theme("indented"))
        verdicts.append(verdict)
    return verdicts


def _largest_difference(row: int, run: Run) -> str:
    """The largest difference of E_total and the weights from numpy's, which stand in ``row``."""
    pairs = [
        f"ABS({run.cell(name, run.steps)}-{xl_rowcol_to_cell(row, column)})"
        for column, name in enumerate((TOTAL_LOSS, *WEIGHTS), start=LIVE)
    ]
    return f"MAX({','.join(pairs)})"


def _put_numpy_values(page: Page, theme: Theme, row: int, runs: Sequence[RunValues]) -> None:
    title = "numpy's values after the last step, and the learning rates that they are for"
    page.text((row - 2, NAME), title, theme("heading"))
    page.text((row - 1, NAME), "run", theme("header_left", "group_step"))
    for column, header in enumerate((TOTAL_LOSS, *WEIGHTS, LEARNING_RATE), start=LIVE):
        page.text((row - 1, column), header, theme("header_right", "group_step"))
    for here, run in enumerate(runs, start=row):
        page.text((here, NAME), run.run.sheet, theme("bold", "ruled"))
        loss = float(run.values[TOTAL_LOSS][-1])
        page.number((here, LIVE), loss, theme("scientific", "ruled", "quiet"))
        for column, weight in enumerate(WEIGHTS, start=STORED):
            number = float(run.values[weight][-1])
            page.number((here, column), number, theme(style_of(number), "ruled", "quiet"))
        rate = theme("plain_number", "ruled", "quiet")
        page.number((here, STORED + len(WEIGHTS)), run.learning_rate, rate)


def _put_starts(page: Page, theme: Theme, row: int, experiment: Experiment) -> None:
    page.text((row - 1, NAME), "for start values", theme("header_left", "group_step"))
    numbers = experiment.inputs + experiment.targets + experiment.weights
    for column, (name, number) in enumerate(
        zip(INPUTS + TARGETS + WEIGHTS, numbers, strict=True), start=LIVE
    ):
        page.text((row - 1, column), name, theme("header_right", "group_step"))
        page.number((row, column), number, theme("plain_number", "ruled", "quiet"))
    page.text((row, NAME), "stored", theme("ruled"))


def _changed_formula(starts_row: int) -> str:
    """Zero as long as no start value differs from the stored one."""
    return "+".join(
        f"ABS({start_name(name)}-{xl_rowcol_to_cell(starts_row, column, True, True)})"
        for column, name in enumerate(INPUTS + TARGETS + WEIGHTS, start=LIVE)
    )


def _overall(cells: str, verdicts: Sequence[str]) -> tuple[str, str]:
    """The formula and the value of the verdict over all checks, whose verdicts are in ``cells``."""

    def count(verdict: str) -> str:
        return f'COUNTIF({cells},"{verdict}")'

    number = len(verdicts)
    agree, passed_over = count(AGREES), f"({count(CHANGED)}+{count(TOO_SENSITIVE)})"
    # A cell in error counts as differing: it is neither of the other verdicts.
    differ = f"({number}-{agree}-{passed_over})"
    formula = (
        f'IF({differ}>0,"✗ "&{differ}&" of {number} checks differ, see the sheet {CHECKS}",'
        f'IF({agree}={number},"✓ all {number} checks agree",'
        f'"✓ "&{agree}&" of {number} checks agree, the others do not apply, '
        f'see the sheet {CHECKS}"))'
    )
    agreeing, differing = verdicts.count(AGREES), verdicts.count(DIFFERS)
    if differing:
        return formula, f"✗ {differing} of {number} checks differ, see the sheet {CHECKS}"
    if agreeing == number:
        return formula, f"✓ all {number} checks agree"
    return formula, (
        f"✓ {agreeing} of {number} checks agree, the others do not apply, see the sheet {CHECKS}"
    )
