"""XML made to do harm is refused in one line, whichever part of a book it stands in."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_xlsx.spreadsheet.errors import FileError
from backprop_xlsx.spreadsheet.ooxml import markup
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from tests.spreadsheet.ooxml.packages import MAIN, parts_of, sheet_xml, write_book, write_package

ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'
LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(10)
)


def refusal(path: Path) -> str:
    """The one line with which a book is refused."""
    with pytest.raises(FileError) as caught:
        read_book(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


def refusal_of_sheet(folder: Path, sheet: str | bytes) -> str:
    return refusal(write_package(folder / "book.xlsx", parts_of(sheet)))


@pytest.mark.parametrize(
    "declaration",
    [
        f"<!DOCTYPE x [{LAUGHS}]>",
        '<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x [<!ENTITY % dtd SYSTEM "http://localhost/x.dtd"> %dtd;]>',
        '<!DOCTYPE x SYSTEM "http://localhost/x.dtd">',
        '<!DOCTYPE x PUBLIC "-//X" "x.dtd">',
        "<!DOCTYPE x>",
    ],
)
@pytest.mark.parametrize(
    "part",
    [
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/sharedStrings.xml",
        "xl/worksheets/sheet1.xml",
        "_rels/.rels",
    ],
)
def test_declarations_are_refused(tmp_path: Path, part: str, declaration: str) -> None:
    parts = parts_of(sheet_xml(ROW))
    header, line, body = parts[part].partition(b"?>\n")
    parts[part] = header + line + declaration.encode() + body
    message = refusal(write_package(tmp_path / "book.xlsx", parts))
    assert "declares XML entities or a document type" in message


def test_an_entity_that_is_not_declared_is_refused(tmp_path: Path) -> None:
    said = refusal_of_sheet(tmp_path, sheet_xml('<row><c t="str"><v>&file;</v></c></row>'))
    assert "is not well-formed XML (undefined entity" in said


@pytest.mark.parametrize("tag", ["<a>", "<row>", '<c r="A1">', "<v>", "<x:y>"])
def test_deep_nesting_is_refused(tmp_path: Path, tag: str) -> None:
    sheet = sheet_xml(tag * 500_000).replace("<worksheet", '<worksheet xmlns:x="x"')
    assert "nests its elements more than 200 deep" in refusal_of_sheet(tmp_path, sheet)


def test_usual_nesting_is_read(tmp_path: Path) -> None:
    groups = "<a>" * 100 + "</a>" * 100
    book = read_book(write_book(tmp_path / "book.xlsx", ROW, after=groups))
    assert book.sheets[0].cells[1, 1].value == 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (f"<row {'x' * 3_000_000}", "a tag of more than 1,000,000 bytes"),
        ("<row " + "".join(f'a{n}="" ' for n in range(300_000)), "a tag of more than 1,000,000"),
        ("".join(f"<a{n}/>" for n in range(30_000)), "more than 10,000 different names"),
        (f'<row><c t="str"><v>{"long" * 500_000}', "a text of more than 1,000,000 characters"),
        (f"<row><c><f>{'1+' * 1_000_000}", "a text of more than 1,000,000 characters"),
        (f"<row><c><v><![CDATA[{'<' * 2_000_000}", "a text of more than 1,000,000 characters"),
    ],
    ids=["name", "attributes", "names", "text", "formula", "CDATA"],
)
def test_boundless_sheets_are_refused(tmp_path: Path, rows: str, said: str) -> None:
    assert said in refusal_of_sheet(tmp_path, sheet_xml(rows))


def test_too_many_tags_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MAXIMUM_TAGS", 100_000)
    assert "more than 100,000 tags" in refusal_of_sheet(tmp_path, sheet_xml("<a/>" * 110_000))


def test_boundless_texts_are_refused_in_other_parts(tmp_path: Path) -> None:
    name = f"<definedNames><definedName>{'A' * 2_000_000}</definedName></definedNames>"
    parts = parts_of(sheet_xml(ROW))
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"</workbook>", name.encode())
    message = refusal(write_package(tmp_path / "book.xlsx", parts))
    assert "a text of more than 1,000,000 characters" in message


@pytest.mark.parametrize("cut", [1, 100, 200, -20, -1])
def test_parts_cut_short_are_refused(tmp_path: Path, cut: int) -> None:
    assert "is not well-formed XML" in refusal_of_sheet(tmp_path, sheet_xml(ROW)[:cut])


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        ("", "is not well-formed XML (no element found"),
        (sheet_xml(ROW).encode().replace(b">1<", b">\xff<"), "(not well-formed (invalid token)"),
        (sheet_xml(ROW).replace("UTF-8", "nonsense"), "in the encoding 'nonsense', expected UTF-8"),
        (sheet_xml(ROW).replace("UTF-8", "shift_jis"), "in the encoding 'shift_jis'"),
    ],
)
def test_what_is_no_xml_is_refused(tmp_path: Path, sheet: str | bytes, said: str) -> None:
    assert said in refusal_of_sheet(tmp_path, sheet)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "iso-8859-1"])
def test_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    sheet = sheet_xml('<row r="1"><c r="A1" t="str"><v>é</v></c></row>')
    declared = encoding.removesuffix("-sig").removesuffix("-be").upper()
    content = sheet.replace("UTF-8", declared).encode(encoding)
    if encoding == "utf-16-be":
        content = b"\xfe\xff" + content
    book = read_book(write_package(tmp_path / "book.xlsx", parts_of(content)))
    assert book.sheets[0].cells[1, 1].value == "é"


def test_names_are_told_apart_by_namespace() -> None:
    found = []
    xml = f'<a xmlns="other" xmlns:s="{MAIN}"><c/><s:c/><s:d/></a>'
    names = markup.qualified(markup.SPREADSHEET, "c")
    markup.parse([xml.encode()], "here", names, lambda name, _: found.append(name))
    assert found == ["c"]
