"""Tables of numbers without formulas are judged by value, however their numbers are rounded."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backprop_xlsx.check.book_check import check_file
from tests.check.faults.test_mistakes import check, wrong_cells
from tests.check.strategies import class_tables
from tests.oracles.class_table import CONSTANTS, WEIGHTS, ClassTable, Start, run

DIGITS = st.sampled_from((5, 7, 10, 13, 17))


def pasted(table: ClassTable, digits: int) -> None:
    """Put the values in the place of the formulas, as a spreadsheet of so many digits has them."""
    for cell, value in table.numbers().items():
        exact = cell[1] in [table.columns[name] for name in CONSTANTS]
        table.cells[cell] = value if exact else float(f"{value:.{digits}g}")


@settings(max_examples=30)
@given(table=class_tables(steps=20), digits=DIGITS)
def test_right_numbers_are_right(table: ClassTable, digits: int, tmp_path: Path) -> None:
    pasted(table, digits)
    report = check(table, tmp_path)
    assert report.faults == ()
    assert report.formulas == 0


def test_rounded_weights_that_hardly_move(tmp_path: Path) -> None:
    """Their moves show the learning rate in two digits only; the cell beside its name has it."""
    numbers = (1.0, 2.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0)
    table = ClassTable(Start((1.0, 2.0), (1.0, 2.0), numbers, rate=0.1), steps=3)
    pasted(table, 5)
    report = check(table, tmp_path)
    assert (report.faults, report.learning_rate) == ((), 0.1)


@settings(max_examples=30)
@given(table=class_tables(steps=20), drawn=st.data())
def test_a_wrong_loss_is_found(table: ClassTable, drawn: st.DataObject, tmp_path: Path) -> None:
    pasted(table, 10)
    row = drawn.draw(st.sampled_from(table.rows))
    cell = (row, table.columns["E_total"])
    value = table.cells[cell]
    assert isinstance(value, float)
    assume(value > 1e-4)
    table.cells[cell] = value * 1.0001
    report = check(table, tmp_path)
    assert wrong_cells(report) == {("E_total", row)}
    assert report.faults[0].explanation == "the number is not that of E_total = E1 + E2"


def test_the_learning_rate_is_taken_from_the_moves_of_the_weights(tmp_path: Path) -> None:
    table = ClassTable(start=Start(rate=0.8), steps=30)
    pasted(table, 10)
    report = check(table, tmp_path)
    assert (report.learning_rate_cell, report.learning_rate) == ("D6", 0.8)
    table.cells[table.rate_place] = 0.3
    report = check(table, tmp_path)
    assert (report.learning_rate_cell, report.learning_rate) == (None, 0.8)


def test_a_mistake_in_a_pasted_column_is_found_in_that_column_only(tmp_path: Path) -> None:
    table = ClassTable(steps=10)
    wrong = table.columns["dE/dw3"]
    numbers = _run_with_the_activation_of_the_sibling(table.start, table.steps)
    for row, step in zip(table.rows, numbers, strict=True):
        for name, column in table.columns.items():
            table.cells[row, column] = step[name]
    report = check(table, tmp_path)
    assert {(fault.quantity, fault.column) for fault in report.faults} == {("dE/dw3", "Z")}
    assert wrong == 26
    assert report.wrong_cells == len(table.rows)


@pytest.mark.parametrize("column", ["o1", "dE/dw7", "w2"])
def test_one_column_of_numbers_among_formulas_was_typed(column: str, tmp_path: Path) -> None:
    table = ClassTable(steps=6)
    values = table.numbers()
    number = table.columns[column]
    for row in table.computed_rows(column):
        table.cells[row, number] = values[row, number]
    (report,) = check_file(table.write(tmp_path / "book.xlsx", values)).tables
    assert wrong_cells(report) == {(column, row) for row in table.computed_rows(column)}
    assert report.faults[0].kind == "typed-number"


def _run_with_the_activation_of_the_sibling(start: Start, steps: int) -> list[dict[str, float]]:
    rows = []
    for _ in range(steps + 1):
        step = run(start, 0)[0]
        slope = step["a_h1"] * (1 - step["a_h1"]) / (step["a_h2"] * (1 - step["a_h2"]))
        step["dE/dw3"] *= slope
        rows.append(step)
        weights = [step[w] - start.rate * step[f"dE/d{w}"] for w in WEIGHTS]
        start = Start(start.inputs, start.targets, tuple(weights), start.rate)
    return rows


def test_numbers_without_the_columns_that_they_come_from(tmp_path: Path) -> None:
    """No gradients, no output layer: only what can be computed is judged."""
    workbook = openpyxl.Workbook()
    headers = ["t1", "t2", "i1", "i2", "w1", "w2", "w3", "w4", "h1", "a_h1", "h2", "a_h2"]
    workbook.worksheets[0].append(headers)
    for _ in range(20):
        row = [0.5, 0.5, 0.05, 0.1, 0.1, 0.2, 0.3, 0.4, 0.025, 0.25, 0.055, 0.513746534902355]
        workbook.worksheets[0].append(row)
    workbook.save(tmp_path / "numbers.xlsx")
    (table,) = check_file(tmp_path / "numbers.xlsx").tables
    assert [(fault.quantity, fault.cells) for fault in table.faults] == [("a_h1", 20)]
