"""Where one value is expected, of a column of cells the one in the formula's row is meant."""

from __future__ import annotations

import pytest

from backprop_xlsx.formula.intersection import OF_ONE_VALUE, expects_one, intersected
from backprop_xlsx.formula.parse import parse
from backprop_xlsx.formula.tokens import tokenise


@pytest.mark.parametrize(
    ("formula", "places"),
    [
        ("w*i+b", "w i b"),
        ("1/(1+EXP(-(w*i)))", "w i"),
        ("SUM(w)*i", "i"),
        ("SUMPRODUCT(w*(i-t))+b", "b"),
        ("POWER(w,i)+MAX((w),i)", "w i"),
        ("IF(w>0,SUM(i),b)", "w b"),
        ("SUM(EXP(w))", ""),
    ],
)
def test_where_one_value_is_expected(formula: str, places: str) -> None:
    tokens = tokenise(formula)
    found = [t.text for t, one in zip(tokens, expects_one(tokens), strict=True) if one]
    assert [text for text in found if text in ("w", "i", "t", "b")] == places.split()


@pytest.mark.parametrize("function", sorted(OF_ONE_VALUE))
def test_the_functions_can_be_called(function: str) -> None:
    assert parse(tokenise(f"{function}(1,2)")).end == 6


def test_the_row_must_be_among_those_of_one_column() -> None:
    assert intersected(range(4, 9), range(2, 3), 8) == 8
    assert intersected(range(4, 9), range(2, 3), 9) is None
    assert intersected(range(4, 9), range(2, 4), 8) is None
    assert intersected(range(4, 5), range(2, 3), 4) is None
    assert intersected(range(4, 9), range(2, 3), None) is None
