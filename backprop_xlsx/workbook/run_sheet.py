"""One sheet for each learning rate: every step a row, every number a formula."""

from __future__ import annotations

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.model.optimisers import SYMBOLS
from backprop_xlsx.spreadsheet.sheets.page import Page, accepted, prepare
from backprop_xlsx.spreadsheet.sheets.readable import short_formula
from backprop_xlsx.spreadsheet.sheets.theme import Theme, style_of
from backprop_xlsx.workbook.charts import loss_chart
from backprop_xlsx.workbook.columns import RunValues, run_columns
from backprop_xlsx.workbook.layout import (
    CHECKS,
    FIRST_ROW,
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

GROUP_TITLES = {
    "step": "",
    "state": "kept by the optimiser",
    "deltas": "∂E/∂(pre-activation)",
    "progress": "the loss",
}
CONSTANT_TITLES = {letter: field.replace("_", " ") for field, letter in SYMBOLS.items()}
COLUMNS_ON_A_PAGE = 40
CHART_CELL, CHART_SIZE = (1, 6), (1010, 236)


def write_run(
    workbook: Workbook, worksheet: Worksheet, theme: Theme, run_values: RunValues
) -> None:
    """Writes a run's sheet."""
    run = run_values.run
    last_row, last_column = FIRST_ROW + run.steps, len(run.columns) - 1
    worksheet.set_column(0, 0, 6)
    worksheet.set_column(1, last_column, 9.6)
    worksheet.freeze_panes(FIRST_ROW, 1)
    # On paper the helper columns are left out, which lets the table be larger.
    prepare(worksheet, last_row, run.columns[ROSE] - 1)
    pages_wide = -(-run.columns[ROSE] // COLUMNS_ON_A_PAGE)
    worksheet.fit_to_pages(pages_wide, 0)
    if pages_wide > 1:
        worksheet.repeat_columns(0)
    worksheet.repeat_rows(GROUP_ROW, HEADER_ROW)

    page = Page(worksheet)
    _put_facts(page, theme, run_values)
    _put_headers(page, theme, run)
    page.write()
    _write_steps(worksheet, theme, run_values)

    chart = loss_chart(workbook, [run_values])
    chart.set_legend({"none": True})
    chart.set_size({"width": CHART_SIZE[0], "height": CHART_SIZE[1]})
    worksheet.insert_chart(*CHART_CELL, chart, {"object_position": 2})


def _put_facts(page: Page, theme: Theme, run_values: RunValues) -> None:
    run, values = run_values.run, run_values.values
    row, column = LEARNING_RATE_CELL
    rate = xl_rowcol_to_cell(row, column)
    title = f'"{series_prefix(run)}"&{short_formula(rate)}'
    page.formula(SERIES_NAME_CELL, title, series_name(run), theme("title"))
    page.height(SERIES_NAME_CELL[0], 28)
    losses = run_values.losses
    first_loss, last_loss = (run.cell(run.loss, step) for step in (0, run.steps))
    facts = [
        (f"{CONSTANT_TITLES[symbol]} {symbol}", constant_name(run, symbol), value, "plain_number")
        for symbol, value in run.optimiser.constants.items()
    ]
    facts += [
        ("loss at step 0", first_loss, losses[0], "scientific"),
        ("loss at the last step", last_loss, losses[-1], "scientific"),
        ("lowest loss", f"MIN({run.column(run.loss)})", losses.min(), "scientific"),
        ("steps at which it rose", f"SUM({run.column(ROSE)})", values[ROSE].sum(), "whole"),
    ]
    for offset, (text, formula, value, style) in enumerate(facts):
        page.text((row + offset, 0), text, theme("left"))
        page.formula((row + offset, column), formula, value, theme(style, "bold"))
    below = row + len(facts)
    edited = "η is" if len(run.optimiser.constants) == 1 else "These constants are"
    page.text((below, 0), f"{edited} edited on the sheet Network.", theme("quiet"))
    for offset, sheet in enumerate((NETWORK, LEARNING_RATES, CHECKS)):
        page.link((below + 1, (0, 2, 4)[offset]), sheet, sheet, theme("link"))


def _put_headers(page: Page, theme: Theme, run: Run) -> None:
    columns, column = run_columns(run), 0
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


def _write_steps(worksheet: Worksheet, theme: Theme, run_values: RunValues) -> None:
    run, values = run_values.run, run_values.values
    starts_group = {names[0] for _, names in run.groups}
    columns = [
        (
            run.columns[name],
            column,
            theme(
                style_of(values[name]) if column.style == "value" else column.style,
                *(("start_of_group",) if name in starts_group else ()),
            ),
            values[name],
        )
        for name, column in run_columns(run).items()
    ]
    write = worksheet.write_formula
    for step in range(run.steps + 1):
        row = FIRST_ROW + step
        for position, column, style, numbers in columns:
            template = column.later if step else column.first
            if template is None:
                continue
            formula = "=" + template.format(row=row + 1, above=row)
            code = write(row, position, formula, style, float(numbers[step]))
            if code:
                accepted(code, worksheet, (row, position))
