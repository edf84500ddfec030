"""The hidden sheet that finds the chosen input in the gallery."""

from __future__ import annotations

from dataclasses import dataclass

from backprop_xlsx.spreadsheet.sheets.page import Page
from mnist_model.digit.examples import Examples
from mnist_model.digit.sheets.gallery_sheet import Gallery
from mnist_model.digit.sheets.looks import Looks
from mnist_model.sheets.addresses import fixed, fixed_area

NAME = "Choice"
CHOSEN, FIRST = 3, 6  # rows
NUMBER, ROW, COLUMN, INK = range(4)  # columns
HEADERS = ("number", "grid row", "grid column", "sum of its numbers")


@dataclass(frozen=True, eq=False)
class ChoiceSheet:
    """The chosen input's number, its grid's place, and whether there is anything on it."""

    examples: Examples
    gallery: Gallery

    @property
    def number(self) -> str:
        """The address of the chosen input's number, from 1."""
        return self._chosen(NUMBER)

    @property
    def row(self) -> str:
        """The address of the first row of its grid within the gallery."""
        return self._chosen(ROW)

    @property
    def column(self) -> str:
        """The address of the first column of its grid within the gallery."""
        return self._chosen(COLUMN)

    @property
    def ink(self) -> str:
        """The address of the sum of its numbers, without their signs."""
        return self._chosen(INK)

    @staticmethod
    def _chosen(column: int) -> str:
        return f"'{NAME}'!{fixed(CHOSEN, column)}"

    def write(self, page: Page, looks: Looks, choice: str, names: str) -> None:
        """Writes the sheet and hides it.

        ``choice`` is the address of the chosen name, ``names`` that of all.
        """
        page.text((0, 0), "Where the chosen one stands", looks("heading"))
        page.worksheet.set_column(NUMBER, INK, 18)
        for row in (CHOSEN - 1, FIRST - 1):
            for column, header in enumerate(HEADERS):
                page.text((row, column), header, looks("header_right"))
        sizes = self.examples.values.abs().flatten(1).sum(1).tolist()
        rows = [(n + 1, *self.gallery.place(n), size) for n, size in enumerate(sizes)]
        chosen = rows[self.examples.chosen]
        # A choice that is wiped out, or pasted over, is the first one.
        formula = f"IFERROR(MATCH({choice},{names},0),1)"
        page.formula((CHOSEN, NUMBER), formula, chosen[0], looks("whole"))
        for column in (ROW, COLUMN, INK):
            table = fixed_area(FIRST, column, len(rows), 1)
            formula = f"INDEX({table},{fixed(CHOSEN, NUMBER)})"
            page.formula((CHOSEN, column), formula, chosen[column], looks("whole"))
        for row, numbers in enumerate(rows, start=FIRST):
            for column, number in enumerate(numbers):
                page.number((row, column), number, looks("whole"))
        page.write()
        page.worksheet.hide()
