"""A large book in portions: each has its formulas and no others, and no wrong one gets through."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_xlsx import Experiment, VerificationError, verification
from backprop_xlsx.spreadsheet.engines import engines, recalculate
from backprop_xlsx.spreadsheet.errors import FileError
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.patching.patch import WRONG_NUMBER, Change, patch_sheet
from backprop_xlsx.spreadsheet.ooxml.patching.portions import PortionedBook
from backprop_xlsx.workbook.build import write_workbook
from backprop_xlsx.workbook.layout import FIRST_ROW

EXPERIMENT = Experiment.preset(steps=4, learning_rates=[0.1, 0.5, 1, 2])
RUNS = ("Run A", "Run B", "Run C", "Run D")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("portions") / "book.xlsx"
    write_workbook(EXPERIMENT, path)
    return path


def test_the_portions_together_have_each_formula_once(written: Path, tmp_path: Path) -> None:
    whole = read_book(written)
    wanted = {
        (sheet.name, position)
        for sheet in whole.sheets
        for position, cell in sheet.cells.items()
        if cell.formula is not None
    }
    portioned = PortionedBook(written, RUNS, FIRST_ROW + 1, whole=False)
    found: list[tuple[str, tuple[int, int]]] = []
    names = []
    for portion in portioned.portions(tmp_path):
        names.append(portion.name)
        for sheet in read_book(portion.path).sheets:
            for position, cell in sheet.cells.items():
                if cell.formula is None:
                    continue
                found.append((sheet.name, position))
                original = whole.sheet(sheet.name).cells[position]
                assert cell.formula == original.formula
                assert cell.value != original.value or isinstance(cell.value, str)
                assert isinstance(cell.value, str) or cell.value == WRONG_NUMBER
    assert names == [*RUNS, "the other sheets"]
    assert len(found) == len(set(found)) == portioned.formulas == len(wanted)
    assert set(found) == wanted


def test_a_book_at_once_and_in_portions_is_verified_alike(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = verification.verify(written, EXPERIMENT)
    monkeypatch.setattr(verification, "MOST_CELLS_AT_ONCE", 0)
    assert verification.verify(written, EXPERIMENT) == at_once


@pytest.mark.parametrize("sheet", ["Run A", "Run D", "Learning rates", "Checks", "Network"])
def test_a_wrong_formula_of_any_portion_is_found(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sheet: str
) -> None:
    monkeypatch.setattr(verification, "MOST_CELLS_AT_ONCE", 0)
    book = read_book(written)
    found = book.sheet(sheet)
    position, cell = next(
        (position, cell)
        for position, cell in found.cells.items()
        if cell.formula is not None
        and isinstance(cell.value, float)
        and (position[0] > FIRST_ROW + 2 or not sheet.startswith("Run"))
    )
    wrong = {position: Change(f"({cell.formula})+0.001", cell.value)}
    changed = {found.part: patch_sheet(book.archive.read(found.part), wrong)}
    book.archive.rewrite(changed, tmp_path / "wrong.xlsx")
    # What follows from another sheet may stand before it.
    named = f"'{sheet}'!" if sheet.startswith("Run") else "'[A-Z]"
    with pytest.raises(VerificationError, match=named):
        verification.verify(tmp_path / "wrong.xlsx", EXPERIMENT)


def test_a_book_that_another_program_saved_is_told(tmp_path: Path, written: Path) -> None:
    book = read_book(written)
    part = book.sheet("Run A").part
    other = book.archive.read(part).replace(b"<row ", b"<row\n")
    book.archive.rewrite({part: other}, tmp_path / "other.xlsx")
    with pytest.raises(FileError, match="is not as this package writes it"):
        PortionedBook(tmp_path / "other.xlsx", RUNS, FIRST_ROW + 1, whole=False)


@pytest.mark.parametrize("engine", engines())
def test_each_portion_recalculates_to_the_values_of_the_book(
    written: Path, tmp_path: Path, engine: str
) -> None:
    whole = read_book(written)
    for portion in PortionedBook(written, RUNS, FIRST_ROW + 1, whole=False).portions(tmp_path):
        recalculated = recalculate(portion.path, engine)
        for name in portion.tables:
            for (row, column), cell in whole.sheet(name).cells.items():
                if row > FIRST_ROW and cell.formula is not None:
                    found = recalculated.value(name, row, column)
                    if isinstance(cell.value, str):
                        assert found == cell.value
                    else:
                        assert found == pytest.approx(cell.value, rel=1e-9, abs=1e-9)
