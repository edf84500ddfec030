"""The samples: a column each, to be edited, and below them what each run has learnt of them."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.formula.names import sampled
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.spreadsheet.numbers import LARGEST_VALUE
from backprop_xlsx.spreadsheet.sheets.page import Page, prepare
from backprop_xlsx.spreadsheet.sheets.theme import AGREES_STYLE, DIFFERS_STYLE, Theme
from backprop_xlsx.workbook.columns import RunValues
from backprop_xlsx.workbook.layout import SAMPLES_COLUMN, SAMPLES_ROW
from backprop_xlsx.workbook.samples.samples_classes import Classes

NAME = 1
CLOSE = 0.5  # an output this near its target is on the right side
COLUMNS_ON_A_PAGE = 16
LEAST_LAST_COLUMN = 11  # so that the sentence on top is not cut off on paper


def write_samples(
    workbook: Workbook,
    worksheet: Worksheet,
    theme: Theme,
    experiment: Experiment,
    runs: Sequence[RunValues],
) -> None:
    """Writes the sheet."""
    samples, last_column = experiment.samples, SAMPLES_COLUMN + len(experiment.samples) - 1
    worksheet.set_column(0, 0, 2)
    worksheet.set_column(NAME, NAME, 26)
    worksheet.set_column(SAMPLES_COLUMN, last_column + 1, 9)
    page = Page(worksheet)
    page.text((0, NAME), "Samples", theme("title"))
    page.height(0, 28)
    lead = "Each step sees all samples; the gradient is the mean over them."
    if experiment.in_turn:
        lead = "Each step sees one sample, in turn."
    page.text((1, NAME), f"{lead} Edit a yellow number and everything follows.", theme("lead"))
    page.text((SAMPLES_ROW - 1, NAME), "sample", theme("header_left", "group_inputs"))
    for index in range(len(samples)):
        position = (SAMPLES_ROW - 1, SAMPLES_COLUMN + index)
        page.number(position, index + 1, theme("header_right", "group_inputs", number_format="0"))
    names = experiment.network.inputs + experiment.network.targets
    for row, name in enumerate(names, start=SAMPLES_ROW):
        kind = "input" if name in experiment.network.inputs else "target"
        page.text((row, NAME), f"{kind} {name}", theme("bold", "ruled"))
    for column, sample in enumerate(samples, start=SAMPLES_COLUMN):
        for row, number in enumerate(sample.inputs + sample.targets, start=SAMPLES_ROW):
            page.number((row, column), number, theme("editable"))
    last_row = SAMPLES_ROW + len(names) - 1
    worksheet.data_validation(
        SAMPLES_ROW,
        SAMPLES_COLUMN,
        last_row,
        last_column,
        {
            "validate": "decimal",
            "criteria": "between",
            "minimum": -LARGEST_VALUE,
            "maximum": LARGEST_VALUE,
            "ignore_blank": False,
            "error_title": "Not usable in a sample",
            "error_message": f"Enter a number up to {LARGEST_VALUE:.0E}.",
        },
    )
    if not experiment.in_turn:
        last_row = _put_outputs(workbook, page, theme, experiment, runs, last_row + 3)
    page.write()
    worksheet.freeze_panes(SAMPLES_ROW, SAMPLES_COLUMN)
    prepare(worksheet, last_row, max(last_column + 1, LEAST_LAST_COLUMN))
    worksheet.fit_to_pages(-(-len(samples) // COLUMNS_ON_A_PAGE), 0)


def _put_outputs(
    workbook: Workbook,
    page: Page,
    theme: Theme,
    experiment: Experiment,
    runs: Sequence[RunValues],
    row: int,
) -> int:
    """The outputs after each run's last step, and how many are near their target; the last row."""
    network = experiment.network
    last_column = SAMPLES_COLUMN + len(experiment.samples) - 1
    rows = [(run, output) for run in runs for output in range(len(network.outputs))]
    first = row + 3
    title = "The outputs after the last step"
    if network.has_softmax and len(network.outputs) > 1:
        # Of classes the largest output counts, however near its target it is.
        _put_head(page, theme, row, last_column, title, "The largest of them counts, see below.")
        for here, (run_values, output) in enumerate(rows, start=first):
            _put_output(page, theme, run_values, output, here)
        return Classes(page, theme, runs, first).put(workbook, first + len(rows) + 1)
    explanation = f"Coloured by whether they are within {CLOSE} of their target."
    _put_head(page, theme, row, last_column, title, explanation)
    page.text((row + 2, last_column + 1), "near", theme("header_right", "group_forward"))
    first_near = row + len(rows) + 8
    _put_head(page, theme, first_near - 3, last_column, "Near its target", "1 where it is, else 0.")
    for offset, (run_values, output) in enumerate(rows):
        target_row = SAMPLES_ROW + len(network.inputs) + output
        here, near = first + offset, first_near + offset
        _put_output(page, theme, run_values, output, here)
        _put_nearness(page, theme, run_values, output, (here, near, target_row))
        area = xl_range(here, SAMPLES_COLUMN, here, last_column)
        own, wanted = (
            xl_rowcol_to_cell(place, SAMPLES_COLUMN, row_abs=place == target_row)
            for place in (here, target_row)
        )
        for sign, look in (("<", AGREES_STYLE), (">=", DIFFERS_STYLE)):
            rule = {"type": "formula", "criteria": f"=ABS({own}-{wanted}){sign}{CLOSE}"}
            page.worksheet.conditional_format(area, rule | {"format": workbook.add_format(look)})
    return first_near + len(rows) - 1


def _put_head(
    page: Page, theme: Theme, row: int, last_column: int, title: str, explanation: str
) -> None:
    page.text((row, NAME), title, theme("heading"))
    page.text((row + 1, NAME), explanation, theme("quiet"))
    page.text((row + 2, NAME), "output", theme("header_left", "group_forward"))
    for column in range(SAMPLES_COLUMN, last_column + 1):
        page.blank((row + 2, column), theme("header_right", "group_forward"))


def _put_output(page: Page, theme: Theme, run_values: RunValues, output: int, row: int) -> None:
    """An output of a run over the samples, in a row."""
    run = run_values.run
    activation = run.experiment.network.outputs[output].activation
    page.text((row, NAME), f"{run.sheet}: {activation}", theme("bold", "ruled"))
    style = theme("value", "ruled", number_format="0.000")
    for index in range(len(run.experiment.samples)):
        name = sampled(activation, index)
        value = float(run_values.values[name][-1])
        position = (row, SAMPLES_COLUMN + index)
        page.formula(position, run.cell(name, run.steps), value, style)


def _put_nearness(
    page: Page, theme: Theme, run_values: RunValues, output: int, rows: tuple[int, int, int]
) -> None:
    """Which outputs are near their target; ``rows``: of outputs, nearness and targets."""
    here, near, target_row = rows
    run, total = run_values.run, 0
    activation = run.experiment.network.outputs[output].activation
    page.text((near, NAME), f"{run.sheet}: {activation}", theme("bold", "ruled"))
    for index, sample in enumerate(run.experiment.samples):
        column = SAMPLES_COLUMN + index
        value = float(run_values.values[sampled(activation, index)][-1])
        own, wanted = (xl_rowcol_to_cell(place, column) for place in (here, target_row))
        is_near = int(abs(value - sample.targets[output]) < CLOSE)
        formula = f"IF(ABS({own}-{wanted})<{CLOSE},1,0)"
        page.formula((near, column), formula, is_near, theme("whole", "quiet", "ruled"))
        total += is_near
    last_column = SAMPLES_COLUMN + len(run.experiment.samples) - 1
    area = xl_range(near, SAMPLES_COLUMN, near, last_column)
    count = theme("whole", "ruled", "bold")
    page.formula((here, last_column + 1), f"SUMPRODUCT({area})", total, count)
