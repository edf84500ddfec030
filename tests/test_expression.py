"""Expressions: what the formula computes in an engine is what the value says."""

from __future__ import annotations

import formualizer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_xlsx.equations import EQUATIONS
from backprop_xlsx.expression import (
    Expression,
    Negation,
    Number,
    Operation,
    Symbol,
    Value,
    sigmoid,
)

CELLS = {"w1": ("A1", 0.75), "w2": ("B1", -1.5), "a_h1": ("C1", 0.3)}


def cell(leaf: Expression) -> str:
    assert isinstance(leaf, Symbol)
    return CELLS[leaf.name][0]


def value(leaf: Expression) -> Value:
    assert isinstance(leaf, Symbol)
    return CELLS[leaf.name][1]


def grow(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.builds(Operation, st.sampled_from("+-*/"), inner, inner),
        st.builds(lambda base: base**2, inner),
        st.builds(Negation, inner),
        st.builds(sigmoid, inner),
    )


LEAVES = st.one_of(
    st.sampled_from([Symbol(name) for name in CELLS]),
    st.sampled_from([Number(number) for number in (0.5, 1.0, 2.0, 3.25)]),
)


@given(st.recursive(LEAVES, grow, max_leaves=12))
def test_formula_computes_the_value(expression: Expression) -> None:
    try:
        expected = float(expression.value(value))
    except (ZeroDivisionError, OverflowError):
        return
    if not abs(expected) < 1e100:
        return
    workbook = formualizer.Workbook()
    sheet = workbook.sheet("S")
    for column, (_, number) in enumerate(CELLS.values(), start=1):
        sheet.set_value(1, column, number)
    sheet.set_formula(2, 1, "=" + expression.formula(cell))
    assert workbook.evaluate_cell("S", 2, 1) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        ("h1", "w1·i1 + w2·i2"),
        ("a_h1", "σ(h1)"),
        ("E1", "½·(t1 − a_o1)²"),
        ("E_total", "E1 + E2"),
        ("dE/dw5", "(a_o1 − t1)·a_o1·(1 − a_o1)·a_h1"),
        ("w5", "w5 − η·(∂E/∂w5)"),
    ],
)
def test_text_is_what_a_person_writes(quantity: str, text: str) -> None:
    assert EQUATIONS[quantity].text() == text


def test_a_derivative_as_a_factor_is_bracketed() -> None:
    assert (Symbol("dE/do1") * Symbol("w5")).text() == "(∂E/∂o1)·w5"
