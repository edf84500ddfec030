"""Files made to do harm get one line and status 2, or a result; nothing of them runs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from backprop_xlsx.check import __main__ as command
from tests.check import hostile

if sys.platform == "win32":
    pytest.skip("memory is limited as POSIX does it", allow_module_level=True)
import resource

ROOT = Path(__file__).resolve().parents[2]
ADDRESS_SPACE = 2**31
"""Bytes; libraries reserve several times of what they use. It stops what has no bound at all."""
PATIENCE = 600
"""Seconds, many times what the slowest takes on a busy machine: it stops what never ends."""


@pytest.fixture(scope="module")
def book() -> bytes:
    """A right book of ten steps."""
    return hostile.right_book()


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


def require_result(path: Path, status: int) -> str:
    """That status, and a report without any complaint."""
    result = run(path)
    assert (result.returncode, result.stderr) == (status, "")
    assert result.stdout.splitlines()[-1].startswith(f"{path}: ")
    return result.stdout


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "homework.xlsx"


def test_a_zip_bomb(book: bytes, target: Path) -> None:
    target.write_bytes(hostile.zip_bomb(book))
    require_refusal(target, "expands to more than")


def test_a_bomb_that_lies_about_its_size(book: bytes, target: Path) -> None:
    target.write_bytes(hostile.lying_bomb(book))
    require_refusal(target, hostile.SHEET)


def test_an_entity_bomb(book: bytes, target: Path) -> None:
    target.write_bytes(hostile.entity_bomb(book))
    require_refusal(target, "entities")


@pytest.mark.parametrize("kind", ["file", "http"])
def test_external_entities(book: bytes, target: Path, tmp_path: Path, kind: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of the machine")
    address = secret.as_uri() if kind == "file" else "http://127.0.0.1:9/"
    target.write_bytes(hostile.external_entity(book, address))
    require_refusal(target, "entities")


def test_a_million_columns(book: bytes, target: Path) -> None:
    target.write_bytes(hostile.million_columns(book))
    require_refusal(target, "16384")


def test_all_columns_of_a_sheet_with_the_names_of_quantities(book: bytes, target: Path) -> None:
    target.write_bytes(hostile.all_columns(book))
    require_refusal(target, "holds no table")


def test_thousands_of_tables(target: Path) -> None:
    target.write_bytes(hostile.thousands_of_tables())
    require_refusal(target, "holds 3000 tables, expected at most")


@pytest.mark.slow
def test_a_million_rows(book: bytes, target: Path) -> None:
    target.write_bytes(hostile.million_rows(book))
    require_refusal(target, "1,000,000 cells")


def test_a_long_table(target: Path) -> None:
    target.write_bytes(hostile.long_table())
    assert "∂E/∂w3 and ∂E/∂w4, Z5:AA1005" in require_result(target, 1)


@pytest.mark.parametrize("length", hostile.CUTS)
def test_a_truncated_file(book: bytes, target: Path, length: int) -> None:
    target.write_bytes(book[:length])
    require_refusal(target, "cut short")


@pytest.mark.parametrize(("content", "said"), hostile.OTHER_KINDS)
def test_another_kind_of_file(target: Path, content: bytes, said: str) -> None:
    target.write_bytes(content)
    require_refusal(target, said)


def test_macros_are_passed_over(book: bytes, tmp_path: Path) -> None:
    target = tmp_path / "homework.xlsm"
    target.write_bytes(hostile.macros(book))
    assert "all 27" in require_result(target, 0)


@pytest.mark.parametrize("formula", hostile.REACHING_OUT)
def test_formulas_that_reach_out_are_named(book: bytes, target: Path, formula: bytes) -> None:
    target.write_bytes(hostile.with_formula(book, formula))
    assert "I9: the formula of h1 was judged by its value: it " in require_result(target, 0)


def test_nothing_is_fetched_or_started(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*arguments: object, **_: object) -> None:
        raise AssertionError(f"reached out: {arguments}")

    target.write_bytes(hostile.reaching_out())
    import_module("backprop_xlsx.check.correction")  # before: what it imports knows sockets
    for place, name in ((socket, "socket"), (subprocess, "Popen"), (os, "system")):
        monkeypatch.setattr(place, name, forbidden)
    fixed = target.with_name("corrected.xlsx")
    assert command.main([str(target), "--fix", str(fixed), "--report", f"{target}.html"]) == 1
    assert fixed.exists()


@pytest.mark.parametrize(("cell", "formula"), hostile.CIRCULAR)
def test_circular_references(book: bytes, target: Path, cell: bytes, formula: bytes) -> None:
    target.write_bytes(hostile.with_formula(book, formula, cell))
    assert f", {cell.decode()}\n" in require_result(target, 1)


@pytest.mark.parametrize("formula", hostile.LONG_FORMULAS, ids=lambda formula: formula[:12])
def test_a_formula_of_8000_characters(book: bytes, target: Path, formula: str) -> None:
    """It is said that it is not followed; one that is followed is wrong."""
    target.write_bytes(hostile.long_formula(book, formula))
    if formula in hostile.OUTGROWN:
        out = require_result(target, 0)
        assert "I9: the formula of h1 was judged by its value: it " in out
    else:
        out = require_result(target, 1)
        assert "h1" in out and "I9" in out and "1 fault in 1 cell" in out
    assert max(len(line) for line in out.splitlines() if str(target) not in line) <= 80


def test_text_that_looks_like_a_formula_or_markup_is_only_text(tmp_path: Path) -> None:
    target, page, findings = (tmp_path / name for name in ("book.xlsx", "page.html", "all.json"))
    target.write_bytes(hostile.markup())
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
    target.write_bytes(hostile.table_of_texts(book))
    out = require_result(target, 0)
    assert "A4:AE8" in out  # of two tables, as the row of texts reads as their headers
    assert "A9:AE15" in out


def test_every_formula_of_the_exercise_as_an_error(target: Path) -> None:
    target.write_bytes(hostile.all_errors())
    require_result(target, 1)
