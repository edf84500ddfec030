"""Every mistake put into a right table is found, in exactly its cells, and named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.findings import TableReport
from tests.check.strategies import class_tables
from tests.oracles.class_mistakes import Mistake, mistakes
from tests.oracles.class_table import WEIGHTS, ClassTable, Start, run

MISTAKES = mistakes()
COMPUTED = tuple(name for name in ClassTable().order if name not in ("t1", "t2", "i1", "i2"))
Cells = set[tuple[str, int]]


def check(table: ClassTable, folder: Path) -> TableReport:
    """The report of the one table of a book."""
    report = check_file(table.write(folder / "book.xlsx"))
    assert report.error is None
    (found,) = report.tables
    return found


def wrong_cells(report: TableReport) -> Cells:
    return {(fault.quantity, row) for fault in report.faults for row, _ in fault.corrections}


def make(table: ClassTable, mistake: Mistake, rows: list[int] | None = None) -> Cells:
    """Put a mistake into a table, in all rows that can have it or in some of them."""
    possible = list(table.computed_rows(mistake.quantity))[1 if mistake.later else 0 :]
    return table.put(mistake.quantity, mistake.template, rows or possible)


def assert_corrections_are_right(table: ClassTable, report: TableReport, folder: Path) -> None:
    for fault in report.faults:
        assert fault.expected == "=" + fault.corrections[min(fault.corrections)]
        for cell, formula in fault.corrections.items():
            table.cells[cell] = "=" + formula
    assert wrong_cells(check(table, folder)) == set()


@pytest.mark.parametrize(
    "mistake", MISTAKES, ids=[f"{m.kind}: {m.quantity}={m.template}" for m in MISTAKES]
)
def test_a_mistake_is_named(mistake: Mistake, tmp_path: Path) -> None:
    table = ClassTable()
    cells = make(table, mistake)
    report = check(table, tmp_path)
    assert wrong_cells(report) == cells
    (fault,) = report.faults
    assert fault.quantity == mistake.quantity
    for words in mistake.words:
        assert words in fault.explanation
    assert fault.found == table.cells[fault.first_row, table.columns[mistake.quantity]]
    assert_corrections_are_right(table, report, tmp_path)


@settings(max_examples=30)
@given(table=class_tables(), chosen=st.data())
def test_one_or_two_mistakes_are_found_anywhere(
    table: ClassTable, chosen: st.DataObject, tmp_path: Path
) -> None:
    number = chosen.draw(st.integers(1, 2))
    picked = chosen.draw(
        st.lists(
            st.sampled_from(MISTAKES),
            min_size=number,
            max_size=number,
            unique_by=lambda mistake: mistake.quantity,
        )
    )
    cells: Cells = set()
    for mistake in picked:
        possible = list(table.computed_rows(mistake.quantity))[1 if mistake.later else 0 :]
        first = chosen.draw(st.integers(0, len(possible) - 1))
        last = chosen.draw(st.integers(first, len(possible) - 1))
        cells |= make(table, mistake, possible[first : last + 1])
    report = check(table, tmp_path)
    assert wrong_cells(report) == cells
    assert_corrections_are_right(table, report, tmp_path)


@settings(max_examples=25)
@given(table=class_tables(), quantity=st.sampled_from(COMPUTED), chosen=st.data())
def test_a_typed_number_is_found(
    table: ClassTable, quantity: str, chosen: st.DataObject, tmp_path: Path
) -> None:
    row = chosen.draw(st.sampled_from(table.computed_rows(quantity)))
    table.cells[row, table.columns[quantity]] = 0.4321
    report = check(table, tmp_path)
    assert wrong_cells(report) == {(quantity, row)}
    (fault,) = report.faults
    assert fault.explanation == "a number is typed in where a formula belongs"
    assert fault.found == "0.4321"
    assert_corrections_are_right(table, report, tmp_path)


@settings(max_examples=25)
@given(table=class_tables(), every=st.booleans(), chosen=st.data())
def test_a_drifting_learning_rate_is_found(
    table: ClassTable, every: bool, chosen: st.DataObject, tmp_path: Path
) -> None:
    weights = WEIGHTS if every else (chosen.draw(st.sampled_from(WEIGHTS)),)
    row, column = table.rate_place
    rows = list(table.computed_rows("w1"))
    for weight in weights:
        for moved, below in enumerate(rows):
            place = table.address((row + moved, column), anchor="")
            template = table.template(weight).replace("{rate}", place)
            table.put(weight, template, [below])
    report = check(table, tmp_path)
    assert wrong_cells(report) == {(weight, row) for weight in weights for row in rows[1:]}
    assert report.learning_rate == table.start.rate
    assert report.learning_rate_cell == table.address(table.rate_place, anchor="")
    first, second = (table.address((row + k, column), anchor="") for k in (0, 1))
    for fault in report.faults:
        assert f"the learning rate's reference drifts: {first}, {second}" in fault.explanation
    assert_corrections_are_right(table, report, tmp_path)


def test_different_mistakes_in_one_column_are_different_faults(tmp_path: Path) -> None:
    table = ClassTable(steps=5)
    table.put("o1", "{w5}*{h1}+{w6}*{a_h2}", [10, 13])
    table.put("o1", "{w5}*{a_h1}-{w6}*{a_h2}", [11])
    report = check(table, tmp_path)
    assert [(f.first_row, f.last_row, f.cells, f.explanation) for f in report.faults] == [
        (10, 13, 2, "uses h1 where a_h1 belongs"),
        (11, 11, 1, "uses − where + belongs, between w5·a_h1 and w6·a_h2"),
    ]


def test_the_effect_is_on_the_final_loss_of_an_otherwise_right_run(tmp_path: Path) -> None:
    table = ClassTable(steps=100)
    table.put("E1", "0.5*(0.01-{a_o1})^2", table.rows)
    table.put("w6", "{above w6}-{rate}*{above dE/dw5}", table.computed_rows("w6"))
    faults = {fault.quantity: fault for fault in check(table, tmp_path).faults}
    assert faults["E1"].effect == "does not change the final loss with these start values"
    # The right loss is the published one of the class; the wrong one is that of the run below.
    wrong = _final_loss_with_the_gradient_of_w5_for_w6(table)
    assert faults["w6"].effect.startswith(f"final loss {wrong:.4g} instead of 0.02917 (")


def _final_loss_with_the_gradient_of_w5_for_w6(table: ClassTable) -> float:
    start = table.start
    for _ in range(table.steps):
        step = run(start, 0)[0]
        weights = [step[w] - start.rate * step[f"dE/d{w}"] for w in WEIGHTS]
        weights[5] = step["w6"] - start.rate * step["dE/dw5"]
        start = Start(start.inputs, start.targets, tuple(weights), start.rate)
    return run(start, 0)[0]["E_total"]


@pytest.mark.parametrize(
    ("quantity", "template"),
    [
        ("E_total", "SUM({E1}:{E_total})"),
        ("E_total", "{E_total}"),
        ("h1", "-LN(1/{a_h1}-1)"),
        ("E1", "{E_total}-{E2}"),
    ],
)
def test_a_formula_that_needs_its_own_result_is_wrong(
    quantity: str, template: str, tmp_path: Path
) -> None:
    table = ClassTable()
    cells = table.put(quantity, template, table.rows)
    report = check(table, tmp_path)
    assert wrong_cells(report) == cells
    assert report.faults[0].effect == "the formulas go in a circle"
    assert_corrections_are_right(table, report, tmp_path)


def test_the_learning_rate_is_the_cell_that_holds_a_number(tmp_path: Path) -> None:
    table = ClassTable(steps=3, header_row=34, first_column=5)
    table.cells[33, 2] = 0.8
    for weight in WEIGHTS:
        for row, rate in zip(table.computed_rows(weight), ("B29", "B32", "B33"), strict=True):
            table.put(weight, table.template(weight).replace("{rate}", rate), [row])
    report = check(table, tmp_path)
    assert (report.learning_rate_cell, report.learning_rate) == ("B33", 0.8)
    assert wrong_cells(report) == {(weight, row) for weight in WEIGHTS for row in (36, 37)}
    drifts = "the learning rate's reference drifts: B29, B32, B33"
    assert {fault.explanation for fault in report.faults} == {drifts}


def test_a_correction_keeps_the_hand_in_which_the_formula_is_written(tmp_path: Path) -> None:
    table = ClassTable()
    for row in table.rows:
        table.cells[row, table.columns["dE/dw6"]] = (
            f"= ( $R{row}-$A{row} ) * $R{row} * (1-$R{row})*$J{row}"
        )
    (fault,) = check(table, tmp_path).faults
    assert fault.expected == "= ( $R9-$A9 ) * $R9 * (1-$R9)*$L9"


@pytest.mark.parametrize(
    ("quantity", "wrong", "right"),
    [
        ("E1", "0.25*({t1}-{a_o1})^2", "0.5*({t1}-{a_o1})^2"),
        ("a_h1", "1/(1+2^-{h1})", "1/(1+EXP(1)^-{h1})"),
    ],
)
def test_a_number_that_belongs_is_written_as_one_writes_it(
    quantity: str, wrong: str, right: str, tmp_path: Path
) -> None:
    table = ClassTable()
    table.put(quantity, wrong, table.rows)
    (fault,) = check(table, tmp_path).faults
    assert fault.expected == table.written(right, table.first_row)


def test_a_correction_writes_out_what_has_no_column(tmp_path: Path) -> None:
    table = ClassTable()
    for row in (table.header_row, *table.rows):
        del table.cells[row, table.columns["h1"]]
    table.put("a_h1", "{a_h2}", table.rows)
    (fault,) = check(table, tmp_path).faults
    right = "1/(1+EXP(-({w1}*{i1}+{w2}*{i2})))"
    assert fault.expected == table.written(right, table.first_row)


def test_a_start_value_must_come_from_elsewhere(tmp_path: Path) -> None:
    table = ClassTable()
    cells = table.put("w3", "{E_total}*2", [table.first_row])
    report = check(table, tmp_path)
    assert wrong_cells(report) == cells
    (fault,) = report.faults
    assert fault.explanation == ("the start value of w3 refers to cells that are computed from it")
    assert fault.expected == ""  # which number it should be, nobody can know


def test_a_start_value_may_be_computed_from_others(tmp_path: Path) -> None:
    table = ClassTable()
    for number in (2, 3, 4):
        table.put(f"w{number}", f"{{w{number - 1}}}+0.05", [table.first_row])
    assert check(table, tmp_path).faults == ()


def test_another_tables_cells_are_not_this_ones(tmp_path: Path) -> None:
    above, below = ClassTable(), ClassTable(header_row=30)
    below.put("h1", "E10*{i1}+{w2}*{i2}", below.rows)
    both = ClassTable()
    both.cells = above.cells | below.cells
    first, second = check_file(both.write(tmp_path / "book.xlsx")).tables
    assert first.faults == ()
    assert wrong_cells(second) == {("h1", row) for row in below.rows}
    assert second.faults[0].explanation == "uses E10 of another table where w1 belongs"
