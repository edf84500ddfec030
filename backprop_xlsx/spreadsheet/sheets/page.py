"""A worksheet under construction: cells in any order, written to the file row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.errors import BackpropError
from backprop_xlsx.spreadsheet.sheets.theme import Theme

Position = tuple[int, int]  # (row, column), both from 0


class Page:
    """Collects the cells of a small sheet and hands them to XlsxWriter in the order it needs.

    XlsxWriter keeps only one row in memory, so rows must reach it from top to bottom; a sheet is
    easier to read when it is written part by part.
    """

    def __init__(self, worksheet: Worksheet) -> None:
        self.worksheet = worksheet
        self._cells: dict[Position, Callable[[], int]] = {}
        self._heights: dict[int, float] = {}

    def text(self, position: Position, text: str, style: Format) -> None:
        """A cell with text; never a formula, whatever it starts with."""
        self._put(position, self.worksheet.write_string, *position, text, style)

    def number(self, position: Position, number: float, style: Format) -> None:
        """A cell with a typed number."""
        self._put(position, self.worksheet.write_number, *position, number, style)

    def formula(self, position: Position, formula: str, value: Any, style: Format) -> None:
        """A cell with a formula (without "=") and the value it is known to have."""
        cached = value if isinstance(value, str) else float(value)
        self._put(position, self.worksheet.write_formula, *position, "=" + formula, style, cached)

    def link(self, position: Position, sheet: str, text: str, style: Format) -> None:
        """A cell with a link to the top of another sheet."""
        target, hint = f"internal:'{sheet}'!A1", f"Go to {sheet}"
        self._put(position, self.worksheet.write_url, *position, target, style, text, hint)

    def blank(self, position: Position, style: Format) -> None:
        """An empty cell with a look."""
        self._put(position, self.worksheet.write_blank, *position, None, style)

    def merged(self, position: Position, last_column: int, text: str, style: Format) -> None:
        """Text over several cells of one row."""
        end = position[0], last_column
        self._put(position, self.worksheet.merge_range, *position, *end, text, style)

    def merged_formula(
        self, position: Position, last_column: int, formula: str, value: str, style: Format
    ) -> None:
        """A formula over several cells of one row."""
        row, column = position

        def write() -> int:
            code = self.worksheet.merge_range(row, column, row, last_column, "", style)
            return code or self.worksheet.write_formula(row, column, "=" + formula, style, value)

        self._put(position, write)

    def height(self, row: int, points: float) -> None:
        """Sets the height of a row, in points."""
        self._heights[row] = points

    def write(self) -> None:
        """Writes everything collected, from top to bottom.

        Raises BackpropError where XlsxWriter refuses a cell.
        """
        rows = sorted({row for row, _ in self._cells} | set(self._heights))
        by_row: dict[int, list[Position]] = {row: [] for row in rows}
        for position in sorted(self._cells):
            by_row[position[0]].append(position)
        for row in rows:
            if row in self._heights:
                self.worksheet.set_row(row, self._heights[row])
            for position in by_row[row]:
                accepted(self._cells[position](), self.worksheet, position)

    def _put(self, position: Position, write: Callable[..., int], *arguments: Any) -> None:
        if position in self._cells:
            raise BackpropError(f"sheet {self.worksheet.name}: cell {position} is written twice")
        self._cells[position] = partial(write, *arguments)


def put_headers(page: Page, theme: Theme, first: Position, headers: Iterable[str]) -> None:
    """The headers of a table from a cell on: one over words, all others over numbers."""
    row, left = first
    for column, header in enumerate(headers, start=left):
        style = "header_left" if column == left else "header_right"
        page.text((row, column), header, theme(style, "group_step"))


def anchored(row: int, column: int) -> str:
    """The address of a cell, wherever it is copied to: ``$C$5``."""
    return xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)


def accepted(code: int, worksheet: Worksheet, position: Position) -> None:
    """Raises BackpropError if ``code``, returned by a write of XlsxWriter, says it refused."""
    if code:
        raise BackpropError(
            f"sheet {worksheet.name}: XlsxWriter refused cell {position} with code {code}"
        )


def pixels(width: float) -> int:
    """The width of a column in pixels, given in characters, as spreadsheets compute it."""
    return int(width * 7 + 5)


def prepare(worksheet: Worksheet, last_row: int, last_column: int) -> None:
    """What all sheets share: no grid, A4 landscape, one page wide, a footer, no green triangles."""
    worksheet.hide_gridlines(2)
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    worksheet.set_footer("&L&A&Rpage &P of &N")
    worksheet.print_area(0, 0, last_row, last_column)
    everything = xl_range(0, 0, last_row, last_column)
    worksheet.ignore_errors(
        {
            "formula_differs": everything,
            "formula_range": everything,
            "formula_unlocked": everything,
            "empty_cell_reference": everything,
        }
    )
