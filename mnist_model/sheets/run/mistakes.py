"""The worst mistakes as pictures, each with what it is and what it was read as."""

from __future__ import annotations

from dataclasses import dataclass

from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from mnist_model.sheets.grid import (
    COLUMNS_OF_NUMBERS,
    LAST_COLUMN,
    NUMBERS,
    WORDS,
    Headed,
    put_heading,
)
from mnist_model.sheets.paging import ROW
from mnist_model.sheets.run.pictures import PICTURE_HEIGHT, insert_digit
from mnist_model.training.record import Misreading, Record

MOST_SHOWN = 2 * COLUMNS_OF_NUMBERS
LINES = ("is a", "was read as a", "with probability", "image number")


@dataclass(frozen=True)
class Mistakes(Headed):
    """The pictures from row ``top`` on, as many in a row as the grid has columns."""

    record: Record

    @property
    def shown(self) -> tuple[Misreading, ...]:
        """Those that have a place."""
        return self.record.mistakes[:MOST_SHOWN]

    @property
    def bottom(self) -> int:
        """The last row of the section."""
        rows = max(1, -(-len(self.shown) // COLUMNS_OF_NUMBERS))
        return self._row(rows * COLUMNS_OF_NUMBERS) - 2

    @property
    def extra_height(self) -> float:
        """The points of its higher rows beyond those of plain ones."""
        rows = -(-len(self.shown) // COLUMNS_OF_NUMBERS)
        return super().extra_height + rows * (PICTURE_HEIGHT - ROW)

    def put(self, page: Page, theme: Theme) -> None:
        """Writes the title and the words under each picture."""
        put_heading(page, theme, self.top, "The worst mistakes, most certain first")
        if not self.shown:
            page.text((self.top + 1, WORDS), "No image was read wrongly.", theme("left"))
        for index, mistake in enumerate(self.shown):
            row, column = self._row(index), NUMBERS + index % COLUMNS_OF_NUMBERS
            if column == NUMBERS:
                page.height(row, PICTURE_HEIGHT)
                for offset, line in enumerate(LINES, start=1):
                    page.text((row + offset, WORDS), line, theme("left"))
                for blank in range(NUMBERS, LAST_COLUMN + 1):
                    page.blank((row, blank), theme())
            centre = theme("whole", "centre")
            page.number((row + 1, column), mistake.target, centre)
            page.number((row + 2, column), mistake.predicted, theme("whole", "centre", "bold"))
            style = theme("value", "centre", number_format="0.0 %")
            page.number((row + 3, column), float(f"{mistake.probability:.9g}"), style)
            page.number((row + 4, column), mistake.index, theme("whole", "centre", "quiet"))

    def insert_pictures(self, page: Page) -> None:
        """Puts the pictures over their cells."""
        for index, mistake in enumerate(self.shown):
            words = (
                f"{self.record.scored} image {mistake.index}, "
                f"a {mistake.target} that was read as a {mistake.predicted}"
            )
            position = self._row(index), NUMBERS + index % COLUMNS_OF_NUMBERS
            insert_digit(page, position, f"mistake-{index + 1}.png", mistake.pixels, words)

    def _row(self, index: int) -> int:
        """The row of the picture with that index."""
        return self.top + 1 + index // COLUMNS_OF_NUMBERS * (len(LINES) + 2)
