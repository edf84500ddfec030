"""The derivation: each equation as text, its live number for step 0, and its formula."""

from __future__ import annotations

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.derivation import derivation
from backprop_xlsx.experiment import Experiment
from backprop_xlsx.expression import Expression, Symbol, Value
from backprop_xlsx.network import INPUTS, LEARNING_RATE, TARGETS, WEIGHTS
from backprop_xlsx.workbook.layout import Run, learning_rate_name, start_name
from backprop_xlsx.workbook.page import Page, prepare
from backprop_xlsx.workbook.theme import Theme, style_of

WIDTHS = (2, 20, 64, 14, 64)
NUMBERS = "0.00000000"
QUANTITY, EQUATION, NUMBER, FORMULA = 1, 2, 3, 4
LINE_HEIGHT, CHARACTERS_IN_A_LINE = 15, 72


def write_derivation(worksheet: Worksheet, theme: Theme, experiment: Experiment, run: Run) -> None:
    """Writes the sheet: the start values, then the six parts, each line from those above it."""
    for column, width in enumerate(WIDTHS):
        worksheet.set_column(column, column, width)
    page = Page(worksheet)
    page.text((0, 1), "The derivation", theme("title"))
    page.height(0, 28)
    lead = "Every number is for step 0 and live; the formula beside it is the one in its cell."
    page.text((1, 1), lead, theme("lead"))
    headers = ("quantity", "equation", "at step 0", "formula in the cell")
    for column, header in enumerate(headers, start=1):
        style = theme("header_right" if column == NUMBER else "header_left", "group_step")
        page.text((2, column), header, style)

    cells: dict[str, str] = {}
    values: dict[str, Value] = {}

    def cell(leaf: Expression) -> str:
        assert isinstance(leaf, Symbol)
        return cells[leaf.name]

    def lookup(leaf: Expression) -> Value:
        assert isinstance(leaf, Symbol)
        return values[leaf.name]

    def put(row: int, name: str, left: str, right: str, formula: str, value: Value) -> None:
        page.text((row, QUANTITY), left, theme("bold", "ruled"))
        page.text((row, EQUATION), right, theme("ruled", "wrap_middle"))
        number_format = NUMBERS if style_of(value) == "value" else ""
        style = theme("scientific", "ruled", number_format=number_format)
        page.formula((row, NUMBER), formula, value, style)
        page.text((row, FORMULA), "=" + formula, theme("code", "ruled", "wrap_middle", "indented"))
        lines = max(len(right), len(formula)) // CHARACTERS_IN_A_LINE + 1
        page.height(row, LINE_HEIGHT * lines)
        cells[name] = xl_rowcol_to_cell(row, NUMBER)
        values[name] = value

    row = 3
    starts = dict(
        zip(
            INPUTS + TARGETS + WEIGHTS,
            experiment.inputs + experiment.targets + experiment.weights,
            strict=True,
        )
    )
    page.text((row, 1), "Start values", theme("heading"))
    for name, value in starts.items():
        row += 1
        put(row, name, name, "start value, from the sheet Network", start_name(name), value)
    row += 1
    text = "learning rate of run A, from the sheet Network"
    rate = experiment.learning_rates[0]
    put(row, LEARNING_RATE, LEARNING_RATE, text, learning_rate_name(run), rate)

    breaks = []
    for part in derivation():
        row += 2
        breaks.append(row)
        page.text((row, 1), part.title, theme("heading"))
        row += 1
        page.merged((row, 1), FORMULA, part.explanation, theme("quiet", "wrap"))
        page.height(row, 2 * LINE_HEIGHT)
        for line in part.lines:
            row += 1
            formula, value = line.expression.formula(cell), line.expression.value(lookup)
            put(row, line.name, line.left, line.right, formula, value)
    page.write()
    worksheet.freeze_panes(3, 0)
    prepare(worksheet, row, len(WIDTHS) - 1)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(2)
    # Parts 2 and 3 belong on a page, and so do 4, 5 and 6 two by two.
    worksheet.set_h_pagebreaks([breaks[1], breaks[3], breaks[5]])
