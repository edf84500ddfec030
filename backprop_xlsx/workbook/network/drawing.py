"""The network drawn as a chart: its series are nodes and arrows, their names the live numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart_scatter import ChartScatter
from xlsxwriter.utility import xl_rowcol_to_cell

from backprop_xlsx.formula.names import MEAN_LOSS, TOTAL_LOSS
from backprop_xlsx.spreadsheet.sheets.page import Page, put_headers
from backprop_xlsx.spreadsheet.sheets.theme import ACCENT, GROUP_TINTS, INK, QUIET, RULE, Theme
from backprop_xlsx.workbook.layout import SELECTED
from backprop_xlsx.workbook.network.diagram import (
    HEIGHT,
    WIDTH,
    Diagram,
    Edge,
    Label,
    Node,
    Point,
)
from backprop_xlsx.workbook.network.selection import FIRST_QUANTITY_ROW, TEXT_COLUMN, Selection

# On the sheet Selected, right of the quantities: each shape's text, and its points.
SHAPE_COLUMN, X_COLUMN, Y_COLUMN = 7, 8, 9
POINTS_IN_A_PIXEL = 0.75
TEXT_SIZE, TITLE_SIZE = 8, 9
ON_TWO_LINES = (TOTAL_LOSS, MEAN_LOSS)  # too long for a node


@dataclass(frozen=True)
class _Shape:
    """A series of the chart: where its cells begin, and what it looks like."""

    row: int
    formula: str | None  # of the text; None where the text is typed
    text: str
    points: Sequence[Point]
    look: dict[str, Any]


class Drawing:
    """The chart's cells on the sheet Selected, and the chart."""

    def __init__(self, selection: Selection, diagram: Diagram) -> None:
        self._selection = selection
        self._diagram = diagram

    def put(self, page: Page, theme: Theme) -> None:
        """Puts the texts and the points that the chart refers to on the sheet Selected."""
        heading = FIRST_QUANTITY_ROW - 2, SHAPE_COLUMN
        page.text(heading, "What the drawing is made of", theme("heading"))
        first = FIRST_QUANTITY_ROW - 1, SHAPE_COLUMN
        put_headers(page, theme, first, ("text", "from the left", "from below"))
        page.worksheet.set_column(SHAPE_COLUMN, SHAPE_COLUMN, 40)
        page.worksheet.set_column(X_COLUMN, Y_COLUMN, 13)
        number = theme("whole", "quiet", number_format="0.0")
        for shape in self._shapes:
            position = (shape.row, SHAPE_COLUMN)
            if shape.formula is None:
                page.text(position, shape.text, theme("left"))
            else:
                page.formula(position, shape.formula, shape.text, theme("left"))
            for row, point in enumerate(shape.points, start=shape.row):
                for column, coordinate in zip((X_COLUMN, Y_COLUMN), point, strict=True):
                    page.number((row, column), coordinate, number)

    def chart(self, workbook: Workbook) -> ChartScatter:
        """The chart, of :data:`WIDTH` by :data:`HEIGHT` pixels."""
        chart = workbook.add_chart({"type": "scatter", "subtype": "straight"})
        for shape in self._shapes:
            last = shape.row + len(shape.points) - 1
            xs, ys = zip(*shape.points, strict=True)
            places = {
                "name": [SELECTED, shape.row, SHAPE_COLUMN],
                "name_data": [shape.text],
                "categories": [SELECTED, shape.row, X_COLUMN, last, X_COLUMN],
                "categories_data": list(xs),
                "values": [SELECTED, shape.row, Y_COLUMN, last, Y_COLUMN],
                "values_data": list(ys),
            }
            chart.add_series(places | shape.look)
        for set_axis, length in ((chart.set_x_axis, WIDTH), (chart.set_y_axis, HEIGHT)):
            gridlines = {"major_gridlines": {"visible": False}}
            set_axis({"visible": False, "min": 0, "max": length} | gridlines)
        chart.set_plotarea({"layout": {"x": 0, "y": 0, "width": 1, "height": 1}})
        chart.set_chartarea({"border": {"color": RULE}})
        chart.set_title({"none": True})
        chart.set_legend({"none": True})
        chart.set_size({"width": WIDTH, "height": HEIGHT})
        return chart

    @cached_property
    def _shapes(self) -> tuple[_Shape, ...]:
        """Arrows first, so that nodes lie above them."""
        shapes: list[_Shape] = []
        row = FIRST_QUANTITY_ROW
        drawn = self._diagram
        items: tuple[Edge | Node | Label, ...] = (*drawn.edges, *drawn.nodes, *drawn.labels)
        for item in items:
            formula, text = self._text(item)
            points = item.points if isinstance(item, Edge) else (item.at,)
            rounded = tuple((round(x, 2), round(y, 2)) for x, y in points)
            shapes.append(_Shape(row, formula, text, rounded, self._look(item)))
            row += len(points)
        return tuple(shapes)

    def _text(self, item: Edge | Node | Label) -> tuple[str | None, str]:
        """The formula of what a shape shows, and its value."""
        if isinstance(item, Node):
            lines = [self._line(name) for name in item.quantities]
            formulas, texts = zip(*lines, strict=True)
            return "&CHAR(10)&".join(formulas), "\n".join(texts)
        name = item.weight if isinstance(item, Edge) else item.quantity
        if name is None:
            return None, item.words if isinstance(item, Label) else "arrow"
        return self._line(name)

    def _line(self, name: str) -> tuple[str, str]:
        cell = xl_rowcol_to_cell(self._selection.row(name), TEXT_COLUMN)
        text = self._selection.text(name)
        if name in ON_TWO_LINES:
            return f'SUBSTITUTE({cell},"= ","="&CHAR(10))', text.replace("= ", "=\n")
        return cell, text

    def _look(self, item: Edge | Node | Label) -> dict[str, Any]:
        labels: dict[str, Any] = {
            "series_name": True,
            "value": False,
            "position": "center",
            "font": {"size": TEXT_SIZE, "color": INK, "bold": False},
        }
        nothing = {"type": "none"}
        if isinstance(item, Edge):
            look: dict[str, Any] = {"line": {"color": QUIET, "width": 1}, "marker": nothing}
            if item.weight is None:
                return look
            hidden = [{"delete": index != 1} for index in range(len(item.points))]
            custom = [entry if entry["delete"] else None for entry in hidden]
            fill = {"fill": {"color": GROUP_TINTS["weights"]}}
            return look | {"data_labels": labels | fill | {"custom": custom}}
        if isinstance(item, Node):
            marker = {
                "type": "circle" if item.round else "square",
                "size": round(self._diagram.diameter * POINTS_IN_A_PIXEL),
                "fill": {"color": GROUP_TINTS[item.group]},
                "border": {"color": ACCENT, "width": 1.25},
            }
            return {"line": {"none": True}, "marker": marker, "data_labels": labels}
        if item.quantity is None:
            labels["font"] = {"size": TITLE_SIZE, "color": QUIET, "bold": True}
        else:
            labels["fill"] = {"color": GROUP_TINTS["weights"]}
        return {"line": {"none": True}, "marker": nothing, "data_labels": labels}
