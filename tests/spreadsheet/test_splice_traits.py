"""Books with the traits that strangers' programs give them: what was there stays, part by part."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import openpyxl
import pytest
import xlsxwriter
from defusedxml.ElementTree import fromstring

from backprop_xlsx.spreadsheet.errors import FileError, Notice
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.splice import splice
from tests.spreadsheet.books_to_splice import NAME, addition
from tests.spreadsheet.books_with_traits import (
    RELATIONSHIPS,
    TABLES,
    TRAITS,
    Parts,
    many_formats,
    plain,
)
from tests.spreadsheet.ooxml.packages import MAIN, PACKAGE, parts_in, write_package
from tests.spreadsheet.test_splice import CHANGED

ORDER = ["numFmts", *TABLES, "dxfs", "tableStyles", "colors", "extLst"]


def spliced(folder: Path, parts: Parts, added: Path, name: str = NAME) -> tuple[Path, Parts]:
    book = write_package(folder / "book.xlsx", parts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Notice)
        splice(book, added, name)
    return book, parts_in(book)


def declared_type(types: Element, part: str) -> str | None:
    namespace = f"{{{PACKAGE}/content-types}}"
    for line in types.iter(f"{namespace}Override"):
        if line.get("PartName") == f"/{part}":
            return line.get("ContentType")
    for line in types.iter(f"{namespace}Default"):
        if part.endswith(f".{line.get('Extension')}"):
            return line.get("ContentType")
    return None


@pytest.mark.parametrize("trait", TRAITS.values(), ids=TRAITS)
def test_every_part_stays_and_every_new_one_is_declared(
    tmp_path: Path, added: Path, trait: Callable[[], Parts]
) -> None:
    before = trait()
    book, after = spliced(tmp_path, before, added)
    assert {name for name in before if before[name] != after[name]} == CHANGED
    types = fromstring(after["[Content_Types].xml"])
    declared = {name: declared_type(types, name) for name in after if name[0] != "["}
    assert all(declared.values()), declared
    relationships = {name for name, kind in declared.items() if kind == RELATIONSHIPS}
    assert relationships == {name for name in after if name.endswith(".rels")}
    assert read_book(book).sheet(NAME).cells[3, 1].value == 6
    # A second sheet finds all that the first one needed.
    more = addition(tmp_path / "more.xlsx", "More")
    again = spliced(tmp_path, after, more, "More")[1]
    assert again["xl/styles.xml"] == after["xl/styles.xml"]


def test_a_workbook_part_of_another_name_is_found(tmp_path: Path, added: Path) -> None:
    renamed = {
        name.replace("workbook.xml", "book.xml"): content.replace(b"workbook.xml", b"book.xml")
        for name, content in plain().items()
    }
    book, parts = spliced(tmp_path, renamed, added)
    assert not any("workbook.xml" in name for name in parts)
    assert read_book(book).sheet(NAME).cells[3, 1].value == 6


@pytest.mark.parametrize("trait", TRAITS.values(), ids=TRAITS)
def test_tables_of_styles_stand_in_order_and_every_index_leads_somewhere(
    tmp_path: Path, added: Path, trait: Callable[[], Parts]
) -> None:
    styles = fromstring(spliced(tmp_path, trait(), added)[1]["xl/styles.xml"])
    tables = {table.tag.rpartition("}")[2]: list(table) for table in styles}
    assert list(tables) == sorted(tables, key=ORDER.index)
    assert tables.keys() >= TABLES.keys()
    assert all(int(table.get("count", len(table))) == len(table) for table in styles)
    formats = tables["cellStyleXfs"] + tables["cellXfs"]
    for attribute, table in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
        assert all(int(each.get(attribute, "0")) < len(tables[table]) for each in formats)
    assert all(int(each.get("xfId", "0")) < len(tables["cellStyleXfs"]) for each in formats)
    assert {style.get("xfId") for style in tables["cellStyles"]} == {"0"}
    patterns = [fill[0].get("patternType") for fill in tables["fills"][:2]]
    assert patterns == ["none", "gray125"]
    # The first of each is what a cell without a format looks like: never one of ours.
    assert tables["fonts"][0].find(f"{{{MAIN}}}name").get("val") != "Georgia"
    assert len(tables["borders"][0].find(f"{{{MAIN}}}left").attrib) == 0


@pytest.mark.parametrize("trait", ["0 shows dates", "1 shows nothing", "9 shows tenths"])
def test_numbers_are_shown_as_they_were_made(tmp_path: Path, trait: str) -> None:
    new = tmp_path / "addition.xlsx"
    codes = ["General", "0", "0%", "0.0000"]
    with xlsxwriter.Workbook(new) as workbook:
        sheet = workbook.add_worksheet(NAME)
        for row, code in enumerate(["General", 1, 9, "0.0000"]):
            sheet.write_number(row, 0, 3, workbook.add_format({"num_format": code, "bold": True}))
        sheet.write_number(4, 0, 3)
    book, parts = spliced(tmp_path, TRAITS[trait](), new)
    assert [shown(parts, read_book(book).sheet(NAME).part, row) for row in range(1, 6)] == [
        *codes,
        "General",
    ]
    assert shown(parts, "xl/worksheets/sheet1.xml", 1) == (
        "yyyy\\-mm\\-dd" if "0" in trait[:1] else "General"
    )


def shown(parts: Parts, sheet: str, row: int) -> str:
    """The code of the number format of the first cell of a row, as Excel finds it."""
    names = {"m": MAIN}
    cell = fromstring(parts[sheet]).find(f".//m:row[@r='{row}']/m:c", names)
    styles = fromstring(parts["xl/styles.xml"])
    formats = styles.findall("m:cellXfs/m:xf", names)
    number = formats[int(cell.get("s", "0"))].get("numFmtId")
    own = {
        each.get("numFmtId"): each.get("formatCode")
        for each in styles.iterfind(".//m:numFmt", names)
    }
    return own.get(number) or {"0": "General", "1": "0", "9": "0%", "14": "a date"}[number]


def test_numbers_without_a_format_are_no_dates_where_the_book_shows_dates(
    tmp_path: Path, added: Path
) -> None:
    book, parts = spliced(tmp_path, TRAITS["dates by default"](), added)
    assert shown(parts, read_book(book).sheet(NAME).part, 4) == "General"
    assert shown(parts, "xl/worksheets/sheet1.xml", 1) == "a date"
    after: Any = openpyxl.load_workbook(book)
    assert after[NAME]["A4"].font.name == "Verdana"  # all else is the book's own default


def test_cell_formats_up_to_excels_limit(tmp_path: Path, added: Path) -> None:
    styles = fromstring(spliced(tmp_path, plain(), added)[1]["xl/styles.xml"])
    needed = len(styles.find(f"{{{MAIN}}}cellXfs")) - 1
    spliced(tmp_path, many_formats(65_490 - needed), added)
    book = write_package(tmp_path / "book.xlsx", many_formats(65_491 - needed))
    before = book.read_bytes()
    with pytest.raises(
        FileError, match="would have 65,491 cell formats, Excel opens at most"
    ) as it:
        splice(book, added, NAME)
    assert "\n" not in str(it.value)
    assert book.read_bytes() == before


@pytest.mark.parametrize(
    ("trait", "words"),
    [
        ("signed", "has a digital signature, which no longer holds"),
        ("locked", "its structure is locked"),
        ("shared", "is a shared workbook of the old kind"),
        ("calculated when asked", "calculates only when asked to"),
    ],
)
def test_what_a_new_sheet_breaks_is_said_in_one_line(
    tmp_path: Path, added: Path, trait: str, words: str
) -> None:
    book = write_package(tmp_path / "book.xlsx", TRAITS[trait]())
    with pytest.warns(Notice, match=words) as said:
        splice(book, added, NAME)
    assert len(said) == 1
    assert str(said[0].message).startswith(f"{book}: ")
    assert "\n" not in str(said[0].message)


@pytest.mark.filterwarnings("error")
def test_of_a_plain_book_nothing_is_said(tmp_path: Path, added: Path) -> None:
    splice(write_package(tmp_path / "book.xlsx", plain()), added, NAME)
