"""The confusion matrix as a heat map, and the accuracy of each class."""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter.utility import xl_range

from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import AGREES_TINT, SERIES_COLOURS, Theme
from mnist_model.sheets.addresses import fixed
from mnist_model.sheets.grid import (
    NUMBERS,
    PER_CENT,
    WORDS,
    Headed,
    column_range,
    put_head,
)
from mnist_model.training.record import CLASSES, Record

IMAGES, ACCURACY = NUMBERS + CLASSES, NUMBERS + CLASSES + 1


@dataclass(frozen=True)
class ConfusionMatrix(Headed):
    """The matrix from row ``top`` on: a row a digit, a column for what it was read as."""

    record: Record

    @property
    def last_row(self) -> int:
        """The row of the digit 9."""
        return self.first_row + CLASSES - 1

    @property
    def bottom(self) -> int:
        """The last row of the section: how often each digit was read, and the total."""
        return self.last_row + 1

    @property
    def accuracy_cell(self) -> str:
        """The cell with the accuracy over all digits."""
        return fixed(self.bottom, ACCURACY)

    @property
    def accuracy(self) -> float:
        """Its value, in per cent."""
        return 100 * self.record.right / sum(map(sum, self.record.confusion))

    @property
    def right_formula(self) -> str:
        """How many images were read rightly."""
        return "+".join(fixed(self.first_row + i, NUMBERS + i) for i in range(CLASSES))

    @property
    def images_cell(self) -> str:
        """The cell with the number of all images."""
        return fixed(self.bottom, IMAGES)

    def put(self, page: Page, theme: Theme) -> None:
        """Writes the matrix."""
        counts = self.record.confusion
        digits = map(str, range(CLASSES))
        headers = ("digit, and what it was read as", *digits, "images", "right, %")
        title = f"Which digits were confused, seed {self.record.seed}, after the last epoch"
        put_head(page, theme, self.top, title, headers, "gradients", range(NUMBERS, IMAGES))
        number = theme("whole", "centre", "ruled", number_format='0;;"·"')
        bold = theme("whole", "ruled", "bold")
        per_cent = theme("value", "ruled", "bold", number_format=PER_CENT)
        for digit, row in enumerate(range(self.first_row, self.bottom)):
            page.number((row, WORDS), digit, theme("whole", "bold", "left", "ruled"))
            for read_as, count in enumerate(counts[digit]):
                page.number((row, NUMBERS + read_as), count, number)
            images = xl_range(row, NUMBERS, row, NUMBERS + CLASSES - 1)
            total = sum(counts[digit])
            page.formula((row, IMAGES), f"SUM({images})", total, bold)
            diagonal, whole = fixed(row, NUMBERS + digit), fixed(row, IMAGES)
            accuracy = 100 * counts[digit][digit] / total if total else 0
            formula = f"IF({whole}=0,0,100*{diagonal}/{whole})"
            page.formula((row, ACCURACY), formula, accuracy, per_cent)
        page.text((self.bottom, WORDS), "read as this digit", theme("bold"))
        for column in range(NUMBERS, IMAGES + 1):
            total = sum(map(sum, counts))
            if column < IMAGES:
                total = sum(row[column - NUMBERS] for row in counts)
            formula = f"SUM({column_range(self.first_row, self.last_row, column)})"
            style = theme("whole", "bold", *(("centre",) if column < IMAGES else ()))
            page.formula((self.bottom, column), formula, total, style)
        formula = f"100*({self.right_formula})/{self.images_cell}"
        style = theme("value", "bold", number_format=PER_CENT)
        page.formula((self.bottom, ACCURACY), formula, self.accuracy, style)

    def colour(self, page: Page, theme: Theme) -> None:
        """Gives what was read right one tint, and the mistakes a scale of their own."""
        diagonal, mistakes = [], []
        for digit in range(CLASSES):
            row, column = self.first_row + digit, NUMBERS + digit
            diagonal.append(xl_range(row, column, row, column))
            if digit:
                mistakes.append(xl_range(row, NUMBERS, row, column - 1))
            if digit < CLASSES - 1:
                mistakes.append(xl_range(row, column + 1, row, NUMBERS + CLASSES - 1))
        tint = theme.workbook.add_format({"bg_color": AGREES_TINT})
        page.worksheet.conditional_format(
            diagonal[0],
            {
                "type": "cell",
                "criteria": ">=",
                "value": 0,
                "format": tint,
                "multi_range": " ".join(diagonal),
            },
        )
        page.worksheet.conditional_format(
            mistakes[0],
            {
                "type": "2_color_scale",
                "min_color": "#FFFFFF",
                "max_color": SERIES_COLOURS[1],
                "min_type": "num",
                "min_value": 0,
                "multi_range": " ".join(mistakes),
            },
        )
