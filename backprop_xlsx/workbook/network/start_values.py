"""The yellow cells: every start value and constant, each with a name that formulas use."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_xlsx.formula.names import LEARNING_RATE
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.words import CONSTANTS, in_words, start_value_words
from backprop_xlsx.spreadsheet.sheets.page import Page, anchored
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from backprop_xlsx.workbook.layout import NETWORK, SAMPLES, Run, constant_name, start_name
from backprop_xlsx.workbook.ranges import ANY, Range, typed

# Two pairs of columns side by side: a name and its yellow cell; between them a narrow column.
NAME, NUMBER, RUN_LABEL, RUN_NUMBER = 1, 2, 4, 5
WIDTHS = (1, 13, 9.5, 1, 12.5, 9.5, 1.5)


class StartValues:
    """The yellow cells under construction, from ``row`` on."""

    def __init__(self, page: Page, theme: Theme, experiment: Experiment, row: int) -> None:
        self._page, self._theme = page, theme
        self._experiment = experiment
        self._row = row

    def put(self, runs: Sequence[Run]) -> int:
        """Puts all of them: what the network starts from, and beside it the runs' constants.

        Returns the last row.
        """
        top = self._row
        self._page.text((top, NAME), "Start values", self._theme("heading"))
        self._row += 1
        self._put_starts()
        last = self._row - 1
        self._row = top
        self._put_runs(runs)
        return max(last, self._row - 1)

    def _put_starts(self) -> None:
        """What the network starts from; of several samples a link to the sheet that has them."""
        experiment, network = self._experiment, self._experiment.network
        count = len(experiment.samples)
        if count > 1:
            text = f"{in_words(count)} samples:"
            self._page.text((self._row, NAME), text, self._theme("left"))
            self._page.link((self._row, NUMBER), SAMPLES, SAMPLES, self._theme("link"))
            self._row += 1
        words = start_value_words(network)
        if network.biases == "fixed":
            words |= {name: f"{words[name]}, fixed" for name in network.bias_names}
        for name, number in experiment.start_values.items():
            self._put_label(NAME, words[name])
            self._put_number(NUMBER, name, start_name(name), number, ANY)

    def _put_runs(self, runs: Sequence[Run]) -> None:
        """The constants of each run's optimiser: the learning rate alone on a single line."""
        plain = all(list(run.optimiser.constants) == [LEARNING_RATE] for run in runs)
        heading = "Learning rates" if plain else "Runs"
        self._page.text((self._row, RUN_LABEL), heading, self._theme("heading"))
        self._row += 1
        words = CONSTANTS | {LEARNING_RATE: "rate"}
        for run in runs:
            what = f"{LEARNING_RATE} =" if plain else run.optimiser.title
            style = self._theme("link", *(("ruled",) if plain else ()))
            self._page.link((self._row, RUN_LABEL), run.sheet, f"{run.sheet}: {what}", style)
            self._row += not plain
            for symbol, value in run.optimiser.constants.items():
                if not plain:
                    self._put_label(RUN_LABEL, f"{words[symbol]} {symbol}")
                name = constant_name(run, symbol)
                self._put_number(RUN_NUMBER, symbol, name, value, typed(symbol))

    def _put_label(self, column: int, text: str) -> None:
        self._page.text((self._row, column), text, self._theme("ruled", "shrunk"))

    def _put_number(
        self, column: int, symbol: str, name: str, number: float, allowed: Range
    ) -> None:
        """A yellow cell that has a name; what comes next goes into the next row."""
        cell = (self._row, column)
        self._page.number(cell, number, self._theme("editable"))
        self._theme.workbook.define_name(name, f"='{NETWORK}'!{anchored(*cell)}")
        rule = allowed.rule(f"Not usable as {symbol}")
        self._page.worksheet.data_validation(*cell, *cell, rule)
        self._row += 1
