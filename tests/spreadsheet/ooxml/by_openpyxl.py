"""A workbook held against what openpyxl reads of it: every cell, and every chart."""

from __future__ import annotations

import datetime
import re
import warnings
from typing import Any

import openpyxl
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from backprop_xlsx.spreadsheet.ooxml.book import Book


def formula_text(written: Any) -> str:
    """A formula of openpyxl's without its "="."""
    if isinstance(written, DataTableFormula):
        return f"TABLE({written.r1},{written.r2})"
    return (written.text if isinstance(written, ArrayFormula) else written)[1:]


def one_space(formula: str | None) -> str | None:
    """A formula as openpyxl writes those that it copies down: runs of spaces become one."""
    return formula and re.sub(" +", " ", formula)


def cells_of_openpyxl(
    formulas: openpyxl.Workbook, values: openpyxl.Workbook
) -> dict[str, dict[tuple[int, int], tuple[Any, Any]]]:
    """Formula and value of each cell of each sheet that holds something."""
    book: dict[str, dict[tuple[int, int], tuple[Any, Any]]] = {}
    for sheet in formulas.worksheets:
        cells = book[sheet.title] = {}
        for row in sheet.iter_rows():
            for cell in row:
                formula = formula_text(cell.value) if cell.data_type == "f" else None
                value = values[sheet.title].cell(cell.row, cell.column).value
                if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
                    value = to_excel(value)
                if value is not None or cell.data_type == "f":
                    cells[cell.row, cell.column] = (one_space(formula), value)
    return book


def assert_same_cells(book: Book, expected: dict[str, dict[tuple[int, int], Any]]) -> int:
    """Compare all sheets, and count the cells."""
    assert [sheet.name for sheet in book.sheets if sheet.name in expected] == list(expected)
    for name, cells in expected.items():
        ours = {
            position: (one_space(cell.formula), cell.value)
            for position, cell in book.sheet(name).cells.items()
        }
        assert ours == cells, f"{book.path.name}, {name}"
    return sum(map(len, expected.values()))


def series_of_openpyxl(chart: Any) -> list[tuple[str | None, str | None]]:
    """The references of the values and of the name of each series, as openpyxl read them."""
    return [
        (
            (series.val or series.yVal).numRef.f,
            series.tx.strRef.f if series.tx and series.tx.strRef else None,
        )
        for series in chart.series
    ]


def title_of_openpyxl(chart: Any) -> str | None:
    """The title as openpyxl read it."""
    title = chart.title
    if title is None or title.tx is None:
        return None
    if title.tx.strRef is not None:
        return title.tx.strRef.strCache.pt[0].v
    return "".join(run.t for paragraph in title.tx.rich.p for run in paragraph.r or ())


def assert_same_charts(book: Book, theirs: openpyxl.Workbook) -> int:
    """Compare the series and the titles of all charts, and count the charts."""
    count = 0
    for sheet in theirs.worksheets + theirs.chartsheets:
        charts = book.sheet(sheet.title).charts
        assert len(charts) == len(sheet._charts)
        for chart, their_chart in zip(charts, sheet._charts, strict=True):
            ours = [
                (series.values, series.name if series.name_is_reference else None)
                for series in chart.series
            ]
            assert ours == series_of_openpyxl(their_chart)
            assert chart.title == title_of_openpyxl(their_chart), book.path.name
            count += 1
    return count


def assert_same_as_openpyxl(book: Book) -> tuple[int, int]:
    """Compare all cells and charts, and count both."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions
        formulas, values = (openpyxl.load_workbook(book.path, data_only=b) for b in (False, True))
    cells = assert_same_cells(book, cells_of_openpyxl(formulas, values))
    return cells, assert_same_charts(book, formulas)
