"""Rules that colour the cells of a sheet by what they hold, whatever is edited."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.sheets.theme import AGREES_STYLE, DIFFERS_STYLE, RULE, Theme

Area = tuple[int, int, int, int]  # the first row and column, and the last


def colour_verdicts(worksheet: Worksheet, theme: Theme, area: Area) -> None:
    """Colours the cells of an area that begin with a sign of agreement or of the opposite."""
    for sign, style in (("✓", AGREES_STYLE), ("✗", DIFFERS_STYLE)):
        rule = {"type": "text", "criteria": "begins with", "value": sign}
        worksheet.conditional_format(*area, rule | {"format": theme.workbook.add_format(style)})


def colour_where(worksheet: Worksheet, theme: Theme, area: Area, agrees: str, differs: str) -> None:
    """Colours the cells of an area by two conditions, written for its first cell."""
    for condition, style in ((agrees, AGREES_STYLE), (differs, DIFFERS_STYLE)):
        rule = {"type": "formula", "criteria": f"={condition}"}
        worksheet.conditional_format(*area, rule | {"format": theme.workbook.add_format(style)})


def show_errors_pale(worksheet: Worksheet, theme: Theme, area: Area) -> None:
    """Shows errors pale: they follow from something that is said elsewhere."""
    pale = theme.workbook.add_format({"font_color": RULE})
    worksheet.conditional_format(*area, {"type": "errors", "format": pale})


def show_plain_zeros(worksheet: Worksheet, theme: Theme, area: Area) -> None:
    """Zeros of an area are written 0: a number format has no room for them and small numbers.

    Without a sign, which a product of 0 and a negative number has in some programs.
    """
    look = theme.workbook.add_format({"num_format": "0;0;0"})
    rule = {"type": "cell", "criteria": "==", "value": 0, "format": look}
    worksheet.conditional_format(*area, rule)
