"""Blank cells among formulas: of a step that is filled but for a few they are missing."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import PatternFill

from backprop_xlsx.check.book_check import check_file
from tests.check.faults.test_mistakes import check, wrong_cells
from tests.oracles.class_table import GRADIENTS, ClassTable


@pytest.mark.parametrize(("blank", "missing"), [(1, True), (6, True), (7, False)])
def test_a_quarter_of_a_step_may_lack_its_formulas(
    blank: int, missing: bool, tmp_path: Path
) -> None:
    """Of 27 columns that are six; a step that lacks more is not finished."""
    table = ClassTable(steps=5)
    row = table.rows[3]
    names = GRADIENTS[:blank]
    for name in names:
        del table.cells[row, table.columns[name]]
    report = check(table, tmp_path)
    assert wrong_cells(report) == ({(name, row) for name in names} if missing else set())
    assert ("unfinished" in {caution.kind for caution in report.warnings}) != missing


def test_a_formula_without_a_value_is_judged_and_a_coloured_cell_is_blank(tmp_path: Path) -> None:
    """As of a program that computes nothing."""
    table = ClassTable(steps=5)
    row = table.rows[3]
    table.put("o1", "{w5}*{a_h1}+{w6}*{a_h1}", [row])
    book = openpyxl.load_workbook(table.write(tmp_path / "book.xlsx"))
    blank = book.worksheets[0].cell(row, table.columns["o2"])
    blank.value, blank.fill = None, PatternFill("solid", fgColor="FFFF00")
    book.save(tmp_path / "book.xlsx")
    (report,) = check_file(tmp_path / "book.xlsx").tables
    assert wrong_cells(report) == {("o1", row), ("o2", row)}
    kinds = {fault.quantity: fault.kind for fault in report.faults}
    assert kinds == {"o1": "wrong-operand", "o2": "missing-formula"}


@pytest.mark.parametrize(
    ("template", "right"),
    [("0.1+0.05", True), ("{blank}+0.15", True), ("{a_h1}", False), ("0*{dE/dw2}+0.15", False)],
)
def test_a_start_value_may_be_computed_but_not_from_the_run_itself(
    template: str, right: bool, tmp_path: Path
) -> None:
    table = ClassTable()
    cells = table.put("w1", template, [table.first_row])
    report = check(table, tmp_path)
    assert wrong_cells(report) == (set() if right else cells)
