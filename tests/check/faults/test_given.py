"""A text or an error where a number belongs, and values of formulas that cannot be followed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import xlsxwriter

from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.correction import fix
from backprop_xlsx.check.findings import TableReport
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name
from tests.check.faults.test_mistakes import Cells, wrong_cells
from tests.check.general import FOUR, book, position
from tests.oracles.class_table import WEIGHTS, ClassTable

FOLLOWED_BY_NOBODY = (
    'INDIRECT("E"&ROW())*{i1}+{w2}*{i2}',
    "OFFSET({w1},0,0)*{i1}+{w2}*{i2}",
    "Table1[[#This Row],[w1]]*{i1}+{w2}*{i2}",
    "Table1[@w1]*{i1}+{w2}*{i2}",
)


def report_of(table: ClassTable, folder: Path, wrong: Cells | None = None) -> TableReport:
    """The report of a book whose cached values are right, but for some that are off by a tenth."""
    values = table.numbers()
    for name, row in wrong or ():
        values[row, table.columns[name]] *= 1.1
    (report,) = check_file(table.write(folder / "book.xlsx", values)).tables
    return report


@pytest.mark.parametrize("template", FOLLOWED_BY_NOBODY)
def test_what_cannot_be_followed_is_judged_by_its_value(template: str, tmp_path: Path) -> None:
    table = ClassTable()
    cells = table.put("h1", template, table.rows)
    right = report_of(table, tmp_path)
    assert right.faults == ()
    assert right.coverage.unread == ("h1",)
    assert not right.coverage.is_whole
    assert wrong_cells(report_of(table, tmp_path, cells)) == cells
    last = {("h1", table.last_row)}
    assert wrong_cells(report_of(table, tmp_path, last)) == last


def with_rates(rates: list[float]) -> ClassTable:
    """A table with a learning rate in every row, which the update of the row below takes."""
    table = ClassTable(steps=len(rates) - 1)
    table.columns["η"] = max(table.columns.values()) + 1
    table.cells[table.header_row, table.columns["η"]] = "learning rate"
    for row, rate in zip(table.rows, rates, strict=True):
        table.cells[row, table.columns["η"]] = rate
    for weight in WEIGHTS:
        update = table.template(weight).replace("{rate}", "{above η}")
        table.put(weight, update, table.rows[1:])
    return table


@pytest.mark.parametrize(
    ("rates", "wrong"),
    [
        ([0.5, 0.5, 0.5, 0.5], ()),
        ([0.5, 0.2, 0.2, 0.2], (0,)),
        # None is that of more than half of the rows, so the first one counts.
        ([0.5, 0.2, 0.2, 0.3], (1, 2, 3)),
    ],
)
def test_a_learning_rate_that_is_not_that_of_most_rows(
    rates: list[float], wrong: tuple[int, ...], tmp_path: Path
) -> None:
    table = with_rates(rates)
    (report,) = check_file(table.write(tmp_path / "book.xlsx")).tables
    assert wrong_cells(report) == {("η", table.rows[step]) for step in wrong}


CHANGES: dict[str, tuple[str, list[str | float]]] = {
    "a series": ("i2", [0.2, 0.3, 0.4, 0.5, 0.6, 0.7]),
    "a mistyped row": ("t2", [0.99, 0.99, 0.9, 0.99, 0.99, 0.99]),
    "the last row": ("t1", [0.01, 0.01, 0.01, 0.01, 0.01, 0.1]),
    "another target": ("t2", ["={t1}"] * 6),
    "another target once": ("t2", ["={above t2}", "={above t1}", *["={above t2}"] * 4]),
}


@pytest.mark.parametrize("headers", [True, False])
@pytest.mark.parametrize("change", CHANGES)
def test_what_is_given_does_not_change(change: str, headers: bool, tmp_path: Path) -> None:
    name, contents = CHANGES[change]
    table = ClassTable(steps=len(contents))
    wrong = set()
    for row, content in zip(table.rows[1:], contents, strict=True):
        written = table.written(content[1:], row) if isinstance(content, str) else content
        table.cells[row, table.columns[name]] = written
        if content not in (table.start.numbers[name], "={above t2}"):
            wrong.add((name, row))
    if not headers:
        for quantity in ("t1", "t2", "i1", "i2"):
            del table.cells[table.header_row, table.columns[quantity]]
    report = report_of(table, tmp_path)
    assert wrong_cells(report) == wrong
    assert {fault.kind for fault in report.faults} == {"changing-given"}
    assert report.faults[0].expected == f"={table.start.numbers[name]:g}"


@pytest.mark.parametrize("changing", [("i1", "t1"), ("i1",)])
def test_several_samples_are_no_fault(changing: tuple[str, ...], tmp_path: Path) -> None:
    table = ClassTable(steps=7)
    for row in table.rows[1::2]:
        for name in changing:
            table.cells[row, table.columns[name]] = 0.7
    report = report_of(table, tmp_path)
    assert report.faults == ()
    assert sum(caution.kind == "inputs" for caution in report.warnings) == len(changing)


def test_a_start_that_is_set_is_told_as_it_was_typed(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    run = book(path, layers=[2, 2, 1], **FOUR, optimiser="momentum")
    opened = read_book(path)
    part, archive = opened.sheet(run.sheet).part, opened.archive
    start = rb'(<c r="%b"[^>]*>)<f>0</f><v>0.0</v>' % cell_name(*position(run, "v_w1", 0)).encode()
    archive.rewrite({part: re.sub(start, rb"\1<v>2</v>", archive.read(part))}, path)
    (fault,) = check_file(path).tables[0].faults
    assert (fault.kind, fault.found, fault.expected) == ("wrong-start", "2", "=0")


@pytest.mark.parametrize("number", [0.0, 0.03])
def test_a_value_of_few_digits_is_no_rounded_one(number: float, tmp_path: Path) -> None:
    table = ClassTable()
    cells = table.put("h1", FOLLOWED_BY_NOBODY[0], table.rows)
    values = table.numbers() | {(row, table.columns["h1"]): number for row in table.rows}
    (report,) = check_file(table.write(tmp_path / "book.xlsx", values)).tables
    assert wrong_cells(report) == cells


def test_a_program_that_does_not_compute_proves_nothing(tmp_path: Path) -> None:
    table = ClassTable()
    table.put("h1", FOLLOWED_BY_NOBODY[0], table.rows)
    (report,) = check_file(table.write(tmp_path / "book.xlsx")).tables
    assert report.faults == ()
    assert report.coverage.unread == ("h1",)


@pytest.mark.parametrize(
    ("name", "formula", "value"),
    [
        ("E_total", "=NA()", "#N/A"),
        ("h1", '=INDIRECT("X"&ROW(),9)', "#REF!"),
        ("h1", "=#REF!*C13+F13*D13", "#REF!"),
        ("w3", "=#REF!", "#REF!"),
        ("dE/dw8", "=1/0", "#DIV/0!"),
        ("i1", "=#N/A", "#N/A"),
        ("t2", "#N/A", "#N/A"),
    ],
)
def test_an_error_in_the_last_row_only(name: str, formula: str, value: str, tmp_path: Path) -> None:
    table = ClassTable()
    place = table.last_row, table.columns[name]
    table.cells[place] = formula
    values: dict[tuple[int, int], float | str] = {**table.numbers(), place: value}
    (report,) = check_file(table.write(tmp_path / "book.xlsx", values)).tables
    assert wrong_cells(report) == {(name, table.last_row)}


@pytest.mark.parametrize(("text", "expected"), [("0.5", "=0.5"), ("0,5", "=0.5"), ("n/a", "")])
def test_a_text_in_the_learning_rates_cell(text: str, expected: str, tmp_path: Path) -> None:
    table = ClassTable()
    table.cells[table.rate_place] = text
    report = report_of(table, tmp_path)
    (fault,) = report.faults
    assert (fault.kind, fault.range, fault.expected) == ("text-for-number", "D6", expected)
    assert not any(caution.kind == "learning rates" for caution in report.warnings)


def test_a_text_in_the_cell_that_an_input_refers_to(tmp_path: Path) -> None:
    table = ClassTable(inputs="reference")
    table.cells[table.start_places["i1"]] = "0.05"
    (fault,) = report_of(table, tmp_path).faults
    row, column = table.start_places["i1"]
    assert (fault.kind, set(fault.corrections)) == ("text-for-number", {(row, column)})


def test_a_text_on_another_sheet_is_corrected_there(tmp_path: Path) -> None:
    table = ClassTable()
    for weight in WEIGHTS:
        template = table.template(weight).replace("{rate}", "Settings!$B$1")
        table.put(weight, template, table.rows[1:])
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet, settings = workbook.add_worksheet("Run"), workbook.add_worksheet("Settings")
        settings.write_row(0, 0, ["learning rate", "0.5"])
        for (row, column), content in table.cells.items():
            sheet.write(row - 1, column - 1, content)
    report = check_file(path)
    (fault,) = report.tables[0].faults
    assert (fault.sheet, fault.range) == ("Settings", "'Settings'!B1")
    fix(report, tmp_path / "fixed.xlsx")
    assert check_file(tmp_path / "fixed.xlsx").faults == 0
