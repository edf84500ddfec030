"""Numbers put in: the text reads as the value, and the formula makes the same text."""

from __future__ import annotations

import formualizer
import pytest
from hypothesis import given

from backprop_xlsx.formula.expression import Call, Expression, Number, Symbol
from backprop_xlsx.formula.put_in import Place, Slot, as_formula, as_text, pieces
from backprop_xlsx.spreadsheet.sheets import significant
from tests.formula.test_expression import CELLS, EXPRESSIONS, expected_value
from tests.oracles.written_text import computed

# "e" is the only name that is left where numbers are put in.
NAMES = {"e": 2.718281828459045}


def number(slot: Slot) -> str:
    assert isinstance(slot.leaf, Symbol)
    text = significant.written(CELLS[slot.leaf.name][1])
    brackets = {Place.TERM: significant.in_term, Place.BASE: significant.as_base}
    return brackets.get(slot.place, str)(text)


@given(EXPRESSIONS)
def test_numbers_put_in_read_as_the_value(expression: Expression) -> None:
    expected = expected_value(expression)
    if expected is None:
        return
    text = as_text(pieces(expression), number)
    assert computed(text, NAMES.__getitem__) == pytest.approx(expected, rel=1e-9, abs=1e-12), text


@given(EXPRESSIONS)
def test_the_formula_makes_the_same_text(expression: Expression) -> None:
    parts = pieces(expression)
    slots = [part for part in parts if isinstance(part, Slot)]
    workbook = formualizer.Workbook()
    sheet = workbook.sheet("S")
    for row, slot in enumerate(slots, start=1):
        sheet.set_value(row, 1, number(slot))
    rows = iter(range(1, len(slots) + 1))
    sheet.set_formula(1, 2, "=" + as_formula(parts, lambda slot: f"A{next(rows)}"))
    found = workbook.evaluate_cell("S", 1, 2)
    assert str(found) == as_text(parts, number)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Symbol("w1") * Symbol("a_h1") + Symbol("w2"), "w1 · a_h1° + w2°"),
        (Call("SIGMOID", (Symbol("w1"),)), "1/(1 + e^(−w1°))"),
        (Symbol("w1") - Symbol("w2"), "w1 − w2°"),
        (Symbol("w2") ** 2 / Symbol("w1"), "w2*²/w1*"),
        (1 - Symbol("w1"), "1 − w1°"),
        (Call("MAX", (Symbol("w1"), Number(0))), "max(w1, 0)"),
        (Symbol("dE/dw1") * Symbol("w1"), "dE/dw1 · w1°"),
    ],
)
def test_brackets_are_asked_for_where_a_sign_would_be_misread(
    expression: Expression, text: str
) -> None:
    marks = {Place.OPENING: "", Place.TERM: "°", Place.BASE: "*"}

    def marked(slot: Slot) -> str:
        assert isinstance(slot.leaf, Symbol)
        return slot.leaf.name + marks[slot.place]

    assert as_text(pieces(expression), marked) == text
