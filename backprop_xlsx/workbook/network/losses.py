"""The losses beside the drawing: all runs in a small chart, each one's loss now and at the end."""

from __future__ import annotations

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from backprop_xlsx.formula.names import LEARNING_RATE
from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.readable import short_formula, short_text
from backprop_xlsx.spreadsheet.sheets.theme import ACCENT, SERIES_COLOURS, Theme
from backprop_xlsx.workbook.charts import mark, small_loss_chart
from backprop_xlsx.workbook.layout import (
    SELECTED,
    SERIES_NAME_CELL,
    Run,
    constant_name,
    only_gradient_descent,
    series_name,
)
from backprop_xlsx.workbook.network.selection import (
    CHOICE_ROW,
    NUMBER_COLUMN,
    SELECTED_RUN,
    SELECTED_STEP,
    TEXT_COLUMN,
    Selection,
)

WIDTHS = (16, 10, 10)
CHART_ROWS, CHART_SIZE = 10, (266, 196)
HIGHLIGHT = "#EEF3F8"


def put_losses(page: Page, theme: Theme, selection: Selection, row: int, column: int) -> int:
    """Puts the heading, the chart and the table; returns the last row."""
    loss = selection.run.loss
    page.text((row, column), f"The loss {loss}", theme("heading"))
    chart = small_loss_chart(theme.workbook, selection.runs, CHART_SIZE)
    mark(
        chart,
        name=([SELECTED, selection.row(loss), TEXT_COLUMN], selection.text(loss)),
        step=([SELECTED, *_cell(CHOICE_ROW + 1)], float(selection.step)),
        loss=([SELECTED, *_cell(selection.row(loss))], float(selection.value(loss))),
    )
    description = {"object_position": 2, "description": f"{loss} of all runs over the steps"}
    page.worksheet.insert_chart(row + 1, column, chart, description)
    header = row + 1 + CHART_ROWS
    page.text((header, column), loss, theme("header_left", "group_loss"))
    step = f'"at step "&{SELECTED_STEP}'
    style = theme("header_right", "group_loss")
    page.formula((header, column + 1), step, f"at step {selection.step}", style)
    page.text((header, column + 2), "at the end", style)
    for here, run in enumerate(selection.runs, start=header + 1):
        losses = run.losses
        colour = f"series_{run.index % len(SERIES_COLOURS)}"
        formula, text = _name(run)
        page.formula((here, column), formula, text, theme(colour, "ruled", "shrunk"))
        number = theme("short_loss", "ruled")
        page.formula(
            (here, column + 1), selection.of_run(run, run.loss), losses[selection.step], number
        )
        page.formula((here, column + 2), run.cell(run.loss, run.steps), losses[-1], number)
    last = header + len(selection.runs)
    chosen = theme.workbook.add_format({"bg_color": HIGHLIGHT, "bold": True, "font_color": ACCENT})
    rule = {"type": "formula", "criteria": f"=ROW()={header + 1}+{SELECTED_RUN}"}
    area = xl_range(header + 1, column, last, column + 2)
    page.worksheet.conditional_format(area, rule | {"format": chosen})
    return last


def _name(run: Run) -> tuple[str, str]:
    """The formula and the text that name a run in a narrow column, with its learning rate."""
    if only_gradient_descent(run.experiment):
        return f"'{run.sheet}'!{xl_rowcol_to_cell(*SERIES_NAME_CELL)}", series_name(run)
    prefix, rate = f"{run.letter}: {run.optimiser.title}, ", run.optimiser.learning_rate
    formula = short_formula(constant_name(run, LEARNING_RATE))
    return f'"{prefix}"&{formula}', prefix + short_text(rate)


def _cell(row: int) -> tuple[int, int, int, int]:
    """A cell among the numbers of the sheet Selected, in the form in which charts take it."""
    return row, NUMBER_COLUMN, row, NUMBER_COLUMN
