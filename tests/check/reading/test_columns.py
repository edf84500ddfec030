"""Columns that no header names and whose own formulas are wrong: uses and likeness tell them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from xlsxwriter.utility import xl_col_to_name

from backprop_xlsx.check.reading.spelling import quantity_of
from tests.check.faults.test_mistakes import check, wrong_cells
from tests.check.reading.test_arrangement import (
    Cells,
    across,
    checked,
    column_of,
    moved,
    of,
    on_two_sheets,
    with_gap,
)
from tests.oracles.class_table import FORMULAS, GRADIENTS, UPDATE, WEIGHTS, ClassTable


def unnamed(steps: int = 4) -> ClassTable:
    """A right table without headers."""
    table = ClassTable(steps=steps)
    for column in table.columns.values():
        del table.cells[table.header_row, column]
    return table


@pytest.mark.parametrize(
    ("quantity", "template"),
    [
        ("E_total", "{E1}+{E1}"),
        ("E_total", "SUM({E2})"),
        ("o2", "{w7}+{w8}*{a_h2}"),
        ("h2", "{w3}*0.05+{w4}*{i2}"),
        ("a_h2", "1/({blank}+EXP(-{h2}))"),
        ("a_h1", "EXP({h1})/(1+EXP({h2}))"),
        ("h1", "{above h1}-{rate}*{above dE/dw1}"),
        ("o2", "{above o2}-{rate}*{above dE/dw7}"),
    ],
)
def test_a_wrong_formula_does_not_hide_its_column(
    quantity: str, template: str, tmp_path: Path
) -> None:
    table = unnamed()
    wrong = table.put(quantity, template, table.rows)
    assert wrong_cells(check(table, tmp_path)) == wrong


def test_a_neuron_is_none_of_the_parameters_though_it_is_updated(tmp_path: Path) -> None:
    table = unnamed()
    wrong = table.put("o1", "{above o1}-{rate}*{above dE/dw5}", table.rows[1:])
    assert wrong_cells(check(table, tmp_path)) == wrong


def test_values_pasted_over_updates_are_a_weight(tmp_path: Path) -> None:
    table = unnamed()
    for number, row in enumerate(table.rows[1:]):
        table.cells[row, table.columns["w6"]] = 0.4438 - 0.01 * number
    assert wrong_cells(check(table, tmp_path)) == {("w6", row) for row in table.rows[1:]}


def test_a_step_across_that_takes_the_one_before(tmp_path: Path) -> None:
    table = ClassTable()
    wrong = table.put("a_h1", "1/(1+EXP(-{above h1}))", table.rows[1:])
    report = checked(across(table), tmp_path / "book.xlsx")
    found = {(fault.quantity, at) for fault in report.faults for _, at in fault.corrections}
    assert found == wrong


def test_a_gradient_without_updates_is_known_by_its_sisters(tmp_path: Path) -> None:
    table = unnamed(steps=0)
    wrong = table.put("dE/dw4", FORMULAS["dE/dw4"].replace("(1-{a_h2})", "{a_h2}"), table.rows)
    assert wrong_cells(checked(of(table), tmp_path / "book.xlsx")) == wrong


def test_two_inputs_may_have_one_number(tmp_path: Path) -> None:
    table = unnamed()
    for name, formula in FORMULAS.items():
        typed = re.sub(r"\{i[12]\}", "0.3", formula)
        table.put(name, typed, table.rows)
    for row in table.rows:
        for name in ("i1", "i2"):
            del table.cells[row, table.columns[name]]
    report = check(table, tmp_path)
    assert report.faults == ()
    assert report.network.startswith("2-2-2")


def with_steps(rate: str = "0.5") -> ClassTable:
    """Weights that change by columns Δw1 …, in which the learning rate is typed."""
    table = ClassTable()
    last = max(table.columns.values())
    for number, (weight, gradient) in enumerate(zip(WEIGHTS, GRADIENTS, strict=True), start=1):
        table.columns[f"step {weight}"] = last + number
        table.cells[table.header_row, last + number] = f"Δ{weight}"
        table.put(f"step {weight}", f"-{rate}*{{{gradient}}}", table.rows)
        table.put(weight, f"{{above {weight}}}+{{above step {weight}}}", table.rows[1:])
    return table


def test_a_learning_rate_may_be_typed_into_steps(tmp_path: Path) -> None:
    table = with_steps()
    assert check(table, tmp_path).faults == ()
    table.put("step w1", "-0.3*{dE/dw1}", table.rows)
    report = check(table, tmp_path)
    cells = {at for fault in report.faults for at in fault.corrections}
    assert cells == {(row, table.columns["step w1"]) for row in table.rows}


def test_a_gradient_pasted_before_its_step_is_typed(tmp_path: Path) -> None:
    table = with_steps()
    for number, row in enumerate(table.rows):
        table.cells[row, table.columns["dE/dw8"]] = -0.0428 + 0.001 * number
    report = check(table, tmp_path)
    assert wrong_cells(report) == {("dE/dw8", row) for row in table.rows}
    assert {fault.kind for fault in report.faults} == {"typed-number"}


def test_a_step_is_no_gradient() -> None:
    assert [quantity_of(text) for text in ("Δw8", "∆ w8", "ΔE/Δw8", "∂w8")] == [
        None,
        None,
        "dE/dw8",
        "dE/dw8",
    ]


def test_minima_below_a_single_row_are_no_steps(tmp_path: Path) -> None:
    table = ClassTable(steps=0)
    for name in ("w1", "w2", "w3", "w4", "E_total"):
        column = table.columns[name]
        cell = f"{xl_col_to_name(column - 1)}{table.first_row}"
        for below, function in enumerate(("MIN", "MAX"), start=1):
            table.cells[table.last_row + below, column] = f"={function}({cell}:{cell})"
    report = checked(of(table), tmp_path / "book.xlsx")
    assert (report.faults, report.steps) == ((), 0)


def test_headers_repeated_after_the_first_row_cut_nothing_off(tmp_path: Path) -> None:
    table = ClassTable()
    cells = with_gap(table, after=table.first_row, rows=1)
    for column in table.columns.values():
        header = table.cells[table.header_row, column]
        cells[table.sheet, table.first_row + 1, column] = header
    report = checked(cells, tmp_path / "book.xlsx")
    assert (report.first_row, report.steps, report.faults) == (table.first_row, 4, ())


def turned(cells: Cells) -> Cells:
    """The same with rows for columns, on each sheet."""

    def cell(match: re.Match[str]) -> str:
        return f"{match[3]}{xl_col_to_name(int(match[4]) - 1)}{match[1]}{column_of(match[2])}"

    return {
        (sheet, column, row): _of_sheets(content, cell)
        for (sheet, row, column), content in cells.items()
    }


def _of_sheets(content: str | float, cell: object) -> str | float:
    if not isinstance(content, str) or not content.startswith("="):
        return content
    names = {"Sheet1!": "\0!", "Gradients!": "\1!"}
    for name, sign in names.items():
        content = content.replace(name, sign)
    content = str(moved(content, cell))
    for name, sign in names.items():
        content = content.replace(sign, name)
    return content


def test_gradients_of_a_table_that_runs_across_stand_on_another_sheet(tmp_path: Path) -> None:
    table = ClassTable()
    report = checked(turned(on_two_sheets(table)), tmp_path / "right.xlsx")
    assert (report.faults, report.right) == ((), "all 27 computed columns")
    table.put("dE/dw5", FORMULAS["dE/dw5"].replace("{a_h1}", "{a_h2}"), table.rows)
    (fault,) = checked(turned(on_two_sheets(table)), tmp_path / "wrong.xlsx").faults
    assert (fault.sheet, fault.quantity) == ("Gradients", "dE/dw5")


def test_an_update_by_another_gradient_does_not_unsettle_the_rate(tmp_path: Path) -> None:
    table = unnamed()
    for weight in WEIGHTS:
        table.put(weight, UPDATE.format(k=weight[1:]).replace("{rate}", "0.5"), table.rows[1:])
    wrong = table.put("w3", "{above w3}-0.5*{above dE/dw8}", table.rows[1:])
    assert wrong_cells(check(table, tmp_path)) == wrong
