"""Files made to do harm, and some that only look so: what every face of the check meets."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl

from tests.check.homework import FORMULAS, SIBLING, write_homework

Part = bytes | Callable[[bytes], bytes]
"""What a part becomes: new bytes, or a function of the old ones."""

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
MARKUP = '<script>alert("1")</script>'
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
OTHER_KINDS = (
    (COMPOUND_FILE + "EncryptedPackage".encode("utf-16-le"), "password"),
    (COMPOUND_FILE + "Workbook".encode("utf-16-le"), "(.xls)"),
    (b"t1,t2,i1,i2\n0.5,0.5,0.05,0.1\n", "(.csv"),
    (b"", "empty"),
    (bytes(1000), "not a workbook"),
    (b"<!DOCTYPE html><html>Please sign in</html>", "web page"),
)
"""What is no workbook, and a word of what is said of it."""
CUTS = (100, 5000, -30)
REACHING_OUT = (
    b"[1]Sheet1!$A$1*B2",
    b"'https://127.0.0.1:9/[book.xlsx]Sheet1'!A1",
    b"WEBSERVICE(&quot;http://127.0.0.1:9/&quot;)",
    b"HYPERLINK(&quot;http://127.0.0.1:9/&quot;,1)",
    b"cmd|&apos; /C calc&apos;!A0",
    b"CALL(&quot;kernel32&quot;,&quot;WinExec&quot;,&quot;JCJ&quot;,&quot;calc&quot;,0)",
)
CIRCULAR = ((b"I9", b"I9+1"), (b"I9", b"J9"), (b"E9", b"E10-$B$2*X8"))
OUTGROWN = (
    "+".join(["1"] * 4000),
    "(" * 3990 + "E9*C9+F9*D9" + ")" * 3990,
    "-" * 7980 + "(E9*C9+F9*D9)",
    "SUM(" * 1600 + "1" + ")" * 1600,
    "IF(1," * 1300 + "1" + ",0)" * 1300,
    "^".join(["9"] * 4000),
    "(" * 8000,
    '"' + "x" * 8000,
    "E9*C9+F9*D9" + "+0" * 3990,
    "E9:E9," * 1300 + "E9",
)
"""Formulas of 8,000 characters that are not followed: their value, which is right, is judged."""
SENSELESS = ("9" * 8000, "A" * 8000, "10^400-10^400")
"""Formulas that are followed, to something other than h1."""
LONG_FORMULAS = (*OUTGROWN, *SENSELESS)

_SHEET_OF = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<sheetData>%b</sheetData></worksheet>"
)
_SHORT_HEADERS = (
    *("i1", "i2", "t1", "t2", "w1", "w2", "w3", "w4"),
    *("h1", "a_h1", "h2", "a_h2", "E_total"),
)


def right_book() -> bytes:
    """A right book of ten steps, of which most of these are made."""
    return homework(steps=10)


def homework(faults: Mapping[str, str] | None = None, **options: object) -> bytes:
    """A book as :func:`write_homework` writes it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        write_homework(path, faults, **options)  # type: ignore[arg-type]
        return path.read_bytes()


def with_parts(book: bytes, changes: Mapping[str, Part]) -> bytes:
    """The book with parts replaced, changed or added."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in dict.fromkeys([*source.namelist(), *changes]):
            change = changes.get(name, bytes)
            content = change if isinstance(change, bytes) else change(source.read(name))
            target.writestr(name, content)
    return buffer.getvalue()


def formula_of(cell: bytes, formula: bytes) -> Callable[[bytes], bytes]:
    """A sheet in which one cell has another formula."""

    def change(xml: bytes) -> bytes:
        pattern = rb'(<c r="%b"[^>]*><f>)[^<]*(</f>)' % cell
        changed, count = re.subn(pattern, lambda match: match[1] + formula + match[2], xml)
        assert count == 1
        return changed

    return change


def with_formula(book: bytes, formula: bytes, cell: bytes = b"I9") -> bytes:
    """The book in which one cell of the table has another formula."""
    return with_parts(book, {SHEET: formula_of(cell, formula)})


def long_formula(book: bytes, formula: str) -> bytes:
    """The same, of a formula given as text."""
    return with_formula(book, formula.replace('"', "&quot;").encode())


def zip_bomb(book: bytes) -> bytes:
    """A part that expands to a thousand times its size."""
    return with_parts(book, {SHEET: bytes(120_000_000)})


def lying_bomb(book: bytes) -> bytes:
    """A part that is 60 MB and says that it has 5,000 bytes."""
    content = with_parts(book, {SHEET: b" " * 60_000_000})
    size = (60_000_000).to_bytes(4, "little")
    assert size in content
    return content.replace(size, (5000).to_bytes(4, "little"))


def entity_bomb(book: bytes) -> bytes:
    """Entities that grow tenfold, eleven times over."""
    lines = b'<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%b">' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 12)
    )
    return with_parts(book, {STRINGS: _declared(lines, b"&a11;")})


def external_entity(book: bytes, address: str) -> bytes:
    """An entity that stands for what is at an address."""
    line = b'<!ENTITY a SYSTEM "%b">' % address.encode()
    return with_parts(book, {STRINGS: _declared(line, b"&a;")})


def million_columns(book: bytes) -> bytes:
    """A row of a million cells."""
    cells = b"".join(b"<c><v>%d</v></c>" % (number * 7919) for number in range(1_000_000))
    return with_parts(book, {SHEET: _SHEET_OF % (b'<row r="1">%b</row>' % cells)})


def all_columns(book: bytes) -> bytes:
    """Every column of a sheet with the name of a quantity."""

    def text(name: str) -> str:
        return f'<c t="inlineStr"><is><t>{name}</t></is></c>'

    headers = "".join(text(f"w{1 + column % 8}") for column in range(16_384))
    numbers = "<c><v>1</v></c>" * 16_384
    rows = f"<row>{headers}</row>" + f"<row>{numbers}</row>" * 10
    return with_parts(book, {SHEET: _SHEET_OF % rows.encode()})


def thousands_of_tables() -> bytes:
    """Three thousand tables of two rows."""
    workbook = openpyxl.Workbook()
    numbers = [0.1] * len(_SHORT_HEADERS)
    for _ in range(3000):
        for row in (_SHORT_HEADERS, numbers, numbers, []):
            workbook.worksheets[0].append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def million_rows(book: bytes) -> bytes:
    """A million rows below the table."""

    def change(xml: bytes) -> bytes:
        rows = (
            b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(200, 1_000_200)
        )
        return xml.replace(b"</sheetData>", b"".join(rows) + b"</sheetData>")

    return with_parts(book, {SHEET: change})


def long_table() -> bytes:
    """A thousand steps with a mistake, and no values."""
    return homework(SIBLING, steps=1000, cached=False, chart=False)


def macros(book: bytes) -> bytes:
    """A book with macros, right otherwise."""
    kind = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    normal = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    changes: dict[str, Part] = {
        "[Content_Types].xml": lambda xml: xml.replace(normal, kind),
        "xl/vbaProject.bin": COMPOUND_FILE,
    }
    return with_parts(book, changes)


def reaching_out() -> bytes:
    """A book with a mistake, an external link, and a formula that fetches."""
    formula = b"[1]Sheet1!A1*WEBSERVICE(&quot;http://127.0.0.1:9/&quot;)"
    changes: dict[str, Part] = {
        "xl/worksheets/sheet2.xml": formula_of(b"B3", formula),
        "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
    }
    return with_parts(homework(SIBLING, steps=10), changes)


def markup() -> bytes:
    """A book whose texts, formulas and sheet's name look like markup."""
    texts = {"A5": MARKUP, "A6": '=HYPERLINK("http://127.0.0.1:9/")', "A7": "&lt;b&gt;"}
    faults = {"h1": '"' + MARKUP.replace('"', "'") + '"', **SIBLING}
    return homework(faults, steps=10, sheet="<b>&'\"<b>", texts=texts)


def table_of_texts(book: bytes) -> bytes:
    """A row of the table in which every cell is a text."""

    def change(xml: bytes) -> bytes:
        return re.sub(
            rb'<c r="([A-Z]+)9"[^>]*>.*?</c>',
            rb'<c r="\g<1>9" t="inlineStr"><is><t>=1+1</t></is></c>',
            xml,
        )

    return with_parts(book, {SHEET: change})


def all_errors() -> bytes:
    """Every formula of the exercise is an error."""
    return homework(dict.fromkeys(FORMULAS, "1/0"), steps=5)


def hostile_files() -> dict[str, bytes]:
    """All of them by a name for each."""
    book = right_book()
    plain = (zip_bomb, lying_bomb, entity_bomb, million_columns, all_columns, million_rows)
    files = {make.__name__: make(book) for make in (*plain, macros, table_of_texts)}
    whole = (thousands_of_tables, long_table, reaching_out, markup, all_errors)
    files |= {make.__name__: make() for make in whole}
    files |= {"external_entity": external_entity(book, "http://127.0.0.1:9/")}
    files |= {f"cut_{length}": book[:length] for length in CUTS}
    files |= {f"kind_{n}": content for n, (content, _) in enumerate(OTHER_KINDS)}
    files |= {f"reaching_{n}": with_formula(book, text) for n, text in enumerate(REACHING_OUT)}
    files |= {f"circle_{n}": with_formula(book, f, cell) for n, (cell, f) in enumerate(CIRCULAR)}
    files |= {f"long_{n}": long_formula(book, text) for n, text in enumerate(LONG_FORMULAS)}
    return {f"{name}.xlsx": content for name, content in files.items()}


def _declared(declarations: bytes, content: bytes) -> Callable[[bytes], bytes]:
    """A part with entities declared before its root, and one used for each first text."""

    def change(xml: bytes) -> bytes:
        xml = xml.replace(b"?>", b"?><!DOCTYPE sst [" + declarations + b"]>", 1)
        return xml.replace(b"<t>learning rate</t>", b"<t>" + content + b"</t>", 1)

    return change
