"""Tests of where the derivation's boxes stand: whole, in order, as many on a page as fit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backprop_xlsx.workbook.derivation.arrangement import PAGE_HEIGHT, ROW_HEIGHT, arranged

FIRST_ROW, ABOVE = 5, 98
LARGEST = (PAGE_HEIGHT - ABOVE) // ROW_HEIGHT - 1  # of what fits on any page, in rows


@given(st.lists(st.integers(2, 120), min_size=1, max_size=16))
def test_boxes_cover_nothing_and_stand_in_their_order(heights: list[int]) -> None:
    found = arranged(heights, FIRST_ROW, ABOVE)
    taken = [
        (row + offset, column)
        for (row, column), height in zip(found.places, heights, strict=True)
        for offset in range(height)
    ]
    assert len(set(taken)) == len(taken)
    assert found.last_row == max(row for row, _ in taken)
    assert found.places[0] == (FIRST_ROW, 0)
    for side in (0, 1):
        rows = [row for row, column in found.places if column == side]
        assert rows == sorted(rows)


@given(st.lists(st.integers(2, LARGEST), min_size=1, max_size=16))
def test_no_page_ends_within_a_box_that_fits_on_one(heights: list[int]) -> None:
    found = arranged(heights, FIRST_ROW, ABOVE)
    ends = (*found.breaks, found.last_row + 2)
    for start, end in zip((FIRST_ROW, *found.breaks), ends, strict=True):
        own = [
            row + height
            for (row, _), height in zip(found.places, heights, strict=True)
            if start <= row < end
        ]
        assert max(own) < end
        assert (end - start - 1) * ROW_HEIGHT + (ABOVE if start == FIRST_ROW else 0) <= PAGE_HEIGHT


def test_the_class_takes_two_pages() -> None:
    found = arranged([25, 17, 11, 21, 33, 18, 18, 19], FIRST_ROW, ABOVE)
    assert [column for _, column in found.places[:4]] == [0, 1, 0, 1]
    assert len(found.breaks) == 1
