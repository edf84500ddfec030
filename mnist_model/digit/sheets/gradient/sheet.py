"""What all gradient sheets share: each takes the gradient of a stage's outputs to its inputs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cached_property

import numpy
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.sheets.page import Page
from mnist_model.digit.network.gradient import Gradient
from mnist_model.digit.network.steps import Array
from mnist_model.digit.sheets.cells import Cells, Place, Tiling, cell
from mnist_model.digit.sheets.looks import Looks
from mnist_model.digit.sheets.stages.stage_sheet import StageSheet, require_room

TOP = 2


class GradientSheet(ABC):
    """The gradient sheet of a stage's sheet; it lies out of sight.

    Only what is above 0, below 0 or neither at the stage's own cells decides; the formulas read
    the stage's numbers where they stand, so that a changed weight counts here too.
    """

    def __init__(self, sheet: StageSheet) -> None:
        self.sheet = sheet
        self.stage = sheet.stage
        self.name = f"{sheet.number} Gradient"
        self.maps = Tiling.gallery(self.stage.input_shape, TOP, 1)

    @property
    @abstractmethod
    def formulas(self) -> int:
        """How many formulas the sheet has."""

    @property
    def last(self) -> tuple[int, int]:
        """The last row and column."""
        return self.maps.last_row, self.maps.last_column

    @cached_property
    def outputs(self) -> Cells:
        """The cells of the gradient with respect to what the stage reads."""
        return self.maps.cells(self.name, is_signed=True)

    @abstractmethod
    def put(
        self,
        page: Page,
        looks: Looks,
        upstream: Cells,
        source: Cells,
        inputs: Array,
        found: Gradient,
    ) -> None:
        """Puts everything below the title.

        ``upstream`` is where the gradient with respect to the outputs stands, ``source`` what the
        stage reads, which holds ``inputs``; ``found`` are the cached values.
        """

    def require_room(self) -> None:
        """Raises InputError if a sheet has not enough rows or columns."""
        require_room(f"the gradient of {self.stage.layers[0]}", *self.last)

    def write(
        self,
        worksheet: Worksheet,
        looks: Looks,
        upstream: Cells,
        source: Cells,
        inputs: Array,
        found: Gradient,
    ) -> None:
        """Writes the sheet, and hides it."""
        page = Page(worksheet)
        title = f"The gradient of the winner less the runner-up, back through {self.sheet.name}"
        page.text((0, 0), title, looks("heading"))
        self.put(page, looks, upstream, source, inputs, found)
        page.write()
        worksheet.hide()

    def sum_gradient(self, upstream: list[str], source: Cells, place: Place) -> str:
        """The gradient of a sum before the steps: that of the output times each step's slope.

        ``upstream`` are the addresses of the outputs' gradient, flattened.
        """
        channels, height, width = self.stage.output_shape
        prefix = f"'{self.sheet.name}'!"
        output = prefix + cell(*self.sheet.outputs.position(*place))
        gradient = upstream[(place[0] * height + place[1]) * width + place[2]]
        if not self.stage.steps:
            return gradient
        argument = self.sheet.argument(source, place, prefix) if len(self.stage.steps) > 1 else ""
        constants = self.sheet.constants(place[0], prefix)
        return "*".join((gradient, *self.stage.slopes(argument, constants, output)))

    def places(self) -> Iterator[Place]:
        """Of all outputs of the stage."""
        channels, height, width = self.stage.output_shape
        return numpy.ndindex(channels, height, width)


def flat_references(cells: Cells) -> list[str]:
    """The addresses of cells from another sheet, in torch's order."""
    return [rows[0][0] for rows in cells.flattened().references()]
