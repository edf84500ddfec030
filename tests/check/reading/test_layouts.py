"""Tables wherever and however they stand: beside decoys, without some columns, on other sheets."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.findings import FileReport
from tests.check.faults.test_mistakes import assert_corrections_are_right, check, wrong_cells
from tests.check.strategies import class_tables
from tests.oracles.class_table import CLASS_ORDER, CONSTANTS, GRADIENTS, WEIGHTS, ClassTable, Start

SIBLING = "{w5}*{a_h1}+{w6}*{a_h1}"


def write(path: Path, *tables: ClassTable, names: dict[str, str] | None = None) -> Path:
    """Tables of one book; those with the same sheet name share a sheet."""
    workbook = xlsxwriter.Workbook(path)
    sheets = {
        name: workbook.add_worksheet(name)
        for name in dict.fromkeys(table.sheet for table in tables)
    }
    for table in tables:
        for (row, column), content in sorted(table.cells.items()):
            sheets[table.sheet].write(row - 1, column - 1, content)
    for name, target in (names or {}).items():
        workbook.define_name(name, target)
    workbook.close()
    return path


def places(report: FileReport) -> list[tuple[str, int, int, int]]:
    return [(t.sheet, t.header_row, t.first_row, t.last_row) for t in report.tables]


def place(table: ClassTable) -> tuple[str, int, int, int]:
    return table.sheet, table.header_row, table.first_row, table.last_row


@settings(max_examples=30)
@given(table=class_tables())
def test_a_table_is_found_anywhere(table: ClassTable, tmp_path: Path) -> None:
    report = check_file(table.write(tmp_path / "book.xlsx"))
    assert places(report) == [place(table)]
    (found,) = report.tables
    assert found.learning_rate == table.start.rate
    assert found.learning_rate_cell == table.address(table.rate_place, anchor="")
    references = table.inputs == "reference"
    assert found.formulas == 19 * len(table.rows) + 8 * (len(table.rows) - 1 + references)
    assert found.faults == ()
    assert found.steps == table.steps


def test_tables_below_and_beside_each_other(tmp_path: Path) -> None:
    tables = [
        ClassTable(start=Start(rate=rate), header_row=row, first_column=column)
        for row, column, rate in ((5, 1, 0.1), (5, 40, 0.2), (30, 1, 0.5), (14, 40, 2.0))
    ]
    tables[1].put("o1", SIBLING, tables[1].rows)
    report = check_file(write(tmp_path / "book.xlsx", *tables))
    assert sorted(places(report)) == sorted(place(table) for table in tables)
    assert sorted(table.learning_rate or 0 for table in report.tables) == [0.1, 0.2, 0.5, 2.0]
    assert sum(table.wrong_cells for table in report.tables) == len(tables[1].rows)


def test_tables_side_by_side_in_one_row_of_headers_without_a_gap(tmp_path: Path) -> None:
    left, right = ClassTable(), ClassTable(first_column=32)
    right.put("o1", SIBLING, right.rows)
    report = check_file(write(tmp_path / "book.xlsx", left, right))
    assert [table.wrong_cells for table in report.tables] == [0, len(right.rows)]


def test_one_sheet_for_each_learning_rate(tmp_path: Path) -> None:
    rates = (0.1, 0.2, 0.5, 0.8, 1.0, 2.0)
    tables = [ClassTable(start=Start(rate=rate), sheet=f"η = {rate}") for rate in rates]
    report = check_file(write(tmp_path / "book.xlsx", *tables))
    assert [table.learning_rate for table in report.tables] == list(rates)
    assert {caution.kind for table in report.tables for caution in table.warnings} == {"steps"}


def test_decoys_are_no_tables(tmp_path: Path) -> None:
    table = ClassTable(header_row=40)
    for column, name in enumerate((*CONSTANTS, *WEIGHTS, "η"), 1):  # a list of start values
        table.cells[1, column], table.cells[2, column] = name, 0.3
    for column, name in enumerate(CLASS_ORDER, 1):  # a worked example of one step
        table.cells[5, column], table.cells[6, column] = name, 0.1
    for column, name in enumerate(("i2", "w2", "h2", "a_h2", "E2"), 1):  # a legend
        table.cells[9, column] = name
    for row, text in enumerate(("h1 = w1*i1 + w2*i2", "∂E/∂w5 = (a_o1 - t1) * a_o1", "a_h1"), 12):
        table.cells[row, 3], table.cells[row, 6] = text, text
    for column, rate in enumerate((0.1, 0.2, 0.5), 1):  # pasted results
        for row in range(20, 30):
            table.cells[row, column] = rate if row == 20 else 1 / row
    assert places(check_file(table.write(tmp_path / "book.xlsx"))) == [place(table)]


def without_columns(table: ClassTable, *names: str) -> None:
    """Take columns out of a table, with all that stands in them."""
    for name in names:
        column = table.columns[name]
        for row in (table.header_row, *table.rows):
            del table.cells[row, column]


@pytest.mark.parametrize("labelled", [True, False])
def test_inputs_and_targets_may_stand_outside(labelled: bool, tmp_path: Path) -> None:
    table = ClassTable()
    without_columns(table, *CONSTANTS)
    for k, name in enumerate(CONSTANTS):
        row, column = 2, 50 + 2 * k
        if labelled:
            table.cells[row, column - 1] = name
        table.cells[row, column] = table.start.numbers[name]
        outside = table.address((row, column))
        for cell, content in table.cells.items():
            if isinstance(content, str) and content.startswith("="):
                own = table.name(name, cell[0])
                table.cells[cell] = (
                    content.replace(own + "*", outside + "*")
                    .replace(own + ")", outside + ")")
                    .replace(own + "-", outside + "-")
                    .replace("*" + own, "*" + outside)
                )
    report = check(table, tmp_path)
    assert report.faults == ()
    assert "t = (0.01, 0.99), i = (0.05, 0.1)" in report.network
    table.put("o1", SIBLING, table.rows)
    assert wrong_cells(check(table, tmp_path)) == {("o1", row) for row in table.rows}


def test_activations_and_single_losses_need_no_header(tmp_path: Path) -> None:
    table = ClassTable()
    for k in (1, 2):
        table.cells[table.header_row, table.columns[f"a_h{k}"]] = "sigmoid of it"
        table.cells[table.header_row, table.columns[f"E{k}"]] = "half the square"
    report = check(table, tmp_path)
    assert report.faults == ()
    assert "all 27 computed columns" in report.right
    table.put("o1", SIBLING, table.rows)
    (fault,) = check(table, tmp_path).faults
    assert fault.expected == "=M9*J9+N9*L9"


def test_the_learning_rate_may_stand_on_another_sheet_under_a_name(tmp_path: Path) -> None:
    table = ClassTable()
    home = ClassTable(sheet="Set up")
    home.cells = {(3, 2): "η", (3, 3): 0.5}
    for weight in WEIGHTS:
        template = table.template(weight).replace("{rate}", "LR")
        table.put(weight, template, table.computed_rows(weight))
    names = {"LR": "='Set up'!$C$3"}
    report = check_file(write(tmp_path / "book.xlsx", table, home, names=names))
    (found,) = report.tables
    assert (found.learning_rate_cell, found.learning_rate) == ("'Set up'!C3", 0.5)
    assert found.faults == ()


def test_a_cell_that_the_first_row_refers_to_is_the_same_variable(tmp_path: Path) -> None:
    table = ClassTable(inputs="reference")
    outside = table.address(table.start_places["t1"])
    table.put("E1", f"0.5*({outside}-{{a_o1}})^2", table.rows)
    assert check(table, tmp_path).faults == ()
    other = table.address(table.start_places["t2"])
    table.put("E1", f"0.5*({other}-{{a_o1}})^2", table.rows)
    (fault,) = check(table, tmp_path).faults
    assert fault.explanation == "uses t2 where t1 belongs"


def test_an_input_that_stands_in_the_first_row_only_must_be_anchored(tmp_path: Path) -> None:
    table = ClassTable()
    for row in table.rows[1:]:
        del table.cells[row, table.columns["t1"]]
    wrong = {(q, row) for q in ("E1", *GRADIENTS[:6]) for row in table.rows[1:]}
    report = check(table, tmp_path)
    assert wrong_cells(report) == wrong
    for fault in report.faults:
        assert fault.explanation == "the blank cell A10 stands where t1 belongs"
    assert_corrections_are_right(table, report, tmp_path)


def test_a_learning_rate_without_a_number_is_warned_of(tmp_path: Path) -> None:
    table = ClassTable()
    del table.cells[table.rate_place]
    report = check(table, tmp_path)
    assert report.faults == ()
    assert (report.learning_rate_cell, report.learning_rate) == ("D6", None)
    assert "the learning rate's cell holds no number" in [c.text for c in report.warnings]


@settings(max_examples=15)
@given(table=class_tables(), drawn=st.data())
def test_a_blank_cell_in_a_step_that_is_filled_lacks_its_formula(
    table: ClassTable, drawn: st.DataObject, tmp_path: Path
) -> None:
    name = drawn.draw(st.sampled_from(GRADIENTS))
    del table.cells[table.last_row, table.columns[name]]
    report = check(table, tmp_path)
    (fault,) = report.faults
    assert (fault.quantity, fault.kind) == (name, "missing-formula")
    assert fault.first_row == fault.last_row == table.last_row
    assert fault.expected == table.right(name, table.last_row)


@pytest.mark.parametrize("function", ["LET(x,{w1}*{i1},x+{w2}*{i2})", "SOMETHING({w1},{i1})"])
def test_what_cannot_be_evaluated_is_judged_by_its_value(function: str, tmp_path: Path) -> None:
    table = ClassTable()
    table.put("h1", function, table.rows)
    values = table.numbers()
    (right,) = check_file(table.write(tmp_path / "right.xlsx", values)).tables
    assert right.faults == ()
    assert "not evaluated" in {caution.kind for caution in right.warnings}
    values[11, table.columns["h1"]] *= 1.001
    (wrong,) = check_file(table.write(tmp_path / "wrong.xlsx", values)).tables
    assert wrong_cells(wrong) == {("h1", 11)}
    assert "which is not evaluated here; its value is not that of h1" in (
        wrong.faults[0].explanation
    )


def test_header_texts_may_be_formulas(tmp_path: Path) -> None:
    table = ClassTable()
    path = tmp_path / "book.xlsx"
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet(table.sheet)
    for (row, column), content in sorted(table.cells.items()):
        if row == table.header_row:
            sheet.write_formula(row - 1, column - 1, f'="{content}"', None, content)
        else:
            sheet.write(row - 1, column - 1, content)
    workbook.close()
    assert places(check_file(path)) == [place(table)]


def test_a_book_without_a_table_says_so(tmp_path: Path) -> None:
    table = ClassTable()
    table.cells = {(1, 1): "Hello", (2, 1): 3.0}
    report = check_file(table.write(tmp_path / "book.xlsx"))
    assert report.tables == ()
    assert report.error is not None
    assert "holds no table" in report.error
