"""Charts are found through their sheets, and their series are what the libraries were told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import openpyxl.chart
import pytest
import xlsxwriter
from openpyxl.chart.series_factory import SeriesFactory

from backprop_xlsx.spreadsheet.ooxml.archive import Archive
from backprop_xlsx.spreadsheet.ooxml.book import Chart, Series, read_book
from tests.spreadsheet.ooxml.packages import (
    DOCUMENT,
    DRAWING,
    parts_of,
    relationships_xml,
    sheet_xml,
)
from tests.spreadsheet.ooxml.packages import write_package as write

EXPECTED = (
    Series("'η = 1'!$B$1", True, "'η = 1'!$A$2:$A$9", "'η = 1'!$B$2:$B$9"),
    Series("learning rate <2>", False, None, "'η = 1'!$C$2:$C$9"),
    Series(None, False, None, "'η = 1'!$D$2:$D$9"),
)
KINDS = ["line", "scatter", "column", "bar", "area", "pie", "doughnut", "radar", "stock"]


def add_series(chart: Any) -> None:
    chart.add_series({"name": f"={EXPECTED[0].name}", **ranges(EXPECTED[0])})
    chart.add_series({"name": EXPECTED[1].name, **ranges(EXPECTED[1])})
    chart.add_series(ranges(EXPECTED[2]))


def ranges(series: Series) -> dict[str, str]:
    ranges = {"values": f"={series.values}"}
    return ranges | ({"categories": f"={series.categories}"} if series.categories else {})


@pytest.mark.parametrize("kind", KINDS)
def test_charts_of_xlsxwriter_are_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("η = 1")
        book.add_worksheet("no charts")
        chart = book.add_chart({"type": kind})
        if kind == "scatter":  # it must have x values
            for series in EXPECTED:
                chart.add_series({"categories": f"={EXPECTED[0].categories}", **ranges(series)})
        else:
            add_series(chart)
        chart.set_title({"name": "Loss"})
        chart.set_x_axis({"name": "step"})
        chart.set_y_axis({"name": "E_total"})
        sheet.insert_chart("F1", chart)
        second = book.add_chart({"type": "line"})
        second.add_series(ranges(EXPECTED[2]))
        sheet.insert_chart("F20", second)
    read = read_book(path)
    first, other = read.sheets[0].charts
    assert (first.title, other.title) == ("Loss", None)
    assert [series.values for series in first.series] == [series.values for series in EXPECTED]
    if kind == "scatter":
        assert {series.categories for series in first.series} == {EXPECTED[0].categories}
    else:
        assert first.series == EXPECTED
    assert other.series == (EXPECTED[2],)
    assert read.sheets[1].charts == ()


def test_chart_sheets_are_read(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("η = 1")
        chart = book.add_chart({"type": "line"})
        add_series(chart)
        chart.set_title({"name": "='η = 1'!$A$1", "data": ["linked"]})
        book.add_chartsheet("Loss").set_chart(chart)
    sheet = read_book(path).sheet("Loss")
    assert sheet.cells == {}
    assert sheet.charts == (Chart("xl/charts/chart1.xml", EXPECTED, "linked"),)


def test_two_kinds_in_one_chart_are_read(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("η = 1")
        columns, line = book.add_chart({"type": "column"}), book.add_chart({"type": "line"})
        columns.add_series(ranges(EXPECTED[0]))
        line.add_series(ranges(EXPECTED[1]) | {"trendline": {"type": "linear", "name": "trend"}})
        columns.combine(line)
        sheet.insert_chart("F1", columns)
    (chart,) = read_book(path).sheets[0].charts
    assert [series.values for series in chart.series] == [EXPECTED[0].values, EXPECTED[1].values]
    assert [series.name for series in chart.series] == [None, None]


def test_labels_from_cells_are_not_names(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("η = 1")
        chart = book.add_chart({"type": "line"})
        labels = {"value": True, "custom": [{"value": "='η = 1'!$A$1"}, {"value": "text"}]}
        chart.add_series(ranges(EXPECTED[2]) | {"data_labels": labels})
        sheet.insert_chart("F1", chart)
    (chart,) = read_book(path).sheets[0].charts
    assert chart.series == (EXPECTED[2],)


def test_charts_of_openpyxl_are_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "data"
    for row in range(1, 10):
        sheet.append([row, row * 2])
    values = openpyxl.chart.Reference(sheet, min_col=2, min_row=1, max_row=9)
    x_values = openpyxl.chart.Reference(sheet, min_col=1, min_row=2, max_row=9)
    line, scatter = openpyxl.chart.LineChart(), openpyxl.chart.ScatterChart()
    line.add_data(values, titles_from_data=True)
    line.set_categories(x_values)
    line.title = "Loss"
    scatter.series.append(SeriesFactory(values, x_values, title="typed"))
    sheet.add_chart(line, "F1")
    sheet.add_chart(scatter, "F20")
    book.save(tmp_path / "book.xlsx")
    first, second = read_book(tmp_path / "book.xlsx").sheets[0].charts
    assert first.title == "Loss"
    assert first.series == (Series("'data'!B1", True, "'data'!$A$2:$A$9", "'data'!$B$2:$B$9"),)
    assert second.series == (Series("typed", False, "'data'!$A$2:$A$9", "'data'!$B$1:$B$9"),)


CHART = (
    f'<c:chartSpace xmlns:c="{DRAWING}/chart"><c:chart><c:plotArea><c:lineChart><c:ser><c:val>'
    "<c:numRef><c:f>Sheet1!A1:A9</c:f></c:numRef></c:val></c:ser></c:lineChart></c:plotArea>"
    "</c:chart></c:chartSpace>"
)


def parts_with_drawing(
    chart: str, drawing: str = "", target: str = "chart1.xml"
) -> dict[str, bytes]:
    """A book of one sheet with a drawing that refers twice to a chart in the same folder."""
    drawing = drawing or (
        f'<d xmlns:c="{DRAWING}/chart" xmlns:r="{DOCUMENT}"><c:chart r:id="rId1"/>'
        '<c:chart r:id="rId1"/><c:chart r:id="rId9"/><c:chart/></d>'
    )
    parts = parts_of(
        sheet_xml("<row><c><v>1</v></c></row>", '<drawing r:id="rId1"/>'),
        xl__worksheets__drawing1=drawing,
        xl__worksheets__chart1=chart,
    )
    links = {"sheet1.xml": ("drawing", "drawing1.xml"), "drawing1.xml": ("chart", target)}
    for part, (kind, linked) in links.items():
        links_xml = relationships_xml(("rId1", kind, linked))
        parts[f"xl/worksheets/_rels/{part}.rels"] = links_xml.encode()
    return parts


def test_a_chart_that_is_shown_twice_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    chunks = Archive.chunks

    def noted(archive: Archive, name: str) -> Iterator[bytes]:
        read.append(name)
        return chunks(archive, name)

    monkeypatch.setattr(Archive, "chunks", noted)
    book = read_book(write(tmp_path / "book.xlsx", parts_with_drawing(CHART)))
    assert read.count("xl/worksheets/chart1.xml") == 1
    series = Series(None, False, None, "Sheet1!A1:A9")
    assert book.sheets[0].charts == (Chart("xl/worksheets/chart1.xml", (series,), None),)


@pytest.mark.parametrize(
    "parts",
    [
        parts_with_drawing(CHART[:-9]),
        parts_with_drawing("no XML"),
        parts_with_drawing("<!DOCTYPE x>" + CHART),
        parts_with_drawing(CHART, drawing="<broken"),
        parts_with_drawing(CHART, target="absent.xml"),
        parts_with_drawing(CHART, target="../../../chart1.xml"),
        {**parts_with_drawing(CHART), "xl/worksheets/_rels/drawing1.xml.rels": b"<broken"},
    ],
)
def test_damaged_charts_are_passed_over(tmp_path: Path, parts: dict[str, bytes]) -> None:
    (sheet,) = read_book(write(tmp_path / "book.xlsx", parts)).sheets
    assert sheet.charts == ()
    assert sheet.cells[1, 1].value == 1
