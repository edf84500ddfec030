"""A practice book that was handed in: what stands in its cells, wherever rows were put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from backprop_xlsx.exercise.layout import EXERCISE, EXPECTED, MISTAKES, VALUES_AFTER_NAME, Layout
from backprop_xlsx.exercise.practice import ROWS, Quantity
from backprop_xlsx.exercise.sheets.given import names_shown
from backprop_xlsx.exercise.sheets.top import WHO
from backprop_xlsx.spreadsheet.errors import FileError
from backprop_xlsx.spreadsheet.ooxml.book import Book, Position, Sheet, read_book
from backprop_xlsx.spreadsheet.ooxml.cells import Cell

Numbers = tuple[dict[str, float], dict[str, float]]
"""The number of each cell, in both rows; not a number where it holds something else."""


@dataclass(frozen=True)
class Submission:
    """The book and where the cells of the practice stand in it, rows and columns from 1.

    ``tops`` are the places of the names of the quantities.
    """

    path: Path
    book: Book
    sheet: Sheet
    layout: Layout
    tops: Mapping[str, Position]

    @property
    def who(self) -> str:
        """The name that stands on the book."""
        cell = self.sheet.cells.get((WHO[0] + 1, WHO[1] + 1))
        return str(cell.value) if cell is not None and isinstance(cell.value, str) else ""

    @cached_property
    def places(self) -> dict[tuple[str, int], Position]:
        """Where each cell of both rows stands."""
        practice, found = self.layout.practice, dict[tuple[str, int], Position]()
        for quantity in (*practice.given, *practice.quantities):
            top, column = self.tops[quantity.name]
            for row in range(ROWS):
                for at, cell in enumerate(quantity.cells):
                    found[cell, row] = (top + row, column + VALUES_AFTER_NAME + at)
        return found

    @cached_property
    def cells_at(self) -> dict[Position, tuple[str, int]]:
        """The cell, and its row of start values, that stands in a place."""
        return {place: cell for cell, place in self.places.items()}

    def content(self, cell: str, row: int) -> Cell | None:
        """What a cell holds; None if it is empty."""
        found = self.sheet.cells.get(self.places[cell, row])
        return None if found is None or (found.formula is None and found.value is None) else found

    def numbers(self) -> Numbers:
        """The numbers as the file has them."""
        rows: Numbers = ({}, {})
        for cell, row in self.places:
            content = self.content(cell, row)
            if content is not None:
                value = content.value
                rows[row][cell] = value if isinstance(value, float) else float("nan")
        return rows

    def peeks(self, quantity: Quantity) -> bool:
        """Whether a cell of a quantity takes its value from a hidden sheet."""
        contents = (self.content(cell, row) for cell in quantity.cells for row in range(ROWS))
        formulas = [content.formula for content in contents if content is not None]
        return any(
            sheet.casefold() in formula.casefold()
            for formula in formulas
            if formula is not None
            for sheet in (f"{EXPECTED}!", f"{EXPECTED}'!", f"{MISTAKES}'!")
        )


def read_submission(path: Path, layout: Layout) -> Submission:
    """The book that a file holds; raises FileError for what cannot be read or is no such book."""
    book = read_book(path)
    sheet = next((each for each in book.sheets if each.name == EXERCISE), None)
    if sheet is None:
        raise FileError(f"{path}: has no sheet {EXERCISE!r}; expected a book of this class")
    texts: dict[object, list[Position]] = {}
    for position, cell in sorted(sheet.cells.items()):
        if isinstance(cell.value, str) and cell.formula is None:
            texts.setdefault(cell.value, []).append(position)
    tops: dict[str, Position] = {}
    for name, text in names_shown(layout).items():
        if text not in texts:
            raise FileError(
                f"{path}: sheet {EXERCISE!r} has no cell {text!r}; is it a book of another class, "
                "or was the name changed?"
            )
        tops[name] = texts[text][0]
    return Submission(path, book, sheet, layout, tops)
