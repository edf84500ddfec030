"""Blocks of numbers, which go straight to the file: there are too many to collect them first."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.sheets.page import Position, accepted


def write_numbers(
    worksheet: Worksheet,
    corner: Position,
    numbers: Sequence[Sequence[float]],
    styles: Sequence[Sequence[Format]],
) -> None:
    """Writes numbers [row][column] from a corner on, each in its own format.

    Raises BackpropError where XlsxWriter refuses a cell.
    """
    top, left = corner
    for row, (values, formats) in enumerate(zip(numbers, styles, strict=True), start=top):
        for column, (value, style) in enumerate(zip(values, formats, strict=True), start=left):
            accepted(worksheet.write_number(row, column, value, style), worksheet, (row, column))
