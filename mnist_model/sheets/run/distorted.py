"""Training images as an epoch may show them: how the augmentation looks."""

from __future__ import annotations

import io
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from mnist_model.sheets.grid import HEADING_HEIGHT, NUMBERS, WIDTH_OF_NUMBERS, WORDS, Headed, pixels
from mnist_model.sheets.paging import ROW
from mnist_model.sheets.run.mistakes import PICTURE_HEIGHT, SCALE, SHOWN_SIDE, picture
from mnist_model.training.record import IMAGE_SIDE, Distorted

IN_A_ROW = 8
ROWS_OF_A_PICTURE = 2


@dataclass(frozen=True)
class DistortedImages(Headed):
    """The pictures from row ``top`` on, eight in a row; where there are none, nothing."""

    images: tuple[Distorted, ...]
    augmentation: str

    @property
    def bottom(self) -> int:
        """The last row of the section; the row before ``top`` but one where it is empty."""
        rows = -(-len(self.images) // IN_A_ROW)
        return self.top + ROWS_OF_A_PICTURE * rows if rows else self.top - 2

    @property
    def extra_height(self) -> float:
        """The points of its higher rows beyond those of plain ones."""
        rows = -(-len(self.images) // IN_A_ROW)
        return super().extra_height + rows * (PICTURE_HEIGHT - ROW)

    def put(self, page: Page, theme: Theme) -> None:
        """Writes the title and the digit under each picture."""
        if not self.images:
            return
        title = f"Training images as an epoch may show them ({self.augmentation})"
        page.text((self.top, WORDS), title, theme("heading"))
        page.height(self.top, HEADING_HEIGHT)
        for index, image in enumerate(self.images):
            row, column = self._place(index)
            if column == NUMBERS:
                page.height(row, PICTURE_HEIGHT)
                page.text((row + 1, WORDS), "is a", theme("left"))
            page.number((row + 1, column), image.target, theme("whole", "centre"))

    def insert_pictures(self, worksheet: Worksheet) -> None:
        """Puts the pictures over their cells."""
        margin = (pixels(WIDTH_OF_NUMBERS) - SHOWN_SIDE) // 2
        for index, image in enumerate(self.images):
            worksheet.insert_image(
                *self._place(index),
                f"distorted-{index + 1}.png",
                {
                    "image_data": io.BytesIO(picture(image.pixels)),
                    "x_offset": margin,
                    "y_offset": 4,
                    "x_scale": SHOWN_SIDE / (IMAGE_SIDE * SCALE),
                    "y_scale": SHOWN_SIDE / (IMAGE_SIDE * SCALE),
                    "object_position": 2,
                    "description": f"a {image.target}, distorted",
                },
            )

    def _place(self, index: int) -> tuple[int, int]:
        row = self.top + 1 + index // IN_A_ROW * ROWS_OF_A_PICTURE
        return row, NUMBERS + index % IN_A_ROW
