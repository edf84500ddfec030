"""Formulas are read by Excel's rules: an independent engine computes the same."""

from __future__ import annotations

import math
from pathlib import Path

import ironcalc
import numpy as np
import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backprop_xlsx.check.judging.verdicts import safely
from backprop_xlsx.formula.block import Block, as_number
from backprop_xlsx.formula.expression import Expression, Number
from backprop_xlsx.formula.parse import Operand, filled, parse
from backprop_xlsx.formula.tokens import FormulaError, tokenise, written

CELLS = {"A1": 1.5, "B1": -0.75, "$A2": 2.0, "B$2": 0.25}


NUMBERS = ("1", "2", "0.5", ".25", "3.", "1e-2", "2.5E+1", "50%")
SHAPES = (
    "{}+{}",
    "{} + {}",
    "{}-{}",
    "{}-  {}",
    "{}*{}",
    "{}/{}",
    "{}^{}",
    "({})",
    "-{}",
    "( {} )",
    "SUM({},{})",
    "PRODUCT({}, {})",
    "MAX({},{})",
    "MIN({},{})",
    "AVERAGE({},{})",
    "EXP({})",
    "TANH({})",
    "ABS({})",
    "SUMSQ({})",
    "IF({}>{},{},1)",
)


@st.composite
def formulas(draw: st.DrawFn, depth: int = 4) -> str:
    """Formulas of numbers and of the cells, nested in every way."""
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from((*NUMBERS, *CELLS)))
    shape = draw(st.sampled_from(SHAPES))
    return shape.format(*(draw(formulas(depth - 1)) for _ in range(shape.count("{}"))))


def computed(formula: str) -> float:
    """The value by our own tree."""
    tokens = tokenise(formula)

    def lookup(leaf: Expression) -> float:
        assert isinstance(leaf, Operand)
        text = tokens[leaf.index].text
        return CELLS[text] if text in CELLS else float(text)

    return as_number(safely(parse(tokens).expression, lookup))


def by_engine(formulas: list[str], path: Path) -> list[float]:
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet()
    for address, value in CELLS.items():
        sheet.write(address.replace("$", ""), value)
    for row, formula in enumerate(formulas):
        sheet.write_formula(row, 5, "=" + formula)
    workbook.close()
    model = ironcalc.load_from_xlsx(str(path))
    model.evaluate()
    values = [model.get_cell_value(0, row + 1, 6) for row in range(len(formulas))]
    return [value if isinstance(value, float) else math.nan for value in values]


@settings(max_examples=40)
@given(formulas=st.lists(formulas(), min_size=20, max_size=20))
def test_an_engine_computes_the_same(formulas: list[str], tmp_path: Path) -> None:
    for formula, expected in zip(formulas, by_engine(formulas, tmp_path / "f.xlsx"), strict=True):
        value = computed(formula)
        if math.isfinite(value) and math.isfinite(expected):
            assert value == pytest.approx(expected, rel=1e-9, abs=1e-12), formula


@given(formula=formulas())
@example(formula="IF(A1<=B1,1,2)")
def test_what_was_read_and_is_written_again_computes_the_same(formula: str) -> None:
    tokens = tokenise(formula)

    def cell(leaf: Expression) -> str:
        assert isinstance(leaf, Operand)
        return tokens[leaf.index].text

    again = parse(tokens).expression.formula(cell)
    assert computed(again) == pytest.approx(computed(formula), rel=1e-12, nan_ok=True)


FUNCTIONS_OF_NUMBERS = (
    *("ABS(B1)", "COSH(B1)", "EXP(B1)", "LN(A1)", "LOG(A1)", "LOG(8,2)", "LOG10(A1)"),
    *("PI()", "POWER(A1,3)", "SIGN(B1)", "SIGN(A1-1.5)", "SINH(B1)", "SQRT(A1)", "TANH(B1)"),
    *("ROUND(2.149,1)", "ROUND(2.15,1)", "ROUND(-2.5,0)", "ROUND(21.5,-1)", "ROUND(-626.3,-3)"),
    *("IF(A1>1,B1)", "IF(A1<1,B1,7)", "1+IF(A1<1,B1)", "IFERROR(LN(B1),B1)", "IFERROR(A1,B1)"),
)


def test_an_engine_has_the_same_functions(tmp_path: Path) -> None:
    expected = by_engine(list(FUNCTIONS_OF_NUMBERS), tmp_path / "f.xlsx")
    found = [computed(formula) for formula in FUNCTIONS_OF_NUMBERS]
    assert found == pytest.approx(expected, rel=1e-14)


@given(formula=formulas(), before=st.sampled_from(["", " ", "\n"]))
def test_tokens_give_the_formula_back(formula: str, before: str) -> None:
    assert written(tokenise(before + formula + before)) == before + formula + before


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("-2^2", 4.0),
        ("2^3^2", 64.0),
        ("-2^2*3", 12.0),
        ("1-2-3", -4.0),
        ("8/4/2", 1.0),
        ("2*-3", -6.0),
        ("+-+2", -2.0),
        ("200%%", 0.02),
        ("1/(1+EXP(-0))", 0.5),
        ("_xlfn.SUM(1,2)", 3.0),
    ],
)
def test_precedence(formula: str, value: float) -> None:
    assert computed(formula) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "sheet", "row", "column"),
    [
        ("B33", None, 33, 2),
        ("Network!$C$20", "Network", 20, 3),
        ("'Run A'!XFD1048576", "Run A", 1048576, 16384),
        ("'It''s'!A1", "It's", 1, 1),
        ("'0.1'!X33", "0.1", 33, 24),
        ("η!A1", "η", 1, 1),
    ],
)
def test_references(text: str, sheet: str | None, row: int, column: int) -> None:
    token = tokenise(text)[0]
    assert token.reference is not None
    assert (token.reference.sheet, token.reference.first.row, token.reference.first.column) == (
        sheet,
        row,
        column,
    )


@pytest.mark.parametrize("broken", ["#REF!", "Sheet1!#REF!"])
def test_a_reference_to_what_is_no_more_is_an_error(broken: str) -> None:
    assert [token.kind for token in tokenise(f"A1*{broken}")] == ["reference", "*", "error", "end"]


@pytest.mark.parametrize(("formula", "place"), [("1+", "its end"), ("1+*2", "*"), ("1 2", "2")])
def test_it_is_told_where_a_formula_cannot_be_read(formula: str, place: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(tokenise(formula))
    assert str(caught.value) == f"cannot be read at {place!r}"


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "1+",
        "(1",
        "1)",
        "1 2",
        "[1]Sheet1!A1",
        "'[Other.xlsx]Sheet1'!A1",
        "XFE1",
        "A1048577*(",
        "NOSUCH(1)",
        "SIGMOID(1)",
        "INDEX(A1)",
        "INDEX(A1,1,1)",
        "{1,2}",
        "A1&B1",
        "1" + "+1" * 500,
        "(" * 100 + "1" + ")" * 100,
    ],
)
def test_what_cannot_be_read_is_refused(formula: str) -> None:
    with pytest.raises(FormulaError):
        tokens = tokenise(formula)
        parse(tokens)
        # XFE1 is past the last column, so it is a name, and names nothing.
        if all(token.kind in ("name", "end") for token in tokens):
            raise FormulaError("a name")


def test_blocks_repeat_single_rows_and_columns() -> None:
    row, column = Block([[1.0, 2.0, None]]), Block([[10.0], [20.0]])
    product = row * column
    assert product.rows == ((10.0, 20.0, 0.0), (20.0, 40.0, 0.0))
    assert np.exp(Block([[0.0]])).rows == ((1.0,),)
    assert (2.0 - row).rows == ((1.0, 0.0, 2.0),)
    assert (np.array([1.0, 2.0]) * Block([[3.0]])).rows[0][0].tolist() == [3.0, 6.0]
    assert np.isnan(Block([[1.0, 2.0]]) + Block([[1.0, 2.0, 3.0]]))
    assert list(row.numbers()) == [1.0, 2.0]


@pytest.mark.parametrize(("formula", "value"), [("A1^B1*A1", 8 * 2.0), ("INDEX(A1,1)", 2.0)])
def test_operands_are_filled_in_with_what_they_mean(formula: str, value: float) -> None:
    tokens = tokenise(formula)
    meant = {"A1": Number(2.0), "B1": Number(3.0), "1": Number(1.0)}
    expression = filled(parse(tokens).expression, [meant.get(token.text) for token in tokens])
    assert not any(isinstance(leaf, Operand) for leaf in expression.leaves())
    assert as_number(expression.value(lambda _: math.nan)) == value
