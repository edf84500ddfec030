"""Files made to do harm get one line and status 2, or a result; nothing of them runs."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import pytest

from backprop_xlsx.check import __main__ as command
from tests.check.homework import FORMULAS, SIBLING, write_homework

if sys.platform == "win32":
    pytest.skip("memory is limited as POSIX does it", allow_module_level=True)
import resource

ROOT = Path(__file__).resolve().parents[2]
ADDRESS_SPACE = 2**31
"""Bytes; libraries reserve several times of what they use. It stops what has no bound at all."""
PATIENCE = 120
"""Seconds, several times what the slowest takes on a slow machine: it stops what never ends."""

Part = bytes | Callable[[bytes], bytes]
"""What a part becomes: new bytes, or a function of the old ones."""

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
SHEET_OF = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<sheetData>%b</sheetData></worksheet>"
)
MARKUP = '<script>alert("1")</script>'


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A right book of ten steps."""
    path = tmp_path_factory.mktemp("book") / "book.xlsx"
    write_homework(path, steps=10)
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


def declared(declarations: bytes, content: bytes) -> Callable[[bytes], bytes]:
    """A part with entities declared before its root, and one used for each first text."""

    def change(xml: bytes) -> bytes:
        xml = xml.replace(b"?>", b"?><!DOCTYPE sst [" + declarations + b"]>", 1)
        return xml.replace(b"<t>learning rate</t>", b"<t>" + content + b"</t>", 1)

    return change


def formula_of(cell: bytes, formula: bytes) -> Callable[[bytes], bytes]:
    """A sheet in which one cell has another formula."""

    def change(xml: bytes) -> bytes:
        pattern = rb'(<c r="%b"[^>]*><f>)[^<]*(</f>)' % cell
        changed, count = re.subn(pattern, lambda match: match[1] + formula + match[2], xml)
        assert count == 1
        return changed

    return change


def run(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own that cannot grow without bound."""
    return subprocess.run(
        [sys.executable, "-m", "backprop_xlsx.check", str(path), *options],
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE)),
    )


def require_refusal(path: Path, said: str) -> None:
    """Status 2, and one line that names the file and the reason."""
    result = run(path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{path}: ")
    assert len(result.stderr.splitlines()) == 1
    assert said in result.stderr
    assert "please report" not in result.stderr


def require_result(path: Path, *statuses: int) -> str:
    """One of the statuses, and a report without any complaint."""
    result = run(path)
    assert (result.returncode in statuses, result.stderr) == (True, "")
    assert result.stdout.splitlines()[-1].startswith(f"{path}: ")
    return result.stdout


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "homework.xlsx"


def test_a_zip_bomb(book: bytes, target: Path) -> None:
    target.write_bytes(with_parts(book, {SHEET: bytes(120_000_000)}))
    require_refusal(target, "expands to more than")


def test_a_bomb_that_lies_about_its_size(book: bytes, target: Path) -> None:
    content = with_parts(book, {SHEET: b" " * 60_000_000})
    size = (60_000_000).to_bytes(4, "little")
    assert size in content
    target.write_bytes(content.replace(size, (5000).to_bytes(4, "little")))
    require_refusal(target, SHEET)


def test_an_entity_bomb(book: bytes, target: Path) -> None:
    lines = b'<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%b">' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 12)
    )
    target.write_bytes(with_parts(book, {STRINGS: declared(lines, b"&a11;")}))
    require_refusal(target, "entities")


@pytest.mark.parametrize("kind", ["file", "http"])
def test_external_entities(book: bytes, target: Path, tmp_path: Path, kind: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of the machine")
    address = secret.as_uri() if kind == "file" else "http://127.0.0.1:9/"
    line = b'<!ENTITY a SYSTEM "%b">' % address.encode()
    target.write_bytes(with_parts(book, {STRINGS: declared(line, b"&a;")}))
    require_refusal(target, "entities")


def test_a_million_columns(book: bytes, target: Path) -> None:
    cells = b"".join(b"<c><v>%d</v></c>" % (number * 7919) for number in range(1_000_000))
    sheet = SHEET_OF % (b'<row r="1">%b</row>' % cells)
    target.write_bytes(with_parts(book, {SHEET: sheet}))
    require_refusal(target, "16384")


def test_all_columns_of_a_sheet_with_the_names_of_quantities(book: bytes, target: Path) -> None:
    def text(name: str) -> str:
        return f'<c t="inlineStr"><is><t>{name}</t></is></c>'

    headers = "".join(text(f"w{1 + column % 8}") for column in range(16_384))
    numbers = "<c><v>1</v></c>" * 16_384
    rows = f"<row>{headers}</row>" + f"<row>{numbers}</row>" * 10
    target.write_bytes(with_parts(book, {SHEET: SHEET_OF % rows.encode()}))
    require_refusal(target, "holds no table")


def test_thousands_of_tables(target: Path) -> None:
    headers = [
        "i1",
        "i2",
        "t1",
        "t2",
        "w1",
        "w2",
        "w3",
        "w4",
        "h1",
        "a_h1",
        "h2",
        "a_h2",
        "E_total",
    ]
    workbook = openpyxl.Workbook()
    for _ in range(3000):
        for row in (headers, [0.1] * len(headers), [0.1] * len(headers), []):
            workbook.worksheets[0].append(row)
    workbook.save(target)
    require_refusal(target, "holds 3000 tables, expected at most")


def test_a_million_rows(book: bytes, target: Path) -> None:
    def change(xml: bytes) -> bytes:
        rows = (
            b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(200, 1_000_200)
        )
        return xml.replace(b"</sheetData>", b"".join(rows) + b"</sheetData>")

    target.write_bytes(with_parts(book, {SHEET: change}))
    require_refusal(target, "1,000,000 cells")


def test_a_long_table(target: Path) -> None:
    write_homework(target, SIBLING, steps=3000, cached=False, chart=False)
    assert "∂E/∂w3 and ∂E/∂w4, Z5:AA3005" in require_result(target, 1)


@pytest.mark.parametrize("length", [100, 5000, -30])
def test_a_truncated_file(book: bytes, target: Path, length: int) -> None:
    target.write_bytes(book[:length])
    require_refusal(target, "cut short")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (COMPOUND_FILE + "EncryptedPackage".encode("utf-16-le"), "password"),
        (COMPOUND_FILE + "Workbook".encode("utf-16-le"), "(.xls)"),
        (b"t1,t2,i1,i2\n0.5,0.5,0.05,0.1\n", "(.csv"),
        (b"", "empty"),
        (bytes(1000), "not a workbook"),
        (b"<!DOCTYPE html><html>Please sign in</html>", "web page"),
    ],
)
def test_another_kind_of_file(target: Path, content: bytes, said: str) -> None:
    target.write_bytes(content)
    require_refusal(target, said)


def test_macros_are_passed_over(book: bytes, tmp_path: Path) -> None:
    target = tmp_path / "homework.xlsm"
    kind = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    normal = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    target.write_bytes(
        with_parts(
            book,
            {
                "[Content_Types].xml": lambda xml: xml.replace(normal, kind),
                "xl/vbaProject.bin": COMPOUND_FILE,
            },
        )
    )
    assert "all 27" in require_result(target, 0)


@pytest.mark.parametrize(
    "formula",
    [
        b"[1]Sheet1!$A$1*B2",
        b"'https://127.0.0.1:9/[book.xlsx]Sheet1'!A1",
        b"WEBSERVICE(&quot;http://127.0.0.1:9/&quot;)",
        b"HYPERLINK(&quot;http://127.0.0.1:9/&quot;,1)",
        b"cmd|&apos; /C calc&apos;!A0",
        b"CALL(&quot;kernel32&quot;,&quot;WinExec&quot;,&quot;JCJ&quot;,&quot;calc&quot;,0)",
    ],
)
def test_formulas_that_reach_out_are_named(book: bytes, target: Path, formula: bytes) -> None:
    target.write_bytes(with_parts(book, {SHEET: formula_of(b"I9", formula)}))
    assert "I9" in require_result(target, 0, 1)


def test_nothing_is_fetched_or_started(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*arguments: object, **_: object) -> None:
        raise AssertionError(f"reached out: {arguments}")

    for place, name in ((socket, "socket"), (subprocess, "Popen"), (os, "system")):
        monkeypatch.setattr(place, name, forbidden)
    write_homework(target, SIBLING, steps=10)
    reaching_out = b"[1]Sheet1!A1*WEBSERVICE(&quot;http://127.0.0.1:9/&quot;)"
    changes: dict[str, Part] = {
        "xl/worksheets/sheet2.xml": formula_of(b"B3", reaching_out),
        "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
    }
    target.write_bytes(with_parts(target.read_bytes(), changes))
    fixed = target.with_name("corrected.xlsx")
    assert command.main([str(target), "--fix", str(fixed), "--report", f"{target}.html"]) == 1
    assert fixed.exists()


@pytest.mark.parametrize(
    ("cell", "formula"), [(b"I9", b"I9+1"), (b"I9", b"J9"), (b"E9", b"E10-$B$2*X8")]
)
def test_circular_references(book: bytes, target: Path, cell: bytes, formula: bytes) -> None:
    target.write_bytes(with_parts(book, {SHEET: formula_of(cell, formula)}))
    assert f", {cell.decode()}\n" in require_result(target, 1)


@pytest.mark.parametrize(
    "formula",
    [
        "+".join(["1"] * 4000),
        "(" * 3990 + "E9*C9+F9*D9" + ")" * 3990,
        "-" * 7980 + "(E9*C9+F9*D9)",
        "SUM(" * 1600 + "1" + ")" * 1600,
        "IF(1," * 1300 + "1" + ",0)" * 1300,
        "^".join(["9"] * 4000),
        "(" * 8000,
        "9" * 8000,
        "A" * 8000,
        '"' + "x" * 8000,
        "E9*C9+F9*D9" + "+0" * 3990,
        "E9:E9," * 1300 + "E9",
        "10^400-10^400",
    ],
    ids=lambda formula: formula[:12],
)
def test_a_formula_of_8000_characters(book: bytes, target: Path, formula: str) -> None:
    content = formula.replace('"', "&quot;").encode()
    target.write_bytes(with_parts(book, {SHEET: formula_of(b"I9", content)}))
    out = require_result(target, 0, 1)
    assert max(len(line) for line in out.splitlines() if str(target) not in line) <= 80


def test_text_that_looks_like_a_formula_or_markup_is_only_text(tmp_path: Path) -> None:
    target, page, findings = (tmp_path / name for name in ("book.xlsx", "page.html", "all.json"))
    texts = {"A5": MARKUP, "A6": '=HYPERLINK("http://127.0.0.1:9/")', "A7": "&lt;b&gt;"}
    faults = {"h1": '"' + MARKUP.replace('"', "'") + '"', **SIBLING}
    write_homework(target, faults, steps=10, sheet="<b>&'\"</b>"[:20].replace("/", ""), texts=texts)
    result = run(target, "--report", str(page), "--json", str(findings))
    assert (result.returncode, result.stderr) == (1, "")
    assert "<script>" in result.stdout
    source = page.read_text(encoding="utf-8")
    assert "<script" not in source
    assert "<b>&" not in source
    assert "&lt;script&gt;" in source
    wrong = json.loads(findings.read_text(encoding="utf-8"))[0]["wrong"]
    assert any("<script>" in fault["found"] for fault in wrong)


def test_a_table_of_texts_is_no_crash(book: bytes, target: Path) -> None:
    def change(xml: bytes) -> bytes:
        return re.sub(
            rb'<c r="([A-Z]+)9"[^>]*>.*?</c>',
            rb'<c r="\g<1>9" t="inlineStr"><is><t>=1+1</t></is></c>',
            xml,
        )

    target.write_bytes(with_parts(book, {SHEET: change}))
    require_result(target, 0, 1)


def test_every_formula_of_the_exercise_as_an_error(target: Path) -> None:
    write_homework(target, dict.fromkeys(FORMULAS, "1/0"), steps=5)
    require_result(target, 1)
