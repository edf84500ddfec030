"""Weights of the next step in columns of their own, to which the next row only refers."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.correction import fix
from backprop_xlsx.check.findings import TableReport
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from tests.check.faults.test_mistakes import check, wrong_cells
from tests.check.test_correction import numbers
from tests.oracles.class_biases import BiasedTable
from tests.oracles.class_table import ClassTable

NEW = "{{{name}}}-{{rate}}*{{dE/d{name}}}"


def next_of(name: str) -> str:
    return f"{name} of the next step"


def with_next_weights(table: ClassTable, header: str | None = "{} new") -> ClassTable:
    """The table with a column to its right for what each parameter will be in the next step.

    Without a ``header`` of them no column has one.
    """
    for name in [name for name in table.columns if f"dE/d{name}" in table.columns]:
        column = max(table.columns.values()) + 1
        table.columns[next_of(name)] = column
        table.put(next_of(name), NEW.format(name=name), table.rows)
        table.put(name, f"{{above {next_of(name)}}}", table.computed_rows(name))
        if header is not None:
            table.cells[table.header_row, column] = header.format(name)
    for column in table.columns.values() if header is None else ():
        table.cells.pop((table.header_row, column), None)
    return table


def put(table: ClassTable, formulas: dict[str, str]) -> set[tuple[str, int]]:
    """Give the columns of some parameters' next values other formulas; gives their cells."""
    cells = (table.put(next_of(name), form, table.rows) for name, form in formulas.items())
    return set().union(*cells)


def assert_named(report: TableReport) -> None:
    assert report.coverage.is_whole
    assert {next_of(f"w{k}") for k in range(1, 9)} <= set(report.coverage.formulas)


HEADERS = ("{} new", "{}+", "{}'", "updated {}", "{}(t+1)", "neues {}", "omega {}", None)


@pytest.mark.parametrize("header", HEADERS)
def test_they_are_known_whatever_their_headers(header: str | None, tmp_path: Path) -> None:
    report = check(with_next_weights(ClassTable(), header), tmp_path)
    assert report.faults == ()
    assert_named(report)
    assert (report.learning_rate_cell, report.learning_rate) == ("D6", 0.5)


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{w4}-{rate}*{dE/dw3}", "w4 is updated with the gradient of w3"),
        ("{w3}-{rate}*{dE/dw4}", "w4 is updated from w3 instead of from w4"),
        ("{w4}-2*{rate}*{dE/dw4}", "multiplies by 2"),
        ("{w4}-0.3*{dE/dw4}", "the learning rate is typed in (0.3) instead of taken from D6"),
        ("{w4}-{dE/dw4}", "the factor η is missing"),
    ],
)
def test_a_mistake_is_that_of_the_column(
    header: str | None, template: str, words: str, tmp_path: Path
) -> None:
    table = with_next_weights(ClassTable(), header)
    cells = put(table, {"w4": template})
    report = check(table, tmp_path)
    assert wrong_cells(report) == cells
    (fault,) = report.faults
    assert words in fault.explanation
    assert_named(report)


@pytest.mark.parametrize("header", ["{} new", "{}'", "omega {}"])
def test_all_may_be_wrong(header: str, tmp_path: Path) -> None:
    table = with_next_weights(ClassTable(), header)
    names = [f"w{k}" for k in range(1, 9)]
    cells = put(table, {name: NEW.format(name=name).replace("-", "+") for name in names})
    assert wrong_cells(check(table, tmp_path)) == cells


@pytest.mark.parametrize("rate", ["0.3", "{blank}"])
@pytest.mark.parametrize("header", ["{} new", None])
def test_the_learning_rate_of_half_of_them_is_no_second_one(
    header: str | None, rate: str, tmp_path: Path
) -> None:
    table = with_next_weights(ClassTable(), header)
    names = ("w5", "w6", "w7", "w8")
    cells = put(table, {name: f"{{{name}}}-{rate}*{{dE/d{name}}}" for name in names})
    report = check(table, tmp_path)
    assert wrong_cells(report) == cells
    assert (report.learning_rate_cell, report.learning_rate) == ("D6", 0.5)


def test_it_is_told_what_a_mistake_in_them_does_to_the_loss(tmp_path: Path) -> None:
    table = ClassTable()
    table.put("w5", "{above w5}-2*{rate}*{above dE/dw5}", table.computed_rows("w5"))
    (direct,) = check(table, tmp_path).faults
    table = with_next_weights(ClassTable())
    put(table, {"w5": "{w5}-2*{rate}*{dE/dw5}"})
    (fault,) = check(table, tmp_path).faults
    assert fault.effect == direct.effect != ""


@pytest.mark.parametrize("header", ["{} new", None])
@pytest.mark.parametrize(
    ("quantity", "template"),
    [
        (next_of("w7"), "{w7}-{rate}*{dE/dw8}"),
        (next_of("b2"), "{b2}+{rate}*{dE/db2}"),
        ("h2", "{w3}*{i1}+{w4}*{i2}"),
        ("dE/dw5", "({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{a_h2}"),
    ],
)
def test_a_book_with_them_is_corrected(
    header: str | None, quantity: str, template: str, tmp_path: Path
) -> None:
    table = with_next_weights(BiasedTable(biases="trained", steps=6), header)
    right = table.numbers()
    table.put(quantity, template, table.rows)
    report = check_file(table.write(tmp_path / "wrong.xlsx"))
    assert fix(report, tmp_path / "corrected.xlsx").corrected == len(table.rows)
    found = numbers(read_book(tmp_path / "corrected.xlsx").sheets[0])
    for place, value in right.items():
        assert found[place] == pytest.approx(value, rel=1e-9)


def test_gradients_that_use_what_the_weights_will_be_are_corrected(tmp_path: Path) -> None:
    table = with_next_weights(ClassTable())
    cells = set()
    for name in ("dE/dw1", "dE/dw2"):
        template = ClassTable.template(name)
        for weight in ("w5", "w7"):
            template = template.replace(f"{{{weight}}}", f"{{{next_of(weight)}}}")
        cells |= table.put(name, template, table.rows)
    report = check_file(table.write(tmp_path / "wrong.xlsx"))
    assert wrong_cells(report.tables[0]) == cells
    assert fix(report, tmp_path / "corrected.xlsx").corrected == len(cells)
