"""The margins of the sheet Checks, as numbers: half of one agrees, twice of it differs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import ironcalc
import pytest

from backprop_xlsx import Experiment, build
from backprop_xlsx.spreadsheet.ooxml.book import Cell, read_book
from backprop_xlsx.workbook.checks import central_differences

EXPERIMENT = Experiment.preset(learning_rates=[0.5], steps=6)
AGREES, DIFFERS = "✓ agrees", "✗ differs"
NAME, LIVE, OTHER, DIFFERENCE, MARGIN, VERDICT = range(2, 8)
"""Columns, from 1."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    build(EXPERIMENT, tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


class Checks:
    """The sheet Checks, held open in ironcalc."""

    def __init__(self, path: Path) -> None:
        self._model = ironcalc.load_from_xlsx(str(path))
        names = [properties["name"] for properties in self._model.get_worksheets_properties()]
        self._sheet = names.index("Checks")

    def value(self, row: int, column: int) -> object:
        self._model.evaluate()
        return self._model.get_cell_value(self._sheet, row, column)

    def type(self, row: int, column: int, number: float) -> None:
        self._model.update_cell_with_number(self._sheet, row, column, number)


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
    for margins, verdict in ((0.5, AGREES), (2.0, DIFFERS)):
        checks = Checks(path)
        checks.type(row, OTHER, derivative + margins * margin)
        assert checks.value(row, VERDICT) == verdict


def test_the_last_row_may_be_a_ten_thousand_millionth_off_numpys(path: Path) -> None:
    row = row_of(path, "Run A")
    loss, margin = number(path, row, LIVE), number(path, row, MARGIN)
    assert margin == pytest.approx(1e-10, rel=0.05)
    stored = stored_loss(path)
    for margins, verdict in ((0.5, AGREES), (2.0, DIFFERS)):
        checks = Checks(path)
        checks.type(*stored, loss + margins * margin)
        assert checks.value(row, VERDICT) == verdict


def stored_loss(path: Path) -> tuple[int, int]:
    """Where the loss that numpy computed is typed: what the check of the last row refers to."""
    row = row_of(path, "Run A")
    formula = cells(path)[row, OTHER].formula
    assert formula is not None
    column, digits = formula.strip("=").replace("$", "")[0], formula.replace("$", "").strip("=")[1:]
    return int(digits), ord(column) - ord("A") + 1


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
    checks = Checks(path)
    assert checks.value(4, 3) == summary
    assert {checks.value(*at) for at in differing} == {DIFFERS}
