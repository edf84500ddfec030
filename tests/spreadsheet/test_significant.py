"""Numbers as people write them: the same by Python and by every engine, whatever the number."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from backprop_xlsx.spreadsheet.engines import engines, recalculate
from backprop_xlsx.spreadsheet.sheets.significant import (
    FigureCells,
    alike,
    as_base,
    as_base_formula,
    figures,
    in_term,
    in_term_formula,
    written,
)
from tests.optional import require_libreoffice
from tests.oracles.written_text import number

TEXT, TERM, BASE = 7, 8, 9
NEAR_TIES = [0.12345, 0.0275 * 0.45, 0.00125, -1.00005, 2.5e-7, 9.9995, 99995.0, 0.1 + 0.2]


@st.composite
def pairs(draw: st.DrawFn) -> tuple[float, float]:
    """A number, and one that it is subtracted from: anywhere, or close."""
    sizes = st.builds(lambda m, e: m * 10.0**e, st.floats(-10, 10), st.integers(-20, 12))
    one = draw(st.one_of(sizes, st.floats(-2, 2).map(lambda x: round(x, 4))))
    other = draw(st.one_of(sizes, st.sampled_from([0.0, 0.5, 1.0])))
    share = draw(st.sampled_from([1.0, 1e-3, 1e-6, 1e-9, 1e-13, 0.0]))
    return one, one + share * other


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.606477730, "0.6065"),
        (0.5, "0.5"),
        (-0.3, "−0.3"),
        (0.0141813779, "0.01418"),
        (1 / 3, "0.3333"),
        (0.000438568, "0.0004386"),
        (4.38568e-7, "4.386·10⁻⁷"),
        (0.99999, "1"),
        (9.9999e-8, "1·10⁻⁷"),
        (1234.567, "1235"),
        (123456.7, "123457"),
        (-2.5e40, "−2.5·10⁴⁰"),
        (0.0, "0"),
        (-0.0, "0"),
        (20.0, "20"),
    ],
)
def test_a_number_as_a_person_writes_it(value: float, text: str) -> None:
    assert written(value) == text


@pytest.mark.parametrize(
    ("value", "other", "text"),
    [
        (0.500023, 0.5, "0.500023"),
        (0.5, 0.500023, "0.5"),
        (0.99996, 1.0, "0.99996"),
        (0.39987, 0.4, "0.39987"),
        (0.606477730, 0.5, "0.6065"),
        (0.1234567, 0.1234567 + 1e-14, "0.1235"),  # no reader's digits would tell these
    ],
)
def test_numbers_are_told_apart(value: float, other: float, text: str) -> None:
    assert written(value, [other]) == text


def test_brackets_go_around_signs_and_powers() -> None:
    assert [in_term(text) for text in ("0.5", "−0.5", "2·10⁷")] == ["0.5", "(−0.5)", "2·10⁷"]
    assert [as_base(text) for text in ("0.5", "−0.5", "2·10⁷")] == ["0.5", "(−0.5)", "(2·10⁷)"]


@given(pairs())
def test_what_is_written_is_the_number_rounded(pair: tuple[float, float]) -> None:
    value, other = pair
    assert float(number(written(value))) == pytest.approx(value, rel=5.1e-4)
    difference = number(written(value, [other])) - number(written(other, [value]))
    if abs(value - other) > 1e-8 * max(abs(value), abs(other)):
        assert difference == pytest.approx(value - other, rel=0.11)
        assert math.copysign(1, difference) == math.copysign(1, value - other)


def write_book(path: Path, values: list[tuple[float, float]]) -> None:
    """A row for each pair, with every cached value wrong."""
    with Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("S")
        for row, (value, other) in enumerate(values):
            sheet.write_number(row, 0, value)
            sheet.write_number(row, 1, other)
            cells = FigureCells(*(f"{column}{row + 1}" for column in "ACDEF"))
            formulas = (
                cells.exponent_formula(),
                cells.power_formula(),
                cells.decimals_formula([f"B{row + 1}"]),
                cells.digits_formula(),
                cells.text_formula(),
                in_term_formula(f"G{row + 1}"),
                as_base_formula(f"G{row + 1}", f"D{row + 1}"),
            )
            for column, formula in enumerate(formulas, start=2):
                sheet.write_formula(row, column, "=" + formula, None, "wrong")


def assert_agree(path: Path, values: list[tuple[float, float]], engine: str) -> None:
    found = recalculate(path, engine)
    for row, (value, other) in enumerate(values, start=1):
        text = written(value, [other])
        shown = [str(found.value("S", row, column)) for column in (TEXT, TERM, BASE)]
        assert shown == [text, in_term(text), as_base(text)], (value, other)


@settings(max_examples=25)
@given(st.lists(pairs(), min_size=1, max_size=40))
def test_engines_write_the_same(tmp_path: Path, values: list[tuple[float, float]]) -> None:
    path = tmp_path / "numbers.xlsx"
    write_book(path, values)
    for engine in engines():
        assert_agree(path, values, engine)


def test_libreoffice_writes_the_same(tmp_path: Path) -> None:
    require_libreoffice()
    sizes = [
        sign * m * 10.0**e for sign in (1, -1) for m in (1, 1.23456, 9.9996) for e in range(-15, 10)
    ]
    values = [(value, 0.5) for value in (*NEAR_TIES, *sizes, 0.0, 0.99996, 0.5000231)]
    path = tmp_path / "numbers.xlsx"
    write_book(path, values)
    for engine in (*engines(), "libreoffice"):
        assert_agree(path, values, engine)


@pytest.mark.parametrize(("typed", "text"), [("not shown", "not shown"), ("–", "–")])
def test_a_text_stays_as_it_is(tmp_path: Path, typed: str, text: str) -> None:
    path = tmp_path / "numbers.xlsx"
    with Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("S")
        sheet.write_string(0, 0, typed)
        cells = FigureCells("A1", "C1", "D1", "E1", "F1")
        formulas = (cells.exponent_formula(), cells.power_formula(), cells.decimals_formula(["A1"]))
        for column, formula in enumerate((*formulas, cells.digits_formula()), start=2):
            sheet.write_formula(0, column, "=" + formula)
        sheet.write_formula(0, 6, "=" + cells.text_formula())
    for engine in engines():
        assert recalculate(path, engine).value("S", 1, TEXT) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0.1288 · 0.5 = 0.0644", "0.1289 · 0.5 = 0.0644"),
        ("0.5 − 0.4999", "0.5 − 0.5"),
        ("1·10⁻⁵", "9.999·10⁻⁶"),
        ("0.3 · (−5.551·10⁻¹⁷) = −1.665·10⁻¹⁷", "0.3 · 0 = 0"),
        ("w1 = 0,1288", "w1 = 0,1287"),
    ],
)
def test_texts_are_alike_within_rounding(one: str, other: str) -> None:
    assert alike(one, other, 1e-12) and alike(other, one, 1e-12)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0.1288 · 0.5", "0.1290 · 0.5"),
        ("12 of 20 checks", "13 of 20 checks"),
        ("w1 = 0.1288", "w2 = 0.1288"),
        ("0.5 − 0.3", "0.5 + 0.3"),
        ("0.3", "−0.3"),
        ("1·10⁻⁵", "1·10⁻⁶"),
        ("0.500023 − 0.5", "0.500025 − 0.5"),
        ("0.5", "not shown"),
        ("a", "b"),
    ],
)
def test_other_texts_differ(one: str, other: str) -> None:
    assert not alike(one, other, 1e-12) and not alike(other, one, 1e-12)


def test_figures_are_those_of_the_rounded_number() -> None:
    assert figures(0.99996).digits == 1000 and figures(0.99996).exponent == 0
    assert figures(4.38568e-7).power == -7 and figures(4.38568e-7).digits == 4386
