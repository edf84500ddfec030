"""The checks, in formulas: derivatives, sums, and the last row against numpy's values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.names import TOTAL_LOSS, gradient_name, label, sampled
from backprop_xlsx.reference import Array
from backprop_xlsx.spreadsheet.sheets.page import Page, prepare
from backprop_xlsx.spreadsheet.sheets.theme import AGREES_STYLE, DIFFERS_STYLE, Theme, style_of
from backprop_xlsx.workbook.checks.central_differences import CentralDifferences, checked_parameters
from backprop_xlsx.workbook.checks.stored_values import StoredValues
from backprop_xlsx.workbook.columns import RunValues
from backprop_xlsx.workbook.layout import CHECKS, FIRST_ROW

AGREES, DIFFERS = "✓ agrees", "✗ differs"
CHANGED = "– start values changed, stored values no longer apply"
TOO_SENSITIVE = "– not judged: this run amplifies rounding"
KINK = "– not judged: a ReLU has its kink here"
PASSED_OVER = (CHANGED, TOO_SENSITIVE, KINK)

NAME, LIVE, OTHER, DIFFERENCE, MARGIN, VERDICT = 1, 2, 3, 4, 5, 6
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

    sums = _sums(experiment)
    sums_row = FIRST_TABLE + len(checked_parameters(experiment)) + 4
    last_row = sums_row + (len(runs) + 4 if sums else 0)
    stored = StoredValues(experiment, runs, last_row + len(runs) + 3)
    differences = CentralDifferences(experiment, last_row + len(runs) + 7 + stored.rows)
    verdicts = _put_derivatives(page, theme, FIRST_TABLE, runs, differences)
    if sums:
        verdicts += _put_sums(page, theme, sums_row, runs, sums)
    verdicts += _put_last_rows(page, theme, last_row, runs, run_rounding, stored)
    stored.put(page, theme)
    if differences.parameters:
        differences.put(page, theme)

    all_verdicts = xl_range_abs(FIRST_TABLE, VERDICT, last_row + len(runs) - 1, VERDICT)
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
    title = "1  Derivatives at step 0, in all runs, against central differences of the loss"
    if not differences.complete:
        title += " (for some of the weights)"
    headers = ("derivative", "by its formula", "central difference", "largest diff.", "margin")
    _put_head(page, theme, row, title, (*headers, "verdict"))
    verdicts = []
    for here, weight in enumerate(differences.parameters, start=row):
        gradient = gradient_name(weight)
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
        judged, verdict = _verdict_formula(here), AGREES if difference <= margin else DIFFERS
        kink = differences.kink_formula(weight)
        if kink is not None:
            judged = f'IF({kink}<0,"{KINK}",{judged})'
            verdict = KINK if differences.has_kink(weight) else verdict
        verdicts.append(verdict)
        page.formula((here, VERDICT), judged, verdict, theme("indented"))
    return verdicts


@dataclass(frozen=True)
class _Sums:
    """A loss that is put together from parts: ``parts`` in adjacent columns, their mean or sum."""

    title: str
    parts: tuple[str, ...]
    divisor: int


def _sums(experiment: Experiment) -> _Sums | None:
    """What the step's loss is put together from; None where it has no parts."""
    network, samples = experiment.network, experiment.samples_a_step
    names = network.losses or (TOTAL_LOSS,)
    if samples == 1 and len(names) == 1:
        return None
    each = [None] if samples == 1 else range(samples)
    parts = tuple(sampled(name, sample) for name in names for sample in each)
    title = f"{parts[0]} + {parts[1]}" if len(parts) == 2 else f"{parts[0]} + … + {parts[-1]}"
    divisor = samples * (len(names) if network.loss.averaged else 1)
    return _Sums(f"({title})/{divisor}" if divisor > 1 else title, parts, divisor)


def _put_sums(
    page: Page, theme: Theme, row: int, runs: Sequence[RunValues], sums: _Sums
) -> list[str]:
    loss = runs[0].run.loss
    title = f"2  {loss} against {sums.title}, summed over all steps"
    headers = ("run", f"sum of {loss}", "sum of the parts", "difference", "margin", "verdict")
    _put_head(page, theme, row, title, headers)
    verdicts = []
    for here, run_values in enumerate(runs, start=row):
        run = run_values.run
        total = float(run_values.losses.sum())
        parts = float(sum(run_values.values[name].sum() for name in sums.parts)) / sums.divisor
        margin = SUM_MARGIN * (1 + abs(total))
        area = xl_range_abs(
            FIRST_ROW,
            run.columns[sums.parts[0]],
            FIRST_ROW + run.steps,
            run.columns[sums.parts[-1]],
        )
        columns = f"SUM('{run.sheet}'!{area})"
        if sums.divisor > 1:
            columns += f"/{sums.divisor}"
        cells = [xl_rowcol_to_cell(here, column) for column in (LIVE, OTHER)]
        scientific = theme("scientific", "ruled")
        page.text((here, NAME), run.sheet, theme("bold", "ruled"))
        page.formula((here, LIVE), f"SUM({run.column(run.loss)})", total, scientific)
        page.formula((here, OTHER), columns, parts, scientific)
        difference = abs(total - parts)
        page.formula((here, DIFFERENCE), f"ABS({cells[0]}-{cells[1]})", difference, scientific)
        page.formula((here, MARGIN), f"{SUM_MARGIN:.0E}*(1+ABS({cells[0]}))", margin, scientific)
        verdicts.append(AGREES if difference <= margin else DIFFERS)
        page.formula((here, VERDICT), _verdict_formula(here), verdicts[-1], theme("indented"))
    return verdicts


def _put_last_rows(
    page: Page,
    theme: Theme,
    row: int,
    runs: Sequence[RunValues],
    run_rounding: Array,
    stored: StoredValues,
) -> list[str]:
    loss = runs[0].run.loss
    title = "3  The last row of each run against the values that numpy computed for this book"
    headers = ("run", f"{loss}, live", f"{loss}, numpy", "largest diff.", "margin", "verdict")
    _put_head(page, theme, row, title, headers)
    verdicts = []
    for here, (run_values, rounding) in enumerate(zip(runs, run_rounding, strict=True), start=row):
        run, values = run_values.run, run_values.values
        names = (run.loss, *run.experiment.network.parameters)
        scale = max(1.0, *(abs(float(values[name][-1])) for name in names))
        margin = RUN_MARGIN * scale + ROUNDING_FACTOR * float(rounding)
        last = float(run_values.losses[-1])
        scientific = theme("scientific", "ruled")
        page.text((here, NAME), run.sheet, theme("bold", "ruled"))
        page.formula((here, LIVE), run.cell(run.loss, run.steps), last, scientific)
        page.formula((here, OTHER), stored.loss_cell(run), last, scientific)
        page.formula((here, DIFFERENCE), stored.largest_difference(run), 0.0, scientific)
        page.number((here, MARGIN), margin, scientific)
        judged, verdict = _verdict_formula(here), AGREES
        if margin > LARGEST_MARGIN * scale:
            judged, verdict = f'"{TOO_SENSITIVE}"', TOO_SENSITIVE
        formula = f'IF({stored.changed(run)}=0,{judged},"{CHANGED}")'
        page.formula((here, VERDICT), formula, verdict, theme("indented"))
        verdicts.append(verdict)
    return verdicts


def _overall(cells: str, verdicts: Sequence[str]) -> tuple[str, str]:
    """The formula and the value of the verdict over all checks, whose verdicts are in ``cells``."""

    def count(verdict: str) -> str:
        return f'COUNTIF({cells},"{verdict}")'

    number = len(verdicts)
    agree, passed_over = count(AGREES), f"({'+'.join(map(count, PASSED_OVER))})"
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
