"""Bound what a whole book may hold, so that no file takes all memory."""

from __future__ import annotations

from dataclasses import dataclass

from backprop_xlsx.spreadsheet.errors import FileError

MAXIMUM_CELLS = 1_000_000
"""Cells of a book that hold something; a million of them take 300 MB, and some 6 s to read."""
MAXIMUM_CHARACTERS = 100_000_000
"""Characters of all formulas and texts of a book; shared formulas count once for each cell."""


@dataclass
class Allowance:
    """What is left of the limits while the parts of one book are read."""

    cells: int = MAXIMUM_CELLS
    characters: int = MAXIMUM_CHARACTERS

    def refuse_cells(self, number: int, where: str) -> None:
        """Raise FileError if there are more cells than are left."""
        if number > self.cells:
            raise FileError(
                f"{where}: the book has more than {MAXIMUM_CELLS:,} cells that hold something; "
                "keep only the sheets that are needed"
            )

    def spend_characters(self, number: int, where: str) -> None:
        """Raise FileError if the book's formulas and texts are longer than the limit."""
        self.characters -= number
        if self.characters < 0:
            raise FileError(
                f"{where}: the formulas and texts of the book have more than "
                f"{MAXIMUM_CHARACTERS:,} characters; keep only the sheets that are needed"
            )
