"""The table of several seeds: a row a seed, their mean, standard deviation and worst."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from mnist_model.sheets.addresses import fixed
from mnist_model.sheets.grid import (
    COLUMNS_OF_NUMBERS,
    DIFFERENCE,
    NUMBERS,
    PER_CENT,
    WORDS,
    Headed,
    column_range,
    put_head,
)
from mnist_model.sheets.statistics import standard_deviation
from mnist_model.training.record import Record

LAST, FROM_MEAN, BEST, SECONDS = range(NUMBERS, NUMBERS + 4)
FINE = "0.000"
REMARK = (
    "The best epoch is picked by its score on the very images that it is scored on: no result, "
    "only what published claims state."
)


@dataclass(frozen=True)
class SeedTable(Headed):
    """The table from row ``top`` on, and under it the accuracies of all seeds by epoch."""

    records: tuple[Record, ...]

    @property
    def last_row(self) -> int:
        """The row of the last seed."""
        return self.first_row + len(self.records) - 1

    @property
    def mean_cell(self) -> str:
        """The cell with the mean accuracy of the last epochs."""
        return fixed(self.last_row + 1, LAST)

    @property
    def worst_cell(self) -> str:
        """The cell with the worst accuracy of the last epochs."""
        return fixed(self.last_row + 3, LAST)

    @property
    def mean(self) -> float:
        """The mean accuracy of the last epochs."""
        return fmean([record.last_accuracy for record in self.records])

    @property
    def worst(self) -> float:
        """The worst accuracy of the last epochs."""
        return min(record.last_accuracy for record in self.records)

    @property
    def bottom(self) -> int:
        """The last row of the section."""
        last = self._block(len(self.records) - 1)
        return last + 1 + self._epochs

    @property
    def _epochs(self) -> int:
        return max(len(record.epochs) for record in self.records)

    def _block(self, index: int) -> int:
        """The row of the headers over a seed's accuracies; a block holds twelve seeds."""
        first = self.last_row + 6
        return first + index // COLUMNS_OF_NUMBERS * (self._epochs + 2)

    def _history(self, index: int) -> str:
        first = self._block(index) + 1
        last = first + len(self.records[index].epochs) - 1
        return column_range(first, last, NUMBERS + index % COLUMNS_OF_NUMBERS)

    def put(self, page: Page, theme: Theme) -> None:
        """Writes the table and the accuracies under it."""
        headers = ("seed", "last epoch, %", "from mean", "best epoch, %", "seconds")
        title = f"All seeds, {self.records[0].scored} accuracy"
        put_head(page, theme, self.top, title, headers, "inputs")
        accuracy = theme("value", "ruled", number_format=PER_CENT)
        bold = theme("value", "ruled", "bold", number_format=PER_CENT)
        fine = theme("value", "ruled", "quiet", number_format=DIFFERENCE)
        for index, (row, record) in enumerate(
            zip(range(self.first_row, self.last_row + 1), self.records, strict=True)
        ):
            history = self._history(index)
            page.number((row, WORDS), record.seed, theme("whole", "left", "bold", "ruled"))
            last = f"INDEX({history},COUNT({history}))"
            page.formula((row, LAST), last, record.last_accuracy, bold)
            difference = record.last_accuracy - self.mean
            page.formula((row, FROM_MEAN), f"{fixed(row, LAST)}-{self.mean_cell}", difference, fine)
            page.formula((row, BEST), f"MAX({history})", record.best_accuracy, accuracy)
            seconds = theme("value", "ruled", number_format="0.0")
            page.number((row, SECONDS), record.train_seconds, seconds)
        self._put_statistics(page, theme)
        self._put_histories(page, theme)

    def _put_statistics(self, page: Page, theme: Theme) -> None:
        fine = theme("value", "bold", number_format=FINE)
        columns = {
            LAST: [record.last_accuracy for record in self.records],
            BEST: [record.best_accuracy for record in self.records],
            SECONDS: [record.train_seconds for record in self.records],
        }
        rows = range(self.last_row + 1, self.last_row + 4)
        for row, words in zip(rows, ("mean", "standard deviation", "worst"), strict=True):
            page.text((row, WORDS), words, theme("bold"))
        for column, values in columns.items():
            cells = column_range(self.first_row, self.last_row, column)
            style = theme("value", "bold", number_format="0.0") if column == SECONDS else fine
            page.formula((rows[0], column), f"AVERAGE({cells})", fmean(values), style)
        # Over the differences from the mean: the squares of the accuracies themselves would
        # leave hardly a digit of their difference.
        cells = column_range(self.first_row, self.last_row, FROM_MEAN)
        deviation = standard_deviation(columns[LAST])
        formula = f"SQRT(SUMSQ({cells})/(COUNT({cells})-1))"
        page.formula((rows[1], LAST), formula, deviation, fine)
        cells = column_range(self.first_row, self.last_row, LAST)
        page.formula((rows[2], LAST), f"MIN({cells})", min(columns[LAST]), fine)
        page.text((rows[1], BEST), REMARK, theme("quiet"))

    def _put_histories(self, page: Page, theme: Theme) -> None:
        scored = self.records[0].scored
        title = f"{scored.capitalize()} accuracy in per cent after each epoch, by seed"
        page.text((self._block(0) - 1, WORDS), title, theme("bold"))
        number = theme("value", "ruled", number_format=PER_CENT)
        for index, record in enumerate(self.records):
            row, column = self._block(index), NUMBERS + index % COLUMNS_OF_NUMBERS
            if column == NUMBERS:
                page.text((row, WORDS), "epoch", theme("header_left", "group_inputs"))
                for epoch in range(1, self._epochs + 1):
                    style = theme("whole", "left", "bold", "ruled")
                    page.number((row + epoch, WORDS), epoch, style)
            header = theme("header_right", "group_inputs", number_format='"seed "0')
            page.number((row, column), record.seed, header)
            for offset, epoch_line in enumerate(record.epochs, start=1):
                page.number((row + offset, column), epoch_line.test_accuracy, number)
