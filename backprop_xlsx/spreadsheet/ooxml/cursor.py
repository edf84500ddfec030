"""Know the address of each cell while a sheet is read, whether the cell states it or not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from backprop_xlsx.spreadsheet.errors import to_be_repaired
from backprop_xlsx.spreadsheet.ooxml.formula_text import MAXIMUM_COLUMN, MAXIMUM_ROW, column_number
from backprop_xlsx.spreadsheet.ooxml.markup import Attributes

Position = tuple[int, int]
"""Row and column, 1-based."""

_ADDRESS = re.compile("([A-Za-z]{1,3})([1-9][0-9]{0,6})")


class _Columns(dict[str, int]):
    """The numbers of columns by their letters, filled as they come up."""

    def __missing__(self, letters: str) -> int:
        if not re.fullmatch("[A-Za-z]{1,3}", letters) or column_number(letters) > MAXIMUM_COLUMN:
            raise KeyError(letters)
        number = self[letters] = column_number(letters)
        return number


_COLUMNS = _Columns()


@dataclass(slots=True)
class Cursor:
    """The row and column of the cell that was entered last; `where` opens every message."""

    where: str
    row: int = 0
    column: int = 0
    row_text: str = "0"

    def enter_row(self, attributes: Attributes) -> None:
        """Go to the row that its attributes state, or else the next one."""
        given = attributes.get("r")
        try:
            self.row = self.row + 1 if given is None else int(given)
        except ValueError:
            self.row = 0
        self.row_text = str(self.row)
        self.column = 0
        if not 1 <= self.row <= MAXIMUM_ROW:
            self._refuse("row", given or self.row_text, f"1 to {MAXIMUM_ROW}")

    def enter_cell(self, attributes: Attributes) -> None:
        """Go to the cell that its attributes state, or else the next one of the row."""
        name = attributes.get("r")
        if name is None:
            self.column += 1
            if self.column > MAXIMUM_COLUMN or self.row < 1:
                self._refuse("cell", f"{self.column} of row {self.row}", f"1 to {MAXIMUM_COLUMN}")
            return
        try:
            self.column = _COLUMNS[name.removesuffix(self.row_text)]
        except KeyError:
            self._enter_other_row(name)

    def _enter_other_row(self, name: str) -> None:
        # A cell's own address counts, even where it contradicts the row that holds it.
        match = _ADDRESS.fullmatch(name)
        if match is None or int(match[2]) > MAXIMUM_ROW or column_number(match[1]) > MAXIMUM_COLUMN:
            self._refuse("cell", name, f"A1 to XFD{MAXIMUM_ROW}")
        self.column = column_number(match[1])
        self.row_text = match[2]
        self.row = int(match[2])

    def _refuse(self, what: str, name: str, expected: str) -> NoReturn:
        raise to_be_repaired(f"{self.where} has a {what} {name[:40]!r}, expected {expected}")
