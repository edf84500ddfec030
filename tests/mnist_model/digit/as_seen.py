"""A digit workbook as its reader sees it: cells are found by what stands beside them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from backprop_xlsx.spreadsheet.engines import LiveWorkbook

INVITATION = "Nothing is painted yet: mark some squares with x."


class AsSeen:
    """The sheets of a written file; rows and columns from 1."""

    def __init__(self, path: Path) -> None:
        with warnings.catch_warnings():
            # openpyxl says that it would lose the data bars if it saved the file.
            warnings.simplefilter("ignore", UserWarning)
            self.book = openpyxl.load_workbook(path)
        self.first: Worksheet = self.book.worksheets[0]
        self.proof: Worksheet = self.book["Proof"]

    def find(self, sheet: Worksheet, text: str) -> tuple[int, int]:
        """The place of the only cell with that text."""
        places = [
            (cell.row, cell.column)
            for row in sheet.iter_rows()
            for cell in row
            if cell.value == text
        ]
        assert len(places) == 1, (sheet.title, text, places)
        return places[0]

    @property
    def drop_down(self) -> tuple[int, int]:
        """The cell with a list to choose from."""
        lists = [v for v in self.first.data_validations.dataValidation if v.type == "list"]
        (names,) = (one for one in lists if "Proof" in one.formula1)
        (area,) = names.sqref.ranges
        return area.min_row, area.min_col

    def choose(self, live: LiveWorkbook, name: str) -> None:
        """Chooses an input in an engine."""
        live.type(self.first.title, *self.drop_down, name)
        live.recalculate()

    @property
    def squares(self) -> tuple[int, int]:
        """The first square to paint."""
        row, column = self.find(self.first, "Paint here")
        return row + 1, column

    def told(self, live: LiveWorkbook) -> tuple[Any, Any, Any, Any, Any]:
        """What a digit's first sheet says.

        The digit, the words beside it, its probability, whether it is right, and torch's verdict.
        """
        row, column = self.find(self.first, "Brush")
        places = ((2, 0), (3, 2), (4, 2), (6, 2), (8, 2))
        values = [live.value(self.first.title, row + y, column + x) for y, x in places]
        return (values[0], values[1], values[2], values[3], values[4])

    def seen(self, live: LiveWorkbook, side: int) -> list[list[Any]]:
        """What the network sees, scaled."""
        heading = next(
            cell
            for row in self.first.iter_rows()
            for cell in row
            if str(cell.value).startswith("What the network sees")
        )
        row, column, sheet = heading.row + 1, heading.column, self.first.title
        return [[live.value(sheet, row + y, column + x) for x in range(side)] for y in range(side)]

    def outputs(self, live: LiveWorkbook, count: int) -> list[Any]:
        """The live outputs on the sheet Proof."""
        row, column = self.find(self.proof, "this workbook, now")
        return [live.value("Proof", row, column + 2 + index) for index in range(count)]

    def verdict(self, live: LiveWorkbook) -> Any:
        """The verdict on the sheet Proof."""
        row, column = self.find(self.proof, "verdict")
        return live.value("Proof", row, column + 2)
