"""Back through pooling: to the first of the largest, or in equal shares."""

from __future__ import annotations

from functools import cache

import numpy

from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.sheets.page import Page
from mnist_model.digit.network.gradient import Gradient
from mnist_model.digit.network.stages import Pooling, Window
from mnist_model.digit.network.steps import Array
from mnist_model.digit.sheets.cells import Cells, Place, Tiling, area, cell
from mnist_model.digit.sheets.gradient.sheet import (
    GradientSheet,
    flat_references,
)
from mnist_model.digit.sheets.looks import Looks
from mnist_model.digit.sheets.stages.stage_sheet import StageSheet

# IFERROR lies in IFERROR for each row of a window, and Excel nests 64 functions.
MOST_ROWS = 60


class PoolingGradient(GradientSheet):
    """What each window passes on, where a window's largest value is, and each input's sum."""

    stage: Pooling

    def __init__(self, sheet: StageSheet) -> None:
        super().__init__(sheet)
        shape = self.stage.output_shape
        self._shares = Tiling.gallery(shape, self.maps.last_row + 2, 1)
        self._firsts = Tiling.gallery(shape, self._shares.last_row + 2, 1)

    @property
    def formulas(self) -> int:
        """One for each input, and for each window one or two."""
        inputs, outputs = (numpy.prod(s) for s in (self.stage.input_shape, self.stage.output_shape))
        return int(inputs + outputs * (1 + self.stage.is_maximum))

    @property
    def last(self) -> tuple[int, int]:
        """The last row and column of the three blocks."""
        blocks = (self.maps, self._shares, self._firsts)
        return self._firsts.last_row, max(block.last_column for block in blocks)

    def require_room(self) -> None:
        """Raises InputError if a sheet has not enough rows or columns, and for too high windows."""
        super().require_room()
        if self.stage.is_maximum and self.stage.kernel[0] > MOST_ROWS:
            raise InputError(
                f"{self.stage.layers[0]}: windows of {self.stage.kernel[0]} rows, expected at most "
                f"{MOST_ROWS}, so that a formula finds the largest value"
            )

    def put(
        self,
        page: Page,
        looks: Looks,
        upstream: Cells,
        source: Cells,
        inputs: Array,
        found: Gradient,
    ) -> None:
        """Windows first, then inputs."""
        reads = source if source.shape == self.stage.input_shape else source.flattened()
        references = flat_references(upstream)
        shares, firsts = (block.cells(self.name, True) for block in (self._shares, self._firsts))
        for place in self.places():
            gradient, share = self.sum_gradient(references, source, place), found.sums[place]
            if not self.stage.is_maximum:
                count = self._divisor(place)
                gradient, share = f"{gradient}/{count}", share / count
            else:
                position, formula = firsts.position(*place), self._first(reads, place)
                page.formula(position, formula, self._first_value(inputs, place), looks("whole"))
            page.formula(shares.position(*place), gradient, share, looks("list"))
        for at in numpy.ndindex(self.stage.input_shape):
            formula = self._sum(at, shares, firsts)
            page.formula(self.outputs.position(*at), formula, found.inputs[at], looks("list"))

    def _window(self, place: Place) -> tuple[Window, Window]:
        return self.stage.rows[place[1]], self.stage.columns[place[2]]

    def _divisor(self, place: Place) -> int:
        (top, bottom), (left, right) = self._window(place)
        return self.stage.divisor or (bottom - top) * (right - left)

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

    def _sum(self, at: Place, shares: Cells, firsts: Cells) -> str:
        """What all windows over an input pass on to it."""
        channel, y, x = at
        terms = []
        for row in _over(self.stage.rows, y):
            for column in _over(self.stage.columns, x):
                place = (channel, row, column)
                share = cell(*shares.position(*place))
                if self.stage.is_maximum:
                    (top, _), (left, right) = self._window(place)
                    number = (y - top) * (right - left) + x - left + 1
                    share = f"IF({cell(*firsts.position(*place))}={number},{share},0)"
                terms.append(share)
        # Brackets keep the depth of a long sum low for engines that build a tree of it.
        parts = ["+".join(terms[start : start + 100]) for start in range(0, len(terms), 100)]
        return f"SUM({','.join(parts)})" if len(parts) > 1 else "".join(parts) or "0"


@cache
def _over(windows: tuple[Window, ...], index: int) -> list[int]:
    """The windows that an index lies in."""
    return [n for n, (start, stop) in enumerate(windows) if start <= index < stop]
