"""The cached points of charts are refreshed as asked, and no other byte is touched."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from backprop_xlsx.spreadsheet.errors import FileError
from backprop_xlsx.spreadsheet.ooxml.archive import Archive
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.patching.patch import patch_chart
from tests.optional import WORKBOOKS, require
from tests.spreadsheet.ooxml.packages import DRAWING, HEADER

NUMBERS = (
    "<c:numCache>\n<c:formatCode>0.00</c:formatCode>"
    '<c:ptCount val="3"/><c:pt idx="0"><c:v>1.0</c:v></c:pt>'
    '<c:pt idx="1" formatCode="0%"><c:v>2E0</c:v></c:pt><c:pt idx="2"><c:v>3</c:v></c:pt>'
    "<c:extLst/></c:numCache>"
)
TEXTS = '<c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>old &lt;</c:v></c:pt></c:strCache>'


def chart(values: str = NUMBERS, name: str = TEXTS, reference: str = "A!$B$1:$B$3") -> bytes:
    """A chart with one series: its name and its values are referred to and cached."""
    return (
        f'{HEADER}<c:chartSpace xmlns:c="{DRAWING}/chart"><c:chart><c:plotArea><c:lineChart>'
        f"<c:ser ><c:tx><c:strRef><c:f>A!$B$9</c:f>{name}</c:strRef></c:tx>"
        f"<c:val><c:numRef><c:f>{reference}</c:f>{values}</c:numRef></c:val></c:ser>"
        "</c:lineChart></c:plotArea></c:chart></c:chartSpace>"
    ).encode()


@pytest.mark.parametrize(
    ("before", "values", "after"),
    [
        # What is the same number stays as it is written.
        (NUMBERS, [1.0, 2.0, 3.0], NUMBERS),
        (NUMBERS, [1.0, 0.25, 3.0], NUMBERS.replace("2E0", "0.25")),
        (
            NUMBERS,
            [1.0, None, "text", 5e-324],
            "<c:numCache>\n<c:formatCode>0.00</c:formatCode>"
            '<c:ptCount val="4"/><c:pt idx="0"><c:v>1.0</c:v></c:pt>'
            '<c:pt idx="3"><c:v>5e-324</c:v></c:pt><c:extLst/></c:numCache>',
        ),
        (
            NUMBERS,
            [],
            "<c:numCache>\n<c:formatCode>0.00</c:formatCode>"
            '<c:ptCount val="0"/><c:extLst/></c:numCache>',
        ),
        # Google Sheets leaves caches empty.
        (
            "<c:numCache/>",
            [0.1],
            '<c:numCache><c:ptCount val="1"/><c:pt idx="0"><c:v>0.1</c:v></c:pt></c:numCache>',
        ),
        (
            "<c:numCache><c:formatCode>0</c:formatCode></c:numCache>",
            [7.0],
            '<c:numCache><c:formatCode>0</c:formatCode><c:ptCount val="1"/>'
            '<c:pt idx="0"><c:v>7</c:v></c:pt></c:numCache>',
        ),
        ("", [1.0], ""),  # openpyxl writes none
        (
            "<c:strCache/>",
            [0.1 + 0.2, "<a>", None, "_x0041_"],
            '<c:strCache><c:ptCount val="4"/><c:pt idx="0"><c:v>0.3</c:v></c:pt>'
            '<c:pt idx="1"><c:v>&lt;a&gt;</c:v></c:pt>'
            '<c:pt idx="3"><c:v>_x005F_x0041_</c:v></c:pt></c:strCache>',
        ),
    ],
)
def test_points_are_refreshed(before: str, values: list[float | str | None], after: str) -> None:
    asked = []

    def answer(reference: str) -> list[float | str | None] | None:
        asked.append(reference)
        return values if reference == "A!$B$1:$B$3" else None

    assert patch_chart(chart(before), answer) == chart(after)
    assert asked == ["A!$B$9", "A!$B$1:$B$3"][: 2 if before else 1]


def test_the_name_of_a_series_is_refreshed() -> None:
    new = patch_chart(chart(), {"A!$B$9": ["new"], "A!$B$1:$B$3": None}.get)
    assert new == chart(name=TEXTS.replace("old &lt;", "new"))


def test_a_name_of_several_cells_is_left_alone() -> None:
    assert patch_chart(chart(), {"A!$B$9": ["a", "b"]}.get) == chart()


def test_references_are_asked_for_as_they_read() -> None:
    xml = chart(reference="'R&amp;D &lt;1&gt;'!A1,B2")
    new = patch_chart(xml, {"'R&D <1>'!A1,B2": [9.0, 2.0, 3.0]}.get)
    assert new == xml.replace(b"<c:v>1.0<", b"<c:v>9<")


def test_a_cache_without_a_reference_is_left_alone() -> None:
    xml = chart().replace(b"<c:f>A!$B$1:$B$3</c:f>", b"")
    assert patch_chart(xml, lambda reference: [5.0]) == xml.replace(b"old &lt;", b"5")


def test_other_prefixes_and_encodings_are_kept() -> None:
    text = chart().decode().replace("c:", "k:").replace(":c=", ":k=")
    text = text.replace("UTF-8", "UTF-16")
    xml = ("\ufeff" + text).encode("utf-16-be")
    new = patch_chart(xml, {"A!$B$1:$B$3": [1.0, 2.0]}.get)
    shorter = text.replace('val="3"', 'val="2"').replace('<k:pt idx="2"><k:v>3</k:v></k:pt>', "")
    assert new == ("\ufeff" + shorter).encode("utf-16-be")


@pytest.mark.parametrize("xml", [b"", b"<broken", b"<!DOCTYPE x><x/>"])
def test_a_part_that_is_not_sound_is_refused(xml: bytes) -> None:
    with pytest.raises(FileError):
        patch_chart(xml, lambda reference: [1.0])


def test_a_refreshed_book_reads_as_one_written_with_the_new_values(tmp_path: Path) -> None:
    old, new = [1.0, 2.0, 3.0], [4.5, 5e-9, 6.0]
    parts = {}
    for name, numbers in (("old", old), ("new", new)):
        with xlsxwriter.Workbook(tmp_path / name) as book:
            sheet = book.add_worksheet("A")
            sheet.write_column("A1", numbers)
            sheet.write_column("B1", ["x", "y", "z"])
            lines = book.add_chart({"type": "line"})
            lines.add_series({"values": "=A!$A$1:$A$3", "categories": "=A!$B$1:$B$3"})
            sheet.insert_chart("D1", lines)
        parts[name] = Archive.open(tmp_path / name).read("xl/charts/chart1.xml")
    assert parts["old"] != parts["new"]
    assert patch_chart(parts["old"], {"A!$A$1:$A$3": new}.get) == parts["new"]


@pytest.mark.filterwarnings("ignore")  # about styles and extensions
def test_real_charts_hold_the_new_points(tmp_path: Path) -> None:
    require(WORKBOOKS.is_dir(), "the folder of real workbooks")
    for path in sorted(WORKBOOKS.glob("*.xlsx")):
        book = read_book(path)
        charts = [chart for sheet in book.sheets for chart in sheet.charts]
        wanted = {series.values: [0.5, None, 2.5] for chart in charts for series in chart.series}
        target = tmp_path / path.name
        book.archive.rewrite(
            {
                chart.part: patch_chart(book.archive.read(chart.part), wanted.get)
                for chart in charts
            },
            target,
        )
        theirs = openpyxl.load_workbook(target)
        for sheet in theirs.worksheets + theirs.chartsheets:
            for their_chart in sheet._charts:
                for series in their_chart.series:
                    cache = (series.val or series.yVal).numRef.numCache
                    assert [(point.idx, point.v) for point in cache.pt] == [(0, 0.5), (2, 2.5)]
                    assert cache.ptCount == 3
