"""The list of parts by type: pictures and relationships by extension, all else by name."""

from __future__ import annotations

import pytest

from backprop_xlsx.spreadsheet.splice.content_types import RELATIONSHIPS, ContentTypes
from backprop_xlsx.spreadsheet.splice.part import Part
from tests.spreadsheet.books_with_traits import override, types

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
SHEETS_LINE = override("/xl/sheet1.xml", SHEET)
RELATIONSHIPS_LINE = f'<Default Extension="rels" ContentType="{RELATIONSHIPS}"/>'
PICTURES_LINE = '<Default Extension="png" ContentType="image/png"/>'
DATA_LINE = '<Default Extension="xml" ContentType="application/xml"/>'


@pytest.mark.parametrize(
    ("before", "part", "content_type", "added"),
    [
        ((), "xl/sheet1.xml", SHEET, SHEETS_LINE),
        ((DATA_LINE,), "xl/sheet1.xml", SHEET, SHEETS_LINE),
        ((), "xl/_rels/sheet1.xml.rels", RELATIONSHIPS, RELATIONSHIPS_LINE),
        ((), "xl/media/image1.png", "image/png", PICTURES_LINE),
        # What is declared so already needs no line, in whatever case.
        ((PICTURES_LINE,), "xl/media/image1.PNG", "image/png", ""),
        ((SHEETS_LINE,), "XL/Sheet1.xml", SHEET, ""),
        # An extension that has another type keeps it.
        (
            (PICTURES_LINE.replace("image/png", "image/x-png"),),
            "xl/media/image1.png",
            "image/png",
            override("/xl/media/image1.png", "image/png"),
        ),
    ],
)
def test_a_part_is_declared_as_the_format_does_it(
    before: tuple[str, ...], part: str, content_type: str, added: str
) -> None:
    declared = ContentTypes(Part(types(*before), "a book"))
    declared.declare(part, content_type)
    assert declared.part.changed() == types(*before, added)
