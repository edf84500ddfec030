"""python -m backprop_xlsx as a person types it: what it writes, says, keeps and refuses."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

from backprop_xlsx import VerificationError
from backprop_xlsx import __main__ as command

PATIENCE = 600
"""Seconds until a process that should have ended is killed; no machine takes so long."""

QUICK = ["--steps", "3", "--learning-rates", "0.5"]


def test_it_writes_a_verified_book_and_says_by_what(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "book.xlsx"
    assert command.main([*QUICK, "--preset", "eva", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert f"{out}: written" in printed
    assert "recalculated by ironcalc and formualizer and compared with numpy" in printed
    book = openpyxl.load_workbook(out, data_only=True)
    found = {}
    for name in ("start_t1", "start_t2", "learning_rate_A"):
        ((sheet, cell),) = book.defined_names[name].destinations
        found[name] = book[sheet][cell].value
    assert list(found.values()) == [0.01, 0.99, 0.5]
    assert [path.name for path in tmp_path.iterdir()] == ["book.xlsx"]


def test_negative_numbers_may_have_exponents(tmp_path: Path) -> None:
    out = tmp_path / "book.xlsx"
    arguments = ["--inputs", "-1e-3", "-.5E+1", "--steps", "2", "--learning-rates", "0.1"]
    assert command.main([*arguments, "--out", str(out)]) == 0
    numbers = {
        cell.value for row in openpyxl.load_workbook(out)["Network"].iter_rows() for cell in row
    }
    assert {-0.001, -5} <= numbers


def test_a_different_book_keeps_the_old_one_under_a_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "book.xlsx"
    contents = []
    for steps in ("2", "3", "4"):
        assert command.main([*QUICK, "--steps", steps, "--out", str(out)]) == 0
        contents.append(out.read_bytes())
    assert (tmp_path / "book-1.xlsx").read_bytes() == contents[0]
    assert (tmp_path / "book-2.xlsx").read_bytes() == contents[1]
    assert "book-2.xlsx: the book that was there before, kept" in capsys.readouterr().out


def test_the_same_book_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "book.xlsx"
    for _ in range(2):
        assert command.main([*QUICK, "--out", str(out)]) == 0
    assert "as it was" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["book.xlsx"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--preset", "eva5"], "preset 'eva5' is unknown"),
        (["--weights", "1", "2", "3", "4", "5", "6", "7"], "weights: 7 numbers given, expected 8"),
        (["--weights", "a"], "invalid float value: 'a'"),
        (["--inputs", "nan", "1"], "inputs: nan is not a finite number"),
        (["--targets", "inf", "1"], "targets: inf is not a finite number"),
        (["--learning-rates", "0"], "learning rates: 0 given, expected a number above 0"),
        (["--learning-rates", "-1"], "learning rates: -1 given, expected a number above 0"),
        (["--learning-rates", *["1"] * 13], "learning rates: 13 given, expected 1 to 12"),
        (["--steps", "0"], "steps: 0 given"),
        (["--steps", "1048576"], "a worksheet has 1,048,576 rows"),
        (["--steps", "ten"], "invalid int value: 'ten'"),
        (["--steps", "1e9"], "steps: 1000000000 given, expected 1 to"),
        (["--steps", "1.5"], "invalid int value: '1.5'"),
        (["--steps", "1e999999999"], "invalid int value: '1e999999999'"),
        (["--stepz", "10"], "unrecognized arguments: --stepz 10; did you mean --steps?"),
        (["--step", "10"], "unrecognized arguments: --step 10; did you mean --steps?"),
        (["--xyzzy"], "unrecognized arguments: --xyzzy (see"),
        (["--learning-rates", "0.1,x"], "invalid float value: '0.1,x'"),
        (["--learning-rates", ","], "',' given, expected one or more values"),
        (["--weights", "-1,-2"], "weights: 2 numbers given, expected 8"),
        (["--optimizer", "adam,sgd"], "optimiser: 'sgd' is unknown"),
        (["--out", "foo.csv"], "'foo.csv' given, expected a name that ends in .xlsx"),
        (["-o", "foo"], "'foo' given, expected a name that ends in .xlsx"),
        (["--out", "no/such/folder/book.xlsx"], "no/such/folder"),
        (["--out", "."], "is a folder"),
    ],
)
def test_unusable_input_is_one_line_and_status_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        status = command.main(options)
    except SystemExit as exit_:
        status = exit_.code  # type: ignore[assignment]
    captured = capsys.readouterr()
    assert status == 2
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert list(tmp_path.iterdir()) == []


def test_what_people_type_is_taken(tmp_path: Path) -> None:
    """The American spelling, the short option, lists with commas, a power of ten for a number."""
    typed = ["--optimizer", "adam,momentum", "--learning-rates", "0.1,0.5", "--steps", "1e1"]
    typed += ["--inputs", "-.5,2e-1", "--weights", *("0.1,", "-0.2,", ".3,.4,", "5e-1,6,7,", "-8")]
    plain = ["--optimiser", "adam", "momentum", "--learning-rates", "0.1", "0.5", "--steps", "10"]
    plain += [
        "--inputs",
        "-0.5",
        "0.2",
        "--weights",
        *["0.1", "-0.2", "0.3", "0.4", "0.5", "6", "7", "-8"],
    ]
    assert command.main([*typed, "-o", str(tmp_path / "typed.xlsx")]) == 0
    assert command.main([*plain, "--out", str(tmp_path / "plain.XLSX")]) == 0
    assert (tmp_path / "typed.xlsx").read_bytes() == (tmp_path / "plain.XLSX").read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_is_interrupted_leaves_nothing_behind(
    tmp_path: Path, number: int, status: int
) -> None:
    for folder in ("work", "temporary"):
        (tmp_path / folder).mkdir()
    # Whoever started the tests may have ignored Ctrl-C, which every child then does too.
    program = (
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from backprop_xlsx.__main__ import main\n"
        "sys.exit(main())"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, "--steps", "5000", "--learning-rates", "0.5"],
        cwd=tmp_path / "work",
        env=os.environ | {"TMPDIR": str(tmp_path / "temporary"), "PYTHONPATH": os.getcwd()},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while not list((tmp_path / "temporary").glob("*/*")):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(number)
        _, said = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert (process.returncode, said) == (status, "interrupted, nothing written\n")
    assert [path for folder in tmp_path.iterdir() for path in folder.iterdir()] == []


@pytest.mark.parametrize("length", [10, 10_000_000])
def test_a_reader_who_has_read_enough_ends_it_without_a_word(length: int) -> None:
    code = (
        "import sys; from backprop_xlsx.spreadsheet.command_line import exit_status\n"
        "sys.stdin.read()\n"
        f"sys.exit(exit_status(lambda: print('x' * {length}), 'interrupted'))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    process.stdout.close()
    process.stdin.close()
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait(PATIENCE) == 141


def test_an_open_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "book.xlsx"
    out.write_bytes(b"mine")
    (tmp_path / ".~lock.book.xlsx#").touch()
    assert command.main([*QUICK, "--out", str(out)]) == 2
    assert "open in another program" in capsys.readouterr().err
    assert out.read_bytes() == b"mine"


def test_a_book_that_does_not_verify_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise VerificationError("'Run A'!X17: differs")

    monkeypatch.setattr(command, "verify", refuse)
    assert command.main([*QUICK, "--out", str(tmp_path / "book.xlsx")]) == 1
    assert "'Run A'!X17" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_diverging_run_is_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "book.xlsx"
    options = ["--learning-rates", "500", "0.1", "--steps", "40", "--inputs", "3", "-2"]
    assert command.main([*options, "--targets", "9", "-9", "--out", str(out)]) == 0


def test_help_imports_neither_torch_nor_matplotlib() -> None:
    code = (
        "import sys, runpy\n"
        "sys.argv = ['backprop_xlsx', '--help']\n"
        "try: runpy.run_module('backprop_xlsx', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "print(sorted({'torch', 'matplotlib'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.endswith("[]\n"), result.stdout + result.stderr
