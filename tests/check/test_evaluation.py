"""The check's own evaluator against other people's engines, cell by cell of whole books."""

from __future__ import annotations

import math
from pathlib import Path

import openpyxl
import pytest

from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.correction import fix
from backprop_xlsx.check.evaluation import Uncomputed, evaluate
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.spreadsheet.engines import engines, recalculate
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.patching.patch import spoil
from backprop_xlsx.workbook.build import write_workbook
from tests.check.homework import SIBLING, write_homework
from tests.optional import WORKBOOKS

KINDS = ("classroom", "mazur", "xor")


def require_as_engines(path: Path, least: int) -> None:
    """Every number that is computed here is that of each engine; ``least`` of them are."""
    own = evaluate(path)
    cells = [
        (sheet.name, *position)
        for sheet in read_book(path).sheets
        for position, cell in sheet.cells.items()
        if cell.formula is not None and not isinstance(own.value(sheet.name, *position), Uncomputed)
    ]
    assert len(cells) >= least
    for engine in engines():
        theirs = recalculate(path, engine)
        for cell in cells:
            assert own.value(*cell) == pytest.approx(theirs.value(*cell), rel=1e-9, abs=1e-10), cell


def spoilt(path: Path) -> Path:
    """The same book with wrong values beside all formulas."""
    target = path.with_name("spoilt.xlsx")
    spoil(read_book(path), target)
    return target


@pytest.mark.parametrize("preset", KINDS)
def test_a_workbook_of_our_own(preset: str, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    write_workbook(Experiment.preset(preset, learning_rates=[0.5], steps=3), path)
    require_as_engines(spoilt(path), least=100)


def test_a_student_s_workbook(tmp_path: Path) -> None:
    write_homework(tmp_path / "book.xlsx", SIBLING, steps=20)
    require_as_engines(spoilt(tmp_path / "book.xlsx"), least=27 * 20)


@pytest.mark.parametrize("path", sorted(WORKBOOKS.glob("*.xlsx"))[:3], ids=lambda path: path.stem)
def test_a_published_workbook(path: Path) -> None:
    require_as_engines(path, least=1000)


def values(formulas: dict[str, object], tmp_path: Path) -> dict[str, object]:
    book = openpyxl.Workbook()
    sheet = book.active
    for address, formula in formulas.items():
        sheet[address] = formula
    book.save(tmp_path / "book.xlsx")
    found = evaluate(tmp_path / "book.xlsx")
    return {
        address: found.value("Sheet", sheet[address].row, sheet[address].column)
        for address in formulas
    }


def test_values_of_each_kind(tmp_path: Path) -> None:
    found = values(
        {
            "A1": 2.0,
            "A2": "text",
            "B1": "=A1*C9+3",
            "B2": "=A1>1",
            "B3": "=SUM(A1:A2,TRUE)",
            "B4": "=IFERROR(1/0,7)",
        },
        tmp_path,
    )
    assert found == {"A1": 2, "A2": "text", "B1": 3, "B2": True, "B3": 3, "B4": 7}
    assert found["B2"] is True


@pytest.mark.parametrize(
    "formula",
    [
        "=A2+1",
        "=1/0",
        "=LEN(A2)",
        '="loss "&A1',
        "=Nowhere!A1",
        "=B1",
        "=C1",
        "=SUM(A:A)",
        "=OFFSET(A1,0,0)",
    ],
)
def test_what_cannot_be_computed_is_no_number(formula: str, tmp_path: Path) -> None:
    found = values({"A1": 2.0, "A2": "text", "B1": formula, "C1": "=B1+1"}, tmp_path)
    assert isinstance(found["B1"], Uncomputed)
    assert isinstance(found["C1"], Uncomputed)


@pytest.mark.parametrize(
    ("formula", "follows"),
    [
        ('="loss "&A1', True),
        ("=LEN(A1)", True),
        ("=LEN(A2)", False),
        ('="loss "&A2', False),
        ("=COUNT(A:A)", True),
        ("=OFFSET(A2,0,0)", True),
    ],
)
def test_an_uncomputed_value_changes_with_what_it_depends_on(
    formula: str, follows: bool, tmp_path: Path
) -> None:
    one, other = (
        values({"A1": number, "A2": "text", "B1": formula}, tmp_path)["B1"] for number in (1.0, 2.0)
    )
    assert (one != other) is follows


def test_of_a_column_the_cell_in_the_own_row_is_meant(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row, number in enumerate((2.0, 3.0, 5.0), start=1):
        sheet.cell(row, 1, number)
        sheet.cell(row, 2, "=$A$1:$A$3*2+EXP(-$A$1:$A$3)+SUM($A$1:$A$3)")
    path = tmp_path / "book.xlsx"
    book.save(path)
    own, theirs = evaluate(path), recalculate(path, "ironcalc")  # formualizer makes it an error
    for row in (1, 2, 3):
        assert own.value("Sheet", row, 2) == pytest.approx(theirs.value("Sheet", row, 2))


def test_a_chain_of_many_cells_needs_no_depth(tmp_path: Path) -> None:
    chain: dict[str, object] = {"A1": 1.0}
    chain |= {f"A{row}": f"=A{row - 1}+1" for row in range(2, 5001)}
    assert values(chain, tmp_path)["A5000"] == 5000.0


def test_a_corrected_copy_by_it_is_that_by_the_engines(tmp_path: Path) -> None:
    write_homework(tmp_path / "wrong.xlsx", SIBLING, steps=12)
    report = check_file(tmp_path / "wrong.xlsx")
    said = fix(report, tmp_path / "own.xlsx", {"own": evaluate})
    native = fix(report, tmp_path / "native.xlsx")
    assert (said.corrected, said.followed) == (native.corrected, native.followed)
    own, theirs = (read_book(tmp_path / f"{name}.xlsx") for name in ("own", "native"))
    for sheet, other in zip(own.sheets, theirs.sheets, strict=True):
        for position, cell in sheet.cells.items():
            assert cell.formula == other.cells[position].formula
            if isinstance(cell.value, float):
                assert math.isclose(
                    cell.value, float(other.cells[position].value or 0), rel_tol=1e-9
                )
