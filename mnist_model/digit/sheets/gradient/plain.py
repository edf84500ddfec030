"""Back through what is done to each value alone, and through log-softmax."""

from __future__ import annotations

import numpy

from backprop_xlsx.spreadsheet.sheets.page import Page
from mnist_model.digit.network.gradient import Gradient
from mnist_model.digit.network.stages import LogSoftmax, Normalisation
from mnist_model.digit.network.steps import Array
from mnist_model.digit.sheets.cells import Cells, fixed_area
from mnist_model.digit.sheets.gradient.sheet import GradientSheet, flat_references
from mnist_model.digit.sheets.looks import Looks


class PlainGradient(GradientSheet):
    """BatchNorm shown on its own, and steps on their own: one factor for each value."""

    @property
    def formulas(self) -> int:
        """One for each value."""
        return int(numpy.prod(self.stage.input_shape))

    def put(
        self,
        page: Page,
        looks: Looks,
        upstream: Cells,
        source: Cells,
        inputs: Array,
        found: Gradient,
    ) -> None:
        """Each value's gradient."""
        references = flat_references(upstream)
        for place in self.places():
            formula = self.sum_gradient(references, source, place)
            if isinstance(self.stage, Normalisation):
                constants = self.sheet.constants(place[0], f"'{self.sheet.name}'!")
                formula += "*" + self.stage.slope(constants)
            page.formula(self.outputs.position(*place), formula, found.inputs[place], looks("list"))


class LogSoftmaxGradient(GradientSheet):
    """Each gradient, less its probability's share of the sum of all."""

    stage: LogSoftmax

    @property
    def formulas(self) -> int:
        """One for each value."""
        return self.stage.input_shape[0]

    def put(
        self,
        page: Page,
        looks: Looks,
        upstream: Cells,
        source: Cells,
        inputs: Array,
        found: Gradient,
    ) -> None:
        """Each value's gradient."""
        references = flat_references(upstream)
        results = flat_references(self.sheet.outputs)
        (top, left), (bottom, right) = upstream.corners
        everything = fixed_area(top, left, bottom - top + 1, right - left + 1)
        total = f"SUM('{upstream.sheet}'!{everything})"
        for index, (gradient, result) in enumerate(zip(references, results, strict=True)):
            formula = f"{gradient}-EXP({result})*{total}"
            value = found.inputs[index, 0, 0]
            page.formula(self.outputs.position(index, 0, 0), formula, value, looks("list"))
