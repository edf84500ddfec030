"""Cells are read as openpyxl reads them, and as they were written, whoever wrote the book."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from backprop_xlsx.spreadsheet.errors import FileError, InputError
from backprop_xlsx.spreadsheet.ooxml import book as module
from backprop_xlsx.spreadsheet.ooxml.allowance import Allowance
from backprop_xlsx.spreadsheet.ooxml.book import Cell, ErrorValue, read_book
from backprop_xlsx.spreadsheet.ooxml.formula_text import column_letters
from tests.spreadsheet.ooxml.by_openpyxl import assert_same_as_openpyxl
from tests.spreadsheet.ooxml.packages import (
    DOCUMENT,
    MAIN,
    parts_of,
    relationships_xml,
    sheet_xml,
    workbook_xml,
    write_book,
    write_package,
)

STRICT = "http://purl.oclc.org/ooxml"


def cells_of(folder: Path, rows: str, strings: str = "") -> dict[tuple[int, int], Cell]:
    """The cells of a sheet with these rows."""
    return read_book(write_book(folder / "book.xlsx", rows, strings)).sheets[0].cells


texts = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\ufffe\uffff"), min_size=1
) | st.sampled_from([" two  spaces ", "_x0041_", "a\r\nb", "=1+1", "#DIV/0!", "<&>\"'", "𝜕E/𝜕w1"])
numbers = st.floats(-1e300, 1e300).map(lambda x: float(f"{x:.15g}"))
contents = st.lists(st.one_of(texts, numbers, st.booleans()), min_size=1, max_size=30)


@pytest.mark.parametrize("constant_memory", [False, True])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=contents)
def test_what_xlsxwriter_wrote_is_read(
    tmp_path: Path, constant_memory: bool, written: list[str | float | bool]
) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": constant_memory}) as book:
        sheet = book.add_worksheet()
        for row, value in enumerate(written):
            if isinstance(value, str):
                sheet.write_string(row, row % 3, value)
            elif isinstance(value, bool):
                sheet.write_boolean(row, row % 3, value)
            else:
                sheet.write_number(row, row % 3, value)
    cells = read_book(path).sheets[0].cells
    expected = {(row + 1, row % 3 + 1): value for row, value in enumerate(written)}
    assert {position: cell.value for position, cell in cells.items()} == expected
    assert all(type(cell.value) is type(expected[position]) for position, cell in cells.items())
    assert not any(cell.formula or cell.array for cell in cells.values())


@pytest.mark.parametrize("value", [0.25, "text <&>", True, "#DIV/0!"])
def test_formulas_of_xlsxwriter_are_read_with_their_values(tmp_path: Path, value: Any) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("η = 1")
        sheet.write_formula("B2", "=IF(A1<1,\"<&>\",'η = 1'!$A$2)", None, value)
        sheet.write_array_formula("C1:C3", "{=A1:A3*2}", None, 2)
    cells = read_book(path).sheet("η = 1").cells
    assert cells[2, 2] == Cell("IF(A1<1,\"<&>\",'η = 1'!$A$2)", value)
    assert isinstance(cells[2, 2].value, ErrorValue) == (value == "#DIV/0!")
    assert cells[1, 3] == Cell("A1:A3*2", 2.0, array=True)
    assert [cells[row, 3].array for row in (1, 2, 3)] == [True] * 3
    assert cells[3, 3].formula is None
    assert_same_as_openpyxl(read_book(path))


def test_books_of_openpyxl_are_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([1, 2.5, "text", True, None, "=SUM(A1:B1)", datetime.date(2024, 2, 29)])
    sheet["J9"] = datetime.datetime(2024, 2, 29, 12)
    sheet["K9"] = ArrayFormula("K9:K10", "=A1:A2")
    sheet["L9"] = DataTableFormula("L9:M10", dt2D=True, r1="A1", r2="B1")
    book.create_sheet("empty")
    path = tmp_path / "book.xlsx"
    book.save(path)
    read = read_book(path)
    assert_same_as_openpyxl(read)
    assert read.sheets[0].cells[1, 6] == Cell("SUM(A1:B1)", None)
    assert read.sheets[0].cells[1, 7] == Cell(None, 45351.0)
    assert read.sheets[0].cells[9, 10] == Cell(None, 45351.5)
    assert read.sheets[0].cells[9, 11] == Cell("A1:A2", None, array=True)
    assert read.sheets[0].cells[9, 12] == Cell("TABLE(A1,B1)", None, array=True)
    assert read.sheet("empty").cells == {}


def test_each_kind_of_value_is_read(tmp_path: Path) -> None:
    strings = (
        "<si><t>plain</t></si>"
        '<si><r><t xml:space="preserve">rich </t></r><r><rPr><b/></rPr><t>text</t></r></si>'
        "<si><t>東京</t><rPh sb='0' eb='2'><t>とうきょう</t></rPh><phoneticPr fontId='1'/></si>"
        "<si><t/></si><si/><si><t>a_x000D_b_xD83D_</t></si><si><t><![CDATA[<cdata>]]></t></si>"
    )
    expected = {
        '<c t="s"><v>0</v></c>': "plain",
        '<c t="s"><v>1</v></c>': "rich text",
        '<c t="s"><v>2</v></c>': "東京",
        '<c t="s"><v>3</v></c>': "",
        '<c t="s"><v>4</v></c>': "",
        '<c t="s"><v>5</v></c>': "a\rb_xD83D_",
        '<c t="s"><v> 6 </v></c>': "<cdata>",
        '<c t="s"><v/></c>': None,
        '<c t="inlineStr"><is><t>in</t></is></c>': "in",
        '<c t="inlineStr"><is><r><t>a</t></r><rPh><t>x</t></rPh><r><t>b</t></r></is></c>': "ab",
        '<c t="str"><f>"a"</f><v>a&lt;b</v></c>': "a<b",
        '<c t="str"><f>""</f><v></v></c>': "",
        '<c t="str"><f>""</f><v/></c>': "",
        '<c t="b"><v>1</v></c>': True,
        '<c t="b"><v>0</v></c>': False,
        '<c t="e"><v>#N/A</v></c>': ErrorValue("#N/A"),
        '<c t="n"><v>1E-3</v></c>': 0.001,
        "<c><v> 12 </v></c>": 12.0,
        "<c><v>-0.1<!-- -->5</v></c>": -0.15,
        "<c><v></v></c>": None,
        '<c s="3"/>': None,
        '<c t="d"><v>2024-02-29T12:00:00Z</v></c>': 45351.5,
        '<c t="d"><v>2024-02-29</v></c>': 45351.0,
        '<c t="d"><v>yesterday</v></c>': "yesterday",
        # What no number may look like stays text, so that no NaN passes for a value.
        "<c><v>NaN</v></c>": "NaN",
        "<c><v>1e999</v></c>": "1e999",
        "<c><v>1_000</v></c>": "1_000",
    }
    rows = "".join(f"<row>{cell}</row>" for cell in expected)
    cells = cells_of(tmp_path, rows, strings)
    for row, (xml, value) in enumerate(expected.items(), 1):
        read = cells[row, 1].value if (row, 1) in cells else None
        assert (read, type(read)) == (value, type(value)), xml


def test_many_shared_texts_are_read(tmp_path: Path) -> None:
    strings = "".join(f"<si><t>text {number}</t></si>" for number in range(20_000))
    cells = cells_of(tmp_path, '<row><c t="s"><v>19999</v></c></row>', strings)
    assert cells == {(1, 1): Cell(None, "text 19999")}


def test_dates_count_from_1904_where_the_book_does(tmp_path: Path) -> None:
    rows = '<row><c t="d"><v>1904-01-02</v></c></row>'
    workbook = workbook_xml({"Sheet1": "rId1"}, '<workbookPr date1904="1"/>')
    parts = parts_of(sheet_xml(rows), xl__workbook=workbook)
    book = read_book(write_package(tmp_path / "book.xlsx", parts))
    assert book.sheets[0].cells[1, 1].value == 1.0


def test_cells_and_rows_without_an_address_are_counted(tmp_path: Path) -> None:
    rows = (
        "<row><c><v>1</v></c><c/><c><v>2</v></c></row>"
        '<row r="5"><c r="C5"/><c><v>3</v></c><c r="B5"><v>4</v></c><c><v>5</v></c></row>'
        "<row><c><v>6</v></c></row>"
        '<row r="9"><c r="A12"><v>7</v></c><c><v>8</v></c>'
        '<c r="D9"><v>0</v></c></row>'
        '<row r="20"><c r="C20"/></row><row><c><v>9</v></c></row>'
    )
    values = {position: cell.value for position, cell in cells_of(tmp_path, rows).items()}
    assert values == {
        **{(1, 1): 1, (1, 3): 2, (5, 4): 3, (5, 2): 4, (5, 3): 5},
        **{(6, 1): 6, (12, 1): 7, (12, 2): 8, (9, 4): 0, (21, 1): 9},
    }


def test_prefixes_and_strict_namespaces_are_read(tmp_path: Path) -> None:
    rows = '<row><c t="s"><v>0</v></c><c><f>A1&amp;"x"</f><v>2</v></c></row>'
    parts = parts_of(sheet_xml(rows), "<si><t>text</t></si>")
    for name, content in parts.items():
        strict = content.decode().replace(DOCUMENT, f"{STRICT}/officeDocument/relationships")
        parts[name] = strict.replace(MAIN, f"{STRICT}/spreadsheetml/main").encode()
    prefixed = parts["xl/worksheets/sheet1.xml"].decode()
    for tag in ("worksheet", "sheetData", "row", "c", "v", "f"):
        for before, after in (("<", ">"), ("</", ">"), ("<", " ")):
            prefixed = prefixed.replace(f"{before}{tag}{after}", f"{before}x:{tag}{after}")
    parts["xl/worksheets/sheet1.xml"] = prefixed.replace("xmlns=", "xmlns:x=").encode()
    assert b"<x:c " in parts["xl/worksheets/sheet1.xml"]
    book = read_book(write_package(tmp_path / "book.xlsx", parts))
    assert book.sheets[0].cells == {(1, 1): Cell(None, "text"), (1, 2): Cell('A1&"x"', 2.0)}


def test_elements_of_other_namespaces_are_no_cells(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v><x:c xmlns:x="x"><x:f>B1</x:f><x:v>2</x:v></x:c></c></row>'
    assert cells_of(tmp_path, rows) == {(1, 1): Cell(None, 1.0)}


@pytest.mark.parametrize(
    "target",
    ["worksheets/sheet1.xml", "/xl/worksheets/sheet1.xml", "./worksheets/../worksheets/sheet1.xml"]
    + ["..\\xl\\worksheets\\sheet1.xml", "Worksheets/Sheet1.xml", "worksheets/sheet%31.xml"],
)
def test_targets_in_any_form_are_followed(tmp_path: Path, target: str) -> None:
    links = relationships_xml(("rId1", "worksheet", target))
    parts = parts_of(sheet_xml("<row><c><v>1</v></c></row>"))
    parts["xl/_rels/workbook.xml.rels"] = links.encode()
    (sheet,) = read_book(write_package(tmp_path / "book.xlsx", parts)).sheets
    assert sheet.part == "xl/worksheets/sheet1.xml"
    assert sheet.cells == {(1, 1): Cell(None, 1.0)}


def test_a_workbook_elsewhere_in_the_package_is_found(tmp_path: Path) -> None:
    parts = parts_of(sheet_xml("<row><c><v>1</v></c></row>"))
    parts["_rels/.rels"] = relationships_xml(("rId1", "officeDocument", "/book/main.xml")).encode()
    parts["book/main.xml"] = parts.pop("xl/workbook.xml")
    links = relationships_xml(("rId1", "worksheet", "../xl/worksheets/sheet1.xml"))
    parts["book/_rels/main.xml.rels"] = links.encode()
    parts["[Content_Types].xml"] = b"<x>application/vnd.ms-excel.sheet.macroEnabled.main+xml</x>"
    book = read_book(write_package(tmp_path / "book.xlsm", parts))
    assert book.sheets[0].cells == {(1, 1): Cell(None, 1.0)}


def test_shared_formulas_are_written_out(tmp_path: Path) -> None:
    rows = (
        '<row><c><f t="shared" ref="A1:A3" si="0">B1+$C$1</f></c><c><f t="shared" si="1"/></c>'
        '</row><row><c><f t="shared" si="0"/><v>2</v></c>'
        '<c><f t="shared" ref="B1:B3" si="1">A2*2</f></c></row>'
        '<row><c><f t="shared" si="0"/></c><c><f t="shared" si="1">own</f></c>'
        '<c><f t="shared" si="9"/><v>3</v></c></row>'
        '<row><c><f t="shared" ref="A4:A5" si="0">D4</f></c></row>'
        '<row><c><f t="shared" si="0"/></c><c><f ca="1">=RAND()</f></c><c><f/><v>4</v></c></row>'
    )
    formulas = {position: cell.formula for position, cell in cells_of(tmp_path, rows).items()}
    assert formulas == {
        **{(1, 1): "B1+$C$1", (2, 1): "B2+$C$1", (3, 1): "B3+$C$1"},
        **{(1, 2): "A1*2", (2, 2): "A2*2", (3, 2): "own", (3, 3): None},
        **{(4, 1): "D4", (5, 1): "D5", (5, 2): "RAND()", (5, 3): None},
    }


def test_data_tables_are_marked(tmp_path: Path) -> None:
    rows = (
        '<row><c><f t="dataTable" ref="A1:A2" dt2D="0" dtr="1" r1="D1"/><v>1</v></c>'
        '<c><f t="dataTable" ref="B1:B2" r1="D1"/><v>2</v></c></row>'
        "<row><c><v>3</v></c><c><v>4</v></c><c><v>5</v></c></row>"
    )
    cells = cells_of(tmp_path, rows)
    assert cells[1, 1] == Cell("TABLE(D1,)", 1.0, array=True)
    assert cells[1, 2] == Cell("TABLE(,D1)", 2.0, array=True)
    assert [cells[2, column].array for column in (1, 2, 3)] == [True, True, False]


@pytest.mark.parametrize("area", ["", "A1", "Sheet1!A1", "A1:XFD1048576", "B2:A1"])
def test_array_formulas_are_marked_whatever_their_area(tmp_path: Path, area: str) -> None:
    rows = f'<row><c><f t="array" ref="{area}">B1</f><v>1</v></c></row>'
    assert cells_of(tmp_path, rows) == {(1, 1): Cell("B1", 1.0, array=True)}


def test_defined_names_are_read(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("first")
        book.add_worksheet("η = 1")
        book.define_name("rate", "=first!$A$1")
        book.define_name("'η = 1'!rate", "='η = 1'!$B$2&\"<\"")
    names = read_book(path).names
    assert names == {"rate": "first!$A$1", "η = 1!rate": "'η = 1'!$B$2&\"<\""}


def test_a_sheet_is_found_in_upper_or_lower_case(tmp_path: Path) -> None:
    book = read_book(write_book(tmp_path / "book.xlsx", ""))
    assert book.sheet("SHEET1") is book.sheet("Sheet1") is book.sheets[0]
    with pytest.raises(InputError, match="has no sheet 'Sheet2', expected one of 'Sheet1'"):
        book.sheet("Sheet2")


def test_macros_and_links_to_other_books_are_passed_over(tmp_path: Path) -> None:
    links = relationships_xml(
        ("rId1", "worksheet", "worksheets/sheet1.xml"),
        ("rId2", "externalLink", "externalLinks/externalLink1.xml"),
        ("rId3", "vbaProject", "vbaProject.bin"),
    ).replace(
        "</Relationships>",
        f'<Relationship Id="rId4" Type="{DOCUMENT}/externalLinkPath" TargetMode="External" '
        'Target="file:///etc/hostname"/></Relationships>',
    )
    parts = parts_of(sheet_xml("<row><c><f>[1]Data!A1</f><v>1</v></c></row>"))
    parts["xl/_rels/workbook.xml.rels"] = links.encode()
    parts["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0"
    parts["xl/externalLinks/externalLink1.xml"] = b"<!DOCTYPE x SYSTEM 'file:///etc/hostname'>"
    book = read_book(write_package(tmp_path / "book.xlsm", parts))
    assert book.sheets[0].cells == {(1, 1): Cell("[1]Data!A1", 1.0)}


def test_a_sheet_in_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sheet1.xml").write_text(sheet_xml("<row><c><v>1</v></c></row>"))
    uri = (tmp_path / "sheet1.xml").as_uri()
    for target in ("../../sheet1.xml", uri, "worksheets/sheet1.xml"):
        for mode in ("", 'TargetMode="External" ')[target.startswith("work") :]:
            parts = parts_of(sheet_xml(""))
            links = relationships_xml(("rId1", "worksheet", target))
            parts["xl/_rels/workbook.xml.rels"] = links.replace("Id=", f"{mode}Id=").encode()
            with pytest.raises(FileError, match="sheet 'Sheet1' has no part of its own"):
                read_book(write_package(tmp_path / "book.xlsx", parts))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ('<row><c t="s"><v>5</v></c></row>', "cell A1: refers to shared text '5' of 1"),
        ('<row><c t="s"><v>-1</v></c></row>', "cell A1: refers to shared text '-1' of 1"),
        ('<row><c t="s"><v>x</v></c></row>', "cell A1: refers to shared text 'x' of 1"),
        ('<row><c r="XFE1"><v>1</v></c></row>', "has a cell 'XFE1', expected A1 to XFD1048576"),
        ('<row><c r="A1048577"><v>1</v></c></row>', "has a cell 'A1048577'"),
        ('<row><c r="1A"><v>1</v></c></row>', "has a cell '1A'"),
        ("<row><c r='a&#10;b'><v>1</v></c></row>", r"has a cell 'a\nb'"),
        ('<row r="0"/>', "has a row '0', expected 1 to 1048576"),
        ('<row r="1048577"/>', "has a row '1048577'"),
        ('<row r="x"/>', "has a row 'x'"),
        ("<c><v>1</v></c>", "has a cell '1 of row 0'"),
        (f"<row>{'<c/>' * 16_385}</row>", "has a cell '16385 of row 1', expected 1 to 16384"),
    ],
    ids=range(12),
)
def test_impossible_cells_are_refused(tmp_path: Path, rows: str, said: str) -> None:
    with pytest.raises(FileError) as caught:
        cells_of(tmp_path, rows, "<si><t>one</t></si>")
    assert str(caught.value).startswith(f"{tmp_path / 'book.xlsx'}: sheet 'Sheet1'")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_million_columns_are_refused(tmp_path: Path) -> None:
    wide = "".join(f"<c><v>{number}</v></c>" for number in range(1_000_000))
    with pytest.raises(FileError, match="has a cell '16385 of row 1', expected 1 to 16384"):
        cells_of(tmp_path, f"<row>{wide}</row>")
    named = "".join(f'<c r="{column_letters(n)}1"><v>1</v></c>' for n in range(1, 1_000_000))
    with pytest.raises(FileError, match="has a cell 'XFE1', expected A1 to XFD1048576"):
        cells_of(tmp_path, f"<row>{named}</row>")


def test_a_million_rows_and_an_absurd_dimension_are_read(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="XFD1"><v>1</v></c></row>'
    rows += "".join(f'<row r="{number}"/>' for number in range(2, 1_048_576))
    rows += '<row r="1048576"><c r="A1048576"><v>2</v></c></row>'
    sheet = sheet_xml(rows).replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    book = read_book(write_package(tmp_path / "book.xlsx", parts_of(sheet)))
    assert book.sheets[0].cells == {
        (1, 16_384): Cell(None, 1.0),
        (1_048_576, 1): Cell(None, 2.0),
    }


def test_too_many_cells_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"<row><c><v>{n}</v></c><c><v>1</v></c><c/></row>" for n in range(6_000))
    assert len(cells_of(tmp_path, rows)) == 12_000
    monkeypatch.setattr(module, "Allowance", lambda: Allowance(cells=10_000))
    with pytest.raises(FileError, match="the book has more than 1,000,000 cells"):
        cells_of(tmp_path, rows)


def test_too_many_cells_in_all_sheets_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for _ in range(3):
            book.add_worksheet().write_column("A1", range(400))
    monkeypatch.setattr(module, "Allowance", lambda: Allowance(cells=1_200))
    assert len(read_book(path).sheets) == 3
    monkeypatch.setattr(module, "Allowance", lambda: Allowance(cells=1_199))
    with pytest.raises(FileError, match="sheet 'Sheet3': the book has more than 1,000,000 cells"):
        read_book(path)


def test_too_long_formulas_together_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One text of 8,000 characters, shared: a hundred short tags stand for 800,000 of them.
    rows = f'<row><c><f t="shared" ref="A1:A99" si="0">{"+1" * 4_000}</f></c></row>'
    rows += '<row><c><f t="shared" si="0"/></c></row>' * 99
    cells = cells_of(tmp_path, rows)
    assert {len(cell.formula or "") for cell in cells.values()} == {8_000}
    monkeypatch.setattr(module, "Allowance", lambda: Allowance(characters=799_999))
    with pytest.raises(FileError, match="more than 100,000,000 characters"):
        cells_of(tmp_path, rows)


def test_too_many_sheets_or_names_are_refused(tmp_path: Path) -> None:
    sheets = workbook_xml(dict.fromkeys(map(str, range(1_001)), "rId1"))
    names = "<definedName name='a'>1</definedName>" * 100_001
    for workbook, said in (
        (sheets, "more than 1,000 sheets"),
        (workbook_xml({}, names), "more than 100,000 defined names"),
    ):
        parts = parts_of(sheet_xml(""), xl__workbook=workbook)
        with pytest.raises(FileError, match=said):
            read_book(write_package(tmp_path / "book.xlsx", parts))


def test_a_book_without_sheets_is_refused(tmp_path: Path) -> None:
    parts = parts_of(sheet_xml(""), xl__workbook=workbook_xml({}))
    with pytest.raises(FileError, match="holds no sheet"):
        read_book(write_package(tmp_path / "book.xlsx", parts))


def test_two_sheets_of_one_part_are_refused(tmp_path: Path) -> None:
    workbook = workbook_xml({"Sheet1": "rId1", "Sheet2": "rId1"})
    parts = parts_of(sheet_xml(""), xl__workbook=workbook)
    with pytest.raises(FileError, match="sheet 'Sheet2' has no part of its own"):
        read_book(write_package(tmp_path / "book.xlsx", parts))
