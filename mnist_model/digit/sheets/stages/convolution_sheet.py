"""The sheet of a convolution: maps, kernels beside them, and below what the windows lie over.

What it reads is laid out with the channels side by side for each pixel (column = x·C + channel)
and with the zero border around it. A window over all channels is then one rectangle, the kernel
has the same shape, and each output is one sum of products over cells of this very sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import product

import numpy
from xlsxwriter.format import Format

from backprop_xlsx.spreadsheet.sheets.grids import colour_values, colour_weights, write_numbers
from backprop_xlsx.spreadsheet.sheets.page import Page, Position
from mnist_model.digit.network.stages import Convolution
from mnist_model.digit.network.steps import Array
from mnist_model.digit.network.wording import crossed
from mnist_model.digit.sheets.cells import WIDTH_TO_HEIGHT, Cells, Place, Tiling
from mnist_model.digit.sheets.head import TOP
from mnist_model.digit.sheets.looks import Looks, square_columns
from mnist_model.digit.sheets.stages.stage_sheet import StageSheet
from mnist_model.sheets.addresses import area, fixed, fixed_area

# Room for the headings, which run over the squares.
LEAST_WIDTH, LEAST_HEADING = 24, 14
WIDEST_READS = 120


class ConvolutionSheet(StageSheet):
    """Feature maps at the left, kernels at the right, the padded input below both."""

    stage: Convolution

    def __init__(
        self, number: int, stage: Convolution, labels: Sequence[str] | None, reads_signed: bool
    ) -> None:
        super().__init__(number, stage, labels, reads_signed)
        out, self.group_channels, height, width = stage.weight.shape
        self.kernel_width = width * self.group_channels
        # A label, the kernel, a gap, its constants, a gap.
        self.unit = 1 + self.kernel_width + 1 + len(stage.constants) + 1
        self.pitch = height + (height > 1)
        self.maps, self.kernel_columns = self._arranged()
        self.kernels_left = self._left_of_kernels(self.maps)
        self.kernels_down = -(-out // self.kernel_columns)
        (top, bottom), (left, right) = stage.padding
        _, rows, columns = stage.input_shape
        block = (rows + top + bottom, (columns + left + right) * self.group_channels)
        across = min(stage.groups, max(1, WIDEST_READS // (block[1] + 1)))
        self.reads_top = max(self.maps.last_row, TOP + 1 + self.kernels_down * self.pitch) + 2
        self.reads = Tiling(stage.groups, *block, self.reads_top + 1, 1, across)

    def _arranged(self) -> tuple[Tiling, int]:
        """The maps, and how many columns of kernels: what is largest on a page of paper."""
        shape = self.stage.output_shape
        usual = Tiling.gallery(shape, TOP + 1, 1)
        # More columns that save no row would only be wider.
        columns = sorted({-(-usual.count // down) for down in range(1, usual.count + 1)})
        tilings = [replace(usual, across=across) for across in columns]

        def size(choice: tuple[Tiling, int]) -> tuple[float, int, int]:
            maps, kernels = choice
            width = self._left_of_kernels(maps) + kernels * self.unit
            height = max(maps.last_row, TOP + 1 - (-usual.count // kernels) * self.pitch)
            empty = -usual.count % maps.across
            return max(width, WIDTH_TO_HEIGHT * height), empty, abs(maps.across - usual.across)

        return min(product(tilings, columns), key=size)

    @staticmethod
    def _left_of_kernels(maps: Tiling) -> int:
        return max(maps.last_column, LEAST_WIDTH) + 3

    @property
    def formulas(self) -> int:
        """Each output, and each cell that shows what it reads."""
        return int(numpy.prod(self.stage.output_shape) + numpy.prod(self.stage.input_shape))

    @property
    def last_row(self) -> int:
        """The last row of what it reads."""
        return self.reads.last_row

    @property
    def last_column(self) -> int:
        """Of the kernels or of what it reads."""
        kernels = self.kernels_left + self.kernel_columns * self.unit - 2
        return max(kernels, self.reads.last_column)

    @property
    def printed(self) -> Position:
        """Maps and kernels alone: what it reads is often too wide for a page."""
        kernels = self.kernels_left + self.kernel_columns * self.unit - 2
        return self.reads_top - 1, max(kernels, self.kernels_left + LEAST_HEADING)

    @property
    def is_long(self) -> bool:
        """Never: there are kernels beside the maps."""
        return False

    @cached_property
    def outputs(self) -> Cells:
        """The maps' cells."""
        return self.maps.cells(self.name, self.is_signed)

    def words(self) -> tuple[str, str]:
        """What a cell of a map is, and how what it reads is laid out."""
        layer, channels = self.stage, self.group_channels
        height, width = layer.weight.shape[2:]
        over = f"over {channels} channels " if channels > 1 else ""
        steps = f", and moved by {crossed(layer.stride)} cells" if layer.stride != (1, 1) else ""
        computes = (
            f"Each cell of a map is one formula: a window of {height} × {width} {over}times the "
            f"map's kernel, cell by cell, summed up{steps}."
        )
        reads = (
            f"The windows lie over what it reads, below the maps: {channels} channels stand side "
            "by side for each pixel, so that a window is one rectangle of its kernel's shape."
            if channels > 1
            else "The windows lie over what it reads, below the maps."
        )
        return computes, reads + " Trace precedents shows both with arrows."

    def put(self, page: Page, looks: Looks, source: Cells, inputs: Array, outputs: Array) -> None:
        """Maps, kernels, and what the windows lie over."""
        square_columns(page.worksheet, self.last_column, self.kernels_left + self.unit)
        self._put_reads(page, looks, source, inputs)
        self._put_kernels(page, looks)
        self._put_maps(page, looks, source, outputs)

    def kernel(self, index: int) -> Position:
        """The first cell of a kernel; its label stands to the left of it."""
        right, down = divmod(index, self.kernels_down)
        return TOP + 2 + down * self.pitch, self.kernels_left + 1 + right * self.unit

    def argument(self, source: Cells, place: Place, prefix: str = "") -> str:
        """A window of what it reads times the map's kernel."""
        layer, (channel, row, column) = self.stage, place
        height, (down, right) = layer.weight.shape[2], layer.stride
        top, left = self.reads.corner(channel * layer.groups // layer.output_shape[0])
        first = (top + row * down, left + column * right * self.group_channels)
        window = area(*first, height, self.kernel_width)
        weights = fixed_area(*self.kernel(channel), height, self.kernel_width)
        return products(prefix + window, prefix + weights)

    def constants(self, channel: int, prefix: str = "") -> list[str]:
        """Behind the map's kernel."""
        row, left = self.kernel(channel)
        first = left + self.kernel_width + 1
        count = len(self.stage.constants)
        return [prefix + fixed(row, first + index) for index in range(count)]

    def _put_maps(self, page: Page, looks: Looks, source: Cells, outputs: Array) -> None:
        page.text((TOP, 1), "What comes out", looks("heading"))
        styles = looks.framed(*self.stage.output_shape[1:], "square")
        self.put_labels(page, looks, self.maps)
        self.put_formulas(page, source, outputs, styles)
        place = (self.maps.top, self.maps.left, self.maps.last_row, self.maps.last_column)
        colour_values(page.worksheet, place, self.is_signed)

    def _put_kernels(self, page: Page, looks: Looks) -> None:
        layer = self.stage
        names = ", ".join(name for name, _ in layer.constants)
        title = "Kernels" + (f", and behind each: {names}" if names else "")
        page.text((TOP, self.kernels_left), title, looks("heading"))
        # Interleaved like what the windows lie over: [out, height, width · channels].
        interleaved = layer.weight.transpose(0, 2, 3, 1)
        out, height, _, channels = interleaved.shape
        styles = _pixel_styles(looks, height, self.kernel_width, channels, "constant")
        for index, rows in enumerate(interleaved.reshape(out, height, -1).tolist()):
            top, left = self.kernel(index)
            page.text((top, left - 1), self.labels[index], looks("label"))
            write_numbers(page.worksheet, (top, left), rows, styles)
            for offset, (_, numbers) in enumerate(layer.constants):
                position = (top, left + self.kernel_width + 1 + offset)
                page.number(position, float(numbers[index]), looks("square", "constant"))
            if index % self.kernels_down == 0:
                last = min(index + self.kernels_down, out) - 1
                bottom = self.kernel(last)[0] + height - 1
                place = (top, left, bottom, left + self.kernel_width - 1)
                largest = float(numpy.abs(layer.weight).max())
                colour_weights(page.worksheet, place, largest)

    def _put_reads(self, page: Page, looks: Looks, source: Cells, inputs: Array) -> None:
        layer, channels = self.stage, self.group_channels
        (top, _), (left, _) = layer.padding
        _, height, width = layer.input_shape
        border = ", with a border of zeros" if layer.padding != ((0, 0),) * 2 else ""
        page.text((self.reads_top, 1), f"What it reads{border}", looks("heading"))
        styles = _pixel_styles(looks, height, width * channels, channels)
        edge = looks("square", "border")
        for group in range(layer.groups):
            first_row, first_column = self.reads.corner(group)
            if layer.groups > 1:
                label = f"map {group + 1}" if channels == 1 else f"group {group + 1}"
                page.text((first_row - 1, first_column), label, looks("label"))
            for down, right in numpy.ndindex(self.reads.height, self.reads.width):
                position = (first_row + down, first_column + right)
                pixel, channel = divmod(right, channels)
                y, x = down - top, pixel - left
                if 0 <= y < height and 0 <= x < width:
                    at = group * channels + channel, y, x
                    style = styles[y][x * channels + channel]
                    page.formula(position, source.reference(at), inputs[at], style)
                else:
                    page.number(position, 0, edge)
            place = (
                first_row + top,
                first_column + left * channels,
                first_row + top + height - 1,
                first_column + (left + width) * channels - 1,
            )
            colour_values(page.worksheet, place, source.is_signed)


def products(first: str, second: str) -> str:
    """The sum of the products of two ranges of one shape."""
    return f"SUMPRODUCT({first},{second})" if ":" in first else f"{first}*{second}"


def _pixel_styles(
    looks: Looks, height: int, width: int, channels: int, *more: str
) -> list[list[Format]]:
    """A frame, and a thin line where a pixel's channels begin."""
    styles = looks.framed(height, width, "square", *more)
    if channels > 1:
        begins = looks.framed(height, width, "square", *more, "first_channel")
        for row, begun in zip(styles, begins, strict=True):
            row[::channels] = begun[::channels]
    return styles
