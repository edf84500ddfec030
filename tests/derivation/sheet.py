"""Reads the sheet Derivation as a reader sees it: boxes, lines, numbers put in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.spreadsheet.engines import LiveWorkbook, Recalculated, recalculate
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.patching.patch import spoil
from backprop_xlsx.workbook.build import write_workbook

BOXES = (2, 6)  # their first columns
PART = re.compile(r"\d+  ")
FORMULAS = "As formulas"


@dataclass(frozen=True)
class Row:
    """One line of a box, with its number and the numbers put in, as an engine has them.

    ``cached`` and ``cached_shown`` are those in the file; ``live`` is the number's formula.
    """

    part: str
    quantity: str
    equation: str
    number: Any
    cached: Any
    shown: str
    cached_shown: str
    live: str


@dataclass(frozen=True)
class Sheet:
    """The whole sheet: ``chosen`` is the line on top, ``words`` every text that is no formula."""

    chosen: str
    rows: list[Row]
    words: list[str]

    def number(self, quantity: str, part: str = "") -> Any:
        """The number of a quantity, of the last line of that part that has it."""
        return [
            row.number
            for row in self.rows
            if row.quantity == quantity and row.part.startswith(part)
        ][-1]


def write_books(experiment: Experiment, folder: Path) -> tuple[Path, Path]:
    """The book, and a copy whose cached values are all wrong."""
    path, spoilt = folder / "book.xlsx", folder / "spoilt.xlsx"
    write_workbook(experiment, path)
    spoil(read_book(path), spoilt)
    return path, spoilt


def sheet_of(experiment: Experiment, folder: Path, engine: str = "formualizer") -> Sheet:
    """The sheet of an experiment's book, recalculated by an engine from wrong numbers."""
    path, spoilt = write_books(experiment, folder)
    return read_sheet(path, recalculate(spoilt, engine))


def read_sheet(path: Path, found: Recalculated | LiveWorkbook) -> Sheet:
    """The sheet of a book with the values that an engine has found."""
    live, cached = _Cells(path, data_only=False), _Cells(path, data_only=True)
    # Below it where a sentence says what is left out.
    row_of_choice = 3 if live.has_formula(3, 2) else 4
    chosen = str(found.value("Derivation", row_of_choice, 2))
    assert cached.value(row_of_choice, 2) is not None
    rows = [row for column in BOXES for row in _rows(live, cached, found, column)]
    return Sheet(chosen, rows, live.words)


class _Cells:
    """What stands in the cells of the sheet, of all the sheets alone, formulas or their values."""

    def __init__(self, path: Path, data_only: bool) -> None:
        with closing(openpyxl.load_workbook(path, read_only=True, data_only=data_only)) as book:
            cells = [cell for row in book["Derivation"].iter_rows(max_col=8) for cell in row]
        filled = [cell for cell in cells if cell.value is not None]
        self._values = {(cell.row, cell.column): cell.value for cell in filled}
        self._formulas = {(cell.row, cell.column) for cell in filled if cell.data_type == "f"}
        self.words = [str(cell.value) for cell in filled if cell.data_type != "f"]
        self.last = max(cell.row for cell in filled)

    def value(self, row: int, column: int) -> Any:
        return self._values.get((row, column))

    def has_formula(self, row: int, column: int) -> bool:
        return (row, column) in self._formulas


def _rows(
    live: _Cells, cached: _Cells, found: Recalculated | LiveWorkbook, column: int
) -> Iterator[Row]:
    part, quantity, row = "", "", 0
    while row < live.last:
        row += 1
        left = live.value(row, column)
        if left is not None and (PART.match(left) or left.startswith(FORMULAS)):
            part = left
        if not live.has_formula(row, column + 2) or not PART.match(part):
            continue
        quantity, formula, at = left.removesuffix(" ="), live.value(row, column + 2), row
        equation, shown, cached_shown = [live.value(row, column + 1)], [], []
        while row < live.last and not live.value(row + 1, column):
            row += 1
            equation.append(live.value(row, column + 1))
        while live.has_formula(row + 1, column + 1):
            row += 1
            shown.append(found.value("Derivation", row, column + 1))
            cached_shown.append(cached.value(row, column + 1))
        yield Row(
            part,
            quantity,
            " ".join(equation),
            found.value("Derivation", at, column + 2),
            cached.value(at, column + 2),
            " ".join(filter(None, shown)),
            " ".join(filter(None, cached_shown)),
            formula,
        )
