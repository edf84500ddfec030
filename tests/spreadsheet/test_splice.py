"""A spliced sheet is there whole, and everything else in the workbook is as it was."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from backprop_xlsx.spreadsheet.engines import engines, recalculate
from backprop_xlsx.spreadsheet.errors import FileError, InputError
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.patching.patch import spoil
from backprop_xlsx.spreadsheet.splice import free_sheet_name, splice
from tests.optional import WORKBOOKS, require, require_libreoffice
from tests.oracles.workbook_lint import lint
from tests.spreadsheet.books_to_splice import (
    NAME,
    addition,
    converted,
    libreoffice_book,
    openpyxl_book,
    own_book,
    xlsxwriter_book,
)
from tests.spreadsheet.ooxml.packages import DOCUMENT, parts_in, write_package

pytestmark = pytest.mark.filterwarnings("ignore:.*xtension is not supported")

CHANGED = {
    "[Content_Types].xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
}


BOOKS: dict[str, Callable[[Path], Path]] = {
    "xlsxwriter": xlsxwriter_book,
    "openpyxl": openpyxl_book,
    "libreoffice": libreoffice_book,
    "own": own_book,
}


@pytest.fixture(scope="module", params=BOOKS)
def original(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return BOOKS[request.param](tmp_path_factory.mktemp("book") / "book.xlsx")


@pytest.fixture
def book(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(original, tmp_path / "book.xlsx"))


def is_kept_in(before: bytes, after: bytes) -> bool:
    """Whether all bytes of `before` come in `after`, in order, but for counts."""
    position = 0
    for line in before.replace(b"/>", b">").replace(b">", b">\n").split(b"\n"):
        start = line.partition(b" count=")[0].rstrip(b">")
        position = after.find(start, position)
        if position < 0:
            return False
        position += len(start)
    return True


def test_all_other_parts_keep_every_byte(book: Path, added: Path) -> None:
    before = parts_in(book)
    splice(book, added, NAME)
    after = parts_in(book)
    assert {name for name in before if before[name] != after.get(name)} == CHANGED
    assert all(is_kept_in(before[name], after[name]) for name in CHANGED)
    assert {Path(name).suffix for name in after.keys() - before.keys()} == {".xml", ".rels", ".png"}


def test_values_formulas_charts_and_names_of_the_others_survive(book: Path, added: Path) -> None:
    before = read_book(book)
    splice(book, added, NAME)
    after = read_book(book)
    assert [sheet.name for sheet in after.sheets] == [s.name for s in before.sheets] + [NAME]
    for sheet, kept in zip(before.sheets, after.sheets, strict=False):
        assert (sheet.cells, sheet.charts, sheet.part) == (kept.cells, kept.charts, kept.part)
    assert before.names.items() <= after.names.items()
    assert after.names[f"{NAME}!_xlnm.Print_Titles"] == f"'{NAME}'!$1:$1"


def looks(sheet: Worksheet) -> dict[str, object]:
    """What a cell looks like, by its address."""
    return {
        cell.coordinate: (
            cell.value,
            cell.number_format,
            cell.font.name,
            cell.font.b,
            cell.fill.fgColor.rgb,
            cell.border.left.style,
            cell.alignment.horizontal,
        )
        for row in sheet["A1:A7"]
        for cell in row
        if cell.has_style or cell.value is not None
    }


def test_the_sheet_looks_as_it_was_made_and_so_do_the_others(book: Path, added: Path) -> None:
    before: Any = openpyxl.load_workbook(book)
    splice(book, added, NAME)
    after: Any = openpyxl.load_workbook(book)
    sheet, source = after[NAME], openpyxl.load_workbook(added)[NAME]
    styled = {"A1", "A2", "A3", "A5"}
    assert styled < looks(source).keys()
    for address in styled:
        assert looks(sheet)[address] == looks(source)[address]
    assert sheet["A7"].value == "plain bold end"
    assert sheet.row_dimensions[8].height == 30
    assert sheet.row_dimensions[8].fill.fgColor.rgb == "FFFF0000"
    assert sheet.column_dimensions["D"].border.left.style == "thin"
    assert sheet.column_dimensions["D"].width == source.column_dimensions["D"].width
    assert sheet["A5"].hyperlink.target == "https://example.org/?a=1&b=2"
    assert (len(sheet._charts), len(sheet._images)) == (1, 1)
    rules = [rule for rules in sheet.conditional_formatting for rule in rules.rules]
    assert rules[0].dxf.font.color.rgb == "FF123456"
    for other in before.worksheets:
        assert looks(after[other.title]) == looks(other)
    assert after.active.title == before.active.title
    assert not sheet.sheet_view.tabSelected


def test_lint_finds_nothing_new(book: Path, added: Path) -> None:
    before = lint(book)
    splice(book, added, NAME)
    assert lint(book) == before


def test_lint_and_openxml_audit_find_nothing_in_our_own_book(tmp_path: Path, added: Path) -> None:
    from openxml_audit import OpenXmlValidator

    book = own_book(tmp_path / "book.xlsx")
    splice(book, added, NAME)
    assert lint(book) == []
    result = OpenXmlValidator().validate(str(book))
    assert result.is_valid, result.errors


def reads(engine: str, book: Path) -> bool:
    """Whether an engine can read a book at all; ironcalc refuses some of openpyxl's features."""
    try:
        recalculate(book, engine)
    except FileError:
        return False
    return True


def test_formulas_recalculate(book: Path, added: Path) -> None:
    readers = [engine for engine in engines() if reads(engine, book)]
    assert "formualizer" in readers
    splice(book, added, NAME)
    spoilt = book.with_name("spoilt.xlsx")
    spoil(read_book(book), spoilt)
    for engine in readers:
        value = recalculate(spoilt, engine).value
        assert (value(NAME, 3, 1), value(NAME, 4, 1)) == (6, "more")
        assert value(NAME, 1, 1) == " <added> & kept "


def test_libreoffice_opens_it_and_shows_everything(tmp_path: Path, added: Path) -> None:
    require_libreoffice()
    book = xlsxwriter_book(tmp_path / "book.xlsx")
    before = read_book(converted(book, tmp_path / "before.xlsx"))
    splice(book, added, NAME)
    saved = read_book(converted(book, tmp_path / "saved.xlsx"))
    *others, sheet = saved.sheets
    assert [s.cells for s in others] == [s.cells for s in before.sheets]
    assert [len(s.charts) for s in saved.sheets] == [len(s.charts) for s in before.sheets] + [1]
    assert sheet.cells[3, 1].value == 6
    assert len([name for name in parts_in(tmp_path / "saved.xlsx") if "/media/" in name]) == 2
    # Saved by another program, the sheet is still known as ours, and only it.
    splice(tmp_path / "saved.xlsx", addition(tmp_path / "new.xlsx", factor=4), NAME, replace=True)
    assert read_book(tmp_path / "saved.xlsx").sheets[-1].cells[3, 1].value == 12


def test_several_sheets_one_after_the_other(book: Path, tmp_path: Path) -> None:
    before = lint(book)
    names = ["One", "Two & more", "It's three"]
    for factor, name in enumerate(names, start=2):
        splice(book, addition(tmp_path / "addition.xlsx", name, factor), name)
    assert lint(book) == before
    sheets = read_book(book).sheets[-3:]
    assert [sheet.name for sheet in sheets] == names
    assert [sheet.cells[3, 1].value for sheet in sheets] == [6, 9, 12]
    tables = [table for table in fromstring(parts_in(book)["xl/styles.xml"]) if len(table)]
    assert all(table.get("count", str(len(table))) == str(len(table)) for table in tables)
    styles: Any = openpyxl.load_workbook(book)
    splice(book, addition(tmp_path / "addition.xlsx", "Four"), "Four")
    again: Any = openpyxl.load_workbook(book)
    assert len(again._cell_styles) == len(styles._cell_styles)  # what is there is used again


def test_replacing_keeps_the_place_and_leaves_nothing_behind(book: Path, tmp_path: Path) -> None:
    for name in (NAME, "Last"):
        splice(book, addition(tmp_path / "addition.xlsx", name), name)
    before, order = parts_in(book), [sheet.name for sheet in read_book(book).sheets]
    problems = lint(book)
    splice(book, addition(tmp_path / "new.xlsx", factor=5), NAME, replace=True)
    after = parts_in(book)
    assert [sheet.name for sheet in read_book(book).sheets] == order
    assert read_book(book).sheet(NAME).cells[3, 1].value == 15
    assert read_book(book).sheet("Last").cells[3, 1].value == 6
    assert after.keys() == before.keys()
    sheet = read_book(book).sheet(NAME).part
    untouched = before.keys() - CHANGED - {sheet} - {n for n in before if "chart" in n}
    assert all(after[name] == before[name] for name in untouched)
    assert lint(book) == problems


def test_replacing_by_a_smaller_sheet_removes_its_parts(tmp_path: Path, added: Path) -> None:
    book = xlsxwriter_book(tmp_path / "book.xlsx")
    before = parts_in(book)
    splice(book, added, NAME)
    with xlsxwriter.Workbook(tmp_path / "plain.xlsx") as plain:
        plain.add_worksheet(NAME).write_number("A1", 1)
    splice(book, tmp_path / "plain.xlsx", NAME, replace=True)
    after = parts_in(book)
    new = after.keys() - before.keys()
    assert len(new) == 1
    assert "xl/charts/chart1.xml" in after
    assert all(after[name] == before[name] for name in before.keys() - CHANGED)
    assert b"image" not in b"".join(after[name] for name in new)
    assert not [line for line in lint(book) if "does not exist" in line]


def test_a_list_of_formulas_goes_with_the_sheet_that_it_lists(tmp_path: Path, added: Path) -> None:
    book = tmp_path / "book.xlsx"
    xlsxwriter_book(book)
    splice(book, added, NAME)
    content = parts_in(book)
    content["xl/calcChain.xml"] = b'<calcChain><c r="A3" i="4"/><c r="A4"/></calcChain>'
    line = f'<Relationship Id="rId99" Type="{DOCUMENT}/calcChain" Target="calcChain.xml"/>'
    for part, element in (
        ("xl/_rels/workbook.xml.rels", line),
        ("[Content_Types].xml", '<Override PartName="/xl/calcChain.xml" ContentType="x/y+xml"/>'),
    ):
        end = content[part].rindex(b"</")
        content[part] = content[part][:end] + element.encode() + content[part][end:]
    write_package(book, content)
    splice(book, addition(tmp_path / "more.xlsx", "More"), "More")
    assert parts_in(book)["xl/calcChain.xml"] == content["xl/calcChain.xml"]
    splice(book, added, NAME, replace=True)
    after = parts_in(book)
    assert "xl/calcChain.xml" not in after
    assert not any(b"calcChain" in after[name] for name in after if name.endswith((".rels", "]")))
    assert b"calcChain" not in after["[Content_Types].xml"]


def test_somebody_elses_sheet_of_that_name_is_never_replaced(tmp_path: Path) -> None:
    book = xlsxwriter_book(tmp_path / "book.xlsx")
    before = book.read_bytes()
    new = addition(tmp_path / "addition.xlsx", "DATA")
    for replace in (False, True):
        with pytest.raises(InputError, match="'DATA' already, which this program did not write"):
            splice(book, new, "DATA", replace=replace)
    assert book.read_bytes() == before


def test_our_own_sheet_is_replaced_only_if_asked(tmp_path: Path, added: Path) -> None:
    book = xlsxwriter_book(tmp_path / "book.xlsx")
    splice(book, added, NAME)
    before = book.read_bytes()
    with pytest.raises(InputError, match="already; ask for it to be replaced"):
        splice(book, added, NAME)
    assert book.read_bytes() == before
    assert free_sheet_name(book, NAME) == f"{NAME} 2"
    assert free_sheet_name(book, "Free") == "Free"
    assert free_sheet_name(book, "chart ALONE") == "chart ALONE 2"


def strict(content: bytes) -> bytes:
    for old, new in (
        (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"spreadsheetml/main"),
        (b"http://schemas.openxmlformats.org/drawingml/2006/", b"drawingml/"),
        (b"http://schemas.openxmlformats.org/officeDocument/2006/", b"officeDocument/"),
    ):
        content = content.replace(old, b"http://purl.oclc.org/ooxml/" + new)
    return content


def test_a_strict_workbook_gets_a_strict_sheet(tmp_path: Path, added: Path) -> None:
    content = parts_in(xlsxwriter_book(tmp_path / "book.xlsx"))
    book = write_package(
        tmp_path / "strict.xlsx", {name: strict(xml) for name, xml in content.items()}
    )
    splice(book, added, NAME)
    after = parts_in(book)
    assert read_book(book).sheet(NAME).cells[3, 1].value == 6
    assert len(read_book(book).sheet(NAME).charts) == 1
    for name, xml in after.items():
        assert b"openxmlformats.org/spreadsheetml" not in xml, name
        assert b"openxmlformats.org/officeDocument/2006/relationships" not in xml, name
        assert b"openxmlformats.org/drawingml" not in xml, name


def test_prefixes_encodings_and_missing_lists(tmp_path: Path, added: Path) -> None:
    content = parts_in(xlsxwriter_book(tmp_path / "book.xlsx"))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    content["xl/workbook.xml"] = (
        f'<?xml version="1.0" encoding="UTF-16"?><x:workbook xmlns:x="{main}"><x:sheets>'
        f'<x:sheet xmlns:q="{DOCUMENT}" name="Dätä" sheetId="7" q:id="rId1"/></x:sheets>'
        "</x:workbook>"
    ).encode("utf-16")
    content["xl/styles.xml"] = f'<y:styleSheet xmlns:y="{main}"/>'.encode()
    book = write_package(tmp_path / "prefixed.xlsx", content)
    splice(book, added, NAME)
    after = read_book(book)
    assert [sheet.name for sheet in after.sheets] == ["Dätä", NAME]
    assert after.sheets[1].cells[3, 1].value == 6
    workbook = openpyxl.load_workbook(book)
    assert workbook[NAME].print_title_rows == "$1:$1"
    workbook_xml = parts_in(book)["xl/workbook.xml"].decode("utf-16")
    assert 'sheetId="8"' in workbook_xml


def test_a_workbook_without_styles_gets_them(tmp_path: Path, added: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as workbook:
        workbook.add_worksheet("Plain").write_number("A1", 1)
    content = parts_in(tmp_path / "book.xlsx")
    del content["xl/styles.xml"]
    for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        lines = content[name].replace(b"/>", b"/>\n").split(b"\n")
        content[name] = b"".join(line for line in lines if b"styles" not in line)
    book = write_package(tmp_path / "plain.xlsx", content)
    splice(book, added, NAME)
    assert lint(book) == []
    after = openpyxl.load_workbook(book)
    assert [after[name]["A1"].font.name for name in ("Plain", NAME)] == ["Calibri", "Georgia"]


def test_macros_stay(tmp_path: Path, added: Path) -> None:
    content = parts_in(xlsxwriter_book(tmp_path / "book.xlsx"))
    types = "[Content_Types].xml"
    macro = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    content[types] = content[types].replace(plain, macro)
    content["xl/vbaProject.bin"] = bytes(range(256))
    book = write_package(tmp_path / "book.xlsm", content)
    splice(book, added, NAME)
    after = parts_in(book)
    assert after["xl/vbaProject.bin"] == content["xl/vbaProject.bin"]
    assert macro in after[types]


def test_a_workbook_that_is_open_is_left_alone(tmp_path: Path, added: Path) -> None:
    book = xlsxwriter_book(tmp_path / "book.xlsx")
    before = book.read_bytes()
    (tmp_path / "~$book.xlsx").touch()
    with pytest.raises(FileError, match="is open in another program"):
        splice(book, added, NAME)
    assert book.read_bytes() == before


@pytest.mark.parametrize("replace", [False, True])
def test_a_full_disk_leaves_the_workbook(
    tmp_path: Path, added: Path, monkeypatch: pytest.MonkeyPatch, replace: bool
) -> None:
    book = xlsxwriter_book(tmp_path / "book.xlsx")
    splice(book, added, NAME)
    before, there = book.read_bytes(), set(os.listdir(tmp_path))

    def full(path: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    name = NAME if replace else "More"
    new = addition(tmp_path / "addition.xlsx", name)
    with pytest.raises(FileError, match="No space left") as caught:
        splice(book, new, name, replace=replace)
    assert "\n" not in str(caught.value)
    assert book.read_bytes() == before
    assert set(os.listdir(tmp_path)) == there


@pytest.mark.parametrize("part", sorted(CHANGED))
def test_a_damaged_workbook_is_refused_and_kept(tmp_path: Path, added: Path, part: str) -> None:
    content = parts_in(xlsxwriter_book(tmp_path / "book.xlsx"))
    content[part] = content[part][:-20]
    book = write_package(tmp_path / "damaged.xlsx", content)
    before = book.read_bytes()
    with pytest.raises(FileError, match="is not well-formed XML") as caught:
        splice(book, added, NAME)
    assert "\n" not in str(caught.value)
    assert book.read_bytes() == before


def test_what_cannot_be_taken_along_is_refused(tmp_path: Path, added: Path) -> None:
    book = xlsxwriter_book(tmp_path / "book.xlsx")
    before = book.read_bytes()
    with xlsxwriter.Workbook(tmp_path / "table.xlsx") as table:
        table.add_worksheet("T").add_table("A1:B3")
    with pytest.raises(InputError, match="has a table, expected charts, pictures and links only"):
        splice(book, tmp_path / "table.xlsx", "T")
    with pytest.raises(InputError, match="has no sheet 'Missing'"):
        splice(book, added, "Missing")
    assert book.read_bytes() == before


SHEET_NAMES = st.text(
    st.characters(exclude_characters="[]:*?/\\", exclude_categories=("C", "Z")) | st.just(" "),
    min_size=1,
    max_size=25,
).filter(lambda name: not name.startswith("'") and not name.endswith("'"))


@given(name=SHEET_NAMES)
@settings(max_examples=25)
def test_any_sheet_name(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("names")
    book = folder / "book.xlsx"
    with xlsxwriter.Workbook(book) as workbook:
        workbook.add_worksheet("A sheet of somebody")
    for factor in (2, 3):
        splice(book, addition(folder / "addition.xlsx", name, factor), name, replace=True)
    assert [sheet.name for sheet in read_book(book).sheets] == ["A sheet of somebody", name]
    assert read_book(book).sheets[1].cells[3, 1].value == 9
    assert openpyxl.load_workbook(book)[name].print_title_rows == "$1:$1"


@pytest.mark.slow
def test_workbooks_of_students(tmp_path: Path, added: Path) -> None:
    require(WORKBOOKS.is_dir(), "the folder of workbooks")
    for source in sorted(WORKBOOKS.glob("*.xlsx")):
        book = Path(shutil.copy(source, tmp_path / source.name))
        book.chmod(0o644)
        problems, before = lint(book), parts_in(book)
        for replace in (False, True):
            splice(book, added, NAME, replace=replace)
            after = parts_in(book)
            changed = {name for name in before if before[name] != after.get(name)}
            assert changed - {"xl/calcChain.xml"} == CHANGED, source.name
            assert set(lint(book)) <= set(problems), source.name
