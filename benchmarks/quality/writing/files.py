"""Write a book, recalculate it with an engine, and compare."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import formualizer
import xlsxwriter

from .book import Book
from .cells import Cell
from .layout import Place

FORMATS = {"four": "0.0000", "eight": "0.00000000", "percent": "0.00%", "scientific": "0.00E+00"}


def written(book: Book, cells: Mapping[Place, Cell]) -> bytes:
    """The book as an .xlsx file."""
    stream = BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheets = {layout.sheet: None for layout in book.layouts}
    sheets |= {layout.gradient_sheet: None for layout in book.layouts}
    sheets |= {place[0]: None for place in cells}
    pages = {name: workbook.add_worksheet(name) for name in sheets}
    for page in pages.values():
        # XlsxWriter looks for functions newer than Excel 2010, of which there are none: 2/3 of
        # the time that it takes to write a book.
        page._prepare_formula = _without_sign
    number_format = FORMATS.get(book.style["digits"])
    style = workbook.add_format({"num_format": number_format}) if number_format else None
    for (sheet, row, column), cell in sorted(cells.items()):
        page = pages[sheet]
        if cell.is_formula:
            page.write_formula(row - 1, column - 1, cell.content, style, cell.value)
        elif isinstance(cell.content, str):
            page.write_string(row - 1, column - 1, cell.content)
        else:
            page.write_number(row - 1, column - 1, cell.content, style)
    for name, (sheet, row, column) in book.names().items():
        quoted = sheet.replace("'", "''")
        place = xlsxwriter.utility.xl_rowcol_to_cell(row - 1, column - 1, True, True)
        workbook.define_name(name, f"='{quoted}'!{place}")
    _charts(book, workbook, pages)
    workbook.close()
    return stream.getvalue()


def _without_sign(formula: str, expand_future_functions: bool = False) -> str:
    return formula.removeprefix("=")


def _charts(book: Book, workbook: Any, pages: Mapping[str, Any]) -> None:
    if book.style["charts"] == "none" or not book.steps:
        return
    names = {
        "losses": [f"E{k}" for k in range(1, book.convention.sizes[2] + 1)],
        "weights": list(book.convention.weights),
    }.get(book.style["charts"], [])
    if book.style["charts"] != "weights":
        names.append("E_total")
    for run, layout in enumerate(book.layouts):
        chart = workbook.add_chart({"type": "line"})
        for name in names:
            sheet, row, column = layout.place(name, 0)
            _, last_row, last_column = layout.place(name, book.steps)
            area = [sheet, row - 1, column - 1, last_row - 1, last_column - 1]
            chart.add_series({"name": name, "values": area})
        title = "Weights" if book.style["charts"] == "weights" else "Error"
        chart.set_title({"name": f"{title}, η = {book.runs[run]['rate']:g}"})
        pages[layout.sheet].insert_chart(layout.end + 40, 2 + 8 * run, chart)


class Opened:
    """A file inside an engine."""

    def __init__(self, content: bytes) -> None:
        self._book = formualizer.load_workbook_bytes(content)

    def type(self, place: Place, number: float) -> None:
        """Type a number into a cell."""
        self._book.set_value(*place, number)

    def recalculate(self) -> None:
        """Compute every formula anew."""
        self._book.evaluate_all()

    def value(self, place: Place) -> float | str | None:
        """A number, a text or an error such as "#DIV/0!"; None for an empty cell."""
        value = self._book.get_value(*place)
        if isinstance(value, bool | int | float):
            return float(value)
        if isinstance(value, Mapping):
            kind = str(value.get("kind", value.get("type", "Value")))
            return ERRORS.get(kind.lower(), "#VALUE!")
        return value if value is None or isinstance(value, str) else str(value)


ERRORS = {
    "div": "#DIV/0!",
    "div0": "#DIV/0!",
    "na": "#N/A",
    "name": "#NAME?",
    "num": "#NUM!",
    "ref": "#REF!",
    "value": "#VALUE!",
    "null": "#NULL!",
}


def recalculated(book: Book, cells: Mapping[Place, Cell]) -> dict[Place, Cell]:
    """The cells with the values that an engine computes; errors as errors."""
    spoilt = {
        place: Cell(cell.content, 12345.0) if cell.is_formula else cell
        for place, cell in cells.items()
    }
    opened = Opened(written(book, spoilt))
    opened.recalculate()
    found = {}
    for place, cell in cells.items():
        value = opened.value(place) if cell.is_formula else 0.0
        found[place] = Cell(cell.content, 0.0 if value is None else value)
    return found
