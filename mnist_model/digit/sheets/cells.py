"""Where values stand: the cells of a stage's values, and maps laid out in tiles."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy
import numpy.typing

from backprop_xlsx.spreadsheet.sheets.page import Position
from mnist_model.digit.network.stages import Shape
from mnist_model.sheets.addresses import cell, fixed

Integers = numpy.typing.NDArray[numpy.int64]

Place = tuple[int, int, int]  # channel, row, column

# A gallery of maps is to be so many times as wide as high.
WIDTH_TO_HEIGHT = 1.6


@dataclass(frozen=True)
class Cells:
    """The cells of a stage's values: for each channel, row and column its place on a sheet.

    ``is_signed`` tells whether a value can be negative.
    """

    sheet: str
    rows: Integers
    columns: Integers
    is_signed: bool

    @property
    def shape(self) -> Shape:
        """Channels, height and width."""
        channels, height, width = self.rows.shape
        return channels, height, width

    @property
    def rectangle(self) -> tuple[int, int, int, int]:
        """The first row and column, and the last, of the rectangle that holds all cells."""
        rows, columns = self.rows, self.columns
        return int(rows.min()), int(columns.min()), int(rows.max()), int(columns.max())

    @property
    def address(self) -> str:
        """That rectangle, from another sheet."""
        top, left, bottom, right = self.rectangle
        return f"'{self.sheet}'!{fixed(top, left)}:{fixed(bottom, right)}"

    @property
    def positions(self) -> list[Position]:
        """The place of each value, in torch's order."""
        return list(zip(self.rows.flatten().tolist(), self.columns.flatten().tolist(), strict=True))

    def shaped(self, shape: Shape) -> Cells:
        """The same cells in another shape, in torch's order: as a vector after Flatten."""
        return replace(self, rows=self.rows.reshape(shape), columns=self.columns.reshape(shape))

    def position(self, channel: int, row: int, column: int) -> Position:
        """The place of a value."""
        at = channel, row, column
        return int(self.rows[at]), int(self.columns[at])

    def reference(self, place: Place) -> str:
        """The address of a value, from another sheet."""
        return f"'{self.sheet}'!{cell(*self.position(*place))}"

    def references(self) -> list[str]:
        """The addresses of all values, from another sheet, in torch's order."""
        return [f"'{self.sheet}'!{cell(*position)}" for position in self.positions]


@dataclass(frozen=True)
class Tiling:
    """Rectangles of one size side by side, ``across`` in a row, each with a label above it."""

    count: int
    height: int
    width: int
    top: int
    left: int
    across: int

    @classmethod
    def gallery(cls, shape: Shape, top: int, left: int) -> Tiling:
        """As many across as look well, and leave few places empty."""
        count, height, width = shape
        wanted = math.sqrt(WIDTH_TO_HEIGHT * count * (height + 1) / (width + 1))
        choices = range(max(1, math.ceil(wanted / 1.5)), max(1, math.floor(wanted * 1.5)) + 1)
        across = min(choices, key=lambda n: (-count % n, abs(n - wanted)))
        return cls(count, height, width, top, left, min(across, count))

    def corner(self, index: int) -> Position:
        """The first cell of a rectangle; its label stands above it."""
        down, right = divmod(index, self.across)
        return self.top + 1 + down * (self.height + 1), self.left + right * (self.width + 1)

    @property
    def last_row(self) -> int:
        """The last row of the lowest rectangle."""
        return self.corner(self.count - 1)[0] + self.height - 1

    @property
    def last_column(self) -> int:
        """The last column of the first row of rectangles."""
        return self.corner(self.across - 1)[1] + self.width - 1

    def cells(self, sheet: str, is_signed: bool) -> Cells:
        """The cells of the rectangles, each a channel."""
        corners = numpy.array([self.corner(index) for index in range(self.count)])
        rows, columns = numpy.mgrid[: self.height, : self.width]
        return Cells(sheet, corners[:, :1, None] + rows, corners[:, 1:, None] + columns, is_signed)


def listed(sheet: str, row: int, column: int, count: int, is_signed: bool) -> Cells:
    """Single values one below the other, each a channel."""
    rows = (row + numpy.arange(count)).reshape(-1, 1, 1)
    return Cells(sheet, rows, numpy.full_like(rows, column), is_signed)
