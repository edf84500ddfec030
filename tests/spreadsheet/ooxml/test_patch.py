"""Cells are changed as asked, the others keep their meaning, and no other byte is touched."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backprop_xlsx.spreadsheet.errors import FileError, InputError
from backprop_xlsx.spreadsheet.ooxml.archive import Archive
from backprop_xlsx.spreadsheet.ooxml.book import Cell, ErrorValue, read_book
from backprop_xlsx.spreadsheet.ooxml.patching.patch import Change, patch_sheet, spoil
from tests.optional import WORKBOOKS, require
from tests.spreadsheet.ooxml.packages import MAIN, parts_of, sheet_xml, write_book, write_package

HEAD = '<row r="1" spans="1:9"  ht="15" >'


def patched(cell: str, change: Change, address: tuple[int, int] = (1, 1)) -> str:
    """What becomes of the XML of one cell; what stands around it must stay."""
    around = sheet_xml(f"\n {HEAD}\n <!-- c --> |\t<c r='J1'/></row>", "<extLst/>").encode()
    before, _, after = around.partition(b"|")
    xml = patch_sheet(before + cell.encode() + after, {address: change})
    assert xml.startswith(before)
    assert xml.endswith(after)
    return xml[len(before) : len(xml) - len(after)].decode()


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        # A formula stays, its value changes.
        (
            '<c r="A1" s="3"><f>B1</f><v>1</v></c>',
            Change(None, 2.5),
            '<c r="A1" s="3"><f>B1</f><v>2.5</v></c>',
        ),
        (
            "<c  r='A1'  s='3' >\n <f ca='1' >B1 &lt; 2</f>\n <v >1</v >\n</c >",
            Change(None, -0.1),
            "<c  r='A1'  s='3' >\n <f ca='1' >B1 &lt; 2</f>\n <v>-0.1</v>\n</c >",
        ),
        ('<c r="A1"><f>B1</f></c>', Change(None, 3.0), '<c r="A1"><f>B1</f><v>3</v></c>'),
        ('<c r="A1"><f>B1</f><v/></c>', Change(None, 1e-9), '<c r="A1"><f>B1</f><v>1e-09</v></c>'),
        (
            '<c r="A1"><f t="array" ref="A1:B1">B1</f><v>1</v></c>',
            Change(None, 2.0),
            '<c r="A1"><f t="array" ref="A1:B1">B1</f><v>2</v></c>',
        ),
        # The type follows the value.
        (
            '<c r="A1" s="3"><f>B1</f><v>1</v></c>',
            Change(None, " <&> "),
            '<c r="A1" s="3" t="str"><f>B1</f><v xml:space="preserve"> &lt;&amp;&gt; </v></c>',
        ),
        (
            '<c r="A1" t="str"><v>a</v></c>',
            Change(None, "a\r\n_x0041_ _x1\x01"),
            '<c r="A1" t="str"><v>a_x000D_\n_x005F_x0041_ _x1_x0001_</v></c>',
        ),
        (
            '<c r="A1" t="str" s="3"><f>B1</f><v>a</v></c>',
            Change(None, "b"),
            '<c r="A1" t="str" s="3"><f>B1</f><v>b</v></c>',
        ),
        (
            '<c t = "str" r="A1"><f>B1</f><v>a</v></c>',
            Change(None, 1.0),
            '<c r="A1"><f>B1</f><v>1</v></c>',
        ),
        (
            '<c r="A1" t="e"><f>B1</f><v>#N/A</v></c>',
            Change(None, True),
            '<c r="A1" t="b"><f>B1</f><v>1</v></c>',
        ),
        (
            '<c r="A1"><f>B1</f><v>1</v></c>',
            Change(None, ErrorValue("#DIV/0!")),
            '<c r="A1" t="e"><f>B1</f><v>#DIV/0!</v></c>',
        ),
        (
            '<c r="A1" t="n"><f>B1</f><v>1</v></c>',
            Change(None, 2.0),
            '<c r="A1" t="n"><f>B1</f><v>2</v></c>',
        ),
        ('<c r="A1" t="b"><f>B1</f><v>1</v></c>', Change(None, None), '<c r="A1"><f>B1</f></c>'),
        (
            '<c r="A1" t="s"><v>7</v></c>',
            Change(None, "typed"),
            '<c r="A1" t="str"><v>typed</v></c>',
        ),
        (
            '<c r="A1" t="inlineStr"><is><t>a</t></is></c>',
            Change(None, 1.0),
            '<c r="A1"><v>1</v></c>',
        ),
        (
            '<c r="A1" t="inlineStr"><v/> <is><t>a</t></is></c>',
            Change(None, 1.0),
            '<c r="A1"><v>1</v> </c>',
        ),
        # Another formula, in the place of one or of a typed value.
        (
            '<c r="A1" s="3"><f ca="1">B1</f><v>1</v></c>',
            Change("IF(B1<2,\"&\",' '!A1)", 0.5),
            '<c r="A1" s="3"><f>IF(B1&lt;2,"&amp;",\' \'!A1)</f><v>0.5</v></c>',
        ),
        (
            '<c r="A1" s="3"><v>1</v></c>',
            Change("=B1+1", 2.0),
            '<c r="A1" s="3"><f>B1+1</f><v>2</v></c>',
        ),
        (
            '<c r="A1" t="s"><v>7</v></c>',
            Change("B1", "x"),
            '<c r="A1" t="str"><f>B1</f><v>x</v></c>',
        ),
        (
            '<c r="A1" t="inlineStr"><is><t>a</t></is></c>',
            Change("B1", 1.0),
            '<c r="A1"><f>B1</f><v>1</v></c>',
        ),
        ('<c r="A1" s="3"/>', Change("B1", 2.0), '<c r="A1" s="3"><f>B1</f><v>2</v></c>'),
        ('<c r="A1" s="3" />', Change(None, 2.0), '<c r="A1" s="3"><v>2</v></c>'),
        ('<c r="A1" s="3"></c>', Change("B1", None), '<c r="A1" s="3"><f>B1</f></c>'),
        # What would say more of the old formula or value than the new ones hold.
        (
            '<c r="A1" cm="1" vm="2"><f t="array" ref="A1">B1</f><v>1</v></c>',
            Change("B2", 2.0),
            '<c r="A1"><f>B2</f><v>2</v></c>',
        ),
        (
            '<c r="A1" cm="1" vm="2"><f t="array" ref="A1">B1</f><v>1</v></c>',
            Change(None, 2.0),
            '<c r="A1" cm="1"><f t="array" ref="A1">B1</f><v>2</v></c>',
        ),
        # Attributes that only look like the type.
        (
            '<c r="A1" x=" t=&quot;s&quot; > " t="s"><v>0</v></c>',
            Change(None, 1.0),
            '<c r="A1" x=" t=&quot;s&quot; > "><v>1</v></c>',
        ),
    ],
)
def test_only_the_cell_changes(before: str, change: Change, after: str) -> None:
    assert patched(before, change) == after


def test_cells_without_an_address_are_found() -> None:
    cells = "<c><v>1</v></c><c><v>2</v></c>"
    assert patched(cells, Change(None, 3.0), (1, 2)) == "<c><v>1</v></c><c><v>3</v></c>"


def test_prefixes_are_kept() -> None:
    xml = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row><x:c r="A1"/>'
        "</x:row></x:sheetData></x:worksheet>"
    ).encode()
    new = b'<x:c r="A1" t="b"><x:f>B1</x:f><x:v>0</x:v></x:c>'
    assert patch_sheet(xml, {(1, 1): Change("B1", False)}) == xml.replace(b'<x:c r="A1"/>', new)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-le", "utf-16-be", "iso-8859-1"])
def test_other_encodings_are_kept(encoding: str) -> None:
    declared = "UTF-16" if "16" in encoding else encoding.removesuffix("-sig")
    text = sheet_xml('<row><c t="str"><v>é</v></c><c t="str"><v>é</v></c></row>')
    text = ("\ufeff" if "16" in encoding else "") + text.replace("UTF-8", declared)
    new = patch_sheet(text.encode(encoding), {(1, 2): Change("B1", "ö")})
    changed = '<c t="str"><v>é</v></c><c t="str"><f>B1</f><v>ö</v></c>'
    assert new == text.replace('<c t="str"><v>é</v></c>' * 2, changed).encode(encoding)
    if encoding == "iso-8859-1":
        new = patch_sheet(text.encode(encoding), {(1, 1): Change(None, "η")})
        assert b"<v>&#951;</v>" in new


def test_nothing_to_change_changes_nothing() -> None:
    xml = sheet_xml('<row><c><f t="shared" ref="A1:A2" si="0">B1</f></c></row>').encode()
    assert patch_sheet(xml, {}) == xml


def test_a_cell_that_is_not_there_is_refused() -> None:
    xml = sheet_xml('<row r="1"><c r="A1"/></row>').encode()
    with pytest.raises(InputError, match="has no cell B7, expected one to change"):
        patch_sheet(xml, {(1, 1): Change(None, 1.0), (7, 2): Change(None, 1.0)})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change(None, math.nan), "value nan cannot be written"),
        (Change(None, -math.inf), "value -inf cannot be written"),
        (Change("A\x001", 1.0), "has a control character"),
    ],
)
def test_what_no_cell_can_hold_is_refused(change: Change, said: str) -> None:
    with pytest.raises(InputError, match=said):
        patched('<c r="A1"/>', change)


@pytest.mark.parametrize(
    "xml", [b"", b"<broken", b"<!DOCTYPE x><x/>", b'<?xml version="1.0" encoding="x"?><x/>']
)
def test_a_part_that_is_not_sound_is_refused(xml: bytes) -> None:
    with pytest.raises(FileError):
        patch_sheet(xml, {(1, 1): Change(None, 1.0)})


SHARED = (
    '<row r="1"><c r="A1"><v>1</v></c>'
    '<c r="B1" s="1"><f t="shared" ref="B1:B4" si="0" ca="1">A1+$A$1&amp;"&lt;"</f><v>1</v></c>'
    '<c r="C1"><f t="shared" ref="C1:C2" si="1">A1*2</f><v>5</v></c></row>'
    '<row r="2"><c r="B2" s="2" t="str"><f t="shared" si="0"/><v>two</v></c>'
    '<c r="C2"><f t="shared" si="1"/><v>6</v></c></row>'
    '<row r="3"><c r="B3"><f t="shared" si="0" ca="1"></f></c></row>'
    '<row r="4"><c r="B4"><f t="shared" si="0"/><v>4</v></c></row>'
)
IN_FULL = (
    '<row r="1"><c r="A1"><v>1</v></c>'
    '<c r="B1" s="1"><f ca="1">A1+$A$1&amp;"&lt;"</f><v>1</v></c>'
    '<c r="C1"><f t="shared" ref="C1:C2" si="1">A1*2</f><v>5</v></c></row>'
    '<row r="2"><c r="B2" s="2" t="str"><f>A2+$A$1&amp;"&lt;"</f><v>two</v></c>'
    '<c r="C2"><f t="shared" si="1"/><v>6</v></c></row>'
    '<row r="3"><c r="B3"><f ca="1">A3+$A$1&amp;"&lt;"</f></c></row>'
    '<row r="4"><c r="B4"><f>A4+$A$1&amp;"&lt;"</f><v>4</v></c></row>'
)


@pytest.mark.parametrize("row", [1, 2, 3, 4])
def test_a_new_formula_leaves_the_others_of_its_group_theirs(row: int) -> None:
    new = patch_sheet(sheet_xml(SHARED).encode(), {(row, 2): Change("1+1", 2.0)}).decode()
    changed = {
        1: ('<c r="B1" s="1"><f ca="1">A1+$A$1&amp;"&lt;"</f><v>1</v>', '<c r="B1" s="1">'),
        2: ('<c r="B2" s="2" t="str"><f>A2+$A$1&amp;"&lt;"</f><v>two</v>', '<c r="B2" s="2">'),
        3: ('<c r="B3"><f ca="1">A3+$A$1&amp;"&lt;"</f>', '<c r="B3">'),
        4: ('<c r="B4"><f>A4+$A$1&amp;"&lt;"</f><v>4</v>', '<c r="B4">'),
    }
    before, after = changed[row]
    assert new == sheet_xml(IN_FULL.replace(before, f"{after}<f>1+1</f><v>2</v>"))


def test_a_new_value_leaves_its_group_together() -> None:
    new = patch_sheet(sheet_xml(SHARED).encode(), {(2, 2): Change(None, "new")}).decode()
    assert new == sheet_xml(SHARED.replace("two", "new"))


def test_a_new_formula_and_a_new_value_in_one_group() -> None:
    changes = {(1, 2): Change("1+1", 2.0), (4, 2): Change(None, 9.0)}
    new = patch_sheet(sheet_xml(SHARED).encode(), changes).decode()
    expected = IN_FULL.replace('<f ca="1">A1+$A$1&amp;"&lt;"</f><v>1</v>', "<f>1+1</f><v>2</v>")
    assert new == sheet_xml(expected.replace("<v>4</v>", "<v>9</v>"))


def test_a_group_whose_number_is_used_anew_stays(tmp_path: Path) -> None:
    rows = (
        '<row><c><f t="shared" si="0"/></c></row>'  # before the one that it follows
        '<row><c><f t="shared" ref="A1:A3" si="0">B2</f></c></row>'
        '<row><c><f t="shared" si="0"/></c></row>'
        '<row><c><f t="shared" ref="A4:A5" si="0">C4</f></c></row>'
        '<row><c><f t="shared" si="0"/></c></row>'
    )
    expected = read_book(write_book(tmp_path / "book.xlsx", rows)).sheets[0].cells
    for row in range(1, 6):
        new = patch_sheet(sheet_xml(rows).encode(), {(row, 1): Change("7", 7.0)})
        path = write_package(tmp_path / "new.xlsx", parts_of(new))
        assert read_book(path).sheets[0].cells == {**expected, (row, 1): Cell("7", 7.0)}


texts = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1)
values = st.one_of(texts, st.floats(allow_nan=False, allow_infinity=False), st.booleans())
changes = st.builds(Change, st.none() | st.sampled_from(["A1<B1", '"<&>"&A1']), values)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(st.tuples(st.integers(1, 4), st.integers(1, 4)), changes))
def test_what_is_written_is_read_again(
    tmp_path: Path, changes: dict[tuple[int, int], Change]
) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        for row in range(4):
            sheet.write_row(row, 0, [row, f"text {row}"])
            sheet.write_formula(row, 2, f"=A{row + 1}+1", bold, row + 1)
            sheet.write_blank(row, 3, None, bold)
    archive = Archive.open(path)
    before = read_book(path).sheets[0]
    new = patch_sheet(archive.read(before.part), changes)
    archive.rewrite({before.part: new}, path)
    expected = dict(before.cells)
    for position, change in changes.items():
        old = before.cells.get(position, Cell(None, None))
        expected[position] = Cell(change.formula or old.formula, change.value)
    after = read_book(path).sheets[0].cells
    assert after == expected
    # The oracle: openpyxl reads what it can of the same (it keeps the format's own escapes).
    theirs = openpyxl.load_workbook(path, data_only=True).active
    for position, cell in expected.items():
        value = theirs.cell(*position).value
        if not isinstance(cell.value, str) or cell.value.isprintable() and "_x" not in cell.value:
            assert value == cell.value


def test_real_sheets_keep_every_other_cell(tmp_path: Path) -> None:
    require(WORKBOOKS.is_dir(), "the folder of real workbooks")
    for path in sorted(WORKBOOKS.glob("*.xlsx")):
        book = read_book(path)
        sheet = max(book.sheets, key=lambda sheet: len(sheet.cells))
        formulas = [position for position, cell in sheet.cells.items() if cell.formula]
        changed = dict.fromkeys(formulas[5::101], Change("1+1", 2.0))
        new = patch_sheet(book.archive.read(sheet.part), changed)
        target = tmp_path / path.name
        book.archive.rewrite({sheet.part: new}, target)
        assert read_book(target).sheet(sheet.name).cells == {
            **sheet.cells,
            **dict.fromkeys(changed, Cell("1+1", 2.0)),
        }


def assert_spoilt(source: Path, target: Path) -> int:
    """Every formula has another value, all else is the same; counts the formulas."""
    count = 0
    before, after = read_book(source), read_book(target)
    for sheet, other in zip(before.sheets, after.sheets, strict=True):
        assert sheet.cells.keys() == other.cells.keys()
        for position, cell in sheet.cells.items():
            spoilt = other.cells[position]
            assert spoilt.formula == cell.formula
            if cell.formula is None and not cell.array:
                assert spoilt.value == cell.value
            else:
                count += 1
                assert spoilt.value is not None
                assert spoilt.value != cell.value
    return count


@pytest.mark.parametrize(
    "cached",
    [
        [0.5, 0, -1e-300, "text", "<&>"],
        [0.5, 987654321.5, "text"],
        [0.5, 987654321.5, 0, True, False, "text", "spoilt", "SPOILT", "", "#N/A", None],
    ],
)
@pytest.mark.parametrize("arrays", [0, 1])
def test_every_cached_value_is_spoilt(
    tmp_path: Path, cached: list[float | str | bool | None], arrays: int
) -> None:
    source, target = tmp_path / "book.xlsx", tmp_path / "spoilt.xlsx"
    with xlsxwriter.Workbook(source) as book:
        for _ in range(2):
            sheet = book.add_worksheet()
            for row, value in enumerate(cached):
                sheet.write_formula(row, 0, "=B1", None, value)
            sheet.write_row("B1", [1, "typed", True])
            if arrays:
                sheet.write_array_formula("F1:F3", "{=B1:B3}", None, 1)
    spoil(read_book(source), target)
    assert assert_spoilt(source, target) == 2 * (len(cached) + 3 * arrays)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target) as new:
        assert {name for name in old.namelist() if old.read(name) != new.read(name)} == {
            "xl/worksheets/sheet1.xml",
            "xl/worksheets/sheet2.xml",
        }


def test_real_books_are_spoilt(tmp_path: Path) -> None:
    require(WORKBOOKS.is_dir(), "the folder of real workbooks")
    count = 0
    for path in WORKBOOKS.glob("*.xlsx"):
        spoil(read_book(path), tmp_path / path.name)
        count += assert_spoilt(path, tmp_path / path.name)
    assert count == 60_681
