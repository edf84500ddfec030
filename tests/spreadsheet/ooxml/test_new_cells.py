"""Cells are put into rows in their places, and no other byte is touched."""

from __future__ import annotations

import pytest

from backprop_xlsx.spreadsheet.ooxml.patching.new_cells import with_cells
from tests.spreadsheet.ooxml.packages import sheet_xml

ROWS = '<row r="1"><c r="A1" s="3"><v>1</v></c><c r="C1" s="7"><v>3</v></c></row>'


@pytest.mark.parametrize(
    ("rows", "wanted", "after"),
    [
        (
            ROWS + '<row r="2"><c r="A2"/><c r="D2"/></row>',
            [(2, 3), (2, 2)],
            ROWS + '<row r="2"><c r="A2"/><c r="B2"/><c r="C2" s="7"/><c r="D2"/></row>',
        ),
        (
            ROWS + '<row r="2" ht="15"/>',
            [(2, 1)],
            ROWS + '<row r="2" ht="15"><c r="A2" s="3"/></row>',
        ),
        (
            '<row r="1"><c r="A1"/></row><row r="3"/>',
            [(1, 5), (2, 1)],
            '<row r="1"><c r="A1"/><c r="E1"/></row><row r="3"/>',
        ),
        ("<row><c><v>1</v></c></row>", [(1, 1), (1, 2)], '<row><c><v>1</v></c><c r="B1"/></row>'),
    ],
)
def test_a_cell_comes_into_its_place(rows: str, wanted: list[tuple[int, int]], after: str) -> None:
    assert with_cells(sheet_xml(rows).encode(), wanted) == sheet_xml(after).encode()


def test_the_encoding_stays() -> None:
    text = (
        '<?xml version="1.0" encoding="iso-8859-1"?>' + sheet_xml('<row r="1"/>').partition("?>")[2]
    )
    changed = with_cells(text.replace("<row", "<!--ä--><row").encode("latin-1"), [(1, 1)])
    assert "<!--ä--><row" in changed.decode("latin-1")
    assert b'<c r="A1"/></row>' in changed
