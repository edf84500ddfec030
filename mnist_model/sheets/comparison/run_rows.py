"""The table of all runs of a comparison, and the summary of some of its rows in another table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from xlsxwriter.format import Format

from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from mnist_model.sheets.addresses import fixed
from mnist_model.sheets.grid import DIFFERENCE, NUMBERS, PER_CENT, WORDS, column_range
from mnist_model.sheets.statistics import standard_deviation
from mnist_model.training.record import Record

SEED, EPOCHS, LAST, FROM_MEAN, RUN_BEST, TRAINING, RUN_SECONDS = range(NUMBERS, NUMBERS + 7)
RUN_HEADERS = (
    "run", "seed", "epochs", "last epoch, %", "from mean", "best epoch, %", "seconds",
    "s an epoch",
)  # fmt: skip


@dataclass(frozen=True)
class RunRows:
    """The rows of some runs in the table of all runs, and what they have in common."""

    name: str
    records: tuple[Record, ...]
    first_row: int

    @property
    def rows(self) -> range:
        """Their rows."""
        return range(self.first_row, self.first_row + len(self.records))

    def column(self, column: int) -> str:
        """The address of a column's cells over these runs."""
        return column_range(self.rows[0], self.rows[-1], column)

    @property
    def accuracies(self) -> list[float]:
        """The accuracies of the last epochs."""
        return [record.last_accuracy for record in self.records]

    @property
    def seconds(self) -> list[float]:
        """The seconds that an epoch took, by run."""
        return [record.train_seconds / len(record.epochs) for record in self.records]

    def put_summary(self, page: Page, theme: Theme, row: int, columns: Sequence[int]) -> None:
        """Writes mean, standard deviation, worst, number and seconds of the runs into a row."""
        last, deviations = self.column(LAST), self.column(FROM_MEAN)
        accuracy = theme("value", "ruled", number_format=PER_CENT)
        deviation: float | str = "–"
        if len(self.records) > 1:
            deviation = standard_deviation(self.accuracies)
        spread = f'IF(COUNT({deviations})<2,"–",SQRT(SUMSQ({deviations})/(COUNT({deviations})-1)))'
        bold = theme("value", "ruled", "bold", number_format="0.000")
        fine = theme("value", "ruled", number_format="0.000")
        whole = theme("whole", "ruled")
        seconds = theme("value", "ruled", number_format="0.0")
        summary: tuple[tuple[str, float | str, Format], ...] = (
            (f"AVERAGE({last})", fmean(self.accuracies), bold),
            (spread, deviation, fine),
            (f"MIN({last})", min(self.accuracies), accuracy),
            (f"COUNT({last})", len(self.records), whole),
            (f"AVERAGE({self.column(RUN_SECONDS)})", fmean(self.seconds), seconds),
        )
        for column, (formula, value, style) in zip(columns, summary, strict=True):
            page.formula((row, column), formula, value, style)

    def put_runs(self, page: Page, theme: Theme, mean_cell: str) -> None:
        """Writes a row for each run; ``mean_cell`` has the mean of their accuracies."""
        accuracy = theme("value", "ruled", number_format=PER_CENT)
        whole = theme("whole", "ruled")
        seconds = theme("value", "ruled", number_format="0.0")
        fine = theme("value", "ruled", "quiet", number_format=DIFFERENCE)
        for row, record in zip(self.rows, self.records, strict=True):
            page.text((row, WORDS), self.name, theme("bold", "ruled"))
            page.number((row, SEED), record.seed, whole)
            page.number((row, EPOCHS), len(record.epochs), whole)
            bold = theme("value", "ruled", "bold", number_format=PER_CENT)
            page.number((row, LAST), record.last_accuracy, bold)
            difference = record.last_accuracy - fmean(self.accuracies)
            page.formula((row, FROM_MEAN), f"{fixed(row, LAST)}-{mean_cell}", difference, fine)
            page.number((row, RUN_BEST), record.best_accuracy, accuracy)
            page.number((row, TRAINING), record.train_seconds, seconds)
            formula = f"{fixed(row, TRAINING)}/{fixed(row, EPOCHS)}"
            value = record.train_seconds / len(record.epochs)
            page.formula((row, RUN_SECONDS), formula, value, seconds)
