"""Training images as an epoch may show them: how the augmentation looks."""

from __future__ import annotations

from dataclasses import dataclass

from backprop_xlsx.spreadsheet.sheets.page import Page, Position
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from mnist_model.sheets.grid import NUMBERS, WORDS, Headed, put_heading
from mnist_model.sheets.paging import ROW
from mnist_model.sheets.run.pictures import PICTURE_HEIGHT, insert_digit
from mnist_model.training.record import Record

IN_A_ROW = 8
ROWS_OF_A_PICTURE = 2


@dataclass(frozen=True)
class DistortedImages(Headed):
    """The pictures from row ``top`` on, eight in a row; where there are none, nothing."""

    record: Record

    @property
    def _rows(self) -> int:
        """How many rows of pictures there are."""
        return -(-len(self.record.distorted) // IN_A_ROW)

    @property
    def bottom(self) -> int:
        """The last row of the section; the row before ``top`` but one where it is empty."""
        return self.top + ROWS_OF_A_PICTURE * self._rows if self._rows else self.top - 2

    @property
    def extra_height(self) -> float:
        """The points of its higher rows beyond those of plain ones."""
        return super().extra_height + self._rows * (PICTURE_HEIGHT - ROW)

    def put(self, page: Page, theme: Theme) -> None:
        """Writes the title and the digit under each picture, of which there are some."""
        augmentation = self.record.settings.get("augmentation", "none")
        title = f"Training images as an epoch may show them ({augmentation})"
        put_heading(page, theme, self.top, title)
        for index, image in enumerate(self.record.distorted):
            row, column = self._place(index)
            if column == NUMBERS:
                page.height(row, PICTURE_HEIGHT)
                page.text((row + 1, WORDS), "is a", theme("left"))
            page.number((row + 1, column), image.target, theme("whole", "centre"))

    def insert_pictures(self, page: Page) -> None:
        """Puts the pictures over their cells."""
        for index, image in enumerate(self.record.distorted):
            name, words = f"distorted-{index + 1}.png", f"a {image.target}, distorted"
            insert_digit(page, self._place(index), name, image.pixels, words)

    def _place(self, index: int) -> Position:
        row = self.top + 1 + index // IN_A_ROW * ROWS_OF_A_PICTURE
        return row, NUMBERS + index % IN_A_ROW
