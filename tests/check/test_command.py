"""python -m backprop_xlsx.check as a person types it: what it says, writes, returns and refuses."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backprop_xlsx.check import __main__ as command
from backprop_xlsx.check import book_check, correction
from backprop_xlsx.check.findings import FileReport
from tests.check.homework import SIBLING, address, write_homework

Printed = pytest.CaptureFixture[str]


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a right book, a wrong one, a short one, and one that is no workbook."""
    folder = tmp_path_factory.mktemp("books")
    write_homework(folder / "right.xlsx", chart=False)
    write_homework(folder / "wrong.xlsx", SIBLING, chart=False)
    write_homework(folder / "short.xlsx", steps=20, chart=False)
    (folder / "broken.xlsx").write_bytes((folder / "right.xlsx").read_bytes()[:5000])
    return folder


def test_a_right_book_passes(books: Path, capsys: Printed) -> None:
    book = books / "right.xlsx"
    assert command.main([str(book)]) == 0
    out, err = capsys.readouterr()
    assert "Back prop!A4:AE105: 100 steps, η = 0.5" in out
    assert "fault" not in out
    assert out.splitlines()[-1] == f"{book}: right (1 table)"
    assert "mark     100 of 100: 27 of 27 columns right" in out
    assert err == ""


def test_a_fault_is_told_with_what_stands_there_and_what_should(
    books: Path, capsys: Printed
) -> None:
    book = books / "wrong.xlsx"
    assert command.main([str(book)]) == 1
    out, err = capsys.readouterr()
    lines = [line.strip() for line in out.splitlines()]
    start = lines.index("fault    ∂E/∂w3 and ∂E/∂w4, Z5:AA105, 202 cells")
    said = " ".join(lines[start : start + 9])
    assert "Uses a_h1 where a_h2 belongs." in said
    assert "h2 feeds a_h2, so the slope of its sigmoid is a_h2·(1 − a_h2)." in said
    unwrapped = said.replace(" ", "")
    factor = "((R5-A5)*R5*(1-R5)*N5+(T5-B5)*T5*(1-T5)*P5)"
    assert f"thereis={factor}*J5*(1-J5)*C5" in unwrapped
    assert f"shouldbe={factor}*L5*(1-L5)*C5" in unwrapped
    assert "effect" in said
    assert any(line.startswith("right ") for line in lines)
    assert "mark     92.59 of 100: 25 of 27 columns right" in lines
    assert lines[-1] == f"{book}: wrong (1 table, 2 faults in 202 cells)"
    assert err == ""


def test_no_line_of_a_report_is_wider_than_80_columns_or_coloured(
    books: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(books)
    monkeypatch.delenv("COLUMNS", raising=False)
    command.main(["wrong.xlsx"])
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out


def test_a_warning_counts_only_with_strict(books: Path, capsys: Printed) -> None:
    book = str(books / "short.xlsx")
    assert command.main([book]) == 0
    out = capsys.readouterr().out
    assert "warning" in out
    assert out.splitlines()[-1].startswith(f"{book}: right, with warnings")
    assert command.main([book, "--strict"]) == 1
    assert command.main([str(books / "right.xlsx"), "--strict"]) == 0


def test_one_bad_file_stops_no_other(books: Path, capsys: Printed) -> None:
    names = ("broken.xlsx", "absent.xlsx", ".", "wrong.xlsx", "right.xlsx")
    paths = [str(books / name) for name in names]
    assert command.main(paths) == 2
    out, err = capsys.readouterr()
    assert len(err.splitlines()) == 3
    for path, line in zip(paths, err.splitlines(), strict=False):
        assert line.startswith(f"{path}: ")
    assert "∂E/∂w3" in out
    assert out.splitlines()[-1] == "5 files: 1 right; 1 wrong; 3 not checked"


def test_not_even_an_error_of_the_check_itself_stops_the_others(
    books: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = book_check.check_file

    def check_file(path: Path) -> FileReport:
        if path.name == "short.xlsx":
            raise RecursionError("too\ndeep")
        return real(path)

    monkeypatch.setattr(book_check, "check_file", check_file)
    assert command.main([str(books / "short.xlsx"), str(books / "wrong.xlsx")]) == 2
    out, err = capsys.readouterr()
    assert "please report it (RecursionError too deep)" in err
    assert len(err.splitlines()) == 1
    assert "∂E/∂w3" in out


def test_a_star_is_filled_in_where_the_shell_does_not(books: Path, capsys: Printed) -> None:
    assert command.main([str(books / "*r*.xlsx")]) == 2
    assert capsys.readouterr().out.splitlines()[-1].startswith("4 files: ")


def test_the_csv_is_a_line_a_file_that_a_spreadsheet_shows_and_does_not_compute(
    books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(books / "wrong.xlsx", tmp_path / "=1+2.xlsx")
    shutil.copy(books / "broken.xlsx", tmp_path / "-broken,too.xlsx")
    monkeypatch.chdir(tmp_path)
    paths = [
        "--csv",
        "grades.csv",
        "--",
        "=1+2.xlsx",
        "-broken,too.xlsx",
        str(books / "right.xlsx"),
    ]
    assert command.main(paths) == 2
    content = (tmp_path / "grades.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    wrong, broken, right = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert wrong["file"] == "'=1+2.xlsx"
    assert (wrong["tables"], wrong["faults"], wrong["wrong_cells"]) == ("1", "2", "202")
    assert wrong["verdict"] == "wrong"
    assert wrong["worst_mistakes"].startswith("∂E/∂w3 and ∂E/∂w4: ")
    assert broken["file"] == "'-broken,too.xlsx"
    assert (broken["tables"], broken["verdict"]) == ("0", "not checked")
    assert broken["worst_mistakes"]
    assert right == {
        "file": "right.xlsx",
        "tables": "1",
        "faults": "0",
        "wrong_cells": "0",
        "warnings": "0",
        "verdict": "right",
        "worst_mistakes": "",
        "coverage": "27 columns by their formulas",
        "columns_right": "27",
        "columns": "27",
        "mark": "100",
        "student": "",
    }
    assert (wrong["columns_right"], wrong["columns"], wrong["mark"]) == ("25", "27", "92.59")
    assert (broken["columns_right"], broken["columns"], broken["mark"]) == ("", "", "")


def test_the_json_has_an_object_for_each_table(books: Path, tmp_path: Path) -> None:
    target = tmp_path / "findings.json"
    command.main(
        [*(str(books / f"{name}.xlsx") for name in ("wrong", "right")), "--json", str(target)]
    )
    wrong, right = json.loads(target.read_text(encoding="utf-8"))
    assert {name: wrong[name] for name in list(wrong)[:9]} == {
        "file": "wrong.xlsx",
        "sheet": "Back prop",
        "header_row": 4,
        "first_row": 5,
        "last_row": 105,
        "learning_rate_cell": "B2",
        "learning_rate": 0.5,
        "formulas": 101 * 19 + 100 * 8,
        "wrong_cells": 202,
    }
    assert [set(fault) for fault in wrong["wrong"]] == 2 * [
        {"quantity", "column", "first_row", "last_row", "cells"}
        | {"kind", "found", "expected", "explanation", "reason", "effect"}
    ]
    assert (right["wrong"], right["warnings"]) == ([], [])


def test_the_page_is_written(books: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    assert command.main([str(books / "wrong.xlsx"), "--report", str(target)]) == 1
    assert "∂E/∂w3" in target.read_text(encoding="utf-8")


def test_a_correction_is_written_and_the_status_is_that_of_the_file_checked(
    books: Path, tmp_path: Path, capsys: Printed
) -> None:
    target = tmp_path / "corrected.xlsx"
    assert command.main([str(books / "wrong.xlsx"), "--fix", str(target)]) == 1
    assert f"{target}: 202 cells corrected, " in capsys.readouterr().out
    assert command.main([str(target)]) == 0


def test_an_error_of_a_correction_is_a_line(
    books: Path, tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(report: FileReport, target: Path) -> str:
        raise KeyError("softmax")

    monkeypatch.setattr(correction, "fix", breaks)
    fixed = tmp_path / "fixed.xlsx"
    assert command.main([str(books / "wrong.xlsx"), "--fix", str(fixed)]) == 1
    told = f"{fixed}: not written, please report it (KeyError 'softmax')"
    assert told in capsys.readouterr().err
    assert not fixed.exists()


def test_nothing_is_corrected_in_a_right_book(books: Path, tmp_path: Path, capsys: Printed) -> None:
    target = tmp_path / "corrected.xlsx"
    assert command.main([str(books / "right.xlsx"), "--fix", str(target)]) == 0
    assert "no fault to correct" in capsys.readouterr().out
    assert not target.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["wrong.xlsx", "./wrong.xlsx"], "wrong.xlsx: given twice"),
        (["wrong.xlsx", "right.xlsx", "--fix", "new.xlsx"], "--fix: 2 files given, expected one"),
        (["wrong.xlsx", "--fix", "wrong.xlsx"], "--fix wrong.xlsx: is a file to check already"),
        (["wrong.xlsx", "--csv", "wrong.xlsx"], "--csv wrong.xlsx: is a file to check already"),
        (
            ["wrong.xlsx", "--csv", "a.txt", "--json", "a.txt"],
            "--json a.txt: is the output of --csv already",
        ),
        (["wrong.xlsx", "--report", "absent/page.html"], "folder absent does not exist"),
        (["wrong.xlsx", "--json", "."], "is a folder"),
    ],
)
def test_what_cannot_be_meant_so_is_refused_before_the_work(
    books: Path,
    tmp_path: Path,
    capsys: Printed,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    message: str,
) -> None:
    def no_work(path: Path) -> FileReport:
        raise AssertionError(f"{path} was checked")

    for name in ("wrong.xlsx", "right.xlsx"):
        shutil.copy(books / name, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(book_check, "check_file", no_work)
    assert command.main(options) == 2
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    assert message in err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["a.xlsx", "--jsn", "b"],
        ["a.xlsx", "--csv"],
        ["a.xlsx", "--jobs", "0"],
        ["a.xlsx", "--jobs", "1", "--megabytes", "0"],
    ],
)
def test_a_mistyped_option_is_told_in_a_line(options: list[str], capsys: Printed) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(options)
    assert stopped.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_an_interruption_leaves_no_traceback_and_no_output(
    books: Path, tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(path: Path) -> FileReport:
        raise KeyboardInterrupt

    monkeypatch.setattr(book_check, "check_file", interrupted)
    target = tmp_path / "findings.json"
    assert command.main([str(books / "right.xlsx"), "--json", str(target)]) == 130
    assert capsys.readouterr() == ("", "interrupted\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal as POSIX has it")
@pytest.mark.parametrize(("names", "shown"), [(["right", "short"], True), (["right"], False)])
def test_a_progress_bar_where_there_are_several_files_and_a_terminal(
    books: Path, names: list[str], shown: bool
) -> None:
    terminal, end = os.openpty()
    result = subprocess.run(
        [sys.executable, "-m", "backprop_xlsx.check", *(f"{books}/{name}.xlsx" for name in names)],
        env={**os.environ, "TERM": "xterm", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=end,
        cwd=Path(__file__).resolve().parents[2],
    )
    os.close(end)
    drawn = b""
    with contextlib.suppress(OSError):  # there is nothing to be read
        drawn = os.read(terminal, 65_536)
    os.close(terminal)
    assert result.returncode == 0
    assert (b"Checking" in drawn) == shown
    assert b"Checking" not in result.stdout


def test_a_file_name_cannot_control_the_terminal(tmp_path: Path, capsys: Printed) -> None:
    assert command.main([str(tmp_path / "\x1b[31m\nred.xlsx")]) == 2
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err
    assert len(err.splitlines()) == 1


def test_a_terminal_without_the_letters_gets_question_marks(books: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "backprop_xlsx.check", str(books / "wrong.xlsx")],
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
        capture_output=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert result.returncode == 1
    assert b"?E/?w3 and ?E/?w4, Z5:AA105" in result.stdout
    assert result.stderr == b""


def test_help_describes_every_option_and_loads_nothing_heavy() -> None:
    script = (
        "import sys, runpy\n"
        "sys.argv[1:] = ['--help']\n"
        "try: runpy.run_module('backprop_xlsx.check', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        encoding="utf-8",
        cwd=Path(__file__).resolve().parents[2],
    )
    for option in ("WORKBOOK", "--csv", "--report", "--json", "--fix", "--strict", "exit status"):
        assert option in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
    heavy = {"torch", "matplotlib", "ironcalc", "formualizer", "rich", "jinja2", "pandas"}
    assert not heavy & set(result.stderr.split())


def test_a_cell_that_was_typed_over_is_found(tmp_path: Path, capsys: Printed) -> None:
    book = tmp_path / "typed.xlsx"
    write_homework(book, typed={("a_h2", 7): 0.5}, chart=False)
    assert command.main([str(book)]) == 1
    assert f"a_h2, {address('a_h2', 7)}\n" in capsys.readouterr().out
