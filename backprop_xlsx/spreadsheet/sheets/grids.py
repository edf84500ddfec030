"""Grids of numbers as coloured cells: written straight to the file, and coloured by their sizes."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range, xl_range_abs
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.sheets.page import Position, accepted

Place = tuple[int, int, int, int]  # the first row and column, and the last

POSITIVE, NEGATIVE, PAPER = "#16466F", "#B4550F", "#FFFFFF"
# Light enough for numbers to be read on them.
LIGHT_POSITIVE, LIGHT_NEGATIVE = "#9DBFDE", "#F0B98F"


def write_numbers(
    worksheet: Worksheet,
    corner: Position,
    numbers: Sequence[Sequence[float]],
    styles: Sequence[Sequence[Format]],
) -> None:
    """Writes numbers [row][column] from a corner on, each in its own format.

    They are too many to be collected on a page first. Raises BackpropError where XlsxWriter
    refuses a cell.
    """
    top, left = corner
    for row, (values, formats) in enumerate(zip(numbers, styles, strict=True), start=top):
        for column, (value, style) in enumerate(zip(values, formats, strict=True), start=left):
            accepted(worksheet.write_number(row, column, value, style), worksheet, (row, column))


def colour_values(worksheet: Worksheet, place: Place, signed: bool, light: bool = False) -> None:
    """White is 0, blue positive and, where there are negative ones, orange negative.

    ``light`` is for numbers to be read.
    """
    if signed:
        # The same distance from 0 gets the same depth of either colour.
        cells = xl_range_abs(*place)
        ends = f"=MIN(MIN({cells}),-MAX({cells}))", f"=MAX(MAX({cells}),-MIN({cells}))"
        _colour_around_zero(worksheet, place, "formula", ends, light)
        return
    scale = {
        "type": "2_color_scale",
        "min_type": "num",
        "min_value": 0,
        "min_color": PAPER,
        "max_type": "max",
        "max_color": LIGHT_POSITIVE if light else POSITIVE,
    }
    worksheet.conditional_format(xl_range(*place), scale)


def colour_weights(worksheet: Worksheet, place: Place, largest: float, light: bool = False) -> None:
    """White is 0, blue and orange are the largest weight with either sign."""
    _colour_around_zero(worksheet, place, "num", (-largest, largest), light)


def _colour_around_zero(
    worksheet: Worksheet, place: Place, kind: str, ends: tuple[object, object], light: bool
) -> None:
    """White is 0; ``ends`` say, as numbers or formulas, where either colour is deepest."""
    scale = {
        "type": "3_color_scale",
        "min_type": kind,
        "min_value": ends[0],
        "min_color": LIGHT_NEGATIVE if light else NEGATIVE,
        "mid_type": "num",
        "mid_value": 0,
        "mid_color": PAPER,
        "max_type": kind,
        "max_value": ends[1],
        "max_color": LIGHT_POSITIVE if light else POSITIVE,
    }
    worksheet.conditional_format(xl_range(*place), scale)


def mixed(first: str, second: str, share: float) -> str:
    """A colour between two, ``share`` of the way."""
    pairs = ((int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)
