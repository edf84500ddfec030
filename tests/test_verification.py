"""Verification finds what is wrong, names the cell, and never believes a cached value."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from backprop_xlsx import Experiment, VerificationError, build, verification, verify
from backprop_xlsx.spreadsheet.engines import Recalculated
from backprop_xlsx.spreadsheet.ooxml.archive import Archive
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name
from backprop_xlsx.spreadsheet.ooxml.patching.patch import Change, patch_sheet
from backprop_xlsx.workbook.layout import FIRST_ROW, Run, runs
from backprop_xlsx.workbook.limits import table_cells
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


def place(run: Run, quantity: str, step: int) -> tuple[int, int]:
    """The row and column, from 1, of a quantity at a step."""
    return FIRST_ROW + 1 + step, run.columns[quantity] + 1


def in_cells(run: Run, template: str, step: int) -> str:
    """A template with {w1}, {above w1} and {η} as a formula in the cells of a run."""
    names = {"η": cell_name(*(at + 1 for at in run.constant_cell("η")))}
    for quantity in run.columns:
        names[quantity] = cell_name(*place(run, quantity, step))
        names[f"above {quantity}"] = cell_name(*place(run, quantity, step - 1))
    return template.format_map(names)


@pytest.mark.parametrize(
    ("run", "quantity", "step", "template"),
    [
        # ∂E/∂w3 with a_h1 where a_h2 belongs: 0.03 % off, no chart shows it.
        (
            0,
            "dE/dw3",
            4,
            "(({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{w6}+({a_o2}-{t2})*{a_o2}*(1-{a_o2})*{w8})"
            "*{a_h1}*(1-{a_h1})*{i1}",
        ),
        (1, "w1", 12, "{above w1}-{η}*{above dE/dw2}"),
        (1, "E_total", 0, "{E1}"),
    ],
)
def test_a_wrong_formula_of_a_run_is_named(
    tmp_path: Path, run: int, quantity: str, step: int, template: str
) -> None:
    wrong = runs(EXPERIMENT)[run]
    position = place(wrong, quantity, step)
    change = Change(in_cells(wrong, template, step), 0.25)
    book = patched(tmp_path / "book.xlsx", wrong.sheet, position, change)
    with pytest.raises(VerificationError) as caught:
        verify(book, EXPERIMENT)
    cell = f"'{wrong.sheet}'!{cell_name(*position)} ({quantity} at step {step})"
    assert str(caught.value).startswith(cell)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("sheet", "position", "formula", "cell"),
    [
        ("Learning rates", (8, 6), "E8", "'Learning rates'!F8"),
        ("Learning rates", (8, 6), '"a text"', "'Learning rates'!F8"),
        ("Derivation", (9, 4), "K9*K5", "'Derivation'!D9"),
    ],
)
def test_a_wrong_formula_of_another_sheet_is_named(
    tmp_path: Path, sheet: str, position: tuple[int, int], formula: str, cell: str
) -> None:
    book = patched(tmp_path / "book.xlsx", sheet, position, Change(formula, 0.25))
    with pytest.raises(VerificationError) as caught:
        verify(book, EXPERIMENT)
    assert str(caught.value).startswith(cell)


def test_a_wrong_cached_value_is_named(tmp_path: Path) -> None:
    book = patched(tmp_path / "book.xlsx", "Checks", (4, 3), Change(None, "✓ all 13 checks agree"))
    with pytest.raises(VerificationError, match="'Checks'!C4"):
        verify(book, EXPERIMENT)


def test_another_experiment_does_not_verify(tmp_path: Path) -> None:
    build(EXPERIMENT, tmp_path / "book.xlsx")
    other = Experiment.preset(learning_rates=[0.5, 2.0], steps=12, targets=[0.5, 0.5000001])
    with pytest.raises(VerificationError, match="'Run A'!D9 .t2 at step 0"):
        verify(tmp_path / "book.xlsx", other)


def test_an_engine_that_echoes_cached_values_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def echo(path: Path, engine: str) -> Recalculated:
        cells = {sheet.name: sheet.cells for sheet in read_book(path).sheets}
        return Recalculated(engine, lambda sheet, row, column: cells[sheet][row, column].value)

    build(EXPERIMENT, tmp_path / "book.xlsx")
    monkeypatch.setattr(verification, "recalculate", echo)
    with pytest.raises(VerificationError):
        verify(tmp_path / "book.xlsx", EXPERIMENT)


def test_one_engine_alone_verifies_and_says_so(tmp_path: Path) -> None:
    build(EXPERIMENT, tmp_path / "book.xlsx")
    assert verify(tmp_path / "book.xlsx", EXPERIMENT, ("formualizer",)).engines == ("formualizer",)


def test_a_chaotic_run_is_compared_step_by_step_only(tmp_path: Path) -> None:
    build(CHAOTIC, tmp_path / "book.xlsx")
    assert verify(tmp_path / "book.xlsx", CHAOTIC).unsteady == ("Run A",)


class Exact:
    """An engine that gives what a right book caches, but for some cells, which are off.

    Numbers are off by a number, texts are others.
    """

    def __init__(self, book: Path, off: Mapping[tuple[str, int, int], float | str]) -> None:
        self._cells = {sheet.name: sheet.cells for sheet in read_book(book).sheets}
        self._off = off

    def __call__(self, _: Path, engine: str) -> Recalculated:
        return Recalculated(engine, self._value)

    def _value(self, sheet: str, row: int, column: int) -> Any:
        cell = self._cells[sheet].get((row, column))
        value = None if cell is None else cell.value
        off = self._off.get((sheet, row, column), 0.0)
        if isinstance(off, str):
            return off
        return value + off if isinstance(value, (int, float)) and off else value


@pytest.fixture(scope="module")
def right_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("right") / "book.xlsx"
    build(EXPERIMENT, path)
    return path


@pytest.mark.parametrize(("share", "verifies"), [(0.5, True), (2.0, False)])
@pytest.mark.parametrize(
    ("quantity", "step", "allowed"),
    [
        # Of a value, and at least of 0.1; rounding moves no cell of so short a run any further.
        ("a_o1", 12, 1e-11 * 0.6),
        ("dE/dw1", 12, 1e-12),
        # Those that follow the course of the loss.
        ("rose", 5, 1e-12),
        ("below", 5, 1e-12),
    ],
)
def test_a_cell_of_a_run_is_compared_to_eleven_digits(
    right_book: Path,
    monkeypatch: pytest.MonkeyPatch,
    quantity: str,
    step: int,
    allowed: float,
    share: float,
    verifies: bool,
) -> None:
    run = runs(EXPERIMENT)[0]
    off = {(run.sheet, *place(run, quantity, step)): share * allowed}
    monkeypatch.setattr(verification, "recalculate", Exact(right_book, off))
    if verifies:
        assert verify(right_book, EXPERIMENT, ("one",)).unsteady == ()
    else:
        with pytest.raises(VerificationError) as caught:
            verify(right_book, EXPERIMENT, ("one",))
        (address,) = off
        value = read_book(right_book).sheet(run.sheet).cells[address[1:]].value
        assert isinstance(value, (int, float))
        cell = f"'{run.sheet}'!{cell_name(*address[1:])} ({quantity} at step {step}): "
        assert str(caught.value).startswith(cell)
        assert f"one gives {value + off[address]!r}, " in str(caught.value)


@pytest.mark.parametrize(("quantity", "step"), [("w3", 0), ("E_total", 12), ("rose", 5)])
def test_a_cell_of_a_run_without_a_number_is_named(
    right_book: Path, monkeypatch: pytest.MonkeyPatch, quantity: str, step: int
) -> None:
    run = runs(EXPERIMENT)[0]
    cell = (run.sheet, *place(run, quantity, step))
    monkeypatch.setattr(verification, "recalculate", Exact(right_book, {cell: "#DIV/0!"}))
    with pytest.raises(VerificationError) as caught:
        verify(right_book, EXPERIMENT, ("one",))
    where = f"'{run.sheet}'!{cell_name(*cell[1:])}"
    assert str(caught.value) == f"{where}: one gives '#DIV/0!', expected a number"


@pytest.mark.parametrize(("share", "verifies"), [(0.5, True), (2.0, False)])
def test_a_run_may_not_drift_by_what_each_step_may_be_off(
    right_book: Path, monkeypatch: pytest.MonkeyPatch, share: float, verifies: bool
) -> None:
    """The twelve steps of w1, of about 0.15, are off by as much as its last one may be."""
    run, allowed = runs(EXPERIMENT)[0], 1e-11 * 0.15
    off = {
        (run.sheet, *place(run, "w1", step)): share * allowed * step / 12 for step in range(1, 13)
    }
    monkeypatch.setattr(verification, "recalculate", Exact(right_book, off))
    with nullcontext() if verifies else pytest.raises(VerificationError, match="w1 at step"):
        verify(right_book, EXPERIMENT, ("one",))


@pytest.mark.parametrize(("fewer", "portions"), [(0, 1), (1, 3)])
def test_a_book_of_more_cells_is_recalculated_run_by_run(
    right_book: Path, monkeypatch: pytest.MonkeyPatch, fewer: int, portions: int
) -> None:
    """Each of its two runs, and all that is beside them."""
    monkeypatch.setattr(verification, "MOST_CELLS_AT_ONCE", table_cells(EXPERIMENT) - fewer)
    monkeypatch.setattr(verification, "recalculate", Exact(right_book, {}))
    told: list[str] = []
    verify(right_book, EXPERIMENT, ("one",), lambda text, _: told.append(text))
    assert len(told) == portions


@pytest.mark.parametrize(("off", "verifies"), [(0.5e-12, True), (2e-9, False)])
def test_a_cell_beside_the_runs_is_compared_as_closely(
    right_book: Path, monkeypatch: pytest.MonkeyPatch, off: float, verifies: bool
) -> None:
    cell = ("Learning rates", 8, 6)
    monkeypatch.setattr(verification, "recalculate", Exact(right_book, {cell: off}))
    if verifies:
        verify(right_book, EXPERIMENT, ("one",))
    else:
        with pytest.raises(VerificationError, match="'Learning rates'!F8"):
            verify(right_book, EXPERIMENT, ("one",))


@pytest.mark.parametrize(("last", "verifies"), [("0.00567", True), ("0.005671", False)])
def test_a_number_in_a_text_may_be_rounded_the_other_way(
    right_book: Path, monkeypatch: pytest.MonkeyPatch, last: str, verifies: bool
) -> None:
    """As engines do where a number lies between two roundings."""
    shown = "½ · (0.5 − 0.6065)² = 0.005669"
    cells = read_book(right_book).sheet("Derivation").cells
    place = next(at for at, cell in cells.items() if cell.formula and cell.value == shown)
    engine = Exact(right_book, {("Derivation", *place): shown.replace("0.005669", last)})
    monkeypatch.setattr(verification, "recalculate", engine)
    with nullcontext() if verifies else pytest.raises(VerificationError, match="'Derivation'!"):
        verify(right_book, EXPERIMENT, ("one",))


@pytest.mark.parametrize(("off", "verifies"), [(0.5e-12, True), (2e-12, False)])
def test_a_step_of_a_run_that_amplifies_rounding_is_compared_as_closely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, off: float, verifies: bool
) -> None:
    """The run as a whole is not compared; a step moves by a few units in the last place alone."""
    book = tmp_path / "book.xlsx"
    build(CHAOTIC, book)
    run = runs(CHAOTIC)[0]
    engine = Exact(book, {(run.sheet, *place(run, "dE/dw7", 60)): off})
    monkeypatch.setattr(verification, "recalculate", engine)
    if verifies:
        assert verify(book, CHAOTIC, ("one",)).unsteady == ("Run A",)
    else:
        with pytest.raises(VerificationError, match=r"\(dE/dw7 at step 60\)"):
            verify(book, CHAOTIC, ("one",))


def test_a_wrong_formula_above_a_runs_rows_is_named(
    right_book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = read_book(right_book).sheet(runs(EXPERIMENT)[0].sheet)
    above = min(at for at, cell in sheet.cells.items() if cell.formula and at[0] <= FIRST_ROW)
    exact = Exact(right_book, {})

    def recalculate(path: Path, engine: str) -> Recalculated:
        value = exact(path, engine).value
        return Recalculated(
            engine, lambda *at: "another" if at == (sheet.name, *above) else value(*at)
        )

    monkeypatch.setattr(verification, "recalculate", recalculate)
    with pytest.raises(VerificationError, match=f"'{sheet.name}'!{cell_name(*above)}: one gives"):
        verify(right_book, EXPERIMENT, ("one",))


def test_a_step_of_adam_is_known_by_its_number(tmp_path: Path) -> None:
    experiment = Experiment.preset(optimiser=["adam"], learning_rates=[0.1], steps=4)
    build(experiment, tmp_path / "book.xlsx")
    assert verify(tmp_path / "book.xlsx", experiment).largest_difference < 1e-12
