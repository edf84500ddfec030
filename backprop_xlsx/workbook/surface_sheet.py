"""The decision surface: the output at every point of the plane, in colour, in live formulas.

For networks of two inputs that learn several samples: the whole forward pass stands in each cell,
with the weights that a chosen run has at a chosen step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.equations import forward
from backprop_xlsx.formula.expression import Expression, Symbol, Value, by_name
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.spreadsheet.sheets.page import Page, anchored, prepare
from backprop_xlsx.spreadsheet.sheets.theme import SERIES_COLOURS, Theme
from backprop_xlsx.workbook.columns import TrainedRun
from backprop_xlsx.workbook.layout import sample_cells
from backprop_xlsx.workbook.limits import LONGEST_FORMULA

POINTS = 25  # of the grid, on each side
MARGIN = 0.2  # of the samples' range, around them
GRID_ROW, GRID_COLUMN = 5, 7
AXIS_COLUMN = GRID_COLUMN - 1
CELL_WIDTH, CELL_HEIGHT, AXIS_HEIGHT = 3.0, 19, 30
LABELLED = 4  # every so many points the axes have a number
NAME, NUMBER = 1, 3
RUN_CELL, STEP_CELL, WEIGHTS_ROW = (5, NUMBER), (6, NUMBER), 13
RANGE_ROW = 9  # of the rows with the grid's first point and its pitch, for i1 and i2
LOW, MIDDLE, HIGH = SERIES_COLOURS[0], "#FFFFFF", SERIES_COLOURS[1]
# What the outputs may be: the colours reach from one end to the other.
ENDS = {"sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0)}


def has_surface(experiment: Experiment) -> bool:
    """Whether the book has the sheet: two inputs, several samples, and a formula that fits."""
    network = experiment.network
    if len(experiment.samples) < 2 or len(network.inputs) != 2:
        return False
    return len(_output_formula(network, lambda name: "$AA$00")) <= LONGEST_FORMULA


def write_surface(worksheet: Worksheet, theme: Theme, runs: Sequence[TrainedRun]) -> None:
    """Writes the sheet."""
    experiment, network = runs[0].experiment, runs[0].experiment.network
    worksheet.set_column(0, 0, 2)
    worksheet.set_column(NAME, NAME, 14)
    worksheet.set_column(NAME + 1, NUMBER, 11)
    worksheet.set_column(NUMBER + 1, AXIS_COLUMN - 1, 3)
    worksheet.set_column(AXIS_COLUMN, AXIS_COLUMN, 6)
    worksheet.set_column(GRID_COLUMN, GRID_COLUMN + POINTS - 1, CELL_WIDTH)
    page = Page(worksheet)
    page.text((0, NAME), "The decision surface", theme("title"))
    page.height(0, 28)
    output = network.outputs[0].activation
    page.text(
        (1, NAME),
        f"The output {output} for every i1 (across) and i2 (up), as the chosen run has learnt it "
        "by the chosen step. Edit a yellow cell and watch it change.",
        theme("lead"),
    )
    page.text((2, NAME), "● a sample whose target t1 is above the middle   ○ one below", theme())
    values = _put_choice(page, theme, runs)
    values |= _put_ranges(page, theme, experiment)
    last_row = _put_grid(page, theme, network, values)
    page.write()
    _colour(worksheet, theme, experiment)
    last_row = max(last_row, WEIGHTS_ROW + len(network.weights + network.bias_names))
    prepare(worksheet, last_row, GRID_COLUMN + POINTS)
    worksheet.fit_to_pages(1, 1)


def _put_choice(page: Page, theme: Theme, runs: Sequence[TrainedRun]) -> dict[str, Value]:
    """The chosen run and step, and the weights that it has there; their values."""
    letters = [run.letter for run in runs]
    best = min(runs, key=lambda run: float(run.losses[-1]))
    steps = best.steps
    for (row, _), text in ((RUN_CELL, "run"), (STEP_CELL, "step")):
        page.text((row, NAME), text, theme("ruled"))
        page.blank((row, NAME + 1), theme("ruled"))
    page.text(RUN_CELL, best.letter, theme("editable"))
    page.number(STEP_CELL, steps, theme("editable", number_format="0"))
    page.worksheet.data_validation(*RUN_CELL, *RUN_CELL, {"validate": "list", "source": letters})
    page.worksheet.data_validation(
        *STEP_CELL,
        *STEP_CELL,
        {
            "validate": "integer",
            "criteria": "between",
            "minimum": 0,
            "maximum": steps,
            "ignore_blank": False,
            "error_title": "No such step",
            "error_message": f"Enter a whole number from 0 to {steps}.",
        },
    )
    page.text((WEIGHTS_ROW - 1, NAME), "The weights there", theme("heading"))
    run_cell, step_cell = (anchored(*cell) for cell in (RUN_CELL, STEP_CELL))
    network, values = best.experiment.network, {}
    for row, name in enumerate(network.weights + network.bias_names, start=WEIGHTS_ROW):
        formula = f"INDEX({runs[-1].column(name)},{step_cell}+1)"
        for run in reversed(runs[:-1]):
            there = f"INDEX({run.column(name)},{step_cell}+1)"
            formula = f'IF({run_cell}="{run.letter}",{there},{formula})'
        page.text((row, NAME), name, theme("bold", "ruled"))
        page.blank((row, NAME + 1), theme("ruled"))
        values[name] = float(best.values[name][-1])
        page.formula((row, NUMBER), formula, values[name], theme("value", "ruled"))
    return values


def _put_ranges(page: Page, theme: Theme, experiment: Experiment) -> dict[str, Value]:
    """Where the grid starts and its pitch, from the samples; the values of its points."""
    network, values = experiment.network, {}
    page.text((RANGE_ROW - 1, NAME), "The grid", theme("heading"))
    page.text((RANGE_ROW - 1, NUMBER - 1), "from", theme("header_right"))
    page.text((RANGE_ROW - 1, NUMBER), "pitch", theme("header_right"))
    for index, name in enumerate(network.inputs):
        row = RANGE_ROW + index
        numbers = [sample.inputs[index] for sample in experiment.samples]
        area = sample_cells(experiment, name)
        low, high = min(numbers), max(numbers)
        start = low - MARGIN * (high - low)
        pitch = (high - low) * (1 + 2 * MARGIN) / (POINTS - 1)
        page.text((row, NAME), name, theme("bold", "ruled"))
        formula = f"MIN({area})-{MARGIN}*(MAX({area})-MIN({area}))"
        page.formula((row, NUMBER - 1), formula, start, theme("value", "ruled"))
        formula = f"(MAX({area})-MIN({area}))*{1 + 2 * MARGIN}/{POINTS - 1}"
        page.formula((row, NUMBER), formula, pitch, theme("value", "ruled"))
        values[name] = start + pitch * np.arange(POINTS)
    return values


def _put_grid(page: Page, theme: Theme, network: Network, values: dict[str, Value]) -> int:
    """The axes and the grid; the last row."""
    across, up = network.inputs
    starts, pitches = (
        [anchored(RANGE_ROW + index, column) for index in range(2)]
        for column in (NUMBER - 1, NUMBER)
    )
    bottom = GRID_ROW + POINTS
    axis, between = theme("quiet", number_format="0.00"), theme("hidden_number")
    for index in range(POINTS):
        column, row = GRID_COLUMN + index, bottom - 1 - index
        labelled = index % LABELLED == 0
        page.height(row, CELL_HEIGHT)
        formula = f"{starts[1]}+{index}*{pitches[1]}"
        style = axis if labelled else between
        page.formula((row, AXIS_COLUMN), formula, values[up][index], style)
        formula = f"{starts[0]}+{index}*{pitches[0]}"
        style = theme("quiet", "rotated", number_format="0.00") if labelled else between
        page.formula((bottom, column), formula, values[across][index], style)
    page.height(bottom, AXIS_HEIGHT)
    page.text((bottom, AXIS_COLUMN), across, theme("bold", "centre"))
    page.text((GRID_ROW - 1, AXIS_COLUMN), up, theme("bold", "centre"))
    weights = network.weights + network.bias_names
    cells = {name: anchored(WEIGHTS_ROW + index, NUMBER) for index, name in enumerate(weights)}
    template = _output_formula(network, (cells | {across: "{x}", up: "{y}"}).__getitem__)
    points = values | {across: values[across][:, None], up: values[up][None, :]}
    outputs = np.broadcast_to(_output_value(network, points), (POINTS, POINTS))
    hidden = theme("hidden_number", "mark")
    for x in range(POINTS):
        for y in range(POINTS):
            row, column = bottom - 1 - y, GRID_COLUMN + x
            formula = template.format(
                x=xl_rowcol_to_cell(bottom, column, row_abs=True),
                y=xl_rowcol_to_cell(row, AXIS_COLUMN, col_abs=True),
            )
            page.formula((row, column), formula, outputs[x, y], hidden)
    return bottom


def _colour(worksheet: Worksheet, theme: Theme, experiment: Experiment) -> None:
    """A colour scale over the grid, and a mark in the cell nearest to each sample."""
    network = experiment.network
    top_left = (GRID_ROW, GRID_COLUMN)
    area = xl_range(*top_left, GRID_ROW + POINTS - 1, GRID_COLUMN + POINTS - 1)
    ends = ENDS.get(network.activations[-1])
    scale: dict[str, object] = {
        "type": "3_color_scale",
        "min_color": LOW,
        "mid_color": MIDDLE,
        "max_color": HIGH,
    }
    if ends is not None:
        low, high = ends
        scale |= {"min_type": "num", "mid_type": "num", "max_type": "num"}
        scale |= {"min_value": low, "mid_value": (low + high) / 2, "max_value": high}
    middle = sum(ends) / 2 if ends is not None else 0.0
    x, y, target = (
        sample_cells(experiment, name) for name in (*network.inputs, network.targets[0])
    )
    point_x = xl_rowcol_to_cell(GRID_ROW + POINTS, GRID_COLUMN, row_abs=True)
    point_y = xl_rowcol_to_cell(GRID_ROW, AXIS_COLUMN, col_abs=True)
    pitch_x, pitch_y = (anchored(RANGE_ROW + index, NUMBER) for index in range(2))
    for sign, mark in ((">", "●"), ("<=", "○")):
        near = (
            f"(ABS({x}-{point_x})<={pitch_x}/2)*(ABS({y}-{point_y})<={pitch_y}/2)"
            f"*({target}{sign}{middle:g})"
        )
        look = theme.workbook.add_format({"num_format": f'"{mark}";"{mark}";"{mark}"'})
        rule = {"type": "formula", "criteria": f"=SUMPRODUCT({near})>0", "format": look}
        worksheet.conditional_format(area, rule)
    worksheet.conditional_format(area, scale)


def _output_formula(network: Network, cell_of: Callable[[str], str]) -> str:
    """The whole forward pass to the first output as one formula of inputs and weights."""
    equations = forward(network)

    def cell(leaf: Expression) -> str:
        assert isinstance(leaf, Symbol)
        inner = equations.get(leaf.name)
        return cell_of(leaf.name) if inner is None else f"({inner.formula(cell)})"

    return equations[network.outputs[0].activation].formula(cell)


def _output_value(network: Network, values: dict[str, Value]) -> Value:
    """The same as values, of inputs that may be arrays."""
    known = dict(values)
    output = network.outputs[0].activation
    for name, equation in forward(network).items():
        known[name] = equation.value(by_name(known))
        if name == output:
            break
    return known[output]
