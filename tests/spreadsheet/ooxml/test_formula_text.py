"""Formulas are moved as openpyxl's Translator moves them, and as Excel does where that differs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator, TranslatorError
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.cell import COORD_RE

from backprop_xlsx.spreadsheet.ooxml.formula_text import (
    cell_name,
    column_letters,
    column_number,
    shift,
)

columns = st.integers(1, 16_384)
rows = st.integers(1, 1_048_576)
anchors = st.sampled_from(["", "$"])


def cells(column: st.SearchStrategy[int], row: st.SearchStrategy[int]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda a, letters, b, number: f"{a}{letters}{b}{number}",
        anchors,
        column.map(get_column_letter),
        anchors,
        row,
    )


# Far enough from the edges for every shift below.
inner_columns, inner_rows = st.integers(40, 16_300), st.integers(300, 1_048_000)
inner_cells = cells(inner_columns, inner_rows)
references = st.one_of(
    inner_cells,
    st.builds("{}:{}".format, inner_cells, inner_cells),
    st.builds(
        lambda a, first, b, last: f"{a}{get_column_letter(first)}:{b}{get_column_letter(last)}",
        *(anchors, inner_columns, anchors, inner_columns),
    ),
    st.builds("{}{}:{}{}".format, anchors, inner_rows, anchors, inner_rows),
)
sheets = st.sampled_from(["", "Sheet1!", "'A1'!", "'it''s B2'!", "'η = C$3'!", "[1]Sheet1!"])
operands = st.one_of(
    st.builds("{}{}".format, sheets, references),
    st.sampled_from(
        ['"A1"', '"say ""B2"" twice"', "A1_total", "rate.B2", "1E5", "2.5", "TRUE", "#N/A", "50%"]
    ),
)
formulas = st.recursive(
    operands,
    lambda inner: st.one_of(
        st.builds("{}{}{}".format, inner, st.sampled_from("+-*/^&=<"), inner),
        st.builds("({})".format, inner),
        st.builds("LOG10({})".format, inner),
        st.builds("SUMPRODUCT({},{})".format, inner, inner),
        st.builds("ATAN2( {} , -{} )".format, inner, inner),
    ),
    max_leaves=8,
)


@settings(max_examples=400)
@given(formulas, st.integers(-250, 250), st.integers(-30, 30))
def test_moves_as_openpyxl_does(formula: str, down: int, right: int) -> None:
    origin, destination = cell_name(300, 40), cell_name(300 + down, 40 + right)
    moved = Translator(f"={formula}", origin).translate_formula(destination)
    assert shift(formula, down, right) == moved[1:]
    assert shift(f"={formula}", down, right) == moved


@settings(max_examples=200)
@given(cells(columns, rows), st.integers(-40, 40), st.integers(-40, 40))
def test_a_reference_that_leaves_the_sheet_is_an_error(cell: str, down: int, right: int) -> None:
    try:
        destination = cell_name(100 + down, 100 + right)
        moved = Translator(f"={cell}", "CV100").translate_formula(destination)[1:]
    except TranslatorError:
        moved = "#REF!"
    else:  # openpyxl knows the upper and left edges only
        column, row = COORD_RE.fullmatch(moved).groups()
        if int(row) > 1_048_576 or column_index_from_string(column) > 16_384:
            moved = "#REF!"
    assert shift(cell, down, right) == moved


@pytest.mark.parametrize(
    ("formula", "down", "right", "moved"),
    [
        # As Excel has it: an area is lost as a whole, and its sheet stays.
        ("SUM(A1:B9)", -1, 0, "SUM(#REF!)"),
        ("SUM(Data!A1:B9)+C3", 0, -1, "SUM(Data!#REF!)+B3"),
        ("SUM(A:B,2:3)", 0, -1, "SUM(#REF!,2:3)"),
        ("SUM(A:B,2:3)", -2, 0, "SUM(A:B,#REF!)"),
        ("XFD1048576", 0, 0, "XFD1048576"),
        ("$XFD$1048576", 1, 1, "$XFD$1048576"),
        ("A1048576+B1048575", 1, 0, "#REF!+B1048576"),
        ("XFD1+XFC1", 0, 1, "#REF!+XFD1"),
        ("SUM(A:XFD,1:1048576)", 0, 1, "SUM(#REF!,1:1048576)"),
        ("SUM(A:XFD,1:1048576)", 1, 0, "SUM(A:XFD,#REF!)"),
        # What only looks like a reference.
        ("XFE1+XFD1", 0, -1, "XFE1+XFC1"),
        ("A1048577+A1", 1, 0, "A1048577+A2"),
        ("A0+A01", 1, 1, "A0+A01"),
        ("LOG10(A1)", 1, 0, "LOG10(A2)"),
        ("A1B+A1_+_A1+A1.B", 1, 0, "A1B+A1_+_A1+A1.B"),
        ("Jan:Mar!A1", 1, 0, "Jan:Mar!A2"),
        ("AB12!A1", 1, 0, "AB12!A2"),
        ("Table1[[#This Row],[A1]]+A1", 1, 0, "Table1[[#This Row],[A1]]+A2"),
        ("Table1[A'[1']]+A1", 1, 0, "Table1[A'[1']]+A2"),
        ("1E5+E5", 1, 0, "1E5+E6"),
        ("#REF!+#DIV/0!", 1, 1, "#REF!+#DIV/0!"),
        # What does not look like one, and is.
        ("a1+$b2", 1, 1, "B2+$B3"),
        ("A1#", 1, 0, "A2#"),
        ("@A1", 1, 0, "@A2"),
        ("A1:INDEX(B:B,9)", 1, 1, "B2:INDEX(C:C,9)"),
        ("A1:B2:C3", 1, 0, "A2:B3:C4"),
        ("A1 B2", 1, 0, "A2 B3"),
        ("-A1%", 1, 0, "-A2%"),
        ("A1\n+\tB1", 1, 0, "A2\n+\tB2"),
        # Unfinished formulas are no reason to fail.
        ('"A1', 1, 0, '"A1'),
        ("'A1", 1, 0, "'A1"),
        ("[A1", 1, 0, "[A1"),
        ("", 1, 1, ""),
        ("%d+%s+A1", 1, 0, "%d+%s+A2"),
    ],
)
def test_moves_as_excel_does(formula: str, down: int, right: int, moved: str) -> None:
    assert shift(formula, down, right) == moved


def test_long_formulas_of_brackets_and_quotes_take_no_time() -> None:
    # Each of these took minutes with a pattern that looks for the end of what is never closed.
    for text in ("[", "'", '"', "['", "[[", "A1:", "$", "A1[", "'[", "\"'["):
        formula = text * (200_000 // len(text))
        assert len(shift(formula, 1, 0)) >= len(formula)


@given(columns)
def test_names_of_columns_are_those_of_openpyxl(column: int) -> None:
    letters = get_column_letter(column)
    assert column_letters(column) == letters
    assert column_number(letters) == column_number(letters.lower()) == column


def test_a_cell_is_named_by_column_and_row() -> None:
    assert cell_name(3, 28) == "AB3"
