"""How the squares to type into look, by conditional formats: ink, shades, what is no ink."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.sheets.grids import PAPER, POSITIVE, mixed
from backprop_xlsx.spreadsheet.sheets.theme import DIFFERS_COLOUR, DIFFERS_TINT
from mnist_model.digit.network.stages import number
from mnist_model.digit.sheets.cells import Cells, Tiling
from mnist_model.digit.sheets.first.painting_sheet import is_mark
from mnist_model.digit.sheets.looks import Looks
from mnist_model.sheets.addresses import cell

SHADES = 8
FRAME = {"border": 1, "border_color": "#E0912F"}
WRONG = {"bg_color": DIFFERS_TINT, "border": 1, "border_color": DIFFERS_COLOUR}


def show_marks(worksheet: Worksheet, looks: Looks, typed: Cells, full: float) -> None:
    """Marked squares look like ink; numbers below 0 or above ``full`` stand out."""
    place, own = xl_range(*typed.rectangle), cell(*typed.rectangle[:2])
    wrong = f"AND(ISNUMBER({own}),OR({own}<0,{own}>{number(full)}))"
    _add_rule(worksheet, looks, place, wrong, WRONG)
    _add_rule(worksheet, looks, place, is_mark(own), {"bg_color": POSITIVE})


def shade_as_read(
    worksheet: Worksheet, looks: Looks, squares: Tiling, reads: Tiling, bounds: tuple[float, float]
) -> None:
    """The squares take the shade of what is read; those typed into get a frame.

    ``bounds`` are the least and the largest value of the inputs to choose from.
    """
    low, high = bounds
    for index in range(squares.count):
        first, read = squares.corner(index), cell(*reads.corner(index))
        place = xl_range(*first, first[0] + squares.height - 1, first[1] + squares.width - 1)
        typed = f"ISNUMBER({cell(*first)})"
        # Of all rules that hold, LibreOffice applies the first alone.
        for shade in range(SHADES, 0, -1):
            bound = low + (high - low) * (shade - 0.5) / SHADES
            is_shade = f"{read}>={number(bound)}"
            colour = {"bg_color": mixed(PAPER, POSITIVE, shade / SHADES)}
            _add_rule(worksheet, looks, place, f"AND({typed},{is_shade})", colour | FRAME)
            _add_rule(worksheet, looks, place, is_shade, colour)
        _add_rule(worksheet, looks, place, typed, {"bg_color": PAPER} | FRAME)


def _add_rule(
    worksheet: Worksheet, looks: Looks, place: str, condition: str, look: dict[str, Any]
) -> None:
    rule = {"type": "formula", "criteria": f"={condition}", "stop_if_true": True}
    worksheet.conditional_format(place, rule | {"format": looks.workbook.add_format(look)})
