"""A chart off by one, a stale pasted table: each gives its warning, and only that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.findings import Caution
from tests.oracles.class_table import WEIGHTS, ClassTable, Start

RATES = (0.1, 0.2, 0.5, 0.8, 1.0, 2.0)
Pasted = Mapping[float, Sequence[float | str]]
"""What stands below each learning rate of a summary."""


@cache
def computed(start: Start) -> tuple[ClassTable, dict[tuple[int, int], float]]:
    """A hundred steps from some start values, and the number in each cell."""
    table = ClassTable(start=start, steps=100)
    return table, table.numbers()


def write(
    path: Path,
    charts: list[dict[str, Any]] | None = None,
    pasted: Pasted | None = None,
    rates: tuple[float, ...] = RATES[:1],
    titled: bool = True,
    odd: float | None = None,
    label: str = "",
) -> Path:
    """A right book, one sheet for each learning rate, a hundred steps; charts on the first one.

    ``odd`` is what w2 starts with in the last run, if it is to start otherwise than in the others;
    ``label`` stands before the rates of what is pasted.
    """
    workbook = xlsxwriter.Workbook(path)
    for rate in pasted or rates:
        start = Start(rate=rate)
        if odd is not None and rate == rates[-1]:
            start = replace(start, weights=(0.15, odd, *start.weights[2:]))
        table, values = computed(start)
        sheet = workbook.add_worksheet(f"{rate}")
        for (row, column), content in sorted(table.cells.items()):
            if isinstance(content, str) and content.startswith("="):
                sheet.write_formula(row - 1, column - 1, content, None, values[row, column])
            else:
                sheet.write(row - 1, column - 1, content)
        for series in (charts or []) if rate == 0.1 else []:
            chart = workbook.add_chart({"type": "line"})
            chart.add_series(series)
            if titled:
                chart.set_title({"name": "Loss"})
            sheet.insert_chart("AH2", chart)
    if pasted:
        summary = workbook.add_worksheet("Summary")
        summary.write_string(1, 0, label)
        for column, (rate, losses) in enumerate(pasted.items(), 1):
            summary.write_number(1, column, rate)
            summary.write_column(2, column, losses)
    workbook.close()
    return path


def losses(rate: float) -> list[float]:
    table, values = computed(Start(rate=rate))
    return [values[row, table.columns["E_total"]] for row in table.rows]


def cautions(path: Path) -> list[Caution]:
    report = check_file(path)
    assert report.faults == 0
    return [caution for table in report.tables for caution in table.warnings]


def series(first: int, last: int, **more: Any) -> dict[str, Any]:
    """The losses of the first sheet; its table has rows 9 to 109."""
    return {"values": f"='0.1'!$W${first}:$W${last}", **more}


def test_a_right_book_gives_no_warning(tmp_path: Path) -> None:
    charts = [series(9, 109), series(9, 109, categories="='0.1'!$A$9:$A$109", name="Loss")]
    pasted = {rate: losses(rate) for rate in RATES}
    assert cautions(write(tmp_path / "book.xlsx", charts, pasted)) == []
    assert cautions(write(tmp_path / "book.xlsx", charts)) == []


@pytest.mark.parametrize(
    ("chart", "text"),
    [
        (series(10, 109), "the chart leaves out the first row of E_total"),
        (series(9, 108), "the chart leaves out the last row of E_total"),
        (series(10, 99), "the chart leaves out the first row and the last 10 rows of E_total"),
        (series(8, 109), "the chart shows a row above the losses"),
        (series(9, 112), "the chart shows 3 rows below the losses"),
        (
            series(10, 109, name="='0.1'!$W$9"),
            "the chart takes the first loss for the name of the series",
        ),
        (
            series(9, 109, categories="='0.1'!$W$9:$W$109"),
            "the chart uses the loss as categories",
        ),
    ],
)
def test_a_chart_that_is_off(chart: dict[str, Any], text: str, tmp_path: Path) -> None:
    (caution,) = cautions(write(tmp_path / "book.xlsx", [chart]))
    assert caution == Caution("chart", "chart 'Loss' on '0.1'", text)


def test_other_charts_are_left_alone(tmp_path: Path) -> None:
    charts = [
        {"values": "='0.1'!$E$10:$E$60"},
        {"values": "='0.1'!$W$120:$W$140"},
        {"values": "='0.1'!$W$9"},
    ]
    assert cautions(write(tmp_path / "book.xlsx", charts, titled=False)) == []


@pytest.mark.parametrize("titled", [True, False])
def test_a_chart_titled_as_the_loss_that_draws_something_else(titled: bool, tmp_path: Path) -> None:
    draws_a_weight = {"values": "='0.1'!$E$9:$E$109", "name": "Error"}
    (caution,) = cautions(write(tmp_path / "book.xlsx", [draws_a_weight], titled=titled))
    where = "chart 'Loss' on '0.1'" if titled else "chart on '0.1'"
    assert caution == Caution("chart", where, "the chart draws w1, none of the losses")


@pytest.mark.parametrize(("header", "warned"), [("$W$8", True), ("$E$8", False), ("$ZZ$8", False)])
def test_a_chart_may_take_its_title_from_a_cell(header: str, warned: bool, tmp_path: Path) -> None:
    """The header of E_total, that of w1, and an empty cell; it draws w1."""
    draws_a_weight = {"values": "='0.1'!$E$9:$E$109", "name": f"='0.1'!{header}"}
    found = cautions(write(tmp_path / "book.xlsx", [draws_a_weight], titled=False))
    expected = Caution("chart", "chart on '0.1'", "the chart draws w1, none of the losses")
    assert found == [expected] * warned


@pytest.mark.parametrize("title", ["Gradient of the error", "∂Error/∂w1", "Weights", "Terror"])
def test_a_chart_of_something_else_with_another_title(title: str, tmp_path: Path) -> None:
    draws_a_gradient = {"values": "='0.1'!$X$9:$X$109", "name": title}
    assert cautions(write(tmp_path / "book.xlsx", [draws_a_gradient], titled=False)) == []


@pytest.mark.parametrize(("rate", "warned"), [(-0.1, True), (0.0, False), (0.1, False)])
def test_a_learning_rate_below_zero(rate: float, warned: bool, tmp_path: Path) -> None:
    text = "the learning rate is negative (-0.1): the loss climbs"
    found = cautions(write(tmp_path / "book.xlsx", rates=(rate,)))
    assert found == [Caution("learning rates", "D6", text)] * warned


def test_a_labelled_learning_rate_that_no_update_takes(tmp_path: Path) -> None:
    table = ClassTable(steps=100)
    for weight in WEIGHTS:
        typed = table.template(weight).replace("{rate}", "0.7")
        table.put(weight, typed, table.rows[1:])
    (caution,) = cautions(table.write(tmp_path / "book.xlsx"))
    assert (caution.kind, caution.where) == ("learning rates", "D6")
    assert caution.text == "is labelled as the learning rate (0.5), and the updates take 0.7"


def test_a_start_weight_that_differs_in_one_run(tmp_path: Path) -> None:
    (caution,) = cautions(write(tmp_path / "book.xlsx", rates=RATES, odd=0.25))
    assert caution.kind == "start weights"
    assert caution.text == "w2 starts with 0.25, in all other runs with 0.2"


def test_a_stale_pasted_table(tmp_path: Path) -> None:
    pasted = {rate: losses(rate) for rate in RATES}
    pasted[0.5][30] *= 1.001
    (caution,) = cautions(write(tmp_path / "book.xlsx", pasted=pasted))
    assert caution.kind == "pasted table"
    assert caution.where == "'Summary'!D3:D103"
    assert "learning rate 0.5 on '0.5', first in D33" in caution.text


@pytest.mark.parametrize("digits", [4, 10])
def test_rounded_pasted_losses_are_not_stale(digits: int, tmp_path: Path) -> None:
    pasted = {rate: [float(f"{loss:.{digits}g}") for loss in losses(rate)] for rate in RATES}
    assert cautions(write(tmp_path / "book.xlsx", pasted=pasted)) == []


@pytest.mark.parametrize(("label", "warned"), [("", False), ("Notes", False), ("E_total", True)])
def test_a_number_heads_losses_if_a_header_or_another_rate_stands_beside_it(
    label: str, warned: bool, tmp_path: Path
) -> None:
    """Otherwise what is below it may be anybody's."""
    book = write(tmp_path / "book.xlsx", pasted={0.1: [0.7] * 20}, label=label)
    assert [caution.kind for caution in cautions(book)] == ["pasted table"] * warned


def test_part_of_the_losses_may_be_pasted(tmp_path: Path) -> None:
    pasted = {rate: losses(rate)[:50] for rate in RATES}
    assert cautions(write(tmp_path / "book.xlsx", pasted=pasted)) == []


@pytest.mark.parametrize("below", ["mean", "=AVERAGE(B3:B52)"])
def test_pasted_losses_end_where_something_else_stands(below: str, tmp_path: Path) -> None:
    pasted: Pasted = {rate: [*losses(rate)[:50], below] for rate in RATES}
    assert cautions(write(tmp_path / "book.xlsx", pasted=pasted)) == []


def test_pasted_losses_may_stand_below_other_numbers(tmp_path: Path) -> None:
    """A header is no loss among others if a text is between it and the number above."""
    pasted: Pasted = {0.1: [0.5, "E_total", 0.1, *[0.7] * 20]}
    (caution,) = cautions(write(tmp_path / "book.xlsx", pasted=pasted))
    assert (caution.kind, caution.where) == ("pasted table", "'Summary'!B6:B25")


@pytest.mark.parametrize(("header", "warned"), [(0.0, True), ("=B2", False)])
def test_only_a_typed_number_heads_pasted_losses(
    header: float | str, warned: bool, tmp_path: Path
) -> None:
    """One that is computed may be anything that happens to be as large."""
    book = write(tmp_path / "book.xlsx", pasted={0.0: ["E_total", header, *[0.7] * 20]})
    assert [caution.kind for caution in cautions(book)] == ["pasted table"] * warned


@pytest.mark.parametrize("content", [None, "0.05 "])
def test_an_input_that_is_no_number_does_not_change(content: str | None, tmp_path: Path) -> None:
    """It is a mistake, of which no warning says the same again."""
    table = ClassTable(steps=100)
    place = (table.rows[3], table.columns["i1"])
    if content is None:
        del table.cells[place]
    else:
        table.cells[place] = content
    (report,) = check_file(table.write(tmp_path / "book.xlsx")).tables
    assert report.faults != ()
    assert report.warnings == ()


def test_few_steps_a_missing_learning_rate_and_changing_inputs(tmp_path: Path) -> None:
    workbook = xlsxwriter.Workbook(tmp_path / "book.xlsx")
    for rate in RATES[:-1]:
        table = ClassTable(start=Start(rate=rate), steps=99, sheet=f"{rate}")
        if rate == 0.2:
            table.cells[40, table.columns["i2"]] = 0.2
            table.cells[40, table.columns["t1"]] = 0.5  # another sample
        sheet = workbook.add_worksheet(table.sheet)
        for (row, column), content in table.cells.items():
            sheet.write(row - 1, column - 1, content)
    workbook.close()
    report = check_file(tmp_path / "book.xlsx")
    kinds = [[caution.kind for caution in table.warnings] for table in report.tables]
    assert kinds == [
        ["steps"],
        ["steps", "inputs", "inputs"],
        ["steps"],
        ["steps"],
        ["steps", "learning rates"],
    ]
    assert report.tables[-1].warnings[1].text == "has no run with learning rate 2"
    assert report.tables[1].warnings[1:] == (
        Caution("inputs", "A40", "t1 changes from row to row, first in A40"),
        Caution("inputs", "D40", "i2 changes from row to row, first in D40"),
    )


def test_a_target_of_one_run_that_differs(tmp_path: Path) -> None:
    tables = [
        ClassTable(start=Start(rate=rate, targets=(0.01, 0.9 if rate == 0.2 else 0.99)), sheet=name)
        for name, rate in {"a": 0.1, "b": 0.2, "c": 0.5}.items()
    ]
    reports = check_file(ClassTable.write_sheets(tmp_path / "book.xlsx", *tables)).tables
    text = "t2 is 0.9, in all other runs 0.99"
    assert Caution("inputs", "the book", text) in reports[1].warnings
    assert not any(report.faults for report in reports)
