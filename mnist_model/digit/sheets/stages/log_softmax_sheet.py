"""The sheet of log-softmax: the largest value is taken off first, so that nothing overflows."""

from __future__ import annotations

from functools import cached_property

import numpy

from backprop_xlsx.spreadsheet.sheets.grids import colour_values
from backprop_xlsx.spreadsheet.sheets.page import Page
from mnist_model.digit.network.stages import LogSoftmax
from mnist_model.digit.network.steps import Array
from mnist_model.digit.sheets.cells import Cells, listed
from mnist_model.digit.sheets.head import TOP
from mnist_model.digit.sheets.looks import LIST_WIDTH, NAVIGATION_WIDTH, Looks
from mnist_model.digit.sheets.stages.stage_sheet import StageSheet
from mnist_model.sheets.addresses import cell, fixed_area

LABEL, READS, BELOW, POWER, RESULT = range(1, 6)  # columns
HEADERS = ("", "reads", "less largest", "e^…", "output")


class LogSoftmaxSheet(StageSheet):
    """Four columns: the inputs, less the largest, their powers, and the outputs."""

    stage: LogSoftmax

    @property
    def _count(self) -> int:
        return self.stage.output_shape[0]

    @property
    def formulas(self) -> int:
        """Four for each value."""
        return 4 * self._count

    @property
    def last_row(self) -> int:
        """That of the last value."""
        return TOP + 1 + self._count

    @property
    def last_column(self) -> int:
        """That of the outputs."""
        return RESULT

    @cached_property
    def outputs(self) -> Cells:
        """The last column."""
        return listed(self.name, TOP + 2, RESULT, self._count, is_signed=True)

    def words(self) -> tuple[str, str]:
        """What an output is."""
        return (
            "Each output is the input, less the largest, less ln of the sum of all powers of e.",
            "Taking the largest off first changes nothing but that no power overflows.",
        )

    def put(self, page: Page, looks: Looks, source: Cells, inputs: Array, outputs: Array) -> None:
        """The four columns."""
        page.worksheet.set_column(0, 0, NAVIGATION_WIDTH)
        page.worksheet.set_column(LABEL, RESULT, LIST_WIDTH + 3)
        page.text((TOP, LABEL), "What comes out", looks("heading"))
        for column, header in enumerate(HEADERS, start=LABEL):
            page.text((TOP + 1, column), header, looks("header_right"))
        first, count = TOP + 2, self._count
        reads, powers = (fixed_area(first, column, count, 1) for column in (READS, POWER))
        references = source.references()
        values = inputs.flatten()
        below = values - values.max()
        rows = zip(values, below, numpy.exp(below), outputs.flatten(), strict=True)
        for index, numbers in enumerate(rows):
            row = first + index
            page.text((row, LABEL), self.labels[index], looks("quiet", "right"))
            formulas = (
                references[index],
                f"{cell(row, READS)}-MAX({reads})",
                f"EXP({cell(row, BELOW)})",
                f"{cell(row, BELOW)}-LN(SUM({powers}))",
            )
            for column, (formula, number) in enumerate(
                zip(formulas, numbers, strict=True), start=READS
            ):
                page.formula((row, column), formula, number, looks("list"))
        colour_values(page.worksheet, self.outputs.rectangle, signed=True, light=True)
