"""The lint finds what Excel would refuse in a formula or a name, and nothing in sound ones."""

import formualizer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles.formula_lint import Area, Book, formula_problems, name_problem, parse_area
from tests.oracles.formula_shape import shape

NAMES = frozenset({(None, "eta"), ("Table", "offset")})
BOOK = Book(("Table", "C1"), NAMES, cell_formats=1, differential_formats=0, strings=())
OPERANDS = st.sampled_from(
    ["B4", "$C$5", "'C1'!B1", "eta", "Offset", "0.5", "1E-7", "12.5E-3", '"a""b"']
)

# By formula, a piece of the line to be reported.
FAULTS = {
    "=B4+1": "stored with a leading =",
    "": "empty formula",
    "1+" * 4096 + "1": "formula of 8193 characters",
    "1+*2": "operand missing before *",
    "SUM(,)": "operand missing before ,",
    "B4+": "operand missing at the end",
    "()": "operand missing before )",
    "B4 B5": "operator missing before B5",
    "(B4": "unbalanced: ( is never closed",
    "SUM(B4": "unbalanced: SUM( is never closed",
    "B4)": "unbalanced quotes or brackets",
    '"B4': "unbalanced quotes or brackets",
    "(" * 65 + "1" + ")" * 65: "nested deeper than 64 levels",
    "EXP(1,2)": "EXP has 2 arguments, 1 to 1 expected",
    "SUM()": "SUM has 0 arguments",
    "SUM(B4;B5)": "; where arguments are separated by ,",
    "SUM({1,2})": "array constant",
    "(B4,B5)": ", joins references outside a function",
    "2^B4^2": "chained ^",
    "RAND()": "function RAND is not among those",
    "OFFSET(B4,1,1)": "function OFFSET is not among those",
    "_xlfn.STDEV.S(B4:B5)": "function _XLFN.STDEV.S is not among those",
    "#REF!+1": "error value #REF!",
    "Table!#REF!": "error value Table!#REF!",
    f'"{"x" * 256}"': "text of 256 characters, at most 255",
    "C1!B1": "sheet name C1 needs quotes in C1!B1",
    "RC2_x!B1": "sheet name RC2_x needs quotes",
    "'C2'!B1": "'C2'!B1 refers to a sheet that does not exist",
    "[1]Table!B1": "sheet name [1]Table needs quotes",
    "B0": "B0 is outside the sheet's 1048576 rows",
    "B1048577": "B1048577 is outside",
    "XFE1": "XFE1 is outside",
    "SUM(B5:B4)": "B5:B4 runs backwards",
    "'C1'!offset": "name 'C1'!offset is not defined",
    "zeta*2": "name zeta is not defined",
    "2\u2212B4": "name 2\u2212B4 is not defined",
}


@pytest.mark.parametrize(
    ("formula", "expected"),
    [pytest.param(*fault, id=fault[0][:30] or "nothing") for fault in FAULTS.items()],
)
def test_formula_fault_is_found(formula: str, expected: str) -> None:
    problems = list(formula_problems(formula, BOOK, "Table"))
    assert any(expected in problem for problem in problems), problems


@pytest.mark.parametrize(
    "formula",
    [
        "1+" * 4095 + "10",
        f'"{"x" * 255}"',
        "(" * 64 + "1" + ")" * 64,
        "SUM($A$1:XFD1048576)",
        "IF(B4,1)",
        "SUM(B4,B5)",
    ],
    ids=lambda formula: formula[:30],
)
def test_limits_themselves_are_sound(formula: str) -> None:
    assert list(formula_problems(formula, BOOK, "Table")) == []


def test_rules_of_portability_can_be_lifted() -> None:
    assert list(formula_problems("NOT(ISERROR(SEARCH(B4,TODAY())))", BOOK, "C1", None)) == []
    assert list(formula_problems("$A:$B,$1:$2", BOOK, "C1", None)) == []


def test_local_name_is_known_on_its_own_sheet_only() -> None:
    assert list(formula_problems("offset", BOOK, "Table")) == []
    assert list(formula_problems("offset", BOOK, "C1")) == ["name offset is not defined"]
    assert list(formula_problems("Table!offset", BOOK, "C1")) == []


@pytest.mark.parametrize(
    "name",
    ["A1", "xfd1048576", "ETA1", "R", "c", "RC", "r1c1", "R5", "1x", "TRUE", "", "∂E", "n" * 256],
)
def test_name_that_excel_refuses_is_found(name: str) -> None:
    assert name_problem(name) is not None


@pytest.mark.parametrize(
    "name", ["eta", "η", "a_h1", "E_total", "_x", "XFE1", "A1048577", "w.5", "n" * 255]
)
def test_name_that_excel_takes_is_sound(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.parametrize(
    ("text", "size"), [("B2", 1), ("$B$2:C4", 6), ("B:C", 2 * 1_048_576), ("2:3", 2 * 16_384)]
)
def test_area_counts_its_cells(text: str, size: int) -> None:
    assert parse_area(text).size == size


EDGES = st.tuples(st.integers(1, 4), st.integers(1, 4)).map(sorted)
AREAS = st.builds(lambda x, y: Area(x[0], y[0], x[1], y[1]), EDGES, EDGES)


@given(AREAS, AREAS)
def test_areas_overlap_where_they_share_a_cell(area: Area, other: Area) -> None:
    assert area.overlaps(other) == (not set(area.cells()).isdisjoint(other.cells()))


def larger(terms: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Formulas with one more operator, bracket or function around the given ones."""
    return st.one_of(
        st.builds("{}{}{}".format, terms, st.sampled_from("+-*/&=<"), terms),
        st.builds("({})".format, terms),
        st.builds("-{}".format, terms),
        st.builds("EXP({})".format, terms),
        st.builds("IF({}>0, {}, SUM(B4:B6,{}))".format, terms, terms, terms),
    )


FORMULAS = st.recursive(OPERANDS, larger, max_leaves=8)


@given(FORMULAS)
def test_formula_of_the_grammar_is_sound(formula: str) -> None:
    assert list(formula_problems(formula, BOOK, "Table")) == []


@given(FORMULAS, st.integers(0), st.sampled_from(["", "(", ")", ",", "+", "*", '"', "'", ":", " "]))
@settings(max_examples=300)
def test_formula_that_an_engine_cannot_parse_is_found(formula: str, place: int, sign: str) -> None:
    """One character exchanged: what formualizer's parser refuses, the lint reports."""
    place %= len(formula)
    broken = formula[:place] + sign + formula[place + 1 :]
    try:
        formualizer.parse("=" + broken)
    except formualizer.ParserError:
        assert list(formula_problems(broken, BOOK, "Table")) != []


@pytest.mark.parametrize(
    ("formula", "other"),
    [
        ("B4*$C4-SUM(B4:D4)", "B5*$C5-SUM(B5:D5)"),
        ("'Run 1'!B4+C4*$E$1", "'Run 1'!B5+C6*$E$2"),
    ],
)
def test_rows_make_no_other_shape(formula: str, other: str) -> None:
    assert shape(formula) == shape(other) != formula


@pytest.mark.parametrize(
    ("formula", "other"),
    [
        ("B4", "C4"),
        ("B4", "B14"),
        ("B4:B5", "B5:B4"),
        ("B4", "B0"),
        ("B4", "$B4"),
        ("B4:D4", "D4:B4"),
        ("B999999", "B1999999"),
        ("LN(B4)", "LN10(B4)"),
        ("'C1'!B4", "'C2'!B4"),
        ("C1!B4", "C2!B4"),
        ('"B4"', '"B5"'),
        ("a_B4", "a_B5"),
        ("1E5", "1E6"),
        ("Table[B4]", "Table[B5]"),
        ("B4:INDEX(C4)", "B5:INDEX(C4)"),
    ],
)
def test_whatever_else_differs_makes_another_shape(formula: str, other: str) -> None:
    assert shape(formula) != shape(other)


@given(FORMULAS, st.integers(0), st.sampled_from([":B3", "!B2", "0", "[", "(", "XFE", ".", '"']))
@settings(max_examples=300)
def test_of_one_shape_all_are_sound_or_none_is(formula: str, place: int, sign: str) -> None:
    place %= len(formula) + 1
    formula = formula[:place] + sign + formula[place:]
    problems = [
        list(formula_problems(text, BOOK, "Table"))
        for text in (formula, formula.replace("B4", "B7"))
        if shape(text) == shape(formula)
    ]
    assert problems[0] == [] or [] not in problems
    assert problems[0] != [] or problems.count([]) == len(problems)
