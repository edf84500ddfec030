"""All learning rates side by side: the losses in charts, a live table, and what it shows."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.sheets.page import Page, anchored, pixels, prepare
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from backprop_xlsx.workbook.charts import loss_chart
from backprop_xlsx.workbook.columns import SMALLEST_RISE, THRESHOLD, TrainedRun
from backprop_xlsx.workbook.layout import (
    BELOW,
    CHECKS,
    LEARNING_RATE_CELL,
    LEARNING_RATES,
    PROBLEM_CELL,
    ROSE,
    THRESHOLD_NAME,
    only_gradient_descent,
)
from backprop_xlsx.workbook.learning_rates.courses import SENTENCES, course, course_formula
from backprop_xlsx.workbook.learning_rates.remarks import (
    Listed,
    identical_neurons,
    unreachable_targets,
)

MILESTONES = (1, 10, 50, 100)
THRESHOLD_CELL = (4, 4)
TABLE_ROW = 6
EQUALLY_LOW = 1e-9  # relative
FROM_THE_START = "from the start"
RUN, OPTIMISER, RATE, START = 1, 2, 3, 4  # columns of the table
WIDTH_OF_NUMBERS, WIDTH_OF_OPTIMISERS, WIDTH_OF_WORDS = 13, 17, 22
CHART_HEIGHT, CHART_GAP, ROW_HEIGHT = 380, 12, 20  # pixels


def write_learning_rates(worksheet: Worksheet, theme: Theme, runs: Sequence[TrainedRun]) -> None:
    """Writes the sheet."""
    milestones = _milestones(runs[0].steps)
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
    theme.workbook.define_name(THRESHOLD_NAME, f"='{LEARNING_RATES}'!{anchored(*THRESHOLD_CELL)}")
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
    _put_sentences(page, theme, runs, course_column)
    page.write()

    chart_row = TABLE_ROW + len(runs) + 2
    words = pixels(WIDTH_OF_OPTIMISERS) + pixels(WIDTH_OF_WORDS)
    table_width = pixels(WIDTH_OF_NUMBERS) * (course_column - 2) + words
    chart_width = (table_width - CHART_GAP) // 2
    for index, logarithmic in enumerate((False, True)):
        chart = loss_chart(theme.workbook, runs, logarithmic)
        chart.set_size({"width": chart_width, "height": CHART_HEIGHT})
        offset = {"x_offset": index * (chart_width + CHART_GAP), "object_position": 2}
        worksheet.insert_chart(chart_row, 1, chart, offset)
    worksheet.freeze_panes(TABLE_ROW + 1, 0)
    last_row = chart_row + CHART_HEIGHT // ROW_HEIGHT + 1
    prepare(worksheet, last_row, course_column)
    worksheet.fit_to_pages(1, 1)


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
    page: Page, theme: Theme, row: int, run: TrainedRun, milestones: tuple[int, ...]
) -> None:
    losses = run.losses
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
    below = run.values[BELOW]
    reached: int | str = "never"
    if below.any():
        reached = int(below.argmax()) or FROM_THE_START
    found = f"MATCH(1,{run.column(BELOW)},0)-1"
    formula = f'IFERROR(IF({found}=0,"{FROM_THE_START}",{found}),"never")'
    # Without numbers there are no rises either, and nothing can be said.
    formula = f'IF(ISNUMBER({xl_rowcol_to_cell(row, column + 1)}),{formula},"–")'
    page.formula((row, column), formula, reached, theme("whole", "ruled"))
    rises = int(run.values[ROSE].sum())
    page.formula((row, column + 1), f"SUM({run.column(ROSE)})", rises, theme("whole", "ruled"))
    start, end = (xl_rowcol_to_cell(row, place) for place in (START, START + len(milestones)))
    formula = course_formula(run, start, end, xl_rowcol_to_cell(row, column + 1))
    words = theme("indented", "ruled", "bold")
    page.formula((row, column + 2), formula, course(run), words)


class _Collector:
    """Lists for the sentences above the table, collected entry by entry right of it."""

    def __init__(self, page: Page, theme: Theme, column: int) -> None:
        self._page, self._theme, self._column = page, theme, column
        heading = "collected for the sentences above"
        page.text((TABLE_ROW - 1, column), heading, theme("quiet"))

    def collect(self, heading: str, entries: Sequence[Listed]) -> tuple[str, str]:
        """Puts a list into the next column; its cell, with its value."""
        self._page.text((TABLE_ROW, self._column), heading, self._theme("quiet"))
        collected, above = "", ""
        for row, entry in enumerate(entries, start=TABLE_ROW + 1):
            formula = f'IF({entry.condition},{entry.text},"")'
            if above:
                separated = f'IF({above}="","",", ")&{entry.text}'
                formula = f'{above}&IF({entry.condition},{separated},"")'
            if entry.holds:
                collected += (", " if collected else "") + entry.value
            self._page.formula((row, self._column), formula, collected, self._theme("quiet"))
            above = xl_rowcol_to_cell(row, self._column)
        self._column += 1
        return above, collected


def _put_sentences(
    page: Page, theme: Theme, runs: Sequence[TrainedRun], course_column: int
) -> None:
    """Two live sentences: what the runs did, and what stands in their way."""
    collector = _Collector(page, theme, course_column + 2)
    clauses = [_lowest(collector, runs, course_column - 3)]
    first = TABLE_ROW + 1
    for words, said in SENTENCES.items():
        cells = (xl_rowcol_to_cell(row, course_column) for row in range(first, first + len(runs)))
        conditions = [f'{cell}="{words}"' for cell in cells]
        holding = [course(run) == words for run in runs]
        listed = collector.collect(said, _rates(runs, conditions, holding))
        clauses.append(_clause(_led_in(said, runs), *listed))
    problem = f"'{CHECKS}'!{xl_rowcol_to_cell(*PROBLEM_CELL)}&\".\""
    _put_clauses(page, theme, 2, clauses, ("lead", "bold"), problem)
    remarks = []
    for lead, found in (unreachable_targets(runs[0]), identical_neurons(runs[0])):
        if found:
            remarks.append(_clause(lead, *collector.collect(lead, found)))
    if remarks:
        _put_clauses(page, theme, 3, remarks, ("lead",), '""')


def _put_clauses(
    page: Page,
    theme: Theme,
    row: int,
    clauses: Sequence[tuple[str, str]],
    styles: tuple[str, ...],
    otherwise: str,
) -> None:
    formula = "&".join(formula for formula, _ in clauses)
    value = "".join(value for _, value in clauses)
    page.formula((row, 1), f"IFERROR({formula},{otherwise})", value, theme(*styles))


def _clause(lead: str, cell: str, collected: str) -> tuple[str, str]:
    """A clause's formula and value: nothing where nothing is listed."""
    value = f"{lead} {collected}. " if collected else ""
    return f'IF({cell}="","","{lead} "&{cell}&". ")', value


def _lowest(collector: _Collector, runs: Sequence[TrainedRun], column: int) -> tuple[str, str]:
    """Which runs got lowest; of a single run, or where all are alike, nothing of the kind."""
    if len(runs) == 1:
        return '""', ""
    first, last = TABLE_ROW + 1, TABLE_ROW + len(runs)
    finals = xl_range_abs(first, column, last, column)
    # Below the floor losses are rounding, and so is a difference in their last digits.
    floor = f"{SMALLEST_RISE:.0E}"
    limit = f"MAX(MIN({finals}),{floor})*{1 + EQUALLY_LOW}"
    conditions = [
        f"MAX({xl_rowcol_to_cell(row, column)},{floor})<={limit}" for row in range(first, last + 1)
    ]
    values = [max(float(run.losses[-1]), SMALLEST_RISE) for run in runs]
    holding = [value <= min(values) * (1 + EQUALLY_LOW) for value in values]
    said = f"Lowest after {runs[0].steps} steps:"
    listed = collector.collect(said, _rates(runs, conditions, holding))
    formula, value = _clause(_led_in(said, runs), *listed)
    alike = f"After {runs[0].steps} steps all runs are equally low. "
    formula = f'IF(MAX({finals},{floor})<={limit},"{alike}",{formula})'
    return formula, alike if all(holding) else value


def _rates(
    runs: Sequence[TrainedRun], conditions: Sequence[str], holding: Sequence[bool]
) -> list[Listed]:
    """The runs as a sentence lists them: by their learning rates."""
    found, plain = [], only_gradient_descent(runs[0].experiment)
    for offset, (condition, holds) in enumerate(zip(conditions, holding, strict=True)):
        rate = xl_rowcol_to_cell(TABLE_ROW + 1 + offset, RATE)
        chosen = runs[offset].optimiser
        text, value = f'{rate}&""', f"{chosen.learning_rate:.15g}"
        if not plain:
            text = f'"{chosen.title} (η = "&{rate}&")"'
            value = f"{chosen.title} (η = {value})"
        found.append(Listed(condition, text, holds, value))
    return found


def _led_in(said: str, runs: Sequence[TrainedRun]) -> str:
    return f"{said} η =" if only_gradient_descent(runs[0].experiment) else said
