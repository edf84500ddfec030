"""Back through linear layers and convolutions: sums of products with the same weights."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy

from backprop_xlsx.spreadsheet.sheets.page import Position
from mnist_model.digit.network.gradient import Gradient
from mnist_model.digit.network.steps import Array, Term
from mnist_model.digit.sheets.cells import Cells, Place, Tiling
from mnist_model.digit.sheets.gradient.sheet import TOP, GradientSheet
from mnist_model.digit.sheets.stages.convolution_sheet import ConvolutionSheet, products
from mnist_model.digit.sheets.stages.dense_sheet import DenseSheet
from mnist_model.sheets.addresses import area, cell, fixed_area


class DenseGradient(GradientSheet):
    """A row of the sums' gradients, as the linear layer's weights stand for each input."""

    sheet: DenseSheet

    @cached_property
    def sums(self) -> Cells:
        """The cells of the row."""
        columns = (1 + numpy.arange(self.stage.output_shape[0])).reshape(-1, 1, 1)
        return Cells(self.name, numpy.full_like(columns, TOP), columns, is_signed=True)

    def back(self, at: Place) -> Term:
        """An input's weights times the outputs' gradients."""
        index = int(numpy.ravel_multi_index(at, self.stage.input_shape))
        sums = fixed_area(TOP, 1, 1, self.stage.output_shape[0])
        return Term(products(self.sheet.weights_of(index), f"'{self.name}'!{sums}"))


class ConvolutionGradient(GradientSheet):
    """A convolution the other way: the sums' gradients, spread by the stride, times turned kernels.

    The outputs' channels stand side by side for each pixel, so that a window over all that an
    input went into is one rectangle; a kernel for each input channel has the same shape.
    """

    sheet: ConvolutionSheet

    def __init__(self, sheet: ConvolutionSheet) -> None:
        super().__init__(sheet)
        layer = self._layer = sheet.stage
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
        self._spread = Tiling(layer.groups, rows, columns * self._out_group, TOP, 1, 1)
        kernel = (layer.input_shape[0], self._height, self._width * self._out_group)
        self._kernels = Tiling.gallery(kernel, self._spread.last_row + 2, 1)

    @property
    def formulas(self) -> int:
        """One for each output and each weight."""
        return super().formulas + int(self._layer.weight.size)

    @property
    def last(self) -> Position:
        """The last row and column of both blocks."""
        return self._kernels.last_row, max(self._spread.last_column, self._kernels.last_column)

    @cached_property
    def sums(self) -> Cells:
        """The outputs' cells, with what the stride leaves out between them, and a border."""
        channels, ys, xs = numpy.indices(self._layer.output_shape)
        corners = numpy.array([self._spread.corner(group) for group in range(self._layer.groups)])
        tops, lefts = corners[channels // self._out_group].transpose(3, 0, 1, 2)
        down, right = self._layer.stride
        across = self._width - 1 + xs * right
        rows = tops + self._height - 1 + ys * down
        columns = lefts + across * self._out_group + channels % self._out_group
        return Cells(self.name, rows, columns, is_signed=True)

    def back(self, at: Place) -> Term:
        """A window of the sums' gradients times a turned kernel."""
        channel, y, x = at
        (above, _), (before, _) = self._layer.padding
        height, width = self._height, self._width * self._out_group
        top, left = self._spread.corner(channel // self._in_group)
        window = area(top + y + above, left + (x + before) * self._out_group, height, width)
        kernel = fixed_area(*self._kernels.corner(channel), height, width)
        return Term(products(f"'{self.name}'!{window}", f"'{self.name}'!{kernel}"))

    def more(
        self, source: Cells, inputs: Array, found: Gradient
    ) -> Iterator[tuple[Position, str, float]]:
        """The weights that each input channel meets, turned by half a turn."""
        for channel in range(self._layer.input_shape[0]):
            group, within = divmod(channel, self._in_group)
            top, left = self._kernels.corner(channel)
            for down, right, out in numpy.ndindex(self._height, self._width, self._out_group):
                y, x = self._height - 1 - down, self._width - 1 - right
                to = group * self._out_group + out
                row, column = self.sheet.kernel(to)
                weight = cell(row + y, column + x * self._in_group + within)
                value = float(self._layer.weight[to, within, y, x])
                position = (top + down, left + right * self._out_group + out)
                yield position, f"'{self.sheet.name}'!{weight}", value
