"""Reads the sheet Derivation as a reader sees it: boxes, lines, numbers put in."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    live = openpyxl.load_workbook(path)["Derivation"]
    cached = openpyxl.load_workbook(path, data_only=True)["Derivation"]
    # Below it where a sentence says what is left out.
    row_of_choice = 3 if live.cell(3, 2).data_type == "f" else 4
    chosen = str(found.value("Derivation", row_of_choice, 2))
    assert cached.cell(row_of_choice, 2).value is not None
    rows = [row for column in BOXES for row in _rows(live, cached, found, column)]
    words = [
        str(cell.value)
        for cells in live.iter_rows(max_col=8)
        for cell in cells
        if cell.value is not None and cell.data_type != "f"
    ]
    return Sheet(chosen, rows, words)


def _rows(live: Any, cached: Any, found: Recalculated | LiveWorkbook, column: int) -> Iterator[Row]:
    part, quantity, row = "", "", 0
    last = live.max_row
    while row < last:
        row += 1
        left = live.cell(row, column).value
        if left is not None and (PART.match(left) or left.startswith(FORMULAS)):
            part = left
        if live.cell(row, column + 2).data_type != "f" or not PART.match(part):
            continue
        quantity, formula, at = left.removesuffix(" ="), live.cell(row, column + 2).value, row
        equation, shown, cached_shown = [live.cell(row, column + 1).value], [], []
        while row < last and not live.cell(row + 1, column).value:
            row += 1
            equation.append(live.cell(row, column + 1).value)
        while live.cell(row + 1, column + 1).data_type == "f":
            row += 1
            shown.append(found.value("Derivation", row, column + 1))
            cached_shown.append(cached.cell(row, column + 1).value)
        yield Row(
            part,
            quantity,
            " ".join(equation),
            found.value("Derivation", at, column + 2),
            cached.cell(at, column + 2).value,
            " ".join(filter(None, shown)),
            " ".join(filter(None, cached_shown)),
            formula,
        )
