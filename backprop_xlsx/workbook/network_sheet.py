"""The first sheet: what this is, the start values, the network drawn in cells, the verdict."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.experiment import LARGEST_VALUE, Experiment
from backprop_xlsx.network import HIDDEN, INPUTS, LOSSES, OUTPUTS, TARGETS, TOTAL_LOSS, WEIGHTS
from backprop_xlsx.workbook.columns import RunValues
from backprop_xlsx.workbook.layout import (
    CHECKS,
    DERIVATION,
    LEARNING_RATES,
    NETWORK,
    VERDICT_CELL,
    learning_rate_name,
    start_name,
)
from backprop_xlsx.workbook.page import Page, Position, prepare
from backprop_xlsx.workbook.theme import AGREES_STYLE, DIFFERS_STYLE, Theme, style_of

LEAD = (
    "A neural network with two inputs, two hidden and two output neurons learns by "
    "back-propagation; every number but the yellow ones is a live formula.",
    "Change a yellow cell and everything follows: the derivation, each training run, the charts, "
    "and the checks that say whether the formulas are right.",
)
NOTATION = (
    ("i1, i2", "inputs"),
    ("w1 … w4", "weights from the inputs to the hidden neurons: h1 = w1·i1 + w2·i2"),
    ("h1, h2", "pre-activations of the hidden neurons"),
    ("a_h1, a_h2", "activations of the hidden neurons: a_h1 = σ(h1), σ(x) = 1/(1 + e^(−x))"),
    ("w5 … w8", "weights from the hidden neurons to the outputs: o1 = w5·a_h1 + w6·a_h2"),
    ("o1, o2", "pre-activations of the outputs"),
    ("a_o1, a_o2", "activations of the outputs: a_o1 = σ(o1)"),
    ("t1, t2", "targets: what the outputs should be"),
    ("E1, E2, E_total", "losses: E1 = ½·(t1 − a_o1)², E_total = E1 + E2"),
    ("∂E/∂w1 … ∂E/∂w8", "gradients: how E_total changes with each weight"),
    ("η", "learning rate: each step sets w to w − η·∂E/∂w"),
)
LEGEND = (
    ("editable", "start value: edit it"),
    ("group_inputs", "inputs and targets"),
    ("group_weights", "weights"),
    ("group_forward", "forward pass"),
    ("group_loss", "loss"),
    ("group_gradients", "gradients"),
)
TOP = 8  # the row of the headings over the start values and the drawing
DRAWING_ROW, DRAWING_COLUMN = TOP + 2, 6
NOTATION_ROW = TOP + 11
VERDICT_LAST_COLUMN = 8
WIDTHS = (2, 24, 6, 13, 9, 3, 18, 20, 19, 20, 19, 20)


def write_network(
    workbook: Workbook,
    worksheet: Worksheet,
    theme: Theme,
    experiment: Experiment,
    runs: Sequence[RunValues],
    verdict: tuple[str, str],
) -> None:
    """Writes the sheet; ``verdict`` is the formula of all checks' verdict, and its value."""
    for column, width in enumerate(WIDTHS):
        worksheet.set_column(column, column, width)
    page = Page(worksheet)
    page.text((0, 1), "Back-propagation, step by step", theme("title"))
    page.height(0, 30)
    for offset, sentence in enumerate(LEAD):
        page.text((1 + offset, 1), sentence, theme("lead"))
    page.text((4, 1), "Do the formulas agree?", theme("bold"))
    style = theme("boxed", "bold", "indented")
    page.merged_formula(VERDICT_CELL, VERDICT_LAST_COLUMN, *verdict, style)
    page.height(VERDICT_CELL[0], 20)
    page.text((6, 1), "Go to", theme("bold"))
    for offset, sheet in enumerate((DERIVATION, LEARNING_RATES, CHECKS)):
        page.link((6, (2, 4, 6)[offset]), sheet, sheet, theme("link"))

    last_row = _put_start_values(workbook, page, theme, experiment, runs)
    _put_drawing(page, theme, runs[0])
    last_row = max(last_row, _put_notation(page, theme))
    page.write()
    worksheet.freeze_panes(TOP, 0)
    prepare(worksheet, last_row, len(WIDTHS) - 1)
    worksheet.fit_to_pages(1, 1)
    # Rules look at the first character, so that any wording of either verdict is coloured.
    area = xl_range(*VERDICT_CELL, VERDICT_CELL[0], VERDICT_LAST_COLUMN)
    for sign, style in (("✓", AGREES_STYLE), ("✗", DIFFERS_STYLE)):
        rule = {"type": "text", "criteria": "begins with", "value": sign}
        worksheet.conditional_format(area, rule | {"format": workbook.add_format(style)})


def _put_start_values(
    workbook: Workbook, page: Page, theme: Theme, experiment: Experiment, runs: Sequence[RunValues]
) -> int:
    page.text((TOP, 1), "Start values", theme("heading"))
    row = TOP + 1
    neurons = {weight: neuron for neuron in HIDDEN + OUTPUTS for weight in neuron.weights}
    for kind, names, numbers in (
        ("input", INPUTS, experiment.inputs),
        ("target", TARGETS, experiment.targets),
        ("weight", WEIGHTS, experiment.weights),
    ):
        if kind == "weight":
            row += 1  # beside the drawing's tall row
        for name, number in zip(names, numbers, strict=True):
            text = f"{kind} {name[1:]}"
            if kind == "weight":
                neuron = neurons[name]
                source = neuron.sources[neuron.weights.index(name)]
                text = f"weight from {source} to {neuron.pre_activation}"
            _put_start_value(workbook, page, theme, row, (text, name, start_name(name)), number)
            row += 1
    row += 1
    for run_values in runs:
        run, rate = run_values.run, run_values.learning_rate
        labels = (f"learning rate of run {run.letter}", "η", learning_rate_name(run))
        _put_start_value(workbook, page, theme, row, labels, rate, positive=True)
        page.link((row, 4), run.sheet, run.sheet, theme("link", "indented"))
        row += 1
    return row - 1


def _put_start_value(
    workbook: Workbook,
    page: Page,
    theme: Theme,
    row: int,
    labels: tuple[str, str, str],
    number: float,
    positive: bool = False,
) -> None:
    text, symbol, name = labels
    page.text((row, 1), text, theme("ruled"))
    page.text((row, 2), symbol, theme("bold", "centre", "ruled"))
    page.number((row, 3), number, theme("editable"))
    address = xl_rowcol_to_cell(row, 3, row_abs=True, col_abs=True)
    workbook.define_name(name, f"='{NETWORK}'!{address}")
    smallest = 1 / LARGEST_VALUE if positive else -LARGEST_VALUE
    wanted = "a number above 0" if positive else "a number"
    page.worksheet.data_validation(
        row,
        3,
        row,
        3,
        {
            "validate": "decimal",
            "criteria": "between",
            "minimum": smallest,
            "maximum": LARGEST_VALUE,
            "ignore_blank": False,
            "error_title": f"Not usable as {symbol}",
            "error_message": f"Enter {wanted} up to {LARGEST_VALUE:.0E}.",
        },
    )


def _put_drawing(page: Page, theme: Theme, run_values: RunValues) -> None:
    """Neurons as boxes of two cells, edges as cells between them, all numbers of step 0."""
    run, values = run_values.run, run_values.values
    top, left = DRAWING_ROW, DRAWING_COLUMN
    page.text((TOP, left), "The network at step 0", theme("heading"))
    layers = ("inputs", "weights", "hidden neurons", "weights", "outputs", "targets and losses")
    tints = ("inputs", "weights", "forward", "weights", "forward", "loss")
    for offset, (layer, tint) in enumerate(zip(layers, tints, strict=True)):
        style = theme("bold", "centre", f"group_{tint}")
        page.text((top, left + offset), layer, style)

    def put(position: Position, name: str, *styles: str, arrow: str = "") -> None:
        tail = f'"  {arrow}"' if arrow else ""
        digits = "0.0000" if style_of(values[name][0]) == "value" else "0.00E+00"
        number_format = f'"{name} = "{digits}{tail};"{name} = −"{digits}{tail}'
        style = theme("centre", *styles, number_format=number_format)
        page.formula(position, run.cell(name, 0), values[name][0], style)

    upper, lower = top + 1, top + 4
    for row, name in zip((upper, lower), INPUTS, strict=True):
        put((row, left), name, "box_top", "group_inputs", "bold")
        page.blank((row + 1, left), theme("box_bottom", "group_inputs"))
    for column, neurons, tint in ((left + 2, HIDDEN, "forward"), (left + 4, OUTPUTS, "forward")):
        for row, neuron in zip((upper, lower), neurons, strict=True):
            put((row, column), neuron.pre_activation, "box_top", f"group_{tint}")
            put((row + 1, column), neuron.activation, "box_bottom", f"group_{tint}", "bold")
            straight = (row, column - 1) if row == upper else (row + 1, column - 1)
            crossing = (row + 1, column - 1) if row == upper else (row, column - 1)
            index = neurons.index(neuron)
            put(straight, neuron.weights[index], arrow="→")
            # The other weight into this neuron starts at the other source: it crosses the middle.
            put(crossing, neurons[1 - index].weights[index], arrow="↘" if row == upper else "↗")
        page.blank((upper + 2, column - 1), theme("crossing"))
    page.height(upper + 2, 40)
    for row, target, loss in zip((upper, lower), TARGETS, LOSSES, strict=True):
        put((row, left + 5), target)
        put((row + 1, left + 5), loss, "group_loss")
    put((upper + 2, left + 5), TOTAL_LOSS, "boxed", "group_loss", "bold")


def _put_notation(page: Page, theme: Theme) -> int:
    row = NOTATION_ROW
    page.text((row - 1, DRAWING_COLUMN), "Notation", theme("heading"))
    for offset, (symbol, meaning) in enumerate(NOTATION):
        page.text((row + offset, DRAWING_COLUMN), symbol, theme("bold"))
        page.text((row + offset, DRAWING_COLUMN + 1), meaning, theme("left"))
    column = DRAWING_COLUMN + 5
    page.text((row - 1, column), "Colours", theme("heading"))
    for offset, (style, meaning) in enumerate(LEGEND):
        page.text((row + offset, column), meaning, theme(style, "left"))
    return row + len(NOTATION) - 1
