"""A mark is the share of right columns; a mistake costs its own column alone."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_xlsx.check.findings import FileReport, Part
from backprop_xlsx.check.marking.mark import PARTS, Marking
from backprop_xlsx.check.marking.weights import weights
from backprop_xlsx.spreadsheet.command_line import positive
from tests.check.faults.test_mistakes import check
from tests.check.judging.test_claims import DELTAS, with_deltas
from tests.check.report.test_page import TABLE
from tests.oracles.class_table import ClassTable


def report(*tables: tuple[Part, ...]) -> FileReport:
    return FileReport(Path("a.xlsx"), tuple(replace(TABLE, parts=parts) for parts in tables))


def columns_right(table: ClassTable, folder: Path) -> tuple[int, int]:
    """How many columns of a table are right, and of how many."""
    mark = Marking().of(FileReport(Path("a"), (check(table, folder),)))
    assert mark is not None
    return mark.right, mark.there


def test_a_cascade_costs_once(tmp_path: Path) -> None:
    """a_h1 is wrong, and every number after it; the formulas after it are right."""
    table = ClassTable()
    table.put("a_h1", "1/(2+EXP(-{h1}))", table.rows)
    assert columns_right(table, tmp_path) == (26, 27)


def test_a_wrong_auxiliary_column_costs_itself_and_not_the_four_that_use_it(
    tmp_path: Path,
) -> None:
    table = with_deltas(headers=True)
    table.put("d1", DELTAS["d1"].replace("*(1-", "*(2-"), table.rows)
    assert columns_right(table, tmp_path) == (30, 31)


def test_a_column_without_formulas_below_its_heading_is_not_right(tmp_path: Path) -> None:
    table = ClassTable()
    for row in table.rows:
        table.cells.pop((row, table.columns["dE/dw8"]), None)
    assert columns_right(table, tmp_path) == (26, 27)


def test_a_spoilt_target_counts(tmp_path: Path) -> None:
    table = ClassTable()
    table.cells[table.first_row + 1, table.columns["t1"]] = "0,01"
    assert columns_right(table, tmp_path) == (27, 28)


def test_weights_are_those_of_the_parts_that_there_are() -> None:
    parts = (Part("forward", 8, 8), Part("gradients", 8, 6))
    given = {"forward": 1.0, "loss": 5.0, "gradients": 3.0, "updates": 9.0}
    mark = Marking(given, points=20).of(report(parts))
    assert mark is not None
    assert mark.earned == 20 * (1 + 3 * 6 / 8) / 4
    assert str(mark) == "16.25 of 20: 14 of 16 columns right"


@given(st.lists(st.tuples(st.integers(1, 300), st.integers(0, 300)), min_size=1, max_size=4))
def test_only_a_file_without_a_fault_gets_all_points(columns: list[tuple[int, int]]) -> None:
    parts = tuple(
        Part(name, there, min(right, there))
        for name, (there, right) in zip(PARTS, columns, strict=False)
    )
    for marking in (Marking(), Marking(dict.fromkeys(PARTS, 1.0), 7)):
        mark = marking.of(report(parts, parts))
        assert mark is not None
        assert (mark.earned == mark.points) == all(part.right == part.there for part in parts)
        assert 0 <= mark.earned <= mark.points


def test_a_mark_is_rounded_down() -> None:
    mark = Marking().of(report((Part("updates", 30_000, 29_999),)))
    assert mark is not None
    assert mark.earned == 99.99


def test_copied_tables_leave_the_mark_as_it_is() -> None:
    parts = (Part("forward", 8, 7),)
    one, six = Marking().of(report(parts)), Marking().of(report(*[parts] * 6))
    assert one is not None
    assert six is not None
    assert one.share == six.share


def test_what_was_not_checked_has_no_mark() -> None:
    assert Marking().of(FileReport(Path("a.xlsx"), error="a.xlsx: is no workbook")) is None


def test_weights_as_they_are_typed() -> None:
    assert weights("forward=2, loss=1,gradients=4,updates=0") == {
        "forward": 2,
        "loss": 1,
        "gradients": 4,
        "updates": 0,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("forward=1", "no weight for loss, gradients, updates"),
        ("forward=1,loss=1,gradients=1,update=1", "'update=1' given"),
        ("forward=1,forward=1,loss=1,gradients=1,updates=1", "'forward=1' given"),
        ("forward=x,loss=1,gradients=1,updates=1", "'x' given"),
        ("forward=-1,loss=1,gradients=1,updates=1", "'-1' given"),
        ("forward=0,loss=0,gradients=0,updates=0", "no weight for any part"),
        ("forward=nan,loss=1,gradients=1,updates=1", "'nan' given"),
    ],
)
def test_weights_that_cannot_be_meant(text: str, message: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=message):
        weights(text)


@pytest.mark.parametrize("text", ["0", "-5", "inf", "ten"])
def test_points_that_cannot_be_meant(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="more than 0"):
        positive(text)
