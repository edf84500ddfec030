"""The chart of the probabilities, below the page to paint on."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart_column import ChartColumn

from backprop_xlsx.spreadsheet.sheets.grids import POSITIVE
from backprop_xlsx.spreadsheet.sheets.page import Position
from backprop_xlsx.spreadsheet.sheets.theme import INK, QUIET, RULE

GAP = 60  # between columns, in per cent of one


def probability_chart(
    workbook: Workbook,
    sheet: str,
    classes: Position,
    shares: Position,
    name: Position,
    count: int,
    noun: str,
) -> ChartColumn:
    """A column for each of ``count`` classes, from the first cells of a sheet's two lists.

    ``name`` is the cell that says what the columns show.
    """
    chart = workbook.add_chart({"type": "column"})
    (first_class, of_classes), (first_share, of_shares) = classes, shares
    chart.add_series(
        {
            "name": [sheet, *name],
            "categories": [sheet, first_class, of_classes, first_class + count - 1, of_classes],
            "values": [sheet, first_share, of_shares, first_share + count - 1, of_shares],
            "fill": {"color": POSITIVE},
            "gap": GAP,
        }
    )
    text = {"size": 11, "color": INK, "bold": False}
    shared: dict[str, Any] = {"num_font": text, "name_font": text, "line": {"color": QUIET}}
    lines = {"visible": True, "line": {"color": RULE, "width": 0.5}}
    title = f"The probability of each {noun}"
    chart.set_title({"name": title, "name_font": {"size": 13, "color": INK, "bold": True}})
    chart.set_x_axis(shared | {"name": noun})
    chart.set_y_axis(
        shared | {"name": "probability", "min": 0, "max": 1, "num_format": "0 %",
                  "major_unit": 0.25, "major_gridlines": lines}
    )  # fmt: skip
    chart.set_legend({"none": True})
    chart.set_chartarea({"border": {"none": True}})
    return chart
