"""How far off a right number of a practice book may be: half of it passes, twice of it does not."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest

from backprop_xlsx import VerificationError
from backprop_xlsx.exercise.filling import Filling
from backprop_xlsx.exercise.layout import CORRECT, WRONG
from backprop_xlsx.exercise.practice import Practice
from backprop_xlsx.exercise.proof import prove
from backprop_xlsx.exercise.start_values import own_and_drawn
from backprop_xlsx.spreadsheet.engines import Recalculated, recalculate
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from tests.exercise.books import CLASS, Live, handed_out, right_formulas

PRACTICE = Practice.of(CLASS)
BOTH_SIDES = pytest.mark.parametrize("share", [-2.0, -0.5, 0.5, 2.0])


def of_size(quantity: str) -> tuple[float, float]:
    """A right number of the first row, and the size of what is added up to it."""
    (row, _), n = own_and_drawn(PRACTICE, CLASS, 0), math.fsum
    size = n(abs(row[f"w{k}"] * row[f"i{k}"]) for k in (1, 2))
    assert quantity == "h1"
    return n(row[f"w{k}"] * row[f"i{k}"] for k in (1, 2)), size


@BOTH_SIDES
def test_a_number_is_correct_to_a_thousand_millionth(tmp_path: Path, share: float) -> None:
    """By the live mark of the book and by the one that Python writes into it."""
    right, size = of_size("h1")
    allowed = 1e-9 * abs(right) + 1e-14 * size
    mark = CORRECT if abs(share) < 1 else WRONG
    formula = f"({right_formulas(PRACTICE)['h1']})+{share * allowed!r}"
    for engine in ("ironcalc", "formualizer"):
        live = Live(PRACTICE, handed_out(tmp_path, PRACTICE), engine)
        live.type({"h1": formula})
        assert live.marks["h1"] == mark
    filling = Filling.of(PRACTICE, own_and_drawn(PRACTICE, CLASS, 0), [])
    filling.rows[0]["h1"] += share * allowed
    assert filling.marks["h1"] == mark


@BOTH_SIDES
@pytest.mark.parametrize("value", [0.5, 1e-6])
def test_a_book_is_proven_to_a_thousand_millionth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: float, share: float
) -> None:
    """Of a value, and at least of a thousandth."""
    path = handed_out(tmp_path, PRACTICE)
    cells = read_book(path).sheet("Expected").cells
    place, cell = min(
        ((at, c) for at, c in cells.items() if c.formula and isinstance(c.value, float)),
        key=lambda found: abs(math.log10((abs(float(found[1].value)) + 1e-300) / value)),  # type: ignore[arg-type]
    )
    assert isinstance(cell.value, float)
    allowed = max(1e-9 * abs(cell.value), 1e-12)

    def off(book: Path, engine: str) -> Recalculated:
        found = recalculate(book, engine).value
        return Recalculated(
            engine,
            lambda sheet, row, column: (
                found(sheet, row, column)
                + (share * allowed if (sheet, row, column) == ("Expected", *place) else 0.0)
                if isinstance(found(sheet, row, column), float)
                else found(sheet, row, column)
            ),
        )

    monkeypatch.setattr(sys.modules[prove.__module__], "recalculate", off)
    if abs(share) < 1:
        assert prove(path)[0] > 100
    else:
        with pytest.raises(VerificationError, match="Expected!"):
            prove(path)
