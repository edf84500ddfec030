"""The sheet with all inputs to choose from, each as a coloured grid."""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.sheets.grids import colour_values, write_numbers
from backprop_xlsx.spreadsheet.sheets.page import Page, Position
from mnist_model.digit.examples import Examples
from mnist_model.digit.network.stages import Shape, is_list
from mnist_model.digit.sheets.cells import Tiling
from mnist_model.digit.sheets.head import TOP, Links, finish, put_head
from mnist_model.digit.sheets.looks import Looks, square_columns
from mnist_model.sheets.addresses import fixed_area

ACROSS = 12  # a hundred digits then fit on a page of paper
# In points, with some room to spare: what margins leave of A4 landscape, and a square's width and
# height. Where Calibri is missing, a column is up to a quarter wider.
PAPER, SQUARE = (740, 490), (19.5, 15)
LEAST_SCALE = 10
"""No spreadsheet program prints at less per cent."""


@dataclass(frozen=True, eq=False)
class Gallery:
    """The sheet ``name``; the maps of one input stand side by side, the values of a list below."""

    name: str
    examples: Examples
    shape: Shape

    @property
    def tiles(self) -> Tiling:
        """The grids."""
        channels, height, width = self.shape
        side = (channels, 1) if is_list(self.shape) else (height, channels * (width + 1) - 1)
        count = len(self.examples.names)
        return Tiling(count, *side, TOP, 1, min(count, ACROSS))

    def offset(self, channel: int, row: int, column: int) -> Position:
        """Where a value stands in its grid."""
        if is_list(self.shape):
            return channel, 0
        return row, channel * (self.shape[2] + 1) + column

    def place(self, index: int) -> tuple[int, int]:
        """Row and column of the grid of an input within :attr:`area`, from 1."""
        row, column = self.tiles.corner(index)
        return row - TOP, column

    @property
    def area(self) -> str:
        """The address of all grids, from another sheet."""
        tiles = self.tiles
        return f"'{self.name}'!" + fixed_area(TOP + 1, 1, tiles.last_row - TOP, tiles.last_column)

    def write(self, page: Page, looks: Looks, links: Links) -> None:
        """Writes the sheet."""
        tiles, worksheet, noun = self.tiles, page.worksheet, self.examples.noun
        square_columns(worksheet, tiles.last_column, tiles.last_column)
        put_head(page, looks, f"The {noun}s to choose from", links)
        words = f"Plain numbers; the sheet {links.first} fetches the {noun} chosen there."
        page.text((1, 1), words, looks("quiet"))
        values = self.examples.values.reshape(-1, *self.shape).tolist()
        styles = looks.framed(tiles.height, tiles.width, "square", "pixel")
        for index, planes in enumerate(values):
            top, left = tiles.corner(index)
            page.text((top - 1, left), self.examples.names[index], looks("label"))
            for channel, rows in enumerate(planes):
                down, right = self.offset(channel, 0, 0)
                looks_of_map = [row[right : right + len(rows[0])] for row in styles[down:]]
                corner = (top + down, left + right)
                write_numbers(worksheet, corner, rows, looks_of_map[: len(rows)])
        finish(page, (tiles.last_row, tiles.last_column), frozen_columns=1)
        self._break_pages(worksheet)
        is_signed = bool((self.examples.values < 0).any())
        colour_values(worksheet, (TOP + 1, 1, tiles.last_row, tiles.last_column), is_signed)

    def _break_pages(self, worksheet: Worksheet) -> None:
        """As large as the width of a page allows, and no grid is cut where a page ends."""
        tiles = self.tiles
        scale = int(100 * PAPER[0] / (tiles.last_column * SQUARE[0]))
        if scale < LEAST_SCALE:
            worksheet.fit_to_pages(1, 0)
            return
        scale = min(100, scale)
        pitch = tiles.height + 1
        rows = int(100 * PAPER[1] / (scale * SQUARE[1]))
        whole = max(1, (rows - TOP) // pitch)
        last = -(-tiles.count // tiles.across)
        worksheet.set_print_scale(scale)
        worksheet.set_h_pagebreaks([TOP + down * pitch for down in range(whole, last, whole)])
