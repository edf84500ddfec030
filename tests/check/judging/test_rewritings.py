"""Formulas that are written differently but mean the same raise nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.check.faults.test_mistakes import check, wrong_cells
from tests.check.strategies import class_tables
from tests.oracles.class_rewritings import REWRITINGS
from tests.oracles.class_table import CLASS_ORDER, ClassTable

ONE_BY_ONE = [(name, form) for name, forms in REWRITINGS.items() for form in forms]
COMPUTED = tuple(REWRITINGS)


def styled(formula: str, columns: bool, spaces: bool, brackets: bool) -> str:
    """The same formula in another hand: anchored columns, spaces, needless parentheses."""
    if columns:
        formula = re.sub(r"(?<![$A-Z])([A-Z]{1,3}[0-9]+)", r"$\1", formula)
    if spaces:
        formula = re.sub(r"([-+*/,])", r" \1  ", formula)
    return f"=({formula[1:]})" if brackets else formula


@pytest.mark.parametrize(("quantity", "template"), ONE_BY_ONE)
def test_a_rewriting_is_right(quantity: str, template: str, tmp_path: Path) -> None:
    table = ClassTable()
    table.put(quantity, template, table.computed_rows(quantity))
    assert check(table, tmp_path).faults == ()


@settings(max_examples=40)
@given(table=class_tables(), drawn=st.data())
def test_rewritings_together_are_right(
    table: ClassTable, drawn: st.DataObject, tmp_path: Path
) -> None:
    adjacent = table.columns["E2"] == table.columns["E1"] + 1
    for quantity, forms in REWRITINGS.items():
        usable = [form for form in forms if ":" not in form or adjacent]
        form = drawn.draw(st.sampled_from([*usable, table.template(quantity)]))
        table.put(quantity, form, table.computed_rows(quantity))
    style = [drawn.draw(st.booleans()) for _ in range(3)]
    for cell, content in table.cells.items():
        if isinstance(content, str) and content.startswith("="):
            table.cells[cell] = styled(content, *style)
    assert wrong_cells(check(table, tmp_path)) == set()


@settings(max_examples=25)
@given(table=class_tables(), quantities=st.sets(st.sampled_from(COMPUTED), min_size=1))
def test_helper_cells_are_followed(table: ClassTable, quantities: set[str], tmp_path: Path) -> None:
    """The formula stands in a cell beside the table, halved, and the table doubles it."""
    free = max(table.columns.values()) + 3
    for offset, quantity in enumerate(sorted(quantities)):
        for row in table.computed_rows(quantity):
            place = (row, free + offset)
            formula = table.written(table.template(quantity), row)
            table.cells[place] = f"=({formula[1:]})/2"
            table.cells[row, table.columns[quantity]] = f"=2*{table.address(place, anchor='')}"
    assert wrong_cells(check(table, tmp_path)) == set()


@pytest.mark.parametrize(
    "formula",
    [
        "SUMPRODUCT({w1}:{w2},{i1}:{i2})",
        "SUMPRODUCT({w1}:{w2}*{i1}:{i2})",
        "MMULT({w1}:{w2},TRANSPOSE({i1}:{i2}))",
        "SUM({w1}*{i1},{w2}*{i2},{blank})",
    ],
)
def test_ranges_are_evaluated(formula: str, tmp_path: Path) -> None:
    table = ClassTable(order=CLASS_ORDER)
    table.put("h1", formula, table.rows)
    assert check(table, tmp_path).faults == ()
    table.put("h2", formula, table.rows)
    assert wrong_cells(check(table, tmp_path)) == {("h2", row) for row in table.rows}


def test_a_learning_rate_may_be_typed_into_every_update(tmp_path: Path) -> None:
    table = ClassTable()
    for weight in (f"w{k}" for k in range(1, 9)):
        template = table.template(weight).replace("{rate}", "0.5")
        table.put(weight, template, table.computed_rows(weight))
    report = check(table, tmp_path)
    assert report.faults == ()
    assert (report.learning_rate_cell, report.learning_rate) == (None, 0.5)


def test_a_learning_rate_typed_into_one_update_is_a_mistake(tmp_path: Path) -> None:
    table = ClassTable()
    template = table.template("w3").replace("{rate}", "0.5")
    cells = table.put("w3", template, table.computed_rows("w3"))
    report = check(table, tmp_path)
    assert wrong_cells(report) == cells
    assert report.faults[0].explanation == (
        "the learning rate is typed in (0.5) instead of taken from D6"
    )


@settings(max_examples=10)
@given(table=class_tables())
def test_a_learning_rate_may_have_a_column(table: ClassTable, tmp_path: Path) -> None:
    column = max(table.columns.values()) + 1
    table.columns["η"] = column
    table.cells[table.header_row, column] = "LR"
    for row in table.rows:
        table.cells[row, column] = table.start.rate
    for weight in (f"w{k}" for k in range(1, 9)):
        template = table.template(weight).replace("{rate}", "{above η}")
        table.put(weight, template, table.computed_rows(weight))
    report = check(table, tmp_path)
    assert report.faults == ()
    assert report.learning_rate == table.start.rate
    assert report.learning_rate_cell == table.name("η", table.first_row)
