"""The sheet of a linear layer: a column of inputs, and beside it a column of weights per output."""

from __future__ import annotations

from functools import cached_property

import numpy

from backprop_xlsx.spreadsheet.sheets.grids import colour_values, colour_weights, write_numbers
from backprop_xlsx.spreadsheet.sheets.page import Page
from mnist_model.digit.network.stages import Dense, is_list
from mnist_model.digit.network.steps import Array
from mnist_model.digit.sheets.cells import Cells, Place
from mnist_model.digit.sheets.head import TOP
from mnist_model.digit.sheets.looks import LIST_WIDTH, NAVIGATION_WIDTH, Looks
from mnist_model.digit.sheets.stages.convolution_sheet import products
from mnist_model.digit.sheets.stages.stage_sheet import StageSheet
from mnist_model.sheets.addresses import area, cell, fixed_area

LABEL, READS, NAMES, OUTPUTS = 1, 2, 3, 4  # columns
WEIGHT_WIDTH = 8


class DenseSheet(StageSheet):
    """The outputs in a row on top, the weights below them."""

    stage: Dense

    @property
    def formulas(self) -> int:
        """Each output, and each cell that shows an input."""
        return int(sum(self.stage.weight.shape))

    @property
    def _first_weight(self) -> int:
        # Under the labels, the outputs, the constants and an empty row.
        return TOP + 3 + len(self.stage.constants) + 1

    @property
    def last_row(self) -> int:
        """That of the last input."""
        return self._first_weight + self.stage.weight.shape[1] - 1

    @property
    def last_column(self) -> int:
        """That of the last output."""
        return OUTPUTS + self.stage.weight.shape[0] - 1

    @cached_property
    def outputs(self) -> Cells:
        """The cells in the row below the labels."""
        columns = (OUTPUTS + numpy.arange(self.stage.weight.shape[0])).reshape(-1, 1, 1)
        return Cells(self.name, numpy.full_like(columns, TOP + 2), columns, self.is_signed)

    def words(self) -> tuple[str, str]:
        """What an output is, and where its weights stand."""
        return (
            "Each output is one formula: all inputs times its column of weights, summed up.",
            "The inputs stand in a column, in the order in which torch flattens maps.",
        )

    def put(self, page: Page, looks: Looks, source: Cells, inputs: Array, outputs: Array) -> None:
        """Inputs, outputs, and the weights between them."""
        worksheet = page.worksheet
        worksheet.set_column(0, 0, NAVIGATION_WIDTH)
        worksheet.set_column(LABEL, LABEL, 20)
        worksheet.set_column(READS, NAMES, LIST_WIDTH)
        worksheet.set_column(OUTPUTS, self.last_column, WEIGHT_WIDTH)
        stage, first = self.stage, self._first_weight
        page.text((TOP, OUTPUTS), "What comes out", looks("heading"))
        page.text((first - 1, LABEL), "What it reads", looks("heading"))
        page.text((first - 1, OUTPUTS), "Weights", looks("heading"))
        page.height(first - 1, 24)
        names = ("", "output", *(name for name, _ in stage.constants))
        for row, name in enumerate(names, start=TOP + 1):
            page.text((row, NAMES), name, looks("quiet", "right"))
        self._put_inputs(page, looks, source, inputs)
        count = stage.weight.shape[1]
        self.put_formulas(page, source, outputs, [[looks("list", "bold")]])
        for column, label in enumerate(self.labels, start=OUTPUTS):
            page.text((TOP + 1, column), label, looks("header_right"))
            for row, (_, numbers) in enumerate(stage.constants, start=TOP + 3):
                page.number((row, column), float(numbers[column - OUTPUTS]), looks("list"))
        styles = [[looks("list")] * len(outputs)] * count
        write_numbers(worksheet, (first, OUTPUTS), stage.weight.T.tolist(), styles)
        self._colour(page, source)

    def argument(self, source: Cells, place: Place, prefix: str = "") -> str:
        """All inputs times a column of weights."""
        first, count = self._first_weight, self.stage.weight.shape[1]
        reads = fixed_area(first, READS, count, 1)
        return products(prefix + reads, prefix + fixed_area(first, OUTPUTS + place[0], count, 1))

    def constants(self, channel: int, prefix: str = "") -> list[str]:
        """Below the output."""
        rows = range(TOP + 3, TOP + 3 + len(self.stage.constants))
        return [prefix + cell(row, OUTPUTS + channel) for row in rows]

    def weights_of(self, index: int) -> str:
        """The address of an input's row of weights, from another sheet."""
        row, count = self._first_weight + index, self.stage.weight.shape[0]
        return f"'{self.name}'!{area(row, OUTPUTS, 1, count)}"

    def _colour(self, page: Page, source: Cells) -> None:
        worksheet = page.worksheet
        first, last_row, last_column = self._first_weight, self.last_row, self.last_column
        colour_values(worksheet, self.outputs.rectangle, self.is_signed, light=True)
        colour_values(worksheet, (first, READS, last_row, READS), source.is_signed, light=True)
        largest = float(numpy.abs(self.stage.weight).max())
        weights = (first, OUTPUTS, last_row, last_column)
        colour_weights(worksheet, weights, largest, light=True)

    def _put_inputs(self, page: Page, looks: Looks, source: Cells, inputs: Array) -> None:
        references = source.references()
        values = inputs.flatten().tolist()
        for index, place in enumerate(numpy.ndindex(source.shape)):
            row = self._first_weight + index
            page.text((row, LABEL), place_in_words(source, place), looks("quiet"))
            page.formula((row, READS), references[index], values[index], looks("list"))


def place_in_words(cells: Cells, place: tuple[int, ...]) -> str:
    """Which of the cells of a stage it is."""
    channel, row, column = (index + 1 for index in place)
    if is_list(cells.shape):
        return f"value {channel}"
    return f"map {channel}, row {row}, col. {column}"
