"""The yellow cells: every start value and constant, each with a name that formulas use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell

from backprop_xlsx.formula.names import LEARNING_RATE
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.optimisers import SYMBOLS
from backprop_xlsx.model.words import in_words
from backprop_xlsx.spreadsheet.numbers import LARGEST_VALUE
from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from backprop_xlsx.workbook.layout import NETWORK, SAMPLES, Run, constant_name, start_name

# Two pairs of columns side by side: a name and its yellow cell; between them a narrow column.
NAME, NUMBER, RUN_LABEL, RUN_NUMBER = 1, 2, 4, 5
WIDTHS = (1, 13, 9.5, 1, 12.5, 9.5, 1.5)
# The constants that say how much of the past is kept: from 0 to below 1.
FACTORS = ("μ", "α", "β1", "β2")
JUST_BELOW_1 = 1 - 1e-9


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


class StartValues:
    """The yellow cells under construction, from ``row`` on."""

    def __init__(
        self, workbook: Workbook, page: Page, theme: Theme, experiment: Experiment, row: int
    ) -> None:
        self._workbook, self._page, self._theme = workbook, page, theme
        self._experiment = experiment
        self._network = experiment.network
        self._row = row

    def put(self, runs: Sequence[Run]) -> int:
        """Puts all of them: what the network starts from, and beside it the runs' constants.

        Returns the last row.
        """
        top = self._row
        self._page.text((top, NAME), "Start values", self._theme("heading"))
        self._row += 1
        self._put_sample()
        self._put_weights()
        last = self._row - 1
        self._row = top
        self._put_runs(runs)
        return max(last, self._row - 1)

    def _put_sample(self) -> None:
        count = len(self._experiment.samples)
        if count > 1:
            text = f"{in_words(count)} samples:"
            self._page.text((self._row, NAME), text, self._theme("left"))
            self._page.link((self._row, NUMBER), SAMPLES, SAMPLES, self._theme("link"))
            self._row += 1
            return
        sample = self._experiment.samples[0]
        for kind, names, numbers in (
            ("input", self._network.inputs, sample.inputs),
            ("target", self._network.targets, sample.targets),
        ):
            for name, number in zip(names, numbers, strict=True):
                self._put_value((NAME, NUMBER), f"{kind} {name}", name, start_name(name), number)

    def _put_weights(self) -> None:
        values, columns = self._experiment.start_values, (NAME, NUMBER)
        for neuron in self._network.neurons:
            for weight, source in zip(neuron.weights, neuron.sources, strict=True):
                text = f"{weight}: {source} → {neuron.pre_activation}"
                self._put_value(columns, text, weight, start_name(weight), values[weight])
        fixed = ", fixed" if self._network.biases == "fixed" else ""
        for neuron in self._network.neurons:
            if neuron.bias is not None:
                text = f"{neuron.bias} of {neuron.pre_activation}{fixed}"
                name = start_name(neuron.bias)
                self._put_value(columns, text, neuron.bias, name, values[neuron.bias])

    def _put_runs(self, runs: Sequence[Run]) -> None:
        """The constants of each run's optimiser: the learning rate alone on a single line."""
        plain = all(
            run.optimiser.title == "gradient descent" and len(run.optimiser.constants) == 1
            for run in runs
        )
        heading = "Learning rates" if plain else "Runs"
        self._page.text((self._row, RUN_LABEL), heading, self._theme("heading"))
        self._row += 1
        words = {symbol: field.replace("_", " ") for field, symbol in SYMBOLS.items()}
        words[LEARNING_RATE] = "rate"
        columns = (RUN_LABEL, RUN_NUMBER)
        for run in runs:
            if plain:
                name = constant_name(run, LEARNING_RATE)
                value, allowed = run.optimiser.learning_rate, _range_of(LEARNING_RATE)
                self._put_value(columns, "", LEARNING_RATE, name, value, allowed, run)
                continue
            title, place = f"{run.sheet}: {run.optimiser.title}", (self._row, RUN_LABEL)
            self._page.link(place, run.sheet, title, self._theme("link"))
            self._row += 1
            for symbol, value in run.optimiser.constants.items():
                name, allowed = constant_name(run, symbol), _range_of(symbol)
                text = f"{words[symbol]} {symbol}"
                self._put_value(columns, text, symbol, name, value, allowed)

    def _put_value(
        self,
        columns: tuple[int, int],
        text: str,
        symbol: str,
        name: str,
        number: float,
        allowed: _Range = _ANY,
        run: Run | None = None,
    ) -> None:
        """A yellow cell in the next row, after its name or the link to its run."""
        page, theme, row, (label, column) = self._page, self._theme, self._row, columns
        if run is None:
            page.text((row, label), text, theme("ruled", "shrunk"))
        else:
            page.link((row, label), run.sheet, f"{run.sheet}: {symbol} =", theme("link", "ruled"))
        page.number((row, column), number, theme("editable"))
        address = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
        self._workbook.define_name(name, f"='{NETWORK}'!{address}")
        page.worksheet.data_validation(
            row,
            column,
            row,
            column,
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
