"""Every slip that the check knows: made in a right book, told by its code and in its words."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.findings import Fault
from backprop_xlsx.check.repair.slips.catalogue import SLIPS
from tests.check.general import book, in_cells, position, with_formulas
from tests.oracles.class_table import WEIGHTS, ClassTable, Start

DOCUMENTED = Path(__file__).parents[3] / "docs" / "guides" / "mistakes.md"
FORMULAS = [
    ("wrong-operand", "o1", "{w5}*{h1}+{w6}*{a_h2}", "uses h1 where a_h1 belongs"),
    (
        "wrong-operand",
        "w1",
        "{above w1}-{rate}*{above h1}",
        "uses h1 where ∂E/∂w1 belongs",
    ),
    (
        "wrong-row",
        "h1",
        "{above w1}*{i1}+{above w2}*{i2}",
        "uses w1 and w2 of the row above instead of those of its own row",
    ),
    (
        "wrong-row",
        "w1",
        "{first w1}-{rate}*{above dE/dw1}",
        "refers to row 9 in every row instead of the row above",
    ),
    ("swapped-operands", "h1", "{w2}*{i1}+{w1}*{i2}", "w1 and w2 are swapped"),
    (
        "wrong-gradient",
        "w6",
        "{above w6}-{rate}*{above dE/dw5}",
        "w6 is updated with the gradient of w5",
    ),
    (
        "wrong-weight",
        "w6",
        "{above w5}-{rate}*{above dE/dw6}",
        "w6 is updated from w5 instead of from w6",
    ),
    (
        "weight-gradient",
        "dE/dw1",
        "({dE/dw5}*{w5}+{dE/dw7}*{w7})*{a_h1}*(1-{a_h1})*{i1}",
        "uses the weight gradients ∂E/∂w5 and ∂E/∂w7 in place of (a_o1 − t1)·a_o1·(1 − a_o1) "
        "and (a_o2 − t2)·a_o2·(1 − a_o2)",
    ),
    ("typed-operand", "E1", "0.5*(0.01-{a_o1})^2", "the target is typed in (0.01) instead of t1"),
    (
        "typed-operand",
        "w1",
        "{above w1}-0.25*{above dE/dw1}",
        "the learning rate is typed in (0.25) instead of taken from D6",
    ),
    ("wrong-number", "E1", "0.25*({t1}-{a_o1})^2", "0.25 stands where ½ belongs"),
    ("wrong-number", "a_h1", "1/(1+2.718^-{h1})", "2.718 stands where e = exp(1) belongs"),
    (
        "blank-cell",
        "h1",
        "{w1}*{i1}+{blank}*{i2}",
        "the blank cell CD509 stands where w2 belongs",
    ),
    ("text-cell", "h1", "$C$6*{i1}+{w2}*{i2}", "the text in C6 stands where w1 belongs"),
    ("error", "o1", "#REF!*{a_h1}+{w6}*{a_h2}", "the error #REF! stands where w5 belongs"),
    ("foreign-cell", "h1", "$A$3*{i1}+{w2}*{i2}", "uses A3 (7) where w1 belongs"),
    (
        "wrong-learning-rate",
        "w1",
        "{above w1}-$A$3*{above dE/dw1}",
        "uses A3 where the learning rate (D6) belongs",
    ),
    (
        "wrong-learning-rate",
        "w1",
        "{above w1}-{above h1}*{above dE/dw1}",
        "uses h1 as learning rate",
    ),
    ("extra-factor", "o1", "{w5}*{a_h1}+{w6}*{a_h2}*{t1}", "multiplies by t1"),
    ("extra-factor", "o1", "{w5}*{a_h1}+{w6}*{a_h2}/{t1}", "divides by t1"),
    (
        "repeated-factor",
        "dE/dw5",
        "({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{a_h1}*{a_h1}",
        "the factor a_h1 stands twice",
    ),
    ("missing-factor", "w1", "{above w1}-{above dE/dw1}", "the factor η is missing"),
    (
        "missing-factor",
        "dE/dw5",
        "({a_o1}-{t1})*(1-{a_o1})*{a_h1}",
        "the factor a_o1 is missing",
    ),
    ("extra-term", "o1", "{w5}*{a_h1}+{w6}*{a_h2}+1", "the term + 1 does not belong"),
    ("missing-term", "o1", "{w5}*{a_h1}", "the term + w6·a_h2 is missing"),
    ("extra-square", "h1", "{w1}^2*{i1}+{w2}*{i2}", "squares w1"),
    ("missing-square", "E1", "0.5*({t1}-{a_o1})", "the square of (t1 − a_o1) is missing"),
    (
        "wrong-comparison",
        "w1",
        "{above w1}-IF({above E_total}<0,{rate}*{above dE/dw1},0)",
        "compares E_total < 0 where E_total > 0 belongs",
    ),
    (
        "wrong-operator",
        "o1",
        "{w5}*{a_h1}-{w6}*{a_h2}",
        "uses − where + belongs, between w5·a_h1 and w6·a_h2",
    ),
    (
        "reversed-operands",
        "dE/dw5",
        "({t1}-{a_o1})*{a_o1}*(1-{a_o1})*{a_h1}",
        "the sign is wrong: t1 − a_o1 stands where a_o1 − t1 belongs",
    ),
    (
        "reversed-operands",
        "a_h1",
        "(1+EXP(-{h1}))/1",
        "(1 + exp(−h1))/1 stands where 1/(1 + exp(−h1)) belongs",
    ),
    (
        "reversed-operands",
        "dE/dw1",
        "({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{w5}*{a_h1}*(1-{a_h1})*{i1}"
        "+({t2}-{a_o2})*{a_o2}*(1-{a_o2})*{w7}*{a_h1}*(1-{a_h1})*{i1}",
        "the sign is wrong: t2 − a_o2 stands where a_o2 − t2 belongs",
    ),
    ("extra-sign", "h1", "-{w1}*{i1}+{w2}*{i2}", "the minus sign of −w1 does not belong"),
    (
        "missing-sign",
        "a_h1",
        "1/(1+EXP({h1}))",
        "the sign is wrong: −h1 belongs where h1 stands",
    ),
    (
        "extra-function",
        "E_total",
        "ROUND({E1}+{E2},4)",
        "ROUND of (E1 + E2) stands where (E1 + E2) alone belongs",
    ),
    (
        "missing-parentheses",
        "a_h1",
        "1/1+EXP(-{h1})",
        "the parentheses around 1 + exp(−h1) are missing",
    ),
    (
        "missing-parentheses",
        "dE/dw1",
        "({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{w5}+({a_o2}-{t2})*{a_o2}*(1-{a_o2})*{w7}"
        "*{a_h1}*(1-{a_h1})*{i1}",
        "the outer parentheses are missing: only the second term is multiplied by "
        "a_h1·(1 − a_h1)·i1",
    ),
    (
        "extra-parentheses",
        "o1",
        "{w5}*({a_h1}+{w6})*{a_h2}",
        "the parentheses around a_h1 + w6 do not belong",
    ),
    (
        "misplaced-parenthesis",
        "E1",
        "0.5*({t1})-{a_o1}^2",
        "the first parenthesis closes too early",
    ),
    (
        "wrong-function",
        "E_total",
        "MAX({E1},{E2})",
        "uses MAX where SUM belongs",
    ),
    (
        "wrong-function",
        "dE/dw1",
        "AVERAGE({dE/dw5},{dE/dw7})*{a_h1}*(1-{a_h1})*{i1}",
        "uses AVERAGE where SUM belongs, and uses the weight gradients ∂E/∂w5 and ∂E/∂w7 in place "
        "of (a_o1 − t1)·a_o1·(1 − a_o1)·w5 and (a_o2 − t2)·a_o2·(1 − a_o2)·w7",
    ),
    (
        "wrong-slope",
        "dE/dw5",
        "({a_o1}-{t1})*(1-{a_o1}^2)*{a_h1}",
        "uses the derivative of tanh, 1 − a_o1², where a_o1·(1 − a_o1) belongs",
    ),
    (
        "wrong-slope",
        "dE/dw5",
        "({a_o1}-{t1})*(1-{a_o1})*(1-{a_o1})*{a_h1}",
        "uses 1 − a_o1 where a_o1 belongs",
    ),
    (
        "wrong-range",
        "E_total",
        "SUM({a_o2}:{E2})",
        "the range a_o2 … E2 takes in a_o2",
    ),
    (
        "wrong-range",
        "h1",
        "SUMPRODUCT({w2}:{w3},{i1}:{i2})",
        "the range w2 … w3 stands where w1 … w2 belongs",
    ),
    ("wrong-range", "E_total", "SUM({E1}:{E_total})", "the range E1 … E_total takes in E_total"),
    (
        "wrong-range",
        "h1",
        "SUMPRODUCT({w1}:{w2},{i2})",
        "i2 stands where the range i1 … i2 belongs",
    ),
    (
        "averaged-gradients",
        "dE/dw5",
        "AVERAGE({dE/dw6},{dE/dw7})",
        "is the average of ∂E/∂w6 and ∂E/∂w7: ∂E/∂w5 should be (a_o1 − t1)·a_o1·(1 − a_o1)·a_h1",
    ),
    (
        "wrong-operand",
        "dE/dw1",
        "({a_o1}-{t1})*(1-{a_o1})*{a_o1}*{w5}*{a_h1}*(1-{a_h1})*{i1}"
        "+({a_o1}-{t2})*(1-{a_o1})*{a_o1}*{w7}*{a_h1}*(1-{a_h1})*{i1}",
        "uses a_o1 where a_o2 belongs",
    ),
    (
        "missing-term",
        "dE/dw3",
        "({dE/dw6}*{w6})*(1-{a_h2})*{i1}",
        "the term + (∂E/∂w8)·w8 is missing",
    ),
    ("other-activation", "a_h1", "TANH({h1})", "computes tanh(h1) where σ(h1) belongs"),
    (
        "other-loss",
        "E1",
        "-({t1}*LN({a_o1})+(1-{t1})*LN(1-{a_o1}))",
        "computes another loss, −(t1·ln(a_o1) + (1 − t1)·ln(1 − a_o1)), where ½·(t1 − a_o1)² "
        "belongs",
    ),
    (
        "missing-square",
        "E1",
        "0.5*ABS({t1}-{a_o1})",
        "ABS of (t1 − a_o1) stands where the square of (t1 − a_o1) belongs",
    ),
    ("wrong-number", "E1", "0.5*({t1}-{a_o1})^3", "3 stands where 2 belongs"),
    (
        "extra-function",
        "w1",
        "MAX(0,{above w1}-{rate}*{above dE/dw1})",
        "MAX of 0 and (w1 − η·(∂E/∂w1)) stands where (w1 − η·(∂E/∂w1)) alone belongs",
    ),
    (
        "extra-function",
        "o1",
        "IF({a_h1}>0.5,0,{w5}*{a_h1}+{w6}*{a_h2})",
        "IF gives (w5·a_h1 + w6·a_h2) only under a condition, which does not belong",
    ),
    (
        "extra-sign",
        "dE/dw5",
        "-(({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{a_h1})",
        "the minus sign of −(a_o1 − t1)·a_o1·(1 − a_o1)·a_h1 does not belong",
    ),
    (
        "wrong-operator",
        "dE/dw5",
        "{a_o1}*{t1}*{a_o1}*(1-{a_o1})*{a_h1}",
        "uses * where − belongs, between a_o1 and t1",
    ),
    (
        "wrong-operator",
        "dE/dw1",
        "(({a_o1}*{t1})*{a_o1}*(1-{a_o1})*{w5}+({a_o2}*{t2})*{a_o2}*(1-{a_o2})*{w7})"
        "*{a_h1}*(1-{a_h1})*{i1}",
        "uses * where − belongs, between a_o1 and t1, and uses * where − belongs, between a_o2 "
        "and t2",
    ),
    ("other-quantity", "h1", "{w3}*{i1}+{w4}*{i2}", "copies h2"),
    ("repeated-row", "w1", "{above w1}", "w1 is not updated: it repeats the number of another row"),
    (
        "updated-like-a-weight",
        "h1",
        "{above h1}-{rate}*{above dE/dw1}",
        "h1 is updated like a weight instead of computed from w1, w2, i1, i2",
    ),
    ("typed-number", "h1", "0.0275", "a number is typed in where a formula belongs"),
    (
        "circular",
        "E_total",
        "{E_total}",
        "refers to its own cell: E_total should be E1 + E2",
    ),
    (
        "other",
        "dE/dw5",
        "{E1}*{E2}+3",
        "computes something else: ∂E/∂w5 should be (a_o1 − t1)·a_o1·(1 − a_o1)·a_h1",
    ),
]


def the_fault(path: Path) -> Fault:
    """The one fault of a book."""
    (fault,) = (fault for table in check_file(path).tables for fault in table.faults)
    return fault


@pytest.mark.parametrize(("kind", "quantity", "template", "words"), FORMULAS)
def test_a_slip_in_a_formula(
    kind: str, quantity: str, template: str, words: str, tmp_path: Path
) -> None:
    table = ClassTable(steps=6)
    table.cells[3, 1] = 7.0
    above = "above" in template or "first" in template
    rows = [row for row in table.computed_rows(quantity) if row > table.first_row or not above]
    table.put(quantity, template, rows)
    fault = the_fault(table.write(tmp_path / "book.xlsx"))
    assert (fault.kind, fault.explanation) == (kind, words)
    assert fault.reason
    assert not fault.reason.endswith(".")


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
    fault = the_fault(tmp_path / "book.xlsx")
    assert (fault.kind, fault.explanation) == (kind, words)
    assert fault.reason
    assert not fault.reason.endswith(".")


def test_every_slip_is_made_in_a_test_and_documented_with_its_meaning() -> None:
    codes = [slip.code for slip in SLIPS]
    assert len(set(codes)) == len(codes)
    assert {case[0] for case in [*FORMULAS, *CELLS]} == set(codes)
    text = DOCUMENTED.read_text(encoding="utf-8")
    documented = re.findall(r"^\| `([^`]+)` \| (.*) \|$", text, re.M)
    assert dict(documented) == {slip.code: slip.meaning for slip in SLIPS}
