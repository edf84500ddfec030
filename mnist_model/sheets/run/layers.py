"""The layer table: what each layer does to the shape, what it sees, what it has and what it costs.

Numbers that are choices (kernel, stride, channels) are typed; the others are formulas over them
and the row above, wherever a formula gives the number that the network itself has.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from xlsxwriter.format import Format

from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from mnist_model.sheets.addresses import cell, fixed
from mnist_model.sheets.grid import NUMBERS, WORDS, Headed, column_range, put_head
from mnist_model.training.record import LayerRow

OPERATION = WORDS
(KERNEL, STRIDE, PADDING, GROUPS, BIAS, CHANNELS, SIDE, FIELD, JUMP, PARAMETERS, MULTIPLY_ADDS) = (
    range(NUMBERS, NUMBERS + 11)
)
HEADERS = (
    "layer", "kernel", "stride", "padding", "groups", "bias", "channels out", "side out",
    "recept. field", "jump", "parameters", "multiply-adds",
)  # fmt: skip
BYTES = 4  # of a number in float32
REMARK = (
    "Receptive field: the side, in pixels of the picture, of what one output value depends on. "
    "Jump: how many pixels lie between two neighbouring outputs. "
)
COUNTS = '#,##0;;"–"'

Formula = tuple[str, int]
"""A formula, and the value that it has."""


@dataclass(frozen=True)
class LayerTable(Headed):
    """The table from row ``top`` on."""

    layers: tuple[LayerRow, ...]

    @property
    def last_row(self) -> int:
        """The row of the last layer."""
        return self.first_row + len(self.layers)

    @property
    def bottom(self) -> int:
        """The last row of the section: under the totals are the memory and a remark."""
        return self.last_row + 3

    def column(self, column: int) -> str:
        """The address of a column's cells over all layers."""
        return column_range(self.first_row + 1, self.last_row, column)

    def put(self, page: Page, theme: Theme) -> None:
        """Writes the table."""
        put_head(page, theme, self.top, "Layer by layer", HEADERS, "weights")
        channels, side = _shape(self.layers[0].input_shape)
        picture = {CHANNELS: channels, SIDE: side, FIELD: 1, JUMP: 1}
        page.text((self.first_row, OPERATION), "picture", theme("bold", "ruled"))
        for column in range(KERNEL, MULTIPLY_ADDS + 1):
            _put_number(page, theme, self.first_row, column, picture.get(column))
        for row, layer in enumerate(self.layers, start=self.first_row + 1):
            page.text((row, OPERATION), layer.operation, theme("bold", "ruled"))
            self._put_choices(page, theme, row, layer)
            self._put_consequences(page, theme, row, layer)
        row = self.last_row + 1
        page.text((row, WORDS), "total", theme("bold"))
        style = theme("whole", "bold", number_format=COUNTS)
        parameters = sum(layer.parameters for layer in self.layers)
        page.formula((row, PARAMETERS), f"SUM({self.column(PARAMETERS)})", parameters, style)
        operations = sum(layer.multiply_adds for layer in self.layers)
        page.formula((row, MULTIPLY_ADDS), f"SUM({self.column(MULTIPLY_ADDS)})", operations, style)
        self._put_memory(page, theme, row + 1)
        page.text((self.bottom, WORDS), REMARK, theme("quiet"))

    def _put_memory(self, page: Page, theme: Theme, row: int) -> None:
        """What the parameters take, and all maps of one picture, as they are kept for training."""
        page.text((row, WORDS), "memory in float32, kB", theme("bold"))
        values = f"SUMPRODUCT({self.column(CHANNELS)},{self.column(SIDE)},{self.column(SIDE)})"
        numbers = sum(math.prod(layer.output_shape) for layer in self.layers)
        total = fixed(row - 1, PARAMETERS)
        parameters = sum(layer.parameters for layer in self.layers)
        style = theme("value", "bold", number_format="#,##0.0")
        for column, formula, count in (
            (SIDE, values, numbers),
            (PARAMETERS, total, parameters),
        ):
            page.formula((row, column), f"{formula}*{BYTES}/1000", count * BYTES / 1000, style)
        page.text((row, SIDE - 1), "maps", theme("right"))

    def _put_choices(self, page: Page, theme: Theme, row: int, layer: LayerRow) -> None:
        has_weights, is_window = layer.multiply_adds > 0, layer.kernel is not None
        for column, number in (
            (KERNEL, layer.kernel),
            (STRIDE, layer.stride),
            (PADDING, layer.padding),
            (GROUPS, layer.groups if has_weights and is_window else None),
        ):
            _put_number(page, theme, row, column, number)
        bias = int(layer.has_bias) if has_weights else None
        style = theme("whole", "ruled", number_format='"yes";;"no"')
        _put_number(page, theme, row, BIAS, bias, style)

    def _put_consequences(self, page: Page, theme: Theme, row: int, layer: LayerRow) -> None:
        channels, side = _shape(layer.output_shape)
        style = theme("whole", "ruled", number_format=COUNTS)
        for column, number in (
            (CHANNELS, channels),
            (SIDE, side),
            (FIELD, layer.receptive_field),
            (JUMP, layer.jump),
            (PARAMETERS, layer.parameters),
            (MULTIPLY_ADDS, layer.multiply_adds),
        ):
            formula = self._formulas(row, layer).get(column)
            if formula is not None and formula[1] == number:
                page.formula((row, column), formula[0], number, style)
            else:
                page.number((row, column), number, style)

    def _formulas(self, row: int, layer: LayerRow) -> dict[int, Formula]:
        """How the numbers of a layer follow from its choices and from the row above."""
        index = row - self.first_row - 1
        before = self.layers[index - 1] if index else None
        channels, side = _shape(layer.input_shape)
        field, jump = (before.receptive_field, before.jump) if before else (1, 1)
        own = {column: cell(row, column) for column in range(KERNEL, JUMP + 1)}
        above = {column: cell(row - 1, column) for column in own}
        picture = fixed(self.first_row, SIDE)
        out, out_side = _shape(layer.output_shape)
        formulas = {
            CHANNELS: (above[CHANNELS], channels),
            SIDE: (above[SIDE], side),
            FIELD: (above[FIELD], field),
            JUMP: (above[JUMP], jump),
        }
        if layer.kernel and layer.stride and layer.padding is not None:
            formulas |= {
                # A window that would hang over the edge is left out: the quotient is rounded down.
                SIDE: (
                    f"ROUND(({above[SIDE]}+2*{own[PADDING]}-{own[KERNEL]}-({own[STRIDE]}-1)/2)"
                    f"/{own[STRIDE]},0)+1",
                    (side + 2 * layer.padding - layer.kernel) // layer.stride + 1,
                ),
                FIELD: (
                    f"MIN({picture},{above[FIELD]}+({own[KERNEL]}-1)*{above[JUMP]})",
                    min(_shape(self.layers[0].input_shape)[1], field + (layer.kernel - 1) * jump),
                ),
                JUMP: (f"{above[JUMP]}*{own[STRIDE]}", jump * layer.stride),
            }
        if layer.multiply_adds:
            del formulas[CHANNELS]
            weights = f"{above[CHANNELS]}*{own[CHANNELS]}"
            number = channels * out
            if layer.kernel:
                weights = f"{own[KERNEL]}*{own[KERNEL]}*{weights}/{own[GROUPS]}"
                number = layer.kernel * layer.kernel * number // layer.groups
            else:
                formulas[FIELD] = (picture, _shape(self.layers[0].input_shape)[1])
            bias = (f"+{own[BIAS]}*{own[CHANNELS]}", layer.has_bias * out)
            formulas[PARAMETERS] = (weights + bias[0], number + bias[1])
            square = f"*{own[SIDE]}*{own[SIDE]}"
            formulas[MULTIPLY_ADDS] = (weights + square, number * out_side * out_side)
        elif layer.parameters:
            formulas[PARAMETERS] = (f"2*{own[CHANNELS]}", 2 * out)
        elif len(layer.output_shape) < len(layer.input_shape):
            square = f"{above[CHANNELS]}*{above[SIDE]}*{above[SIDE]}"
            formulas[CHANNELS] = (square, channels * side * side)
        return formulas


def _put_number(
    page: Page, theme: Theme, row: int, column: int, number: int | None, style: Format | None = None
) -> None:
    if number is None:
        page.blank((row, column), theme("ruled"))
    else:
        page.number((row, column), number, style or theme("whole", "ruled"))


def _shape(shape: tuple[int, ...]) -> tuple[int, int]:
    """Channels and side; what is no picture any more has the side 1."""
    return shape[0], shape[-1] if len(shape) > 1 else 1
