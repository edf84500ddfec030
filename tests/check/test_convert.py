"""Files of another kind: a line says how to save them, or LibreOffice makes workbooks of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from backprop_xlsx.check.__main__ import main
from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.spreadsheet import libreoffice
from tests.check.homework import SIBLING, write_homework
from tests.optional import require_libreoffice


@pytest.fixture(scope="module")
def homework(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wrong book, as .xlsx, .ods and .xls."""
    require_libreoffice()
    folder = tmp_path_factory.mktemp("homework")
    write_homework(folder / "book.xlsx", SIBLING, steps=5)
    for suffix in ("ods", "xls"):
        subprocess.run(
            [
                *("soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}"),
                *("--headless", "--convert-to", suffix, "--outdir", str(folder)),
                str(folder / "book.xlsx"),
            ],
            capture_output=True,
            check=True,
        )
    return folder


@pytest.mark.parametrize("suffix", ["ods", "xls"])
def test_it_is_converted_checked_and_corrected(
    suffix: str, homework: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, target = homework / f"book.{suffix}", tmp_path / "fixed.xlsx"
    before = path.read_bytes()
    assert main([str(path)]) == 2
    assert "File > Save As" in (said := capsys.readouterr().err)
    assert "--convert" in said
    assert main([str(path), "--convert", "--fix", str(target)]) == 1
    said = capsys.readouterr().out
    assert "a_h1" in said
    assert f"book.{suffix}: wrong" in said
    assert check_file(target).faults == 0
    assert path.read_bytes() == before
    assert sorted(p.name for p in path.parent.iterdir() if p.is_file()) == [
        "book.ods",
        "book.xls",
        "book.xlsx",
    ]


def test_without_libreoffice_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "book.csv"
    path.write_text("w1,w2\n0.15,0.2\n", encoding="utf-8")
    monkeypatch.setattr(libreoffice, "program", lambda: None)
    assert main([str(path)]) == 2
    assert "--convert" not in capsys.readouterr().err
    assert main([str(path), "--convert"]) == 2
    assert "LibreOffice is not installed" in capsys.readouterr().err


def test_a_google_sheet_is_a_link(tmp_path: Path) -> None:
    path = tmp_path / "book.gsheet"
    path.write_text('{"url": "https://docs.google.com/open?id=1"}', encoding="utf-8")
    assert "File > Download" in str(check_file(path).error)


def test_a_program_that_hangs_is_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, program = tmp_path / "book.csv", tmp_path / "soffice"
    path.write_text("w1,w2\n0.15,0.2\n", encoding="utf-8")
    program.write_text("#!/bin/sh\nsleep 60 & wait\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(libreoffice, "program", lambda: str(program))
    monkeypatch.setattr(libreoffice, "SECONDS", 0.2)
    assert main([str(path), "--convert"]) == 2
    assert "took more than" in capsys.readouterr().err


def test_a_copy_of_a_converted_file_is_a_workbook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "book.ods"
    path.touch()
    assert main([str(path), "--convert", "--fix", str(tmp_path / "fixed.ods")]) == 2
    assert ".xlsx" in capsys.readouterr().err


def test_options_are_not_guessed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        main([str(tmp_path / "book.xlsx"), "--conv"])
    assert ending.value.code == 2
    assert "--conv" in capsys.readouterr().err
