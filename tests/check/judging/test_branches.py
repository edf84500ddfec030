"""A formula with several ways to go is judged on all of them; an idle guard is right."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.findings import TableReport
from tests.check.faults.test_mistakes import Cells, check, wrong_cells
from tests.oracles.class_table import FORMULAS, ClassTable, Start, run

WRONG = {
    "dE/dw5": (
        "IF({E_total}<0.01,0,{right})",
        "IF({E1}<0.00001,0,{right})",
        "IF(ABS({right})<0.001,0,{right})",
        "MAX(0,{right})",
        "MIN({right},0.1)",
        "ABS({right})",
        "ROUND({right},6)",
        "SQRT(({right})^2)",
        "(({right})^2)^0.5",
        "POWER(({right})^2,1/2)",
        "IF({w5}>2,0,{right})",
        "IFERROR(LN({right})*0+{right},0)",
    ),
    "a_o1": (
        "MIN(0.99,{right})",
        "MAX(0.01,{right})",
        "IF({o1}>5,1,{right})",
        "IF({o1}<-4,0,{right})",
        "ROUND({right},4)",
        "1/(1+EXP(-ABS({o1})))",
        "1/(1+EXP(-MAX(0,{o1})))",
    ),
    "E1": (
        "0.5*ABS({t1}-{a_o1})*({t1}-{a_o1})",
        "IF({t1}>{a_o1},{right},0)",
        "MAX(0.0001,{right})",
        "ROUND({right},6)",
    ),
    "h1": ("MAX(0,{right})", "ABS({w1})*{i1}+{w2}*{i2}", "{w1}*{i1}+MAX({w2},0)*{i2}"),
    "w5": ("MAX(0,{right})", "IF({above E_total}<0.001,{above w5},{right})", "MIN(2,{right})"),
}
RIGHT = {
    "dE/dw5": ("IF({t1}={a_o1},0,{right})", "IFERROR({right},0)", "SIGN(2)*{right}"),
    "a_o1": (
        "1/(1+EXP(-MAX({o1},-700)))",
        "IF({o1}<-700,0,{right})",
        "IF({o1}>0,1/(1+EXP(-{o1})),EXP({o1})/(1+EXP({o1})))",
        "MAX(0,{right})",
        "MIN(1,MAX(0,{right}))",
    ),
    "E1": (
        "0.5*ABS({t1}-{a_o1})^2",
        "0.5*MAX({t1}-{a_o1},{a_o1}-{t1})^2",
        "ABS({right})",
        "0.5*SQRT(({t1}-{a_o1})^4)",
    ),
    "h1": ("IF({w1}=0,0,{w1}*{i1})+{w2}*{i2}",),
    "w5": ("IF({above dE/dw5}=0,{above w5},{right})",),
}


def book(quantity: str, template: str) -> tuple[ClassTable, Cells]:
    table = ClassTable()
    right = f"({table.template(quantity)})"
    text = template.replace("{right}", right)
    return table, table.put(quantity, text, table.computed_rows(quantity))


@pytest.mark.parametrize(("quantity", "template"), [(q, t) for q in WRONG for t in WRONG[q]])
def test_a_branch_that_is_seldom_taken_is_wrong(
    quantity: str, template: str, tmp_path: Path
) -> None:
    table, cells = book(quantity, template)
    assert wrong_cells(check(table, tmp_path)) == cells


@pytest.mark.parametrize(("quantity", "template"), [(q, t) for q in RIGHT for t in RIGHT[q]])
def test_a_guard_that_never_matters_is_right(quantity: str, template: str, tmp_path: Path) -> None:
    table, _ = book(quantity, template)
    assert wrong_cells(check(table, tmp_path)) == set()


@settings(max_examples=15, deadline=None)
@given(
    share=st.floats(0.05, 0.95),
    side=st.sampled_from((("MIN", 1), ("MAX", -1))),
    quantity=st.sampled_from(("h1", "a_h2", "o2", "a_o1", "E1", "E_total")),
)
def test_a_limit_among_the_tables_own_values_is_found(
    share: float, side: tuple[str, int], quantity: str, tmp_path: Path
) -> None:
    """A limit that some rows of the run itself reach, wherever it lies."""
    start = Start(rate=5.0)
    values = [step[quantity] for step in run(start, 4)]
    limit = min(values) + share * (max(values) - min(values))
    table = ClassTable(start=start)
    text = f"{side[0]}({limit!r},{FORMULAS[quantity]})"
    cells = table.put(quantity, text, table.rows)
    numbers = table.numbers()
    report = check_with(table, numbers, tmp_path)
    assert wrong_cells(report) == cells


def test_a_limit_that_only_the_table_reaches(tmp_path: Path) -> None:
    """Inputs of 30 and 40 lead where no neuron of an exercise goes."""
    start = Start(inputs=(30.0, 40.0), rate=5.0)
    values = [step["h1"] for step in run(start, 4)]
    table = ClassTable(start=start)
    cells = table.put("h1", f"MIN({min(values) - 0.5!r},{FORMULAS['h1']})", table.rows)
    report = check_with(table, table.numbers(), tmp_path)
    assert wrong_cells(report) == cells


def check_with(
    table: ClassTable, values: dict[tuple[int, int], float], folder: Path
) -> TableReport:
    (found,) = check_file(table.write(folder / "book.xlsx", values)).tables
    return found
