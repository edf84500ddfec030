"""The worst mistakes as pictures, each with what it is and what it was read as."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy
from PIL import Image
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from mnist_model.sheets.grid import (
    COLUMNS_OF_NUMBERS,
    HEADING_HEIGHT,
    LAST_COLUMN,
    NUMBERS,
    WIDTH_OF_NUMBERS,
    WORDS,
    Headed,
    pixels,
)
from mnist_model.sheets.paging import ROW
from mnist_model.training.record import IMAGE_SIDE, Misreading

MOST_SHOWN = 2 * COLUMNS_OF_NUMBERS
SCALE = 4
"""Pixels of the inserted picture for one of the digit's, so that no program blurs them."""
SHOWN_SIDE = 72  # pixels on the sheet
PICTURE_HEIGHT = 60  # points: the pictures and a margin
LINES = ("is a", "was read as a", "with probability", "image number")


@dataclass(frozen=True)
class Mistakes(Headed):
    """The pictures from row ``top`` on, as many in a row as the grid has columns."""

    mistakes: tuple[Misreading, ...]
    scored: str

    @property
    def shown(self) -> tuple[Misreading, ...]:
        """Those that have a place."""
        return self.mistakes[:MOST_SHOWN]

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
        page.text((self.top, WORDS), "The worst mistakes, most certain first", theme("heading"))
        page.height(self.top, HEADING_HEIGHT)
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

    def insert_pictures(self, worksheet: Worksheet) -> None:
        """Puts the pictures over their cells."""
        margin = (pixels(WIDTH_OF_NUMBERS) - SHOWN_SIDE) // 2
        for index, mistake in enumerate(self.shown):
            words = (
                f"{self.scored} image {mistake.index}, "
                f"a {mistake.target} that was read as a {mistake.predicted}"
            )
            scale = SHOWN_SIDE / (IMAGE_SIDE * SCALE)
            worksheet.insert_image(
                self._row(index),
                NUMBERS + index % COLUMNS_OF_NUMBERS,
                f"mistake-{index + 1}.png",
                {
                    "image_data": io.BytesIO(picture(mistake.pixels)),
                    "x_offset": margin,
                    "y_offset": 4,
                    "x_scale": scale,
                    "y_scale": scale,
                    "object_position": 2,
                    "description": words,
                },
            )

    def _row(self, index: int) -> int:
        """The row of the picture with that index."""
        return self.top + 1 + index // COLUMNS_OF_NUMBERS * (len(LINES) + 2)


def picture(rows: tuple[tuple[int, ...], ...]) -> bytes:
    """A digit as a PNG file, dark on white, every pixel a square."""
    pixels_of_digit = 255 - numpy.array(rows, numpy.uint8)
    image = Image.fromarray(pixels_of_digit.repeat(SCALE, axis=0).repeat(SCALE, axis=1))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
