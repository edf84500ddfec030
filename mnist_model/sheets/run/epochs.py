"""The epoch table of one run, and its charts: loss, accuracy and learning rate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import DIFFERS_COLOUR, SERIES_COLOURS, Theme
from mnist_model.sheets.addresses import fixed
from mnist_model.sheets.grid import (
    ACCURACY_ASKED,
    GAP,
    NUMBERS,
    PER_CENT,
    ROW_HEIGHT,
    TABLE_WIDTH,
    WORDS,
    Headed,
    column_range,
    put_head,
    scatter_chart,
)
from mnist_model.training.record import Record

EPOCH = WORDS
LEARNING_RATE, TRAIN_LOSS, TRAIN_ACCURACY, TEST_LOSS, TEST_ACCURACY, SECONDS = range(
    NUMBERS, NUMBERS + 6
)
REQUIRED, REACHED = SECONDS + 1, SECONDS + 2
TRAINED, RATE = REACHED + 2, REACHED + 3
CHART_HEIGHT = 320
CHART_ROWS = CHART_HEIGHT // ROW_HEIGHT + 1


@dataclass(frozen=True)
class EpochTable(Headed):
    """The table from row ``top`` on; ``threshold`` is the cell with the accuracy that is asked."""

    record: Record
    threshold: str

    @property
    def last_row(self) -> int:
        """The row of the last epoch."""
        return self.first_row + len(self.record.epochs) - 1

    @property
    def bottom(self) -> int:
        """The last row of the section, which has the sums."""
        return max(self.last_row + 1, self.first_row + len(self.rates) - 1)

    @property
    def rates(self) -> tuple[tuple[float, float], ...]:
        """How many epochs were trained and the learning rate then, the highest among them."""
        at_the_ends = tuple((float(e.epoch), e.learning_rate) for e in self.record.epochs)
        return self.record.learning_rates or at_the_ends

    def column(self, column: int) -> str:
        """The address of a column's cells over all epochs."""
        return column_range(self.first_row, self.last_row, column)

    @property
    def first_reached(self) -> float | str:
        """The first epoch that reached the threshold, or "never"."""
        for epoch in self.record.epochs:
            if epoch.test_accuracy >= ACCURACY_ASKED:
                return epoch.epoch
        return "never"

    @property
    def first_reached_formula(self) -> str:
        """The formula of the same."""
        match = f"MATCH(1,{self.column(REACHED)},0)"
        return f'IFERROR(INDEX({self.column(EPOCH)},{match}),"never")'

    def put(self, page: Page, theme: Theme) -> None:
        """Writes the table."""
        run = self.record
        headers = (
            "epoch", "learning rate", "train loss", "train acc. %", f"{run.scored} loss",
            f"{run.scored} acc. %", "seconds", "", "reached",
        )  # fmt: skip
        title = f"Epoch by epoch, seed {run.seed}"
        put_head(page, theme, self.top, title, headers[: REQUIRED - 1], "forward")
        header = theme("header_right", "group_forward")
        text = f"{ACCURACY_ASKED:.15g} %"
        page.formula((self.top + 1, REQUIRED), f'{self.threshold}&" %"', text, header)
        page.text((self.top + 1, REACHED), headers[-1], header)
        for row, epoch in enumerate(run.epochs, start=self.first_row):
            number = theme("value", "ruled")
            accuracy = theme("value", "ruled", number_format=PER_CENT)
            result = theme("value", "ruled", "bold", number_format=PER_CENT)
            page.number((row, EPOCH), epoch.epoch, theme("whole", "left", "ruled", "bold"))
            for column, value, style in (
                (LEARNING_RATE, epoch.learning_rate, number),
                (TRAIN_LOSS, epoch.train_loss, theme("value", "ruled", number_format="0.0000")),
                (TRAIN_ACCURACY, epoch.train_accuracy, accuracy),
                (TEST_LOSS, epoch.test_loss, theme("value", "ruled", number_format="0.0000")),
                (TEST_ACCURACY, epoch.test_accuracy, result),
                (SECONDS, epoch.seconds, theme("value", "ruled", number_format="0.0")),
            ):
                page.number((row, column), value, style)
            quiet = theme("value", "ruled", "quiet", number_format=PER_CENT)
            page.formula((row, REQUIRED), self.threshold, ACCURACY_ASKED, quiet)
            reached = f"IF({fixed(row, TEST_ACCURACY)}>={fixed(row, REQUIRED)},1,0)"
            value = float(epoch.test_accuracy >= ACCURACY_ASKED)
            style = theme("whole", "ruled", "quiet", number_format='"✓";;"–"')
            page.formula((row, REACHED), reached, value, style)
        bold = theme("value", "bold", number_format="0.0")
        page.text((self.last_row + 1, WORDS), "sum", theme("bold"))
        seconds = math.fsum(epoch.seconds for epoch in run.epochs)
        total = f"SUM({self.column(SECONDS)})"
        page.formula((self.last_row + 1, SECONDS), total, seconds, bold)
        for column, text in ((TRAINED, "epochs done"), (RATE, "learning rate")):
            page.text((self.top + 1, column), text, header)
        for row, (trained, rate) in enumerate(self.rates, start=self.first_row):
            style = theme("value", "ruled", number_format="0.0#")
            page.number((row, TRAINED), float(f"{trained:.9g}"), style)
            page.number((row, RATE), float(f"{rate:.9g}"), theme("value", "ruled"))

    def insert_charts(self, page: Page, theme: Theme, row: int) -> None:
        """Puts the three charts side by side, from ``row`` on."""
        accuracies = [epoch.test_accuracy for epoch in self.record.epochs]
        losses = [v for e in self.record.epochs for v in (e.train_loss, e.test_loss)]
        loss_axis: dict[str, Any] = {"min": 0, "num_format": "0.0##"}
        if min(losses) > 0:
            loss_axis = {"log_base": 10, "num_format": "0.0##", "crossing": "min"}
        # The first epochs would press the part that matters against the upper edge.
        lowest = math.floor(min(*accuracies[len(accuracies) // 4 :], ACCURACY_ASKED))
        accuracy_axis: dict[str, Any] = {
            "min": lowest,
            "max": 100,
            "major_unit": (100 - lowest) / 5,
            "num_format": "0.0",
        }
        rates = max(rate for _, rate in self.rates)
        rate_axis = {"min": 0, "num_format": "0.0##" if rates >= 0.005 else "0E+00"}
        charts = (
            (("Loss", "epoch", "cross-entropy"), (TRAIN_LOSS, TEST_LOSS), loss_axis),
            (
                ("Accuracy", "epoch", "per cent"),
                (TRAIN_ACCURACY, TEST_ACCURACY, REQUIRED),
                accuracy_axis,
            ),
            (("Learning rate", "epochs trained", "learning rate"), (RATE,), rate_axis),
        )
        width = (TABLE_WIDTH - GAP * (len(charts) - 1)) // len(charts)
        for index, (titles, columns, axis) in enumerate(charts):
            series = [self._series(page.worksheet.name, column) for column in columns]
            horizontal = {"min": 0, "max": self.record.epochs[-1].epoch, "num_format": "0"}
            size = (width, CHART_HEIGHT)
            chart = scatter_chart(theme, titles, series, horizontal, axis, size)
            place = {"x_offset": index * (width + GAP), "object_position": 2}
            page.worksheet.insert_chart(row, WORDS, chart, place)

    def _series(self, sheet: str, column: int) -> dict[str, object]:
        colours = {
            TEST_LOSS: SERIES_COLOURS[0],
            TEST_ACCURACY: SERIES_COLOURS[0],
            TRAIN_LOSS: SERIES_COLOURS[1],
            TRAIN_ACCURACY: SERIES_COLOURS[1],
            RATE: SERIES_COLOURS[2],
            REQUIRED: DIFFERS_COLOUR,
        }
        is_line = column == REQUIRED
        marker = {
            "type": "none" if is_line else "circle",
            "size": 4,
            "fill": {"color": colours[column]},
            "border": {"none": True},
        }
        along, last_row = EPOCH, self.last_row
        if column == RATE:
            along, last_row = TRAINED, self.first_row + len(self.rates) - 1
        return {
            "name": [sheet, self.top + 1, column],
            "categories": [sheet, self.first_row, along, last_row, along],
            "values": [sheet, self.first_row, column, last_row, column],
            "line": {
                "color": colours[column],
                "width": 1.25 if is_line else 1.75,
                "dash_type": "dash" if is_line else "solid",
            },
            "marker": marker,
        }
