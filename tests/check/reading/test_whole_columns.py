"""Formulas that name a whole column where they mean its cell in their row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.findings import TableReport
from tests.check.faults.test_mistakes import wrong_cells
from tests.check.reading.test_arrangement import SIBLING
from tests.oracles.class_table import FORMULAS, ClassTable


def checked(table: ClassTable, named: bool, path: Path) -> TableReport:
    """The report of a table that has whole columns for the cells of a formula's own row."""
    first, last = table.first_row, table.last_row
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(table.sheet)
        for name, column in table.columns.items():
            letters = xl_col_to_name(column - 1)
            cells = f"{table.sheet}!${letters}${first}:${letters}${last}"
            book.define_name(f"of_{letters}", f"={cells}")
            for row in table.rows if name in FORMULAS else ():
                formula = str(table.cells[row, column])
                whole = r"of_\1" if named else rf"$\1${first}:$\1${last}"
                table.cells[row, column] = re.sub(rf"\b([A-Z]+){row}\b", whole, formula)
        for (row, column), content in table.cells.items():
            sheet.write(row - 1, column - 1, content)
    report = check_file(path)
    assert report.error is None
    (found,) = report.tables
    return found


@pytest.mark.parametrize("named", [True, False])
def test_the_cell_in_the_own_row_is_meant(named: bool, tmp_path: Path) -> None:
    right = checked(ClassTable(), named, tmp_path / "right.xlsx")
    assert (right.faults, right.right) == ((), "all 27 computed columns")
    table = ClassTable()
    wrong = table.put("o1", SIBLING, table.rows[2:])
    report = checked(table, named, tmp_path / "wrong.xlsx")
    assert wrong_cells(report) == wrong


def test_a_function_of_ranges_takes_them_whole(tmp_path: Path) -> None:
    table = ClassTable()
    wrong = table.put("E_total", "SUM({E1}+{E2})", table.rows)
    assert wrong_cells(checked(table, True, tmp_path / "book.xlsx")) == wrong
