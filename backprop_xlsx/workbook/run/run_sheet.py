"""One sheet for each learning rate: every step a row, every number a formula."""

from __future__ import annotations

from collections.abc import Mapping

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.model.words import CONSTANTS
from backprop_xlsx.spreadsheet.sheets.page import Page, accepted, pixels
from backprop_xlsx.spreadsheet.sheets.readable import short_formula
from backprop_xlsx.spreadsheet.sheets.rules import show_plain_zeros
from backprop_xlsx.spreadsheet.sheets.theme import GLANCE_BAR, Theme, style_of
from backprop_xlsx.workbook.charts import small_loss_chart
from backprop_xlsx.workbook.columns import RunColumn, TrainedRun, run_columns
from backprop_xlsx.workbook.layout import (
    CHECKS,
    FIRST_ROW,
    GLANCE,
    GROUP_ROW,
    HEADER_ROW,
    LEARNING_RATE_CELL,
    LEARNING_RATES,
    NETWORK,
    ROSE,
    SERIES_NAME_CELL,
    Run,
    constant_name,
    series_name,
    series_prefix,
)
from backprop_xlsx.workbook.run.run_on_paper import RunOnPaper

GROUP_TITLES = {
    "step": "",
    "glance": "the loss",
    "state": "kept by the optimiser",
    "deltas": "∂E/∂(pre-activation)",
    "progress": "the loss",
}
STEP_WIDTH, GLANCE_WIDTH, WIDTH = 7, 24, 9.6
# What stays in sight wherever one scrolls: the chart in the corner above step and loss.
CHART_HEIGHT = 120
# The facts beside the chart, from these columns on; their numbers stand three columns further.
FACTS_COLUMN, LOSSES_COLUMN, LINKS_COLUMN, TO_NUMBER = 3, 8, 13, 3


def write_run(worksheet: Worksheet, theme: Theme, run: TrainedRun) -> None:
    """Writes a run's sheet: its table, and below it what of it is printed."""
    last_row, glance = FIRST_ROW + run.steps, run.columns[GLANCE]
    worksheet.set_column(0, glance - 1, STEP_WIDTH)
    worksheet.set_column(glance, glance, GLANCE_WIDTH)
    worksheet.set_column(glance + 1, len(run.columns) - 1, WIDTH)
    worksheet.freeze_panes(FIRST_ROW, glance + 1)
    bar = {"type": "data_bar", "bar_color": GLANCE_BAR, "bar_solid": True, "data_bar_2010": True}
    bar |= {"min_type": "num", "min_value": 0, "bar_border_color": GLANCE_BAR}
    worksheet.conditional_format(FIRST_ROW, glance, last_row, glance, bar)

    # Their formulas take a while of many samples: they are made once.
    columns = run_columns(run)
    small = [run.columns[name] for name, column in columns.items() if column.style == "gradient"]
    show_plain_zeros(worksheet, theme, (FIRST_ROW, min(small), last_row, max(small)))
    paper = RunOnPaper(run)
    page = Page(worksheet)
    _put_facts(page, theme, run, paper.row)
    _put_headers(page, theme, run, columns)
    page.write()
    _write_steps(worksheet, theme, run, columns)
    paper.write(worksheet, theme, columns)

    width = sum(pixels(w) for w in (*[STEP_WIDTH] * glance, GLANCE_WIDTH))
    chart = small_loss_chart(theme.workbook, [run], (width, CHART_HEIGHT))
    description = {"object_position": 2, "description": f"{run.loss} over the steps"}
    worksheet.insert_chart(0, 0, chart, description)


def _put_facts(page: Page, theme: Theme, run: TrainedRun, paper_row: int) -> None:
    rate = xl_rowcol_to_cell(*LEARNING_RATE_CELL)
    title = f'"{series_prefix(run)}"&{short_formula(rate)}'
    page.formula(SERIES_NAME_CELL, title, series_name(run), theme("heading"))
    losses = run.losses
    first_loss, last_loss = (run.cell(run.loss, step) for step in (0, run.steps))
    constants = [
        (f"{CONSTANTS[symbol]} {symbol}", constant_name(run, symbol), value, "plain_number")
        for symbol, value in run.optimiser.constants.items()
    ]
    course = [
        ("loss at step 0", first_loss, losses[0], "loss"),
        ("loss at the last step", last_loss, losses[-1], "loss"),
        ("lowest loss", f"MIN({run.column(run.loss)})", losses.min(), "loss"),
        ("steps at which it rose", f"SUM({run.column(ROSE)})", run.values[ROSE].sum(), "whole"),
    ]
    for column, facts in ((FACTS_COLUMN, constants), (LOSSES_COLUMN, course)):
        for row, (text, formula, value, style) in enumerate(facts, start=LEARNING_RATE_CELL[0]):
            page.text((row, column), text, theme("left"))
            page.formula((row, column + TO_NUMBER), formula, value, theme(style, "bold"))
    edited = "η is" if len(run.optimiser.constants) == 1 else "These constants are"
    page.text((0, LOSSES_COLUMN), f"{edited} edited on the sheet Network.", theme("quiet"))
    for row, sheet in enumerate((NETWORK, LEARNING_RATES, CHECKS), start=1):
        page.link((row, LINKS_COLUMN), sheet, sheet, theme("link"))
    printed = f"Printed: the table for paper, from row {paper_row + 1} on."
    page.text((0, LINKS_COLUMN), printed, theme("quiet"))


def _put_headers(page: Page, theme: Theme, run: Run, columns: Mapping[str, RunColumn]) -> None:
    column = 0
    for group, names in run.groups:
        for index, name in enumerate(names):
            edge = ("start_of_group",) if index == 0 else ()
            title = GROUP_TITLES.get(group, group) if index == 0 else ""
            style = theme("bold", "left", f"group_{group}", *edge)
            if title:
                page.text((GROUP_ROW, column), title, style)
            else:
                page.blank((GROUP_ROW, column), style)
            style = theme("header_right", f"group_{group}", *edge)
            page.text((HEADER_ROW, column), columns[name].header, style)
            column += 1


def _write_steps(
    worksheet: Worksheet, theme: Theme, run: TrainedRun, columns: Mapping[str, RunColumn]
) -> None:
    starts_group = {names[0] for _, names in run.groups}
    styled = [
        (
            run.columns[name],
            column,
            theme(
                style_of(run.values[name]) if column.style == "value" else column.style,
                *(("start_of_group",) if name in starts_group else ()),
            ),
            run.values[name],
        )
        for name, column in columns.items()
    ]
    write = worksheet.write_formula
    for step in range(run.steps + 1):
        row = FIRST_ROW + step
        for position, column, style, numbers in styled:
            template = column.later if step else column.first
            if template is None:
                continue
            formula = "=" + template.format(row=row + 1, above=row)
            code = write(row, position, formula, style, float(numbers[step]))
            if code:
                accepted(code, worksheet, (row, position))
