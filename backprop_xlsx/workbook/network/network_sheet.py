"""The first sheet: what this is, the start values, the network drawn in cells, the verdict."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.derivation.lines import Extent
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.names import LEARNING_RATE
from backprop_xlsx.model.optimisers import SYMBOLS
from backprop_xlsx.model.words import in_words, neurons_in_words, training_in_words
from backprop_xlsx.spreadsheet.numbers import LARGEST_VALUE
from backprop_xlsx.spreadsheet.sheets.page import Page, prepare
from backprop_xlsx.spreadsheet.sheets.theme import AGREES_STYLE, DIFFERS_STYLE, Theme
from backprop_xlsx.workbook.columns import RunValues
from backprop_xlsx.workbook.layout import (
    CHECKS,
    DERIVATION,
    LEARNING_RATES,
    NETWORK,
    SAMPLES,
    VERDICT_CELL,
    Run,
    constant_name,
    start_name,
)
from backprop_xlsx.workbook.network.drawing import CROSSED, drawing_widths, put_drawing
from backprop_xlsx.workbook.network.notation import legend, notation
from backprop_xlsx.workbook.network.selection import (
    RUN_NAME,
    SAMPLE_NAME,
    STEP_NAME,
    Selection,
)

LIVE = "every number but the yellow ones is a live formula."
CALL = (
    "Change a yellow cell and everything follows: the derivation, each training run, the charts, "
    "and the checks that say whether the formulas are right."
)
TOP = 8  # the row below the frozen ones: of the note, or of the headings
DRAWING_COLUMN = 6
NOTATION_OFFSET = 10  # rows from the headings to that of the notation, or more
VERDICT_LAST_COLUMN = 8
START_WIDTHS = (2, 24, 6, 13, 9, 3)
NOTE_WIDTH, MEANING_WIDTH = 190, 92  # characters in a line
LEGEND_AFTER = 78  # characters' width of the columns between names and colours
LAST_LEGEND_WIDTH = 20
LINKS = (2, 4, 6, 7, 8, 9)  # their columns
MOST_ROWS_ON_A_PAGE = 60
CHOICE_CELL = (7, 2)
NAME, SYMBOL, NUMBER, LINK = 1, 2, 3, 4
# The constants that say how much of the past is kept: from 0 to below 1.
FACTORS = ("μ", "α", "β1", "β2")
JUST_BELOW_1 = 1 - 1e-9


def write_network(
    workbook: Workbook,
    worksheet: Worksheet,
    theme: Theme,
    experiment: Experiment,
    runs: Sequence[RunValues],
    verdict: tuple[str, str],
    selection: Selection,
    others: Sequence[str] = (),
) -> None:
    """Writes the sheet.

    ``verdict`` is the formula of all checks' verdict, and its value; ``others`` are the names of
    further sheets to link to.
    """
    widths, legend_column = _widths(drawing_widths(runs[0]))
    for column, width in enumerate(widths):
        worksheet.set_column(column, column, width)
    page = Page(worksheet)
    _put_head(page, theme, experiment, verdict, others)
    _put_choice(workbook, page, theme, selection)
    top = _put_note(page, theme, experiment.note)
    starts = _StartValues(workbook, page, theme, experiment, top)
    last_row = starts.put([run.run for run in runs])
    drawn = put_drawing(page, theme, runs[0], top, DRAWING_COLUMN)
    row = max(top + NOTATION_OFFSET, drawn + 2)
    last_row = max(last_row, _put_notation(page, theme, runs[0].run, row, legend_column))
    page.write()
    worksheet.freeze_panes(TOP, 0)
    prepare(worksheet, last_row, len(widths) - 1)
    worksheet.fit_to_pages(1, 1 if last_row < MOST_ROWS_ON_A_PAGE else 0)
    # Rules look at the first character, so that any wording of either verdict is coloured.
    area = xl_range(*VERDICT_CELL, VERDICT_CELL[0], VERDICT_LAST_COLUMN)
    for sign, style in (("✓", AGREES_STYLE), ("✗", DIFFERS_STYLE)):
        rule = {"type": "text", "criteria": "begins with", "value": sign}
        worksheet.conditional_format(area, rule | {"format": workbook.add_format(style)})


def _widths(drawing: tuple[int, ...]) -> tuple[tuple[int, ...], int]:
    """The widths of all columns, and the column of the colours: right of the notation."""
    widths = [*START_WIDTHS, *drawing]
    column, room = DRAWING_COLUMN + 1, 0
    while room < LEGEND_AFTER:
        if column == len(widths):
            widths.append(LAST_LEGEND_WIDTH)
        room += widths[column]
        column += 1
    if column == len(widths):
        widths.append(LAST_LEGEND_WIDTH)
    return tuple(widths), column


def _put_head(
    page: Page,
    theme: Theme,
    experiment: Experiment,
    verdict: tuple[str, str],
    others: Sequence[str],
) -> None:
    """Title, sentences, verdict and links: the rows that stay in sight."""
    title = f"Back-propagation, step by step: {experiment.title}"
    page.text((0, NAME), title, theme("title"))
    page.height(0, 30)
    network = f"A neural network with {neurons_in_words(experiment.network)} learns by "
    sentences = (f"{network}back-propagation; {LIVE}", training_in_words(experiment), CALL)
    for offset, sentence in enumerate(sentences):
        page.text((1 + offset, NAME), sentence, theme("lead"))
    page.height(len(sentences), 22)
    page.text((VERDICT_CELL[0], NAME), "Do the formulas agree?", theme("bold"))
    style = theme("boxed", "bold", "indented")
    page.merged_formula(VERDICT_CELL, VERDICT_LAST_COLUMN, *verdict, style)
    page.height(VERDICT_CELL[0], 20)
    page.text((6, NAME), "Go to", theme("bold"))
    samples = (SAMPLES,) if len(experiment.samples) > 1 else ()
    sheets = (DERIVATION, *samples, LEARNING_RATES, *others, CHECKS)
    for column, sheet in zip(LINKS, sheets, strict=False):
        page.link((6, column), sheet, sheet, theme("link"))


def _put_choice(workbook: Workbook, page: Page, theme: Theme, selection: Selection) -> None:
    """The cells in which the reader chooses the run, the step and the sample that are shown."""
    row, column = CHOICE_CELL
    page.text((row, NAME), "Shown below and derived", theme("bold"))
    letters = [run.run.letter for run in selection.runs]
    lists: dict[str, object] = {"validate": "list", "source": letters}
    choices: list[tuple[str, str, str | int, dict[str, object]]] = [
        ("run", RUN_NAME, selection.run.run.letter, lists)
    ]
    numbers = [("step", STEP_NAME, selection.step, 0, selection.run.run.steps)]
    if selection.has_samples:
        last = len(selection.experiment.samples)
        numbers.append(("sample", SAMPLE_NAME, selection.sample + 1, 1, last))
    for word, name, number, smallest, largest in numbers:
        rule: dict[str, object] = {
            "validate": "integer",
            "criteria": "between",
            "minimum": smallest,
            "maximum": largest,
            "ignore_blank": False,
            "error_title": f"No such {word}",
            "error_message": f"Enter a whole number from {smallest} to {largest:,}.",
        }
        choices.append((word, name, number, rule))
    for word, name, value, rule in choices:
        page.text((row, column), word, theme("plain_number"))
        cell = (row, column + 1)
        if isinstance(value, str):
            page.text(cell, value, theme("editable", "centre"))
        else:
            page.number(cell, value, theme("editable", "centre", number_format="0"))
        page.worksheet.data_validation(*cell, *cell, rule)
        address = xl_rowcol_to_cell(*cell, row_abs=True, col_abs=True)
        workbook.define_name(name, f"='{NETWORK}'!{address}")
        column += 2


def _put_note(page: Page, theme: Theme, note: str) -> int:
    """The experiment's note, line by line; returns the row of the headings below it."""
    row = TOP
    for paragraph in note.strip().splitlines():
        for line in textwrap.wrap(paragraph, NOTE_WIDTH):
            page.text((row, NAME), line, theme("lead"))
            row += 1
    return row + 1 if row > TOP else TOP


def _put_notation(page: Page, theme: Theme, run: Run, row: int, legend_column: int) -> int:
    """Names with their meanings, and colours with theirs; the last row."""
    page.text((row, DRAWING_COLUMN), "Notation", theme("heading"))
    page.text((row, legend_column), "Colours", theme("heading"))
    entries = legend(run.groups)
    for offset, (style, meaning) in enumerate(entries, start=1):
        page.text((row + offset, legend_column), meaning, theme(style, "left"))
    last_row = row + len(entries)
    for symbol, meaning in notation(run.experiment):
        lines = textwrap.wrap(meaning, MEANING_WIDTH)
        page.text((row + 1, DRAWING_COLUMN), symbol, theme("bold"))
        for line in lines:
            row += 1
            page.text((row, DRAWING_COLUMN + 1), line, theme("left"))
    return max(last_row, row)


@dataclass(frozen=True)
class _Range:
    """What may be typed into a start value's cell, and how an error message puts it."""

    smallest: float
    largest: float
    words: str


_ANY = _Range(-LARGEST_VALUE, LARGEST_VALUE, f"a number up to {LARGEST_VALUE:.0E}")
_POSITIVE = _Range(1 / LARGEST_VALUE, LARGEST_VALUE, f"a number above 0 up to {LARGEST_VALUE:.0E}")
_NOT_NEGATIVE = _Range(0, LARGEST_VALUE, f"a number from 0 up to {LARGEST_VALUE:.0E}")
_FACTOR = _Range(0, JUST_BELOW_1, "a number from 0 and below 1")


class _StartValues:
    """The yellow cells, one below the other, each with a name that formulas use."""

    def __init__(
        self, workbook: Workbook, page: Page, theme: Theme, experiment: Experiment, row: int
    ) -> None:
        self._workbook, self._page, self._theme = workbook, page, theme
        self._experiment = experiment
        self._network = experiment.network
        self._row = row

    def put(self, runs: Sequence[Run]) -> int:
        """Puts all of them; returns the last row. Many weights come after the runs' constants."""
        self._page.text((self._row, NAME), "Start values", self._theme("heading"))
        self._row += 1
        self._put_sample()
        if Extent(self._network).complete:
            self._put_weights()
            self._put_runs(runs)
        else:
            self._put_runs(runs)
            self._put_weights()
        return self._row - 2

    def _put_sample(self) -> None:
        count = len(self._experiment.samples)
        if count > 1:
            text = f"{in_words(count)} samples, edited on the sheet"
            self._page.text((self._row, NAME), text, self._theme("left"))
            self._page.link((self._row, NUMBER), SAMPLES, SAMPLES, self._theme("link"))
            # No start value stands beside the tall row in which edges cross.
            self._row += 5 if self._network.widths == CROSSED else 2
            return
        sample = self._experiment.samples[0]
        for kind, names, numbers in (
            ("input", self._network.inputs, sample.inputs),
            ("target", self._network.targets, sample.targets),
        ):
            for name, number in zip(names, numbers, strict=True):
                self._put_value(f"{kind} {name[1:]}", name, start_name(name), number)
        self._row += 1

    def _put_weights(self) -> None:
        values = self._experiment.start_values
        for neuron in self._network.neurons:
            for weight, source in zip(neuron.weights, neuron.sources, strict=True):
                text = f"weight from {source} to {neuron.pre_activation}"
                self._put_value(text, weight, start_name(weight), values[weight])
        fixed = " (fixed)" if self._network.biases == "fixed" else ""
        for neuron in self._network.neurons:
            if neuron.bias is not None:
                text = f"bias of {neuron.pre_activation}{fixed}"
                self._put_value(text, neuron.bias, start_name(neuron.bias), values[neuron.bias])
        self._row += 1

    def _put_runs(self, runs: Sequence[Run]) -> None:
        """The constants of each run's optimiser: the learning rate alone on a single line."""
        plain = all(
            run.optimiser.title == "gradient descent" and len(run.optimiser.constants) == 1
            for run in runs
        )
        words = {symbol: field.replace("_", " ") for field, symbol in SYMBOLS.items()}
        for run in runs:
            link = self._theme("link", "indented")
            if plain:
                self._page.link((self._row, LINK), run.sheet, run.sheet, link)
            else:
                title = f"run {run.letter}: {run.optimiser.title}"
                self._page.text((self._row, NAME), title, self._theme("bold", "ruled"))
                self._page.link((self._row, LINK), run.sheet, run.sheet, link)
                self._row += 1
            for symbol, value in run.optimiser.constants.items():
                text = f"{words[symbol]} of run {run.letter}"
                self._put_value(text, symbol, constant_name(run, symbol), value, _range_of(symbol))
            self._row += not plain
        self._row += plain

    def _put_value(
        self, text: str, symbol: str, name: str, number: float, allowed: _Range = _ANY
    ) -> None:
        page, theme, row = self._page, self._theme, self._row
        page.text((row, NAME), text, theme("ruled"))
        page.text((row, SYMBOL), symbol, theme("bold", "centre", "ruled"))
        page.number((row, NUMBER), number, theme("editable"))
        address = xl_rowcol_to_cell(row, NUMBER, row_abs=True, col_abs=True)
        self._workbook.define_name(name, f"='{NETWORK}'!{address}")
        page.worksheet.data_validation(
            row,
            NUMBER,
            row,
            NUMBER,
            {
                "validate": "decimal",
                "criteria": "between",
                "minimum": allowed.smallest,
                "maximum": allowed.largest,
                "ignore_blank": False,
                "error_title": f"Not usable as {symbol}",
                "error_message": f"Enter {allowed.words}.",
            },
        )
        self._row += 1


def _range_of(symbol: str) -> _Range:
    if symbol == LEARNING_RATE:
        return _POSITIVE
    return _FACTOR if symbol in FACTORS else _NOT_NEGATIVE
