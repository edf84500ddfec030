"""The grid that the sections of a sheet share: its columns, headings, headers and charts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.chart_scatter import ChartScatter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.sheets.page import Page, Position, pixels
from backprop_xlsx.spreadsheet.sheets.theme import (
    INK,
    QUIET,
    RULE,
    Theme,
)
from mnist_model.sheets.addresses import fixed_area
from mnist_model.sheets.paging import ROW

# A margin, a column for words, and columns for numbers.
WORDS, NUMBERS, COLUMNS_OF_NUMBERS = 1, 2, 12
LAST_COLUMN = NUMBERS + COLUMNS_OF_NUMBERS - 1
WIDTH_OF_WORDS, WIDTH_OF_NUMBERS = 28, 11
ROW_HEIGHT, GAP = 20, 12  # pixels
HEADING_HEIGHT = 22  # points
HOLDS, FAILS = "✓ yes", "✗ no"

PER_CENT, COUNT, DIFFERENCE = "0.00", "#,##0", "+0.000;−0.000;0.000"
CHART_TEXT = {"size": 9, "color": INK, "bold": False}
ACCURACY_ASKED = 99.4


@dataclass(frozen=True)
class Headed:
    """A section under a title, which is in row ``top``; the headers of a table are in the next."""

    top: int

    @property
    def first_row(self) -> int:
        """The row of a table's first line."""
        return self.top + 2

    @property
    def extra_height(self) -> float:
        """The points of the title's row beyond those of a plain one."""
        return HEADING_HEIGHT - ROW


TABLE_WIDTH = pixels(WIDTH_OF_WORDS) + COLUMNS_OF_NUMBERS * pixels(WIDTH_OF_NUMBERS)


def column_range(first_row: int, last_row: int, column: int) -> str:
    """The address of some cells of a column, anchored."""
    return fixed_area(first_row, column, last_row - first_row + 1, 1)


def set_columns(worksheet: Worksheet) -> None:
    """Gives the columns of the grid their widths."""
    worksheet.set_column(0, 0, 2)
    worksheet.set_column(WORDS, WORDS, WIDTH_OF_WORDS)
    worksheet.set_column(NUMBERS, LAST_COLUMN, WIDTH_OF_NUMBERS)


def put_heading(page: Page, theme: Theme, top: int, title: str) -> None:
    """A section's title in row ``top``."""
    page.text((top, WORDS), title, theme("heading"))
    page.height(top, HEADING_HEIGHT)


def put_head(
    page: Page,
    theme: Theme,
    top: int,
    title: str,
    headers: Sequence[str],
    tint: str,
    centred: Collection[int] = (),
) -> None:
    """A section's title in row ``top``, and the headers of its table in the row after it."""
    put_heading(page, theme, top, title)
    for column, header in enumerate(headers, start=WORDS):
        style = "header_left" if column == WORDS else "header_right"
        style = "header" if column in centred else style
        page.text((top + 1, column), header, theme(style, f"group_{tint}"))


def put_number(page: Page, position: Position, number: float | None, style: Format) -> None:
    """A typed number, or an empty cell for one that is not known."""
    if number is None:
        page.blank(position, style)
    else:
        page.number(position, number, style)


def verdict(condition: str) -> str:
    """The formula of a verdict on a condition."""
    return f'IF({condition},"{HOLDS}","{FAILS}")'


def scatter_chart(
    theme: Theme,
    titles: tuple[str, str, str],
    series: Sequence[Mapping[str, Any]],
    horizontal: Mapping[str, Any],
    vertical: Mapping[str, Any],
    size: tuple[int, int],
) -> ChartScatter:
    """A scatter chart in the book's look; ``titles`` are its own and those of its two axes."""
    chart = theme.workbook.add_chart({"type": "scatter", "subtype": "straight"})
    for one in series:
        chart.add_series(dict(one))
    shared: dict[str, Any] = {
        "name_font": CHART_TEXT,
        "num_font": CHART_TEXT,
        "line": {"color": QUIET},
        "major_gridlines": {"visible": True, "line": {"color": RULE, "width": 0.5}},
        "label_position": "low",
    }
    title, x_title, y_title = titles
    chart.set_title({"name": title, "name_font": {"size": 11, "color": INK, "bold": True}})
    plain = {"major_gridlines": {"visible": False}}
    chart.set_x_axis({**shared, **plain, "name": x_title, **horizontal})
    chart.set_y_axis({**shared, "name": y_title, **vertical})
    chart.set_legend({"position": "bottom", "font": CHART_TEXT})
    chart.set_chartarea({"border": {"none": True}})
    chart.set_size({"width": size[0], "height": size[1]})
    return chart
