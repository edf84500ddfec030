"""The look of the workbook: one palette, and the named styles that cell formats are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
from xlsxwriter import Workbook
from xlsxwriter.format import Format

INK = "#22303C"
QUIET = "#6B7885"
ACCENT = "#1F4E79"
RULE = "#C5CDD6"

# One tint for each group of columns, light enough for black text in print.
GROUP_TINTS = {
    "step": "#E9ECEF",
    "glance": "#F4DFD8",
    "targets": "#D9ECE8",
    "inputs": "#DCE7F1",
    "weights": "#E2ECDD",
    "forward": "#F5ECD9",
    "loss": "#F4DFD8",
    "deltas": "#EFE1EA",
    "gradients": "#E6E1EF",
    "state": "#E9EEDA",
    "progress": "#E9ECEF",
}

GLANCE_BAR = "#F0C9BC"  # the bars behind a column of losses

# Okabe and Ito's colours, which colour-blind readers can tell apart.
SERIES_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
SERIES_DASHES = ("solid", "dash")

AGREES_COLOUR, AGREES_TINT = "#0B4F8A", "#DCEBF7"
DIFFERS_COLOUR, DIFFERS_TINT = "#8A3B00", "#FBE3D0"

LARGEST_PLAIN_VALUE = 1000
VALUE, SCIENTIFIC, WHOLE = "0.000000", "0.000E+00", "0"
# What falls by orders of magnitude: decimals as long as they tell something.
LOSS = "[=0]0;[>=0.0001]0.000000;0.00E+00"
# Of 0 see ``show_plain_zeros``.
GRADIENT = "[>=0.0001]0.000000;[<=-0.0001]-0.000000;0.00E+00"
SHORT_LOSS = "[>=0.001]0.0000;[>=0.000001]0.000000;0.00E+00"
# As it was typed, as far as it fits.
TYPED = "[>=0.001]0.0#####;[<=-0.001]-0.0#####;General"
PLAIN = "[>=0.001]0.0###;[<=-0.001]-0.0###;General"

Styles = dict[str, dict[str, Any]]

STYLES: Styles = {
    "base": {"font_name": "Calibri", "font_size": 10, "font_color": INK, "valign": "vcenter"},
    "title": {"font_size": 18, "bold": True, "font_color": ACCENT},
    "heading": {"font_size": 12, "bold": True, "font_color": ACCENT},
    "lead": {"font_size": 11},
    "quiet": {"font_color": QUIET},
    "bold": {"bold": True},
    "numbers": {"font_color": ACCENT},
    "wrap": {"text_wrap": True, "valign": "top"},
    "wrap_middle": {"text_wrap": True},
    "left": {"align": "left"},
    "right": {"align": "right"},
    "centre": {"align": "center"},
    "shrunk": {"shrink": True},
    "indented": {"align": "left", "indent": 1},
    "header": {"bold": True, "align": "center", "bottom": 1, "bottom_color": QUIET},
    "header_left": {"bold": True, "align": "left", "bottom": 1, "bottom_color": QUIET},
    "header_right": {"bold": True, "align": "right", "bottom": 1, "bottom_color": QUIET},
    "start_of_group": {"left": 1, "left_color": RULE},
    "ruled": {"bottom": 1, "bottom_color": RULE},
    "boxed": {"border": 1, "border_color": QUIET},
    "box_left": {"left": 1, "left_color": QUIET},
    "box_right": {"right": 1, "right_color": QUIET},
    "box_end": {"bottom": 1, "bottom_color": QUIET},
    "box_title": {"bg_color": "#E3ECF5", "top": 1, "top_color": QUIET},
    "box_top": {"top": 2, "left": 2, "right": 2, "border_color": ACCENT},
    "box_bottom": {"bottom": 2, "left": 2, "right": 2, "border_color": ACCENT},
    "crossing": {"diag_type": 3, "diag_border": 1, "diag_color": QUIET},
    "value": {"num_format": VALUE, "align": "right"},
    "scientific": {"num_format": SCIENTIFIC, "align": "right"},
    "every_digit": {"num_format": "0.00000000000000E+00", "align": "right"},
    "whole": {"num_format": WHOLE, "align": "right"},
    "plain_number": {"num_format": PLAIN, "align": "right"},
    "loss": {"num_format": LOSS, "align": "right"},
    "short_loss": {"num_format": SHORT_LOSS, "align": "right"},
    "gradient": {"num_format": GRADIENT, "align": "right"},
    "editable": {
        "bg_color": "#FFF6CF",
        "font_color": "#1D4ED8",
        "border": 1,
        "border_color": "#D9B83F",
        "num_format": TYPED,
        "align": "right",
    },
    # A frame of dashes around what somebody else is to fill in.
    "to_fill_in": {"bg_color": "#FBFCFE", "border": 3, "border_color": ACCENT},
    # Only its colour shows; the number is in the cell.
    "hidden_number": {"num_format": ";;;", "align": "center"},
    "mark": {"font_size": 14, "bold": True},
    "rotated": {"rotation": 90, "align": "center"},
    "link": {"font_color": ACCENT, "underline": 1},
    "code": {"font_name": "Consolas", "font_size": 9, "font_color": QUIET},
}
STYLES |= {f"group_{name}": {"bg_color": tint} for name, tint in GROUP_TINTS.items()}
STYLES |= {
    f"series_{index}": {"font_color": colour, "bold": True}
    for index, colour in enumerate(SERIES_COLOURS)
}

AGREES_STYLE = {"font_color": AGREES_COLOUR, "bg_color": AGREES_TINT, "bold": True}
DIFFERS_STYLE = {"font_color": DIFFERS_COLOUR, "bg_color": DIFFERS_TINT, "bold": True}


class Theme:
    """The formats of one workbook, each made once from the named styles that it combines."""

    def __init__(self, workbook: Workbook, styles: Styles = STYLES) -> None:
        self.workbook = workbook
        self._styles = styles
        self._formats: dict[tuple[str, ...], Format] = {}

    def __call__(self, *styles: str, number_format: str = "") -> Format:
        """The format that combines these styles, later ones winning.

        ``number_format``, if given, wins over that of the styles.
        """
        key = (*styles, number_format)
        if key not in self._formats:
            properties: dict[str, Any] = {}
            for style in ("base", *styles):
                properties |= self._styles[style]
            if number_format:
                properties["num_format"] = number_format
            self._formats[key] = self.workbook.add_format(properties)
        return self._formats[key]


def style_of(values: Any) -> str:
    """The style of a column with these numbers: "value", or "scientific" if it would not fit.

    A diverging run's weights grow without bound; with an exponent they still fit their column.
    """
    return "value" if np.abs(values).max() < LARGEST_PLAIN_VALUE else "scientific"
