"""The sheets of pooling, of BatchNorm on its own and of steps on their own: maps or lists."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy

from backprop_xlsx.spreadsheet.sheets.grids import colour_values
from backprop_xlsx.spreadsheet.sheets.page import Page, Position
from mnist_model.digit.network.stages import Normalisation, Pointwise, Pooling, Stage
from mnist_model.digit.network.steps import Array
from mnist_model.digit.network.wording import crossed
from mnist_model.digit.sheets.cells import Cells, Place, Tiling, listed
from mnist_model.digit.sheets.head import TOP
from mnist_model.digit.sheets.looks import LIST_WIDTH, NAVIGATION_WIDTH, Looks, square_columns
from mnist_model.digit.sheets.stages.stage_sheet import LEAST_COLUMNS, StageSheet
from mnist_model.sheets.addresses import area, fixed

LABEL, VALUES = 1, 2  # columns of a list
LEAST_WIDTH, LEAST_SQUARES, LEAST_HEADING = 24, 40, 18


class MapSheet(StageSheet):
    """Maps, or a list where each is a single value, and each channel's constants beside them.

    The formulas read the cells of the stage before.
    """

    stage: Pooling | Normalisation | Pointwise

    def __init__(
        self, number: int, stage: Stage, labels: Sequence[str] | None, reads_signed: bool
    ) -> None:
        super().__init__(number, stage, labels, reads_signed)
        self.maps = Tiling.gallery(stage.output_shape, TOP + 1, 1)

    @property
    def formulas(self) -> int:
        """Each output."""
        return int(numpy.prod(self.stage.output_shape))

    @property
    def last_row(self) -> int:
        """That of the maps or of the constants."""
        rows = TOP + 1 + self.stage.output_shape[0]
        if self.stage.is_list:
            return rows
        return max(self.maps.last_row, rows if self.stage.constants else 0)

    @property
    def last_column(self) -> int:
        """That of the maps or of the constants."""
        return max(self._left_of_constants + len(self.stage.constants), self._last_of_maps)

    @property
    def printed(self) -> Position:
        """The head needs more squares than columns of a list."""
        if self.stage.is_list:
            return self.last_row, max(self.last_column, LEAST_COLUMNS)
        heading = LEAST_HEADING if self.stage.constants else 0
        return self.last_row, max(self._left_of_constants + heading, LEAST_SQUARES)

    @property
    def _last_of_maps(self) -> int:
        return VALUES if self.stage.is_list else self.maps.last_column

    @property
    def _left_of_constants(self) -> int:
        """The column of the constants' labels."""
        return VALUES + 1 if self.stage.is_list else max(self.maps.last_column, LEAST_WIDTH) + 2

    @cached_property
    def outputs(self) -> Cells:
        """The cells of the maps, or of the list."""
        if self.stage.is_list:
            return listed(self.name, TOP + 2, VALUES, self.stage.output_shape[0], self.is_signed)
        return self.maps.cells(self.name, self.is_signed)

    def words(self) -> tuple[str, str]:
        """What a cell is, and what it reads."""
        reads = "It reads the cells of the sheet before."
        if not isinstance(self.stage, Pooling):
            return "Each cell is one formula over the same cell of the sheet before.", reads
        what = "largest" if self.stage.is_maximum else "mean"
        size = crossed(self.stage.kernel)
        return f"Each cell is one formula: the {what} of a window of {size} cells.", reads

    def put(self, page: Page, looks: Looks, source: Cells, inputs: Array, outputs: Array) -> None:
        """The outputs and the constants."""
        if self.stage.is_list:
            page.worksheet.set_column(0, 0, NAVIGATION_WIDTH)
            page.worksheet.set_column(1, self.last_column, LIST_WIDTH)
        else:
            square_columns(page.worksheet, self.last_column, self.last_column)
        page.text((TOP, 1), "What comes out", looks("heading"))
        self._put_constants(page, looks)
        if self.stage.is_list:
            for row, label in enumerate(self.labels, start=TOP + 2):
                page.text((row, LABEL), label, looks("quiet", "right"))
            styles = [[looks("list")]]
        else:
            self.put_labels(page, looks, self.maps)
            styles = looks.framed(*self.stage.output_shape[1:], "square")
        self.put_formulas(page, source, outputs, styles)
        place = self.outputs.rectangle
        colour_values(page.worksheet, place, self.is_signed, light=self.stage.is_list)

    def argument(self, source: Cells, place: Place, prefix: str = "") -> str:
        """A window of the sheet before, or a cell of it."""
        source = source.shaped(self.stage.input_shape)
        channel, row, column = place
        if not isinstance(self.stage, Pooling):
            return source.reference(place)
        (top, bottom), (left, right) = self.stage.rows[row], self.stage.columns[column]
        window = area(*source.position(channel, top, left), bottom - top, right - left)
        return f"'{source.sheet}'!{window}"

    def constants(self, channel: int, prefix: str = "") -> list[str]:
        """Beside the maps."""
        return [prefix + fixed(*place) for place in self._constants(channel)]

    def _constants(self, channel: int) -> list[Position]:
        """The places of a channel's constants."""
        first = self._left_of_constants + 1
        return [(TOP + 2 + channel, first + n) for n in range(len(self.stage.constants))]

    def _put_constants(self, page: Page, looks: Looks) -> None:
        constants = self.stage.constants
        if not constants:
            return
        if self.stage.is_list:
            for offset, (name, _) in enumerate(constants, start=1):
                position = (TOP + 1, self._left_of_constants + offset)
                page.text(position, name, looks("header_right"))
        else:
            names = ", ".join(name for name, _ in constants)
            heading = f"For each map: {names}"
            page.text((TOP, self._left_of_constants), heading, looks("heading"))
        style = looks("list") if self.stage.is_list else looks("square", "constant")
        for channel in range(self.stage.output_shape[0]):
            for (_, numbers), place in zip(constants, self._constants(channel), strict=True):
                page.number(place, float(numbers[channel]), style)
            if not self.stage.is_list:
                place = (TOP + 2 + channel, self._left_of_constants)
                page.text(place, self.labels[channel], looks("label"))
