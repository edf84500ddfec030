"""Back through pooling: to the first of the largest, or in equal shares."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache, cached_property

import numpy

from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.sheets.page import Position
from mnist_model.digit.network.gradient import Gradient
from mnist_model.digit.network.stages import Pooling, Window
from mnist_model.digit.network.steps import Array, Term
from mnist_model.digit.sheets.cells import Cells, Place, Tiling
from mnist_model.digit.sheets.gradient.sheet import TiledGradient
from mnist_model.digit.sheets.stages.stage_sheet import StageSheet
from mnist_model.sheets.addresses import area, cell

# IFERROR lies in IFERROR for each row of a window, and Excel nests 64 functions.
MOST_ROWS = 60
# So many stand in one formula that is a part of another.
MOST_WINDOWS = 4


class PoolingGradient(TiledGradient):
    """What each window passes on, and for the largest value where in the window it is.

    Where many windows overlap, each input's sum of what they pass on has a cell too.
    """

    stage: Pooling

    def __init__(self, sheet: StageSheet) -> None:
        super().__init__(sheet)
        self._first_tiles = Tiling.gallery(self.stage.output_shape, self._maps.last_row + 2, 1)
        overlaps = (
            max(len(_over(windows, index)) for index in range(side))
            for windows, side in zip(
                (self.stage.rows, self.stage.columns), self.stage.input_shape[1:], strict=True
            )
        )
        self._overlaps = math.prod(overlaps) > MOST_WINDOWS
        top = self._first_tiles.last_row + 2
        self._input_tiles = Tiling.gallery(self.stage.input_shape, top, 1)

    @cached_property
    def _firsts(self) -> Cells:
        return self._first_tiles.cells(self.name, is_signed=False)

    @cached_property
    def _inputs(self) -> Cells:
        return self._input_tiles.cells(self.name, is_signed=True)

    @property
    def formulas(self) -> int:
        """For each window one or two, and for each input one where many windows overlap."""
        windows = super().formulas * (1 + self.stage.is_maximum)
        return windows + self._overlaps * math.prod(self.stage.input_shape)

    @property
    def last(self) -> Position:
        """The last row and column of the blocks."""
        blocks = (self._maps, self._first_tiles, self._input_tiles)
        return self._input_tiles.last_row, max(block.last_column for block in blocks)

    def require_room(self) -> None:
        """Raises InputError if a sheet has not enough rows or columns, and for too high windows."""
        super().require_room()
        if self.stage.is_maximum and self.stage.kernel[0] > MOST_ROWS:
            raise InputError(
                f"{self.stage.layers[0]}: windows of {self.stage.kernel[0]} rows, expected at most "
                f"{MOST_ROWS}, so that a formula finds the largest value"
            )

    def back(self, at: Place) -> Term:
        """What all windows over an input pass on to it."""
        if self._overlaps:
            return Term(self._inputs.reference(at))
        terms = self._passed(at, f"'{self.name}'!")
        return Term("+".join(terms) or "0", is_sum=len(terms) > 1)

    def more(
        self, source: Cells, inputs: Array, found: Gradient
    ) -> Iterator[tuple[Position, str, float]]:
        """Where the largest values are, and what passes on to each input."""
        if self.stage.is_maximum:
            reads = source.shaped(self.stage.input_shape)
            for place in numpy.ndindex(self.stage.output_shape):
                first = self._first_value(inputs, place)
                yield self._firsts.position(*place), self._first(reads, place), first
        if self._overlaps:
            for at in numpy.ndindex(self.stage.input_shape):
                yield self._inputs.position(*at), _sum(self._passed(at)), found.inputs[at]

    def divisor(self, place: Place) -> int:
        """A mean passes on equal shares."""
        if self.stage.is_maximum:
            return 1
        (top, bottom), (left, right) = self._window(place)
        return self.stage.divisor or (bottom - top) * (right - left)

    def _window(self, place: Place) -> tuple[Window, Window]:
        return self.stage.rows[place[1]], self.stage.columns[place[2]]

    def _first(self, reads: Cells, place: Place) -> str:
        """The number of a window's first largest value, counted from 1 row by row."""
        (top, bottom), (left, right) = self._window(place)
        width, prefix = right - left, f"'{reads.sheet}'!"
        corner = reads.position(place[0], top, left)
        largest = f"MAX({prefix}{area(*corner, bottom - top, width)})"
        formula = ""
        for down in reversed(range(bottom - top)):
            row = prefix + area(corner[0] + down, corner[1], 1, width)
            if width == 1:  # ironcalc matches nothing in a single cell
                formula = f"IF({row}={largest},{down + 1},{formula})" if formula else f"{down + 1}"
                continue
            here = f"MATCH({largest},{row},0)" + (f"+{down * width}" if down else "")
            formula = f"IFERROR({here},{formula})" if formula else here
        return formula

    def _first_value(self, inputs: Array, place: Place) -> int:
        rows, columns = (slice(*window) for window in self._window(place))
        values = inputs.reshape(self.stage.input_shape)[place[0], rows, columns]
        return int(values.argmax()) + 1

    def _passed(self, at: Place, prefix: str = "") -> list[str]:
        """What each window over an input passes on to it."""
        channel, y, x = at
        terms = []
        for row in _over(self.stage.rows, y):
            for column in _over(self.stage.columns, x):
                place = (channel, row, column)
                share = prefix + cell(*self.sums.position(*place))
                if self.stage.is_maximum:
                    (top, _), (left, right) = self._window(place)
                    number = (y - top) * (right - left) + x - left + 1
                    first = prefix + cell(*self._firsts.position(*place))
                    share = f"IF({first}={number},{share},0)"
                terms.append(share)
        return terms


def _sum(terms: list[str]) -> str:
    # Brackets keep the depth of a long sum low for engines that build a tree of it.
    parts = ["+".join(terms[start : start + 100]) for start in range(0, len(terms), 100)]
    return f"SUM({','.join(parts)})" if len(parts) > 1 else "".join(parts) or "0"


@cache
def _over(windows: tuple[Window, ...], index: int) -> list[int]:
    """The windows that an index lies in."""
    return [n for n, (start, stop) in enumerate(windows) if start <= index < stop]
