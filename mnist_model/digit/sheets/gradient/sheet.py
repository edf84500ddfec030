"""What all gradient sheets share: each holds the gradient of a stage's sums, and leads it back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence

import numpy

from backprop_xlsx.spreadsheet.sheets.page import Page, Position
from mnist_model.digit.network.gradient import Gradient
from mnist_model.digit.network.steps import Array, Term
from mnist_model.digit.sheets.cells import Cells, Place, Tiling
from mnist_model.digit.sheets.looks import Looks
from mnist_model.digit.sheets.stages.stage_sheet import StageSheet, require_room

TOP = 2


class GradientSheet(ABC):
    """The gradient sheet of a stage's sheet; it lies out of sight.

    Its cells are the gradient with respect to the stage's sums, before its steps. What leads it
    back to the stage's inputs is a part of the formulas of the stage before: no value stands
    twice. Only what is above 0, below 0 or neither at the stage's own cells decides; the formulas
    read the stage's numbers where they stand, so that a changed weight counts here too.
    """

    def __init__(self, sheet: StageSheet) -> None:
        self.sheet = sheet
        self.stage = sheet.stage
        self.name = f"{sheet.number} Gradient"

    @property
    def formulas(self) -> int:
        """How many formulas the sheet has."""
        return int(numpy.prod(self.stage.output_shape))

    @property
    @abstractmethod
    def sums(self) -> Cells:
        """The cells of the gradient with respect to the sums."""

    @property
    def last(self) -> Position:
        """The last row and column."""
        return self.sums.rectangle[2:]

    @abstractmethod
    def back(self, at: Place) -> Term:
        """The gradient with respect to a value that the stage reads, for any sheet."""

    def divisor(self, place: Place) -> int:
        """By what the cell of a sum divides its gradient."""
        return 1

    def more(
        self, source: Cells, inputs: Array, found: Gradient
    ) -> Iterable[tuple[Position, str, float]]:
        """What else :meth:`back` needs: cells, their formulas and their cached values.

        ``source`` holds the ``inputs`` that the stage reads.
        """
        return ()

    def require_room(self) -> None:
        """Raises InputError if a sheet has not enough rows or columns."""
        require_room(f"the gradient of {self.stage.layers[0]}", *self.last)

    def write(
        self,
        page: Page,
        looks: Looks,
        upstream: Sequence[Term],
        source: Cells,
        inputs: Array,
        found: Gradient,
    ) -> None:
        """Writes the sheet, and hides it.

        ``upstream`` is the gradient with respect to each output, flattened; ``found`` are the
        cached values.
        """
        title = f"The gradient of the winner less the runner-up, at the sums of {self.sheet.name}"
        page.text((0, 0), title, looks("heading"))
        sums, style = self.sums, looks("list")
        places = numpy.ndindex(self.stage.output_shape)
        for place, gradient in zip(places, upstream, strict=True):
            term, divisor = self._through_steps(gradient, source, place), self.divisor(place)
            formula = term.text if divisor == 1 else f"{term.bracketed}/{divisor}"
            value = found.sums[place] / divisor
            page.formula(sums.position(*place), formula, value, style)
        for position, formula, value in self.more(source, inputs, found):
            page.formula(position, formula, value, style)
        page.write()
        page.worksheet.hide()

    def gradients(self) -> Iterator[Term]:
        """What :meth:`back` gives for all that the stage reads, in torch's order."""
        return map(self.back, numpy.ndindex(self.stage.input_shape))

    def _through_steps(self, gradient: Term, source: Cells, place: Place) -> Term:
        """The gradient of a sum: that of the output times each step's slope."""
        if not self.stage.steps:
            return gradient
        prefix = f"'{self.sheet.name}'!"
        output = self.sheet.outputs.reference(place)
        argument = self.sheet.argument(source, place, prefix) if len(self.stage.steps) > 1 else ""
        constants = self.sheet.constants(place[0], prefix)
        slopes = self.stage.slopes(argument, constants, output)
        return Term("*".join((gradient.bracketed, *slopes)))


class TiledGradient(GradientSheet):
    """A gradient sheet whose cells stand as maps."""

    def __init__(self, sheet: StageSheet) -> None:
        super().__init__(sheet)
        self._maps = Tiling.gallery(self.stage.output_shape, TOP, 1)
        self._cells = self._maps.cells(self.name, is_signed=True)

    @property
    def sums(self) -> Cells:
        """The maps' cells."""
        return self._cells

    def reference(self, place: Place) -> str:
        """The address of a sum's gradient, from another sheet."""
        return self._cells.reference(place)
