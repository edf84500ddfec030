"""Tables without known headers, across, on two sheets, over gaps: read by what refers to what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.findings import TableReport
from tests.check.faults.test_mistakes import wrong_cells
from tests.oracles.class_biases import BiasedTable
from tests.oracles.class_deltas import DeltaTable
from tests.oracles.class_table import CLASS_ORDER, CONSTANTS, FORMULAS, GRADIENTS, ClassTable

Cells = dict[tuple[str, int, int], str | float]

SIBLING = "{w5}*{a_h1}+{w6}*{a_h1}"
"""Of o1: a_h1 where a_h2 belongs."""


def checked(cells: Cells, path: Path) -> TableReport:
    """The one table that the check finds in a book of these cells."""
    with xlsxwriter.Workbook(path) as book:
        sheets = {name: book.add_worksheet(name) for name in dict.fromkeys(at[0] for at in cells)}
        for (sheet, row, column), content in cells.items():
            sheets[sheet].write(row - 1, column - 1, content)
    report = check_file(path)
    assert report.error is None
    (table,) = report.tables
    return table


def of(table: ClassTable) -> Cells:
    return {(table.sheet, *at): content for at, content in table.cells.items()}


def moved(content: str | float, change: object) -> str | float:
    """A formula with each of its cells put elsewhere; anything else as it is."""
    if not (isinstance(content, str) and content.startswith("=")):
        return content
    return re.sub(r"(\$?)([A-Z]+)(\$?)(\d+)", change, content)  # type: ignore[call-overload]


def column_of(letters: str) -> int:
    return next(c for c in range(1, 800) if xl_col_to_name(c - 1) == letters)


def across(table: ClassTable) -> Cells:
    """Rows for columns: a step a column."""

    def turned(match: re.Match[str]) -> str:
        return f"{match[3]}{xl_col_to_name(int(match[4]) - 1)}{match[1]}{column_of(match[2])}"

    return {
        (table.sheet, column, row): moved(content, turned)
        for (row, column), content in table.cells.items()
    }


def with_gap(table: ClassTable, after: int, rows: int) -> Cells:
    """Blank rows after one of the steps."""

    def lower(row: int) -> int:
        return row + rows if row > after else row

    def shifted(match: re.Match[str]) -> str:
        return f"{match[1]}{match[2]}{match[3]}{lower(int(match[4]))}"

    return {
        (table.sheet, lower(row), column): moved(content, shifted)
        for (row, column), content in table.cells.items()
    }


def on_two_sheets(table: ClassTable) -> Cells:
    """The gradients on a sheet of their own."""
    return on_sheets(table, {"Gradients": GRADIENTS})


def on_sheets(table: ClassTable, quantities: Mapping[str, Iterable[str]]) -> Cells:
    """Some quantities on each of several sheets, in the columns that they have."""
    sheets = {table.columns[name]: sheet for sheet, names in quantities.items() for name in names}

    def sheet_of(column: int) -> str:
        return sheets.get(column, table.sheet)

    found: Cells = {}
    for (row, column), content in table.cells.items():
        home = sheet_of(column)

        def named(match: re.Match[str], home: str = home) -> str:
            sheet = sheet_of(column_of(match[2]))
            return match[0] if sheet == home else f"{sheet}!{match[0]}"

        found[home, row, column] = moved(content, named)
    return found


@pytest.mark.parametrize("headers", ["none", "unknown", "another order"])
def test_formulas_say_which_column_is_which(headers: str, tmp_path: Path) -> None:
    table = ClassTable()
    for number, name in enumerate(CLASS_ORDER):
        at = (table.header_row, table.columns[name])
        if headers == "none":
            del table.cells[at]
        else:
            table.cells[at] = f"Spalte {number}" if headers == "unknown" else "Wert"
    right = checked(of(table), tmp_path / "right.xlsx")
    assert (right.faults, right.right) == ((), "all 27 computed columns")
    assert right.learning_rate == 0.5
    table.put("o1", SIBLING, table.rows)
    wrong = checked(of(table), tmp_path / "wrong.xlsx")
    assert wrong_cells(wrong) == {("o1", row) for row in table.rows}
    assert wrong.faults[0].explanation == "uses a_h1 where a_h2 belongs"


def test_a_table_that_runs_across_is_told_in_its_own_addresses(tmp_path: Path) -> None:
    table = ClassTable()
    assert checked(across(table), tmp_path / "right.xlsx").faults == ()
    table.put("o1", SIBLING, table.rows[1:3])
    report = checked(across(table), tmp_path / "wrong.xlsx")
    (fault,) = report.faults
    row, first = table.columns["o1"], table.first_row + 1
    assert fault.range == f"{xl_col_to_name(first - 1)}{row}:{xl_col_to_name(first)}{row}"
    assert set(fault.corrections) == {(row, first), (row, first + 1)}
    letters = xl_col_to_name(first - 1)
    assert fault.expected == f"={letters}13*{letters}10+{letters}14*{letters}12"
    assert report.steps == table.steps


def test_gradients_on_a_sheet_of_their_own(tmp_path: Path) -> None:
    table = ClassTable()
    assert checked(on_two_sheets(table), tmp_path / "right.xlsx").faults == ()
    right = table.template("dE/dw5")
    table.put("dE/dw5", right.replace("{a_h1}", "{a_h2}"), table.rows)
    (fault,) = checked(on_two_sheets(table), tmp_path / "wrong.xlsx").faults
    assert (fault.sheet, fault.quantity) == ("Gradients", "dE/dw5")
    assert "Sheet1!" in fault.expected
    assert fault.explanation == "uses a_h2 where a_h1 belongs"


def test_losses_and_gradients_on_sheets_of_their_own(tmp_path: Path) -> None:
    """The steps of three sheets stand in the same rows, though updates refer to the row above."""
    table = DeltaTable()
    sheets = {
        "Gradients": GRADIENTS,
        "Errors": ("t1", "t2", "E1", "E2", "E_total", "d_o1", "d_o2", "d_h1", "d_h2"),
    }
    right = checked(on_sheets(table, sheets), tmp_path / "right.xlsx")
    assert right.faults == ()
    assert right.network.startswith("2-2-2, sigmoid")
    table.put("dE/dw5", "{d_o1}*{a_h2}", table.rows)
    (fault,) = checked(on_sheets(table, sheets), tmp_path / "wrong.xlsx").faults
    assert (fault.sheet, fault.quantity) == ("Gradients", "dE/dw5")
    assert set(fault.corrections) == {(row, table.columns["dE/dw5"]) for row in table.rows}


@pytest.mark.parametrize("lower", [False, True])
def test_gradients_a_row_below_their_weights(tmp_path: Path, lower: bool) -> None:
    """They are those of the step above; their headers may stand in the row of that."""
    table = ClassTable(steps=6)
    first, *later = table.rows
    for number, name in enumerate(GRADIENTS, 1):
        del table.cells[first, table.columns[name]]
        if lower:
            header = table.cells.pop((table.header_row, table.columns[name]))
            table.cells[first, table.columns[name]] = header
        table.put(name, FORMULAS[name].replace("{", "{above "), later)
        table.put(f"w{number}", f"{{above w{number}}}-{{rate}}*{{{name}}}", later)
    assert checked(of(table), tmp_path / "right.xlsx").faults == ()
    slip = FORMULAS["dE/dw6"].replace("{a_h2}", "{a_h1}").replace("{", "{above ")
    table.put("dE/dw6", slip, later)
    assert checked(of(table), tmp_path / "wrong.xlsx").faults


def without_headers(table: ClassTable) -> ClassTable:
    """The same table; only its formulas tell what is what."""
    for column in table.columns.values():
        del table.cells[table.header_row, column]
    return table


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("headers", [True, False])
def test_a_table_goes_on_after_blank_rows(headers: bool, rows: int, tmp_path: Path) -> None:
    table = ClassTable(steps=6) if headers else without_headers(ClassTable(steps=6))
    after = table.first_row + 2
    report = checked(with_gap(table, after, rows), tmp_path / "right.xlsx")
    assert (report.faults, report.steps) == ((), 6)
    table.put("o1", SIBLING, [table.last_row])
    (fault,) = checked(with_gap(table, after, rows), tmp_path / "wrong.xlsx").faults
    assert fault.first_row == table.last_row + rows


def test_a_table_goes_on_below_a_second_row_of_headers(tmp_path: Path) -> None:
    table = ClassTable(steps=6)
    cells = with_gap(table, table.first_row + 2, 2)
    for column in table.columns.values():
        again = (table.sheet, table.first_row + 4, column)
        cells[again] = table.cells[table.header_row, column]
    report = checked(cells, tmp_path / "book.xlsx")
    assert (report.faults, report.steps) == ((), 6)


def test_inputs_in_the_first_row_alone_are_those_of_every_row(tmp_path: Path) -> None:
    """$A$9 and the like, of which no header says that it is t1."""
    table = without_headers(ClassTable(steps=6))
    for name in CONSTANTS:
        for row in table.rows[1:]:
            del table.cells[row, table.columns[name]]
    cells = {name: table.address((table.first_row, table.columns[name])) for name in CONSTANTS}
    for name, template in FORMULAS.items():
        for constant, cell in cells.items():
            template = template.replace(f"{{{constant}}}", cell)
        table.put(name, template, table.rows)
    report = checked(of(table), tmp_path / "book.xlsx")
    assert (report.faults, report.right) == ((), "all 27 computed columns")


def test_minima_below_and_start_weights_above_are_no_steps(tmp_path: Path) -> None:
    table = ClassTable(gap=1)
    for name in ("E_total", "w1", "w2"):
        column = table.columns[name]
        letters = xl_col_to_name(column - 1)
        cells = f"{letters}{table.first_row}:{letters}{table.last_row}"
        table.cells[table.last_row + 1, column] = f"=MIN({cells})"
    for name in (f"w{k}" for k in range(1, 9)):
        column = table.columns[name]
        table.cells[table.first_row - 1, column] = table.cells[table.first_row, column]
        letters = xl_col_to_name(column - 1)
        table.cells[table.first_row, column] = f"={letters}{table.first_row - 1}"
    report = checked(of(table), tmp_path / "book.xlsx")
    assert (report.first_row, report.last_row) == (table.first_row, table.last_row)
    assert report.faults == ()


def test_one_row_of_formulas_is_a_table(tmp_path: Path) -> None:
    table = ClassTable(steps=0)
    report = checked(of(table), tmp_path / "right.xlsx")
    assert (report.faults, report.steps) == ((), 0)
    table.put("o1", SIBLING, table.rows)
    report = checked(of(table), tmp_path / "wrong.xlsx")
    assert wrong_cells(report) == {("o1", table.first_row)}


@pytest.mark.parametrize(("share", "network"), [(0.5, "trained biases"), (2.0, "its own")])
def test_a_bias_is_added_once_but_for_rounding(share: float, network: str, tmp_path: Path) -> None:
    """What is added 1.000000002 times is multiplied with that number, so that it is a weight."""
    table = BiasedTable(sharing="own", biases="trained")
    for column in table.columns.values():
        del table.cells[table.header_row, column]
    for number, name in enumerate(("h1", "h2", "o1", "o2"), start=1):
        formula = f"{FORMULAS[name]}+{table.bias(f'b{number}')}*{1 + share * 1e-9!r}"
        table.put(name, formula, table.rows)
    assert network in checked(of(table), tmp_path / "book.xlsx").network


def test_swapped_headers_are_no_fault(tmp_path: Path) -> None:
    table = ClassTable()
    one, other = table.columns["dE/dw3"], table.columns["dE/dw4"]
    row = table.header_row
    table.cells[row, one], table.cells[row, other] = table.cells[row, other], table.cells[row, one]
    assert checked(of(table), tmp_path / "book.xlsx").faults == ()


@pytest.mark.parametrize("headers", ["none", "targets"])
@pytest.mark.parametrize("quantity", ["d_o1", "d_o2", "E1", "E2"])
def test_one_formula_that_takes_the_other_target(
    quantity: str, headers: str, tmp_path: Path
) -> None:
    table = DeltaTable()
    for name, column in table.columns.items():
        if headers == "none" or name not in ("t1", "t2"):
            del table.cells[table.header_row, column]
    own, other = ("t1", "t2") if quantity.endswith("1") else ("t2", "t1")
    template = table.template(quantity).replace(f"{{{own}}}", f"{{{other}}}")
    table.put(quantity, template, table.rows)
    (fault,) = checked(of(table), tmp_path / "book.xlsx").faults
    assert set(fault.corrections) == {(row, table.columns[quantity]) for row in table.rows}
    assert fault.explanation == f"uses {other} where {own} belongs"


def test_the_gradients_of_both_outputs_take_the_other_target(tmp_path: Path) -> None:
    """The losses, and what is computed of both outputs, say whose target is whose."""
    table = ClassTable()
    wrong = set()
    for name, column in table.columns.items():
        del table.cells[table.header_row, column]
        if name in GRADIENTS[4:]:
            swapped = table.template(name).replace("{t1}", "{t}").replace("{t2}", "{t1}")
            wrong |= table.put(name, swapped.replace("{t}", "{t2}"), table.rows)
    assert wrong_cells(checked(of(table), tmp_path / "book.xlsx")) == wrong


def test_gradients_that_nobody_reads_are_said(tmp_path: Path) -> None:
    table = ClassTable(steps=0)
    cells = {
        place: content if place[0] == table.sheet or place[1] == table.header_row else "=0.1+0.2"
        for place, content in on_two_sheets(table).items()
    }
    report = checked(cells, tmp_path / "book.xlsx")
    assert not report.coverage.is_whole
    assert any("Gradients!" in where for where in report.coverage.unexplained)
