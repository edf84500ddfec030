"""Verification finds what is wrong, names the cell, and never believes a cached value."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from backprop_xlsx import Experiment, VerificationError, build, verify
from backprop_xlsx.spreadsheet.engines import Recalculated
from backprop_xlsx.spreadsheet.ooxml.archive import Archive
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.patching.patch import Change, patch_sheet
from tests.strategies import CHAOTIC

EXPERIMENT = Experiment.preset(learning_rates=[0.5, 2.0], steps=12)


def patched(path: Path, sheet: str, position: tuple[int, int], change: Change) -> Path:
    """A copy of a book with one cell changed."""
    build(EXPERIMENT, path)
    archive = Archive.open(path)
    part = read_book(path).sheet(sheet).part
    target = path.with_name("patched.xlsx")
    archive.rewrite({part: patch_sheet(archive.read(part), {position: change})}, target)
    return target


@pytest.mark.parametrize(
    ("sheet", "position", "formula", "cell"),
    [
        # ∂E/∂w3 with a_h1 where a_h2 belongs: 0.03 % off, no chart shows it.
        (
            "Run A",
            (20, 27),
            "((S20-B20)*S20*(1-S20)*O20+(U20-C20)*U20*(1-U20)*Q20)*K20*(1-K20)*D20",
            "'Run A'!AA20 (dE/dw3 at step 4)",
        ),
        ("Run B", (28, 6), "F27-$E$3*Z27", "'Run B'!F28 (w1 at step 12)"),
        ("Run B", (16, 24), "V16", "'Run B'!X16 (E_total at step 0)"),
        ("Learning rates", (8, 5), "'Run A'!X17", "'Learning rates'!E8"),
        ("Derivation", (9, 4), "K9*K5", "'Derivation'!D9"),
    ],
)
def test_a_wrong_formula_is_named(
    tmp_path: Path, sheet: str, position: tuple[int, int], formula: str, cell: str
) -> None:
    book = patched(tmp_path / "book.xlsx", sheet, position, Change(formula, 0.25))
    with pytest.raises(VerificationError) as caught:
        verify(book, EXPERIMENT)
    assert str(caught.value).startswith(cell)
    assert "\n" not in str(caught.value)


def test_a_wrong_cached_value_is_named(tmp_path: Path) -> None:
    book = patched(tmp_path / "book.xlsx", "Checks", (4, 3), Change(None, "✓ all 13 checks agree"))
    with pytest.raises(VerificationError, match="'Checks'!C4"):
        verify(book, EXPERIMENT)


def test_another_experiment_does_not_verify(tmp_path: Path) -> None:
    build(EXPERIMENT, tmp_path / "book.xlsx")
    other = Experiment.preset(learning_rates=[0.5, 2.0], steps=12, targets=[0.5, 0.5000001])
    with pytest.raises(VerificationError, match="'Run A'!C16"):
        verify(tmp_path / "book.xlsx", other)


def test_an_engine_that_echoes_cached_values_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def echo(path: Path, engine: str) -> Recalculated:
        cells = {sheet.name: sheet.cells for sheet in read_book(path).sheets}
        return Recalculated(engine, lambda sheet, row, column: cells[sheet][row, column].value)

    build(EXPERIMENT, tmp_path / "book.xlsx")
    monkeypatch.setattr(sys.modules[verify.__module__], "recalculate", echo)
    with pytest.raises(VerificationError):
        verify(tmp_path / "book.xlsx", EXPERIMENT)


def test_one_engine_alone_verifies_and_says_so(tmp_path: Path) -> None:
    build(EXPERIMENT, tmp_path / "book.xlsx")
    assert verify(tmp_path / "book.xlsx", EXPERIMENT, ("formualizer",)).engines == ("formualizer",)


def test_a_chaotic_run_is_compared_step_by_step_only(tmp_path: Path) -> None:
    build(CHAOTIC, tmp_path / "book.xlsx")
    assert verify(tmp_path / "book.xlsx", CHAOTIC).unsteady == ("Run A",)
