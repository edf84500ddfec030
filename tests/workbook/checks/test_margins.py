"""The margins of the sheet Checks, as numbers: half of one agrees, twice of it differs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from backprop_xlsx import Experiment, build, reference
from backprop_xlsx.spreadsheet.engines import ENGINES, open_live, recalculate
from backprop_xlsx.spreadsheet.ooxml.book import Cell, read_book
from backprop_xlsx.workbook.checks import central_differences
from backprop_xlsx.workbook.columns import trained_run
from backprop_xlsx.workbook.layout import FIRST_ROW, ROSE, runs
from tests.workbook.checks.spoiling import OpenBook
from tests.workbook.names import named_cells

EXPERIMENT = Experiment.preset(learning_rates=[0.5], steps=6)
AGREES, DIFFERS = "✓ agrees", "✗ differs"
NAME, LIVE, OTHER, DIFFERENCE, MARGIN, VERDICT = range(2, 8)
"""Columns, from 1."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    build(EXPERIMENT, tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def recalculated_verdict(path: Path, row: int, typed: tuple[int, int], number: float) -> object:
    """The verdict in a row of the sheet Checks when a number is typed into one of its cells."""
    return recalculate(path, "ironcalc", {("Checks", *typed): number}).value("Checks", row, VERDICT)


def cells(path: Path) -> dict[tuple[int, int], Cell]:
    return read_book(path).sheet("Checks").cells


def row_of(path: Path, name: str) -> int:
    """The first row that has this name."""
    return next(
        row
        for (row, col), cell in sorted(cells(path).items())
        if cell.value == name and col == NAME
    )


def number(path: Path, row: int, column: int) -> float:
    value = cells(path)[row, column].value
    assert isinstance(value, float)
    return value


@pytest.mark.parametrize("weight", ["∂E/∂w1", "∂E/∂w8"])
def test_a_derivative_may_be_a_millionth_off_its_central_difference(
    path: Path, weight: str
) -> None:
    row = row_of(path, weight)
    derivative, margin = number(path, row, LIVE), number(path, row, MARGIN)
    assert margin == pytest.approx(1e-6 * abs(derivative) + 1.3e-14 / 1e-5, rel=0.2)
    for margins, expected in ((0.5, AGREES), (2.0, DIFFERS)):
        assert (
            recalculated_verdict(path, row, (row, OTHER), derivative + margins * margin) == expected
        )


def test_the_last_row_may_be_a_ten_thousand_millionth_off_numpys(path: Path) -> None:
    row = row_of(path, "Run A")
    loss, margin = number(path, row, LIVE), number(path, row, MARGIN)
    assert margin == pytest.approx(1e-10, rel=0.05)
    stored = stored_loss(path)
    for margins, expected in ((0.5, AGREES), (2.0, DIFFERS)):
        assert recalculated_verdict(path, row, stored, loss + margins * margin) == expected


def stored_loss(path: Path) -> tuple[int, int]:
    """Where the loss that numpy computed is typed: what the check of the last row refers to."""
    row = row_of(path, "Run A")
    formula = cells(path)[row, OTHER].formula
    assert formula is not None
    column, digits = formula.strip("=").replace("$", "")[0], formula.replace("$", "").strip("=")[1:]
    return int(digits), ord(column) - ord("A") + 1


@pytest.mark.parametrize(("margins", "judged"), [(0.5, True), (2.0, False)])
def test_a_run_whose_margin_is_above_a_millionth_is_not_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, margins: float, judged: bool
) -> None:
    """It amplifies its rounding: a thousand times of that is the margin's second part."""
    rounding = (margins * 1e-6 - 1e-10) / 1e3
    monkeypatch.setattr(reference, "run_rounding", lambda *_: [rounding])
    build(EXPERIMENT, tmp_path / "book.xlsx")
    row = row_of(tmp_path / "book.xlsx", "Run A")
    assert number(tmp_path / "book.xlsx", row, MARGIN) == pytest.approx(margins * 1e-6)
    expected = AGREES if judged else "– not judged: this run amplifies rounding"
    assert cells(tmp_path / "book.xlsx")[row, VERDICT].value == expected
    recalculated = recalculate(tmp_path / "book.xlsx", "ironcalc")
    assert recalculated.value("Checks", row, VERDICT) == expected


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("share", "verdict"), [(0.5, DIFFERS), (2.0, "– not judged: the targets are no probabilities")]
)
def test_a_wrong_derivative_is_judged_if_the_targets_sum_to_1_but_for_a_thousand_millionth(
    tmp_path: Path, engine: str, share: float, verdict: str
) -> None:
    path = tmp_path / "book.xlsx"
    build(Experiment.preset(layers="2-2", loss="cross-entropy", targets=[1, 0], steps=1), path)
    row = row_of(path, "∂E/∂w1")
    with open_live(path, engine) as live:
        live.type(*named_cells(path)["start_t2"], share * 1e-9)
        live.type("Checks", row, OTHER, 7.0)
        live.recalculate()
        assert live.value("Checks", row, VERDICT) == verdict


@pytest.mark.parametrize(("share", "verdict"), [(0.5, "✓"), (2.0, "✗")])
def test_what_is_smaller_than_a_floor_counts_as_nothing(
    tmp_path: Path, share: float, verdict: str
) -> None:
    """A weighted sum of inputs that are 0 has no size of its own to be small against."""
    nothing = Experiment.preset(inputs=[0, 0], learning_rates=[0.5], steps=2)
    book, run = OpenBook(nothing, tmp_path / "book.xlsx"), runs(nothing)[0]
    with book.spoilt(run, "h1", run.steps, lambda formula, value: share * 1e-90):
        assert book.verdict.startswith(verdict)


@pytest.mark.parametrize("loss", [1e-4, 10.0])
@pytest.mark.parametrize(("share", "rose"), [(0.5, 0), (2.0, 1)])
def test_a_rise_of_the_last_digits_is_none(
    tmp_path: Path, loss: float, share: float, rose: int
) -> None:
    """A part of the loss, and of one that is all but 0 another limit."""
    run = runs(EXPERIMENT)[0]
    losses = np.full(run.steps + 1, loss)
    losses[-1] += share * (1e-14 * loss + 1e-15)
    found = trained_run(run, dict.fromkeys(run.columns, losses)).values[ROSE]
    assert found.tolist() == [*[0] * run.steps, rose]
    book = OpenBook(EXPERIMENT, tmp_path / "book.xlsx")
    typed = iter(losses.tolist())
    with book.spoilt(run, run.loss, 0, lambda formula, value: next(typed)):
        row, column = FIRST_ROW + run.steps + 1, run.columns[ROSE] + 1
        assert book.value(run.sheet, row, column) == rose


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Margins so narrow that no central difference keeps to them."""
    monkeypatch.setattr(central_differences, "RELATIVE_MARGIN", 1e-30)
    monkeypatch.setattr(central_differences, "ROUNDING", 1e-30)
    monkeypatch.setattr(central_differences, "A_SIXTH_OF_THIRD_DERIVATIVE", 1e-30)
    yield


def test_what_differs_as_written_is_written_as_differing(narrow: None, path: Path) -> None:
    """A book says so from the first, without a recalculation, and an engine agrees."""
    verdicts = {position: cell.value for position, cell in cells(path).items()}
    differing = [at for at, value in verdicts.items() if value == DIFFERS]
    assert len(differing) == 8
    summary = verdicts[4, 3]
    assert isinstance(summary, str)
    assert summary.startswith("✗ 8 of ")
    assert "checks differ, see the sheet Checks" in summary
    found = recalculate(path, "ironcalc")
    assert found.value("Checks", 4, 3) == summary
    assert {found.value("Checks", *at) for at in differing} == {DIFFERS}
