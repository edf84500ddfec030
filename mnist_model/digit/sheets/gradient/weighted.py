"""Back through linear layers and convolutions: sums of products with the same weights."""

from __future__ import annotations

import numpy

from backprop_xlsx.spreadsheet.sheets.page import Page
from mnist_model.digit.network.gradient import Gradient
from mnist_model.digit.network.steps import Array
from mnist_model.digit.sheets.cells import Cells, Tiling, area, cell, fixed_area
from mnist_model.digit.sheets.gradient.sheet import (
    TOP,
    GradientSheet,
    flat_references,
)
from mnist_model.digit.sheets.looks import Looks
from mnist_model.digit.sheets.stages.convolution_sheet import ConvolutionSheet, products
from mnist_model.digit.sheets.stages.dense_sheet import DenseSheet


class DenseGradient(GradientSheet):
    """A row of the sums' gradients on top, the inputs' below it."""

    sheet: DenseSheet

    def __init__(self, sheet: DenseSheet) -> None:
        super().__init__(sheet)
        self.maps = Tiling.gallery(self.stage.input_shape, TOP + 2, 1)
        self._count = self.stage.output_shape[0]

    @property
    def formulas(self) -> int:
        """One for each output and each input."""
        return self._count + int(numpy.prod(self.stage.input_shape))

    @property
    def last(self) -> tuple[int, int]:
        """The inputs' last row, or the last output."""
        return self.maps.last_row, max(self.maps.last_column, self._count)

    def put(
        self,
        page: Page,
        looks: Looks,
        upstream: Cells,
        source: Cells,
        inputs: Array,
        found: Gradient,
    ) -> None:
        """Each input's sum of its weights times the outputs' gradients."""
        references = flat_references(upstream)
        for index, value in enumerate(found.sums.flatten().tolist()):
            formula = self.sum_gradient(references, source, (index, 0, 0))
            page.formula((TOP, 1 + index), formula, value, looks("list"))
        sums = fixed_area(TOP, 1, 1, self._count)
        for index, at in enumerate(numpy.ndindex(self.stage.input_shape)):
            formula = products(self.sheet.weights_of(index), sums)
            page.formula(self.outputs.position(*at), formula, found.inputs[at], looks("list"))


class ConvolutionGradient(GradientSheet):
    """A convolution the other way: the sums' gradients, spread by the stride, times turned kernels.

    The outputs' channels stand side by side for each pixel, so that a window over all that an
    input went into is one rectangle; a kernel for each input channel has the same shape.
    """

    sheet: ConvolutionSheet

    def __init__(self, sheet: ConvolutionSheet) -> None:
        super().__init__(sheet)
        layer = self._layer = sheet.convolution
        out, self._in_group, self._height, self._width = layer.weight.shape
        self._out_group = out // layer.groups
        _, *sides = layer.input_shape
        rows, columns = (
            max(before + side + kernel - 1, kernel + (count - 1) * stride)
            for (before, _), side, kernel, count, stride in zip(
                layer.padding, sides, (self._height, self._width), layer.output_shape[1:],
                layer.stride, strict=True,
            )
        )  # fmt: skip
        block = (rows, columns * self._out_group)
        self._sums = Tiling(layer.groups, *block, self.maps.last_row + 2, 1, 1)
        kernel = (layer.input_shape[0], self._height, self._width * self._out_group)
        self._kernels = Tiling.gallery(kernel, self._sums.last_row + 2, 1)

    @property
    def formulas(self) -> int:
        """One for each input, each output and each weight."""
        layer = self._layer
        counts = (numpy.prod(s) for s in (layer.input_shape, layer.output_shape))
        return int(sum(counts) + layer.weight.size)

    @property
    def last(self) -> tuple[int, int]:
        """The last row and column of the three blocks."""
        blocks = (self.maps, self._sums, self._kernels)
        return self._kernels.last_row, max(block.last_column for block in blocks)

    def put(
        self,
        page: Page,
        looks: Looks,
        upstream: Cells,
        source: Cells,
        inputs: Array,
        found: Gradient,
    ) -> None:
        """The sums' gradients, the turned kernels, and the inputs' gradients."""
        layer, style = self._layer, looks("list")
        references = flat_references(upstream)
        for place in self.places():
            channel, y, x = place
            group, within = divmod(channel, self._out_group)
            top, left = self._sums.corner(group)
            across = self._width - 1 + x * layer.stride[1]
            position = (
                top + self._height - 1 + y * layer.stride[0],
                left + across * self._out_group + within,
            )
            formula = self.sum_gradient(references, source, place)
            page.formula(position, formula, found.sums[place], style)
        for channel in range(layer.input_shape[0]):
            self._put_kernel(page, looks, channel)
        (above, _), (before, _) = layer.padding
        height, width = self._height, self._width * self._out_group
        for at in numpy.ndindex(layer.input_shape):
            channel, y, x = at
            top, left = self._sums.corner(channel // self._in_group)
            window = area(top + y + above, left + (x + before) * self._out_group, height, width)
            kernel = fixed_area(*self._kernels.corner(channel), height, width)
            formula = products(window, kernel)
            page.formula(self.outputs.position(*at), formula, found.inputs[at], style)

    def _put_kernel(self, page: Page, looks: Looks, channel: int) -> None:
        """The weights that an input channel meets, turned by half a turn."""
        group, within = divmod(channel, self._in_group)
        top, left = self._kernels.corner(channel)
        for down, right, out in numpy.ndindex(self._height, self._width, self._out_group):
            y, x, to = (
                self._height - 1 - down,
                self._width - 1 - right,
                group * self._out_group + out,
            )
            row, column = self.sheet.kernel(to)
            weight = cell(row + y, column + x * self._in_group + within)
            value = float(self._layer.weight[to, within, y, x])
            position = (top + down, left + right * self._out_group + out)
            page.formula(position, f"'{self.sheet.name}'!{weight}", value, looks("list"))
