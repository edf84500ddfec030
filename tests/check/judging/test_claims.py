"""Auxiliary columns are judged first: a fault in one is its own, not that of all that use it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.faults.test_mistakes import check
from tests.oracles.class_table import ClassTable

DELTAS = {
    "d1": "({a_o1}-{t1})*{a_o1}*(1-{a_o1})",
    "d2": "({a_o2}-{t2})*{a_o2}*(1-{a_o2})",
    "e1": "({d1}*{w5}+{d2}*{w7})*{a_h1}*(1-{a_h1})",
    "e2": "({d1}*{w6}+{d2}*{w8})*{a_h2}*(1-{a_h2})",
}
GRADIENTS = {
    "dE/dw1": "{e1}*{i1}",
    "dE/dw2": "{e1}*{i2}",
    "dE/dw3": "{e2}*{i1}",
    "dE/dw4": "{e2}*{i2}",
    "dE/dw5": "{d1}*{a_h1}",
    "dE/dw6": "{d1}*{a_h2}",
    "dE/dw7": "{d2}*{a_h1}",
    "dE/dw8": "{d2}*{a_h2}",
}


def with_deltas(headers: bool) -> ClassTable:
    """A table whose gradients use four columns of δ to its right."""
    table = ClassTable()
    last = max(table.columns.values())
    for number, name in enumerate(DELTAS, start=1):
        table.columns[name] = last + number
        if headers:
            text = {"d": "δ_o", "e": "δ_h"}[name[0]] + name[1]
            table.cells[table.header_row, last + number] = text
    for name, template in {**DELTAS, **GRADIENTS}.items():
        table.put(name, template, table.rows)
    return table


@pytest.mark.parametrize("headers", [True, False])
@pytest.mark.parametrize("rows", ["all", "one"])
@pytest.mark.parametrize("name", ["d1", "e2"])
def test_a_fault_lands_on_the_auxiliary_column(
    headers: bool, rows: str, name: str, tmp_path: Path
) -> None:
    table = with_deltas(headers)
    assert check(table, tmp_path).faults == ()
    wrong = table.rows if rows == "all" else table.rows[1:2]
    table.put(name, DELTAS[name].replace("*(1-", "*(2-"), wrong)
    report = check(table, tmp_path)
    cells = {at for fault in report.faults for at in fault.corrections}
    assert cells == {(row, table.columns[name]) for row in wrong}


@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("e2", "{d1}*{w6}*{a_h2}*(1-{a_h2})"),  # what E1 alone gives
        ("d2", "{a_o2}-{a_o2}^2"),  # the slope of o2
        ("e1", "({d1}*{w5}+{d2}*{blank})*{a_h1}*(1-{a_h1})"),
    ],
)
def test_a_column_is_what_its_users_take_it_for(name: str, template: str, tmp_path: Path) -> None:
    table = with_deltas(headers=False)
    table.put(name, template, table.rows)
    report = check(table, tmp_path)
    cells = {at for fault in report.faults for at in fault.corrections}
    assert cells == {(row, table.columns[name]) for row in table.rows}


def test_values_pasted_over_an_auxiliary_column_are_its_fault(tmp_path: Path) -> None:
    table = with_deltas(headers=False)
    for number, row in enumerate(table.rows):
        table.cells[row, table.columns["d1"]] = 0.138 - 0.001 * number
    report = check(table, tmp_path)
    cells = {at for fault in report.faults for at in fault.corrections}
    assert cells == {(row, table.columns["d1"]) for row in table.rows}


def test_a_text_for_a_number_is_the_fault_of_its_cell(tmp_path: Path) -> None:
    table = ClassTable()
    cell = (table.first_row + 1, table.columns["t1"])
    table.cells[cell] = "0,01"
    (fault,) = check(table, tmp_path).faults
    assert fault.corrections == {cell: "0.01"}
    assert fault.kind == "text-for-number"


def test_a_blank_cell_in_a_filled_step_lacks_its_formula(tmp_path: Path) -> None:
    table = ClassTable()
    cell = (table.first_row + 1, table.columns["dE/dw4"])
    del table.cells[cell]
    (fault,) = check(table, tmp_path).faults
    assert set(fault.corrections) == {cell}
    assert fault.kind == "missing-formula"


@pytest.mark.parametrize("headed", ["pente {}", "{}. Steigung"])
def test_what_is_headed_like_its_sisters_is_the_missing_one(headed: str, tmp_path: Path) -> None:
    """In one row no update tells whose gradient it is, and what it computes is no gradient."""
    table = ClassTable(steps=0)
    for number in range(1, 9):
        name = f"dE/dw{number}"
        table.cells[table.header_row, table.columns[name]] = headed.format(number)
    table.put("dE/dw8", "AVERAGE({dE/dw2},{dE/dw6})", table.rows)
    (fault,) = check(table, tmp_path).faults
    assert fault.quantity == "dE/dw8"
