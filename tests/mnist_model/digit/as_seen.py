"""A digit workbook as its reader sees it: cells are found by what stands beside them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from backprop_xlsx.spreadsheet.engines import LiveWorkbook


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
        assert len(lists) == 1
        (area,) = lists[0].sqref.ranges
        return area.min_row, area.min_col

    def choose(self, live: LiveWorkbook, name: str) -> None:
        """Chooses an input in an engine."""
        live.type(self.first.title, *self.drop_down, name)
        live.recalculate()

    def outputs(self, live: LiveWorkbook, count: int) -> list[Any]:
        """The live outputs on the sheet Proof."""
        row, column = self.find(self.proof, "this workbook, now")
        return [live.value("Proof", row, column + 2 + index) for index in range(count)]

    def verdict(self, live: LiveWorkbook) -> Any:
        """The verdict on the sheet Proof."""
        row, column = self.find(self.proof, "verdict")
        return live.value("Proof", row, column + 2)
