"""All learning rates side by side: the losses in charts, a live table, and what it shows."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.sheets.page import Page, prepare
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from backprop_xlsx.workbook.charts import loss_chart
from backprop_xlsx.workbook.columns import SMALLEST_RISE, THRESHOLD, RunValues
from backprop_xlsx.workbook.layout import (
    BELOW,
    LEARNING_RATE_CELL,
    LEARNING_RATES,
    ROSE,
    THRESHOLD_NAME,
)

MILESTONES = (1, 10, 50, 100)
THRESHOLD_CELL = (4, 4)
TABLE_ROW = 6
EQUALLY_LOW = 1e-9  # relative
RUN, OPTIMISER, RATE, START = 1, 2, 3, 4  # columns of the table
FELL, OSCILLATED, DIVERGED = "fell at every step", "rose in between", "ended above its start"
SENTENCES = {
    FELL: "Fell at every step:",
    OSCILLATED: "Rose in between:",
    DIVERGED: "Ended above its start:",
}
WIDTH_OF_NUMBERS, WIDTH_OF_OPTIMISERS, WIDTH_OF_WORDS = 13, 17, 22
CHART_HEIGHT, CHART_GAP, ROW_HEIGHT = 380, 12, 20  # pixels


def write_learning_rates(
    workbook: Workbook, worksheet: Worksheet, theme: Theme, runs: Sequence[RunValues]
) -> None:
    """Writes the sheet."""
    milestones = _milestones(runs[0].run.steps)
    # run, optimiser, η, start, one column a milestone, threshold step, rises, course
    course_column = START + len(milestones) + 3
    worksheet.set_column(0, 0, 2)
    worksheet.set_column(RUN, course_column - 1, WIDTH_OF_NUMBERS)
    worksheet.set_column(OPTIMISER, OPTIMISER, WIDTH_OF_OPTIMISERS)
    worksheet.set_column(course_column, course_column, WIDTH_OF_WORDS)
    worksheet.set_column(course_column + 2, course_column + 5, WIDTH_OF_WORDS)
    page = Page(worksheet)
    page.text((0, 1), "Learning rates", theme("title"))
    page.height(0, 28)
    page.text((THRESHOLD_CELL[0], 1), "Threshold for the loss (edit it)", theme("left"))
    page.number(THRESHOLD_CELL, THRESHOLD, theme("editable"))
    threshold = xl_rowcol_to_cell(*THRESHOLD_CELL, row_abs=True, col_abs=True)
    workbook.define_name(THRESHOLD_NAME, f"='{LEARNING_RATES}'!{threshold}")
    worksheet.data_validation(
        *THRESHOLD_CELL,
        *THRESHOLD_CELL,
        {
            "validate": "decimal",
            "criteria": ">",
            "value": 0,
            "ignore_blank": False,
            "error_title": "Not usable as a threshold",
            "error_message": "Enter a number above 0.",
        },
    )
    _put_headers(page, theme, milestones)
    for row, run in enumerate(runs, start=TABLE_ROW + 1):
        _put_run(page, theme, row, run, milestones)
    _put_sentence(page, theme, runs, course_column)
    page.write()

    chart_row = TABLE_ROW + len(runs) + 2
    words = _pixels(WIDTH_OF_OPTIMISERS) + _pixels(WIDTH_OF_WORDS)
    table_width = _pixels(WIDTH_OF_NUMBERS) * (course_column - 2) + words
    chart_width = (table_width - CHART_GAP) // 2
    for index, logarithmic in enumerate((False, True)):
        chart = loss_chart(workbook, runs, logarithmic)
        chart.set_size({"width": chart_width, "height": CHART_HEIGHT})
        offset = {"x_offset": index * (chart_width + CHART_GAP), "object_position": 2}
        worksheet.insert_chart(chart_row, 1, chart, offset)
    worksheet.freeze_panes(TABLE_ROW + 1, 0)
    last_row = chart_row + CHART_HEIGHT // ROW_HEIGHT + 1
    prepare(worksheet, last_row, course_column)
    worksheet.fit_to_pages(1, 1)


def _pixels(width: int) -> int:
    """The width of a column in pixels, given in characters, as spreadsheets compute it."""
    return width * 7 + 5


def _milestones(steps: int) -> tuple[int, ...]:
    return tuple(sorted({step for step in MILESTONES if step <= steps} | {steps}))


def _put_headers(page: Page, theme: Theme, milestones: tuple[int, ...]) -> None:
    headers = ["run", "optimiser", "η", "loss at start"]
    headers += [f"after {step}" for step in milestones]
    words = {RUN: "centre", OPTIMISER: "left", len(headers) + 3: "indented"}
    headers += ["below at step", "rises", "course"]
    for column, header in enumerate(headers, start=RUN):
        style = theme("header_right", "group_loss", *((words[column],) if column in words else ()))
        page.text((TABLE_ROW, column), header, style)


def _put_run(
    page: Page, theme: Theme, row: int, run_values: RunValues, milestones: tuple[int, ...]
) -> None:
    run, values = run_values.run, run_values.values
    losses = run_values.losses
    page.link((row, RUN), run.sheet, run.sheet, theme("link", "centre", "ruled"))
    own = f"'{run.sheet}'!{xl_rowcol_to_cell(*LEARNING_RATE_CELL)}"
    number = theme("plain_number", "ruled", "bold")
    page.text((row, OPTIMISER), run.optimiser.title, theme("left", "ruled"))
    page.formula((row, RATE), own, run.optimiser.learning_rate, number)
    column = START
    for step in (0, *milestones):
        style = theme("loss", "ruled")
        page.formula((row, column), run.cell(run.loss, step), losses[step], style)
        column += 1
    below = values[BELOW]
    reached = int(below.argmax()) if below.any() else "never"
    formula = f'IFERROR(MATCH(1,{run.column(BELOW)},0)-1,"never")'
    page.formula((row, column), formula, reached, theme("whole", "ruled"))
    rises = int(values[ROSE].sum())
    page.formula((row, column + 1), f"SUM({run.column(ROSE)})", rises, theme("whole", "ruled"))
    start, end = (xl_rowcol_to_cell(row, place) for place in (START, START + len(milestones)))
    count = xl_rowcol_to_cell(row, column + 1)
    formula = f'IF({count}=0,"{FELL}",IF({end}>{start},"{DIVERGED}","{OSCILLATED}"))'
    page.formula(
        (row, column + 2), formula, _course(run_values), theme("indented", "ruled", "bold")
    )


def _course(run: RunValues) -> str:
    losses = run.losses
    if not run.values[ROSE].any():
        return FELL
    return DIVERGED if losses[-1] > losses[0] else OSCILLATED


def _put_sentence(page: Page, theme: Theme, runs: Sequence[RunValues], course_column: int) -> None:
    """One live sentence: which rates got lowest, and what course each took.

    The rates that it lists are collected, row by row, in columns right of the table.
    """
    first, last = TABLE_ROW + 1, TABLE_ROW + len(runs)
    final_column = course_column - 3
    finals = xl_range_abs(first, final_column, last, final_column)
    # Below the floor losses are rounding, and so is a difference in their last digits.
    floor = f"{SMALLEST_RISE:.0E}"
    lowest = [max(float(run.losses[-1]), SMALLEST_RISE) for run in runs]
    clauses = [
        (
            f"Lowest after {runs[0].run.steps} steps:",
            [
                f"MAX({xl_rowcol_to_cell(row, final_column)},{floor})"
                f"<=MAX(MIN({finals}),{floor})*{1 + EQUALLY_LOW}"
                for row in range(first, last + 1)
            ],
            [value <= min(lowest) * (1 + EQUALLY_LOW) for value in lowest],
        )
    ]
    for course, words in SENTENCES.items():
        conditions = [
            f'{xl_rowcol_to_cell(row, course_column)}="{course}"' for row in range(first, last + 1)
        ]
        clauses.append((words, conditions, [_course(run) == course for run in runs]))

    plain = {run.run.optimiser.title for run in runs} == {"gradient descent"}
    column, parts, sentence = course_column + 2, [], ""
    page.text((TABLE_ROW - 1, column), "collected for the sentence above", theme("quiet"))
    for words, conditions, holding in clauses:
        page.text((TABLE_ROW, column), words, theme("quiet"))
        collected = ""
        for offset, (condition, holds) in enumerate(zip(conditions, holding, strict=True)):
            rate = xl_rowcol_to_cell(first + offset, RATE)
            chosen = runs[offset].run.optimiser
            listed, value = f'{rate}&""', f"{chosen.learning_rate:.15g}"
            if not plain:
                listed = f'"{chosen.title} (η = "&{rate}&")"'
                value = f"{chosen.title} (η = {value})"
            formula = f'IF({condition},{listed},"")'
            if offset:
                above = xl_rowcol_to_cell(first + offset - 1, column)
                formula = f'{above}&IF({condition},IF({above}="","",", ")&{listed},"")'
            if holds:
                collected += (", " if collected else "") + value
            page.formula((first + offset, column), formula, collected, theme("quiet"))
        all_rates = xl_rowcol_to_cell(last, column)
        lead = f"{words} η = " if plain else f"{words} "
        parts.append(f'IF({all_rates}="","","{lead}"&{all_rates}&". ")')
        sentence += f"{lead}{collected}. " if collected else ""
        column += 1
    page.formula((2, 1), "&".join(parts), sentence, theme("lead", "bold"))
