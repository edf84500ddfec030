"""Every slip that the check knows: made in a right book, told by its code and in its words."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.findings import TableReport
from backprop_xlsx.check.repair.slips.catalogue import SLIPS
from tests.check.faults.test_mistakes import assert_corrections_are_right, check, wrong_cells
from tests.check.general import book, in_cells, position, with_formulas
from tests.check.repair.slipped_formulas import FORMULAS
from tests.oracles.class_table import WEIGHTS, ClassTable, Start

DOCUMENTED = Path(__file__).parents[3] / "docs" / "guides" / "mistakes.md"


def assert_told(report: TableReport, kind: str, words: str) -> None:
    """A table's one fault is told so, with a reason."""
    (fault,) = report.faults
    assert (fault.kind, fault.explanation) == (kind, words)
    assert fault.reason
    assert not fault.reason.endswith(".")


@pytest.mark.parametrize(("kind", "quantity", "template", "words"), FORMULAS)
def test_a_slip_in_a_formula(
    kind: str, quantity: str, template: str, words: str, tmp_path: Path
) -> None:
    table = ClassTable(steps=6)
    table.cells[3, 1] = 7.0
    above = "above" in template or "first" in template
    rows = [row for row in table.computed_rows(quantity) if row > table.first_row or not above]
    cells = table.put(quantity, template, rows)
    report = check(table, tmp_path)
    assert wrong_cells(report) == cells
    assert_told(report, kind, words)
    assert_corrections_are_right(table, report, tmp_path)


@pytest.mark.parametrize(("more", "seen"), [("", True), ("+0*{i2}", False)])
def test_of_twelve_like_operands_any_that_follow_each_other_may_be_wrong(
    more: str, seen: bool, tmp_path: Path
) -> None:
    """Of more, one by one or all of them."""
    table = ClassTable()
    three_wrong, eight_right = "{w1}*({i2}+{i2}+{i2})/3", "+{i2}-{i2}" * 4
    table.put("h1", f"{three_wrong}+{{w2}}*{{i2}}{eight_right}{more}", table.rows)
    (fault,) = check(table, tmp_path).faults
    assert (fault.explanation == "uses i2 where i1 belongs") == seen


def _typed_text(path: Path) -> None:
    table = ClassTable()
    table.cells[10, table.columns["h1"]] = "n/a"
    table.write(path)


def _with_updated_weights(path: Path) -> None:
    table = ClassTable()
    for row in table.rows[:-1]:
        cells = {name: table.name(name, row) for name in table.columns}
        cells |= {name: table.name(name, row + 1) for name in ("w5", "w7")}
        formula = "=" + table.template("dE/dw1").format_map(cells)
        table.cells[row, table.columns["dE/dw1"]] = formula
    table.write(path)


def _wrong_value(path: Path) -> None:
    table = ClassTable()
    for cell, value in table.numbers().items():
        table.cells[cell] = value
    table.cells[10, table.columns["E_total"]] = 0.5
    table.write(path)


def _wrong_start(path: Path) -> None:
    table = ClassTable()
    table.put("w3", "{E_total}*2", [table.first_row])
    table.write(path)


def _changing_given(path: Path) -> None:
    run = book(path, layers=[2, 2, 1], inputs=[[0.1, 0.2]], targets=[[0.3]], biases="fixed")
    place = position(run, "b2", 3)
    with_formulas(path, run.sheet, {place: in_cells(run, "{above b2}*1.1", 3)})


def _drifting(path: Path) -> None:
    table = ClassTable(rate_anchor="")
    for row in table.computed_rows("w1"):
        for weight in WEIGHTS:
            drifting = table.template(weight).replace("{rate}", f"D{6 + row - 10}")
            right = table.template(weight).replace("{rate}", "$D$6")
            table.put(weight, drifting if weight == "w1" else right, [row])
    table.write(path)


def _of_another_table(path: Path) -> None:
    above, below = ClassTable(), ClassTable(header_row=30)
    below.put("h1", "E10*{i1}+{w2}*{i2}", below.rows)
    below.cells = above.cells | below.cells
    below.write(path)


def _missing_formula(path: Path) -> None:
    table = ClassTable()
    del table.cells[table.first_row + 1, table.columns["o1"]]
    table.write(path)


def _text_for_number(path: Path) -> None:
    table = ClassTable()
    table.cells[table.first_row + 1, table.columns["i1"]] = "0.05"
    table.write(path)


def _error_for_number(path: Path) -> None:
    table = ClassTable()
    table.cells[table.last_row, table.columns["i1"]] = "=#N/A"
    table.write(path, {(table.last_row, table.columns["i1"]): "#N/A"})


def _given_of_another_table(path: Path) -> None:
    above = ClassTable(inputs="reference")
    below = ClassTable(header_row=30, start=Start(targets=(0.3, 0.7)), inputs="reference")
    below.put("t1", above.address(above.start_places["t1"]), below.rows)
    below.cells = above.cells | below.cells
    below.write(path)


CELLS: list[tuple[str, Callable[[Path], None], str]] = [
    ("typed-text", _typed_text, "a text is typed in where a formula belongs"),
    ("missing-formula", _missing_formula, "no formula stands here: the cell is blank"),
    (
        "text-for-number",
        _text_for_number,
        "a text stands where a number belongs: spreadsheets do not count with it",
    ),
    ("error-for-number", _error_for_number, "an error stands where a number belongs"),
    (
        "given-of-another-table",
        _given_of_another_table,
        "t1 is that of another table: the table has its own",
    ),
    ("wrong-value", _wrong_value, "the number is not that of E_total = E1 + E2"),
    (
        "wrong-start",
        _wrong_start,
        "the start value of w3 refers to cells that are computed from it",
    ),
    (
        "wrong-row",
        _with_updated_weights,
        "uses w5 and w7 of the row below, already updated, instead of those of its own row",
    ),
    ("changing-given", _changing_given, "b2 is given: it does not change from row to row"),
    ("drifting-learning-rate", _drifting, "the learning rate's reference drifts: D6, D7, D8 …"),
    ("other-table", _of_another_table, "uses E10 of another table where w1 belongs"),
]


@pytest.mark.parametrize(("kind", "write", "words"), CELLS)
def test_a_slip_in_cells(
    kind: str, write: Callable[[Path], None], words: str, tmp_path: Path
) -> None:
    write(tmp_path / "book.xlsx")
    (report,) = (table for table in check_file(tmp_path / "book.xlsx").tables if table.faults)
    assert_told(report, kind, words)


def test_every_slip_is_made_in_a_test_and_documented_with_its_meaning() -> None:
    codes = [slip.code for slip in SLIPS]
    assert len(set(codes)) == len(codes)
    assert {case[0] for case in [*FORMULAS, *CELLS]} == set(codes)
    text = DOCUMENTED.read_text(encoding="utf-8")
    documented = re.findall(r"^\| `([^`]+)` \| (.*) \|$", text, re.M)
    assert dict(documented) == {slip.code: slip.meaning for slip in SLIPS}
