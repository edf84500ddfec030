"""A book to put sheets into, and what is found on them."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from backprop_xlsx.spreadsheet.ooxml.book import Cell, Sheet

SOMEBODYS = "Somebody's"
SHEETS = ("MNIST standard", "MNIST standard 2", "MNIST short (sample)", "MNIST comparison")


def blank_book(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet(SOMEBODYS).write_string("A1", "mine")
    return path


def cell_of(sheet: Sheet, text: str) -> tuple[int, int]:
    """Where the only cell with this text is."""
    (position,) = [at for at, cell in sheet.cells.items() if cell.value == text]
    return position


def beside(sheet: Sheet, text: str, column: int) -> Cell:
    """The cell of that column in the row of a text."""
    return sheet.cells[cell_of(sheet, text)[0], column]
