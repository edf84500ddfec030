"""python -m backprop_xlsx --exercise as a person types it."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from backprop_xlsx import __main__ as command
from backprop_xlsx.exercise.layout import EXERCISE, EXPECTED, MISTAKES
from backprop_xlsx.exercise.sheets.book import write_book
from tests.oracles.workbook_lint import lint


def test_it_writes_a_book_and_its_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "Exercise.xlsx"
    arguments = ["--exercise", "--preset", "eva", "--blank", "loss", "--out", str(out)]
    assert command.main(arguments) == 0
    said = capsys.readouterr().out
    assert f"{out}: written" in said
    assert "Exercise-answers.xlsx: written" in said
    assert "3 points; every formula recalculated by ironcalc and formualizer" in said
    for name, marks in (("Exercise", "NOT DONE"), ("Exercise-answers", "CORRECT")):
        assert lint(tmp_path / f"{name}.xlsx") == []
        book = openpyxl.load_workbook(tmp_path / f"{name}.xlsx", data_only=True)
        states = {sheet.title: sheet.sheet_state for sheet in book}
        assert states == {EXERCISE: "visible", EXPECTED: "hidden", MISTAKES: "hidden"}
        found = [cell.value for row in book[EXERCISE].iter_rows() for cell in row]
        assert found.count(marks) == 3
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert command.main(arguments) == 0
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--blank", "loss"], "--blank: is for a book to practise in; add --exercise"),
        (["--roster", "x.csv"], "--roster: is for a book to practise in; add --exercise"),
        (["--exercise", "--blank", "lots"], "blank: 'lots' is unknown, expected one of: forward"),
        (["--exercise", "--roster", "x.csv"], "x.csv: cannot be read"),
        (["--exercise", "--layers", "40-40-2"], "quantities to fill in, expected at most 500"),
        (["--exercise", "--seed", "-1"], "seed: -1 given"),
    ],
)
def test_it_refuses_in_one_line_and_writes_nothing(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command.main(arguments) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_book_that_computes_something_else_is_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the marks of the answers are cached as wrong ones."""

    def spoilt(path: Path, filling: object, *rest: object, **options: object) -> None:
        write_book(path, filling, *rest, **options)  # type: ignore[arg-type]
        book = openpyxl.load_workbook(path)
        book[EXERCISE]["H10"] = "=1+1"
        book.save(path)

    monkeypatch.setattr("backprop_xlsx.exercise.command.write_book", spoilt)
    monkeypatch.setattr("backprop_xlsx.exercise.command.known_mistakes", lambda practice: {})
    assert command.main(["--exercise", "--out", str(tmp_path / "Exercise.xlsx")]) == 1
    assert "not verified, nothing written" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
