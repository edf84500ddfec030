"""How far off a right number of a practice book may be: half of it passes, twice of it does not."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from backprop_xlsx import VerificationError
from backprop_xlsx.exercise.filling import Filling
from backprop_xlsx.exercise.layout import CORRECT, WRONG
from backprop_xlsx.exercise.practice import Practice
from backprop_xlsx.exercise.proof import prove
from backprop_xlsx.exercise.start_values import own_and_drawn
from backprop_xlsx.spreadsheet.engines import ENGINES, Recalculated, recalculate
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from tests.exercise.books import CLASS, Live, handed_out, right_formulas

PRACTICE = Practice.of(CLASS)
BOTH_SIDES = pytest.mark.parametrize("share", [-2.0, -0.5, 0.5, 2.0])


@BOTH_SIDES
def test_a_number_is_correct_to_a_thousand_millionth(tmp_path: Path, share: float) -> None:
    """By the live mark of the book, and by the one that Python writes into it."""
    starts = own_and_drawn(PRACTICE, CLASS, 0)
    products = [starts[0][f"w{k}"] * starts[0][f"i{k}"] for k in (1, 2)]
    allowed = 1e-9 * abs(sum(products)) + 1e-14 * sum(map(abs, products))
    mark = CORRECT if abs(share) < 1 else WRONG
    formula = f"({right_formulas(PRACTICE)['h1']})+{share * allowed!r}"
    for engine in ENGINES:
        live = Live(PRACTICE, handed_out(tmp_path, PRACTICE), engine)
        live.type({"h1": formula})
        assert live.marks["h1"] == mark
    filled = Filling.of(PRACTICE, starts, [])
    first, second = filled.rows
    off = replace(filled, rows=({**first, "h1": first["h1"] + share * allowed}, second))
    assert off.marks["h1"] == mark


@BOTH_SIDES
@pytest.mark.parametrize("value", [0.5, 1e-6])
def test_a_book_is_proven_to_a_thousand_millionth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: float, share: float
) -> None:
    """Of a value, and at least of a thousandth."""
    path = handed_out(tmp_path, PRACTICE)
    numbers = {
        (sheet.name, *at): cell.value
        for sheet in read_book(path).sheets
        for at, cell in sheet.cells.items()
        if cell.formula and isinstance(cell.value, float) and cell.value > 0
    }
    place = min(numbers, key=lambda at: abs(math.log10(numbers[at] / value)))
    allowed = max(1e-9 * numbers[place], 1e-12)

    def off(book: Path, engine: str) -> Recalculated:
        found = recalculate(book, engine).value
        return Recalculated(
            engine,
            lambda *at: numbers[place] + share * allowed if at == place else found(*at),
        )

    monkeypatch.setattr(sys.modules[prove.__module__], "recalculate", off)
    if abs(share) < 1:
        assert prove(path)[0] > 100
    else:
        with pytest.raises(VerificationError, match=f"{place[0]}!"):
            prove(path)
