"""Books of any small network, handed out and solved, as the engines recalculate them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_xlsx import VerificationError
from backprop_xlsx.exercise.filling import Filling
from backprop_xlsx.exercise.layout import CORRECT, EXERCISE, NOT_DONE, Layout
from backprop_xlsx.exercise.practice import PARTS, Practice
from backprop_xlsx.exercise.proof import prove
from backprop_xlsx.exercise.sheets.book import write_book
from backprop_xlsx.exercise.start_values import drawn
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.optimisers import Optimiser
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.patching.patch import Change, patch_sheet
from tests.exercise.books import CLASS, handed_out
from tests.strategies import networks, optimisers

BLANK = st.lists(st.sampled_from(PARTS), min_size=1, unique=True).map(tuple)


@settings(max_examples=8)
@given(networks(), optimisers(), st.integers(1, 4), BLANK, st.text(max_size=4))
def test_any_small_network(
    tmp_path_factory: pytest.TempPathFactory,
    network: Network,
    optimiser: Optimiser,
    samples: int,
    blank: tuple[str, ...],
    text: str,
) -> None:
    practice = Practice(network, optimiser, samples, blank)
    path, starts = tmp_path_factory.mktemp("book") / "book.xlsx", drawn(practice, text)
    names = [quantity.name for quantity in practice.blanks]
    for empty, mark in ((names, NOT_DONE), ((), CORRECT)):
        filling = Filling.of(practice, starts, empty)
        assert set(filling.marks.values()) == {mark}
        write_book(path, filling, {})
        formulas, by = prove(path)
        assert formulas > 2 * len(names)
        assert len(by) == 2


def test_a_cell_with_another_value_is_named(tmp_path: Path) -> None:
    """A hint that is computed otherwise than the file has it."""
    path = handed_out(tmp_path, Practice.of(CLASS))
    book = read_book(path)
    part = next(sheet.part for sheet in book.sheets if sheet.name == EXERCISE)
    layout = Layout(Practice.of(CLASS))
    hint = (layout.rows["h1"] + 2, layout.mark_column + 2)
    changed = patch_sheet(book.archive.read(part), {hint: Change('"another"', "hint")})
    other = tmp_path / "other.xlsx"
    book.archive.rewrite({part: changed}, other)
    with pytest.raises(VerificationError, match=r"Exercise!J11 is 'another', expected 'hint'"):
        prove(other)
