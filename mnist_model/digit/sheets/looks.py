"""How the sheets of a digit workbook look: the book's theme, and what grids of values need."""

from __future__ import annotations

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.sheets import theme

NAVIGATION_WIDTH = 17
# In characters; such a column is as wide as a row is high, 20 pixels.
SQUARE_WIDTH = 2.14
SQUARE_PIXELS = 20
LIST_WIDTH = 10

# What would show as 0.0 shows as an empty cell: ReLU leaves most values so.
SMALL_NUMBER = "[>=0.05]0.0;[<=-0.05]-0.0;"
LEAST_ZOOM, SCREEN = 40, 75  # per cent; squares across a screen

SIDES = ("top", "bottom", "left", "right")

STYLES: theme.Styles = {
    **theme.STYLES,
    "square": {"font_size": 5, "num_format": SMALL_NUMBER, "align": "center"},
    "first_channel": {"left": 1, "left_color": theme.RULE},
    **{f"frame_{side}": {side: 1, f"{side}_color": theme.RULE} for side in SIDES},
    "border": {"bg_color": "#E9ECEF", "num_format": ";;;"},
    "constant": {"num_format": "0.00"},
    "pixel": {"num_format": "0;-0;"},
    "output": {"num_format": "0.000000", "align": "right"},
    "differs": theme.DIFFERS_STYLE,
    "label": {"font_size": 7, "font_color": theme.QUIET, "align": "left"},
    "small_label": {
        "font_size": 6,
        "font_color": theme.QUIET,
        "align": "center",
        "num_format": "0",
    },
    "list": {"num_format": "0.0000", "align": "right"},
    "counts": {"num_format": "#,##0", "align": "right"},
    "probability": {"num_format": "0.0 %", "align": "right"},
    "paper": {"num_format": ";;;", "border": 1, "border_color": "#EDF0F3"},
    "huge": {"font_size": 96, "bold": True, "align": "center", "font_color": theme.ACCENT},
    "large": {"font_size": 14, "bold": True, "align": "left"},
    "choice": {"bg_color": "#FFF6CF", "border": 1, "border_color": "#D9B83F", "bold": True},
    "right": {"align": "right"},
    "warning": {"bold": True, "font_color": theme.DIFFERS_COLOUR},
}


class Looks(theme.Theme):
    """The theme of one workbook, with the styles of :data:`STYLES`."""

    def __init__(self, workbook: Workbook) -> None:
        super().__init__(workbook, STYLES)

    def framed(self, height: int, width: int, *styles: str) -> list[list[Format]]:
        """The formats of a rectangle's cells, [row][column], with a line around it."""

        def sides(row: int, column: int) -> list[str]:
            at = (row == 0, row == height - 1, column == 0, column == width - 1)
            return [f"frame_{side}" for side, is_there in zip(SIDES, at, strict=True) if is_there]

        return [
            [self(*styles, *sides(row, column)) for column in range(width)] for row in range(height)
        ]


def square_columns(worksheet: Worksheet, last_column: int, shown: int) -> None:
    """A wide first column for links, then squares, of which ``shown`` are to fit on a screen."""
    worksheet.set_column(0, 0, NAVIGATION_WIDTH)
    worksheet.set_column(1, last_column, SQUARE_WIDTH)
    worksheet.set_zoom(max(LEAST_ZOOM, min(100, 100 * SCREEN // shown)))
