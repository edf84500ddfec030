"""What stands for the learning rate, an input or a target: by label, by column, the table's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backprop_xlsx.check.book_check import check_file
from tests.check.faults.test_mistakes import Cells, check, wrong_cells
from tests.oracles.class_deltas import DeltaTable
from tests.oracles.class_table import CLASS_ORDER, CONSTANTS, WEIGHTS, ClassTable, Start

ELSEWHERE = (2, 21)
"""A cell without a label, in which another number than the learning rate stands."""


def taking_another(
    table: ClassTable, rate: str, weights: tuple[str, ...], skipped: int = 1
) -> Cells:
    """Let the updates of some weights take another learning rate, from a row on."""
    table.cells[ELSEWHERE] = 0.7
    cells = set()
    for weight in weights:
        template = table.template(weight).replace("{rate}", rate)
        cells |= table.put(weight, template, table.rows[skipped:])
    return cells


@pytest.mark.parametrize("rate", ["$U$2", "0.7"])
def test_a_label_beats_the_majority(rate: str, tmp_path: Path) -> None:
    table = ClassTable(steps=6)
    cells = taking_another(table, rate, WEIGHTS[:6])
    report = check(table, tmp_path)
    assert (report.learning_rate_cell, report.learning_rate) == ("D6", 0.5)
    assert wrong_cells(report) == cells


def test_from_a_row_on_the_other_cell_is_wrong(tmp_path: Path) -> None:
    table = ClassTable(steps=8)
    cells = taking_another(table, "$U$2", WEIGHTS, skipped=3)
    assert wrong_cells(check(table, tmp_path)) == cells


def two_tables(inputs: str = "typed") -> tuple[ClassTable, ClassTable]:
    """One below the other, each with its own learning rate, inputs and targets above it."""
    start = Start(targets=(0.3, 0.7), inputs=(0.2, 0.4), rate=0.8)
    return ClassTable(inputs=inputs), ClassTable(header_row=30, start=start, inputs=inputs)


def check_second(first: ClassTable, second: ClassTable, folder: Path) -> Cells:
    """The wrong cells of the second of two tables; the first is right."""
    second.cells = first.cells | second.cells
    one, other = check_file(second.write(folder / "book.xlsx")).tables
    assert wrong_cells(one) == set()
    return wrong_cells(other)


@pytest.mark.parametrize("weights", [WEIGHTS, WEIGHTS[:1], WEIGHTS[:7]])
def test_the_learning_rate_of_another_table(weights: tuple[str, ...], tmp_path: Path) -> None:
    first, second = two_tables()
    cells = set()
    for weight in weights:
        template = second.template(weight).replace("{rate}", first.address(first.rate_place))
        cells |= second.put(weight, template, second.rows[1:])
    assert check_second(first, second, tmp_path) == cells


def on_three_sheets() -> list[ClassTable]:
    """Three runs, each on a sheet of its own with its own learning rate in the same cell."""
    return [
        ClassTable(sheet=f"run {number}", start=Start(rate=rate))
        for number, rate in enumerate((0.5, 0.8, 2.0), start=1)
    ]


def test_the_learning_rate_of_another_sheet(tmp_path: Path) -> None:
    tables = on_three_sheets()
    first, _, third = tables
    rate = f"'{first.sheet}'!{first.address(first.rate_place)}"
    cells = set()
    for weight in WEIGHTS:
        cells |= third.put(weight, third.template(weight).replace("{rate}", rate), third.rows[1:])
    reports = check_file(ClassTable.write_sheets(tmp_path / "book.xlsx", *tables)).tables
    assert [wrong_cells(report) for report in reports] == [set(), set(), cells]
    assert [report.learning_rate for report in reports] == [0.5, 0.8, 2.0]


def test_sheets_may_share_one_learning_rate(tmp_path: Path) -> None:
    tables = on_three_sheets()
    first = tables[0]
    rate = f"'{first.sheet}'!{first.address(first.rate_place)}"
    for table in tables[1:]:
        for weight in WEIGHTS:
            table.put(weight, table.template(weight).replace("{rate}", rate), table.rows[1:])
        row, column = table.rate_place
        del table.cells[row, column], table.cells[row, column - 1]
    reports = check_file(ClassTable.write_sheets(tmp_path / "book.xlsx", *tables)).tables
    assert not any(report.faults for report in reports)
    assert [report.learning_rate for report in reports] == [0.5, 0.5, 0.5]


def test_a_learning_rate_may_be_shared(tmp_path: Path) -> None:
    first, second = two_tables()
    for weight in WEIGHTS:
        template = second.template(weight).replace("{rate}", first.address(first.rate_place))
        second.put(weight, template, second.rows[1:])
    row, column = second.rate_place
    del second.cells[row, column], second.cells[row, column - 1]
    assert check_second(first, second, tmp_path) == set()


def test_of_many_tables_each_has_its_own_learning_rate(tmp_path: Path) -> None:
    tables = [
        ClassTable(header_row=8 + 22 * number, start=Start(rate=rate))
        for number, rate in enumerate((0.5, 0.8, 2.0, 0.1))
    ]
    for table in tables[1:]:
        tables[0].cells |= table.cells
    reports = check_file(tables[0].write(tmp_path / "book.xlsx")).tables
    assert [report.learning_rate for report in reports] == [0.5, 0.8, 2.0, 0.1]
    assert not any(report.faults for report in reports)


@pytest.mark.parametrize("skipped", [0, 2])
def test_the_target_of_another_table(skipped: int, tmp_path: Path) -> None:
    first, second = two_tables(inputs="reference")
    rows = second.rows[skipped:]
    cells = second.put("t1", first.address(first.start_places["t1"]), rows)
    assert check_second(first, second, tmp_path) == cells


def test_an_input_of_another_table_from_a_row_on(tmp_path: Path) -> None:
    first, second = two_tables()
    cells = second.put("i1", first.name("i1", first.first_row), second.rows[2:])
    assert check_second(first, second, tmp_path) == cells


def test_an_input_may_be_shared(tmp_path: Path) -> None:
    first, second = two_tables()
    second.put("i1", first.name("i1", first.first_row), second.rows)
    assert check_second(first, second, tmp_path) == set()


@pytest.mark.parametrize("names", [("i1",), ("t1", "t2"), CONSTANTS, ("i1", "η"), ("η",)])
def test_columns_of_numbers_are_what_formulas_take_them_for(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    table = ClassTable()
    for number, name in enumerate(names):
        if name == "η":
            with_rate_column(table)
        table.cells[table.header_row, table.columns[name]] = f"column {number}"
    assert wrong_cells(check(table, tmp_path)) == set()
    wrong = table.template("dE/dw7").replace("{a_h1}", "{a_h2}")
    cells = table.put("dE/dw7", wrong, table.rows)
    assert wrong_cells(check(table, tmp_path)) == cells


def with_rate_column(table: ClassTable) -> None:
    """Give the learning rate a column of numbers, to which the updates refer."""
    column = table.columns["η"] = len(CLASS_ORDER) + table.first_column
    table.cells[table.header_row, column] = "η"
    for row in table.rows:
        table.cells[row, column] = table.start.rate
    for weight in WEIGHTS:
        table.put(weight, table.template(weight).replace("{rate}", "{η}"), table.rows[1:])


@pytest.mark.parametrize("changed", [[3], [1, 2, 3], [2, 3, 4]])
def test_a_learning_rate_that_changes_is_wrong_in_those_rows(
    changed: list[int], tmp_path: Path
) -> None:
    table = ClassTable(steps=5)
    with_rate_column(table)
    for number in changed:
        table.cells[table.rows[number], table.columns["η"]] = 0.7
    rows = {table.rows[number] for number in changed}
    assert wrong_cells(check(table, tmp_path)) == {("η", row) for row in rows}


@pytest.mark.parametrize("cached", [True, False])
@pytest.mark.parametrize("schedule", ["{above η}*0.95", "0.5/(1+0.1*ROW({i1}))"])
def test_a_learning_rate_may_follow_a_schedule(schedule: str, cached: bool, tmp_path: Path) -> None:
    table = ClassTable(steps=6)
    with_rate_column(table)
    column = table.columns["η"]
    values = {}
    for step, row in enumerate(table.rows[1:], start=1):
        table.cells[row, column] = table.written(schedule, row)
        values[row, column] = 0.5 * 0.95**step
    (report,) = check_file(table.write(tmp_path / "book.xlsx", values if cached else {})).tables
    assert report.faults == ()
    warnings = [caution.text for caution in report.warnings]
    assert "the learning rate changes from step to step, by a formula" in warnings


@pytest.mark.parametrize("content", ["={above η}/2", 0.7])
def test_a_learning_rate_that_is_carried_on_is_wrong_where_it_changes(
    content: str | float, tmp_path: Path
) -> None:
    table = ClassTable(steps=6)
    with_rate_column(table)
    column = table.columns["η"]
    for row in table.rows[1:]:
        table.cells[row, column] = table.written("{above η}", row)
    row = table.rows[2]
    table.cells[row, column] = (
        table.written(content[1:], row) if isinstance(content, str) else content
    )
    path = table.write(tmp_path / "book.xlsx", {(row, column): 0.25})
    assert wrong_cells(check_file(path).tables[0]) == {("η", row)}


@pytest.mark.parametrize("formula", ["=0.5", "=1/2", "=D5/2"])
def test_a_learning_rate_may_be_computed(formula: str, tmp_path: Path) -> None:
    table = ClassTable()
    row, column = table.rate_place
    table.cells[row, column], table.cells[row - 1, column] = formula, 1.0
    values = table.numbers() | {table.rate_place: 0.5}
    (report,) = check_file(table.write(tmp_path / "book.xlsx", values)).tables
    assert report.faults == ()
    assert (report.learning_rate_cell, report.learning_rate) == ("D6", 0.5)


@pytest.mark.parametrize(
    "formula",
    [
        "=INDEX(H2:M2,H3)",
        "=CHOOSE(H3,0.1,0.2,0.5)",
        "=HLOOKUP(H3,H1:M2,2,FALSE)",
        "=INDEX(H2:M2,MATCH(0.5,H2:M2,0))",
    ],
)
def test_a_learning_rate_may_be_picked_from_a_list(formula: str, tmp_path: Path) -> None:
    table = ClassTable()
    table.cells[table.rate_place], table.cells[3, 8] = formula, 3.0
    for number, rate in enumerate((0.1, 0.2, 0.5, 0.8, 1.0, 2.0)):
        table.cells[1, 8 + number], table.cells[2, 8 + number] = number + 1.0, rate
    values = table.numbers() | {table.rate_place: 0.5}
    (report,) = check_file(table.write(tmp_path / "right.xlsx", values)).tables
    assert report.faults == ()
    assert report.coverage.is_whole
    assert (report.learning_rate_cell, report.learning_rate) == ("D6", 0.5)
    cells = table.put("o1", "{w5}*{a_h1}+{w6}*{a_h1}", table.rows)
    (report,) = check_file(table.write(tmp_path / "wrong.xlsx", values)).tables
    assert wrong_cells(report) == cells


@pytest.mark.parametrize("quantity", ["d_o1", "d_o2"])
def test_of_two_cells_for_targets_one_formula_takes_the_other(
    quantity: str, tmp_path: Path
) -> None:
    table = DeltaTable()
    own, other = ("t1", "t2") if quantity.endswith("1") else ("t2", "t1")
    template = table.template(quantity).replace(f"{{{own}}}", f"{{{other}}}")
    wrong = table.put(quantity, template, table.rows)
    cell_of = {"A": "$H$2", "B": "$H$3"}  # instead of the columns of t1 and t2
    for place, content in list(table.cells.items()):
        if place[1] <= len(cell_of) and place[0] >= table.header_row:
            del table.cells[place]
        elif isinstance(content, str) and content.startswith("="):
            table.cells[place] = re.sub(r"\b([AB])\d+", lambda m: cell_of[m[1]], content)
    table.cells |= {(2, 8): 0.01, (3, 8): 0.99}
    faults = check(table, tmp_path).faults
    cells = {cell for fault in faults for cell in fault.corrections}
    assert cells == {(row, table.columns[name]) for name, row in wrong}
