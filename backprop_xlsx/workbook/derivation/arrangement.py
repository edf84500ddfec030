"""Where boxes stand: in two columns, whole, as many on a page of paper as fit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

ROW_HEIGHT, TITLE_HEIGHT = 14, 19  # points
PAGE_HEIGHT = 745  # of A4 in landscape, in points at the scale that the sheet is printed at
# Of more boxes on a page not every arrangement is tried.
MOST_ON_A_PAGE = 10


@dataclass(frozen=True)
class Arrangement:
    """The row and the column, 0 or 1, of each box; before which rows a page ends; the last row."""

    places: tuple[tuple[int, int], ...]
    breaks: tuple[int, ...]
    last_row: int


def arranged(heights: Sequence[int], first_row: int, above: float) -> Arrangement:
    """Boxes of so many rows each, in their order from a row on, ``above`` points down the page."""
    places: list[tuple[int, int]] = []
    breaks, row, last_row = [], first_row, first_row
    while len(places) < len(heights):
        left = heights[len(places) :]
        room = PAGE_HEIGHT - (above if row == first_row else 0)
        if _points(left[:1]) > room:
            # It begins on a page of its own and goes on on others.
            room += math.ceil((_points(left[:1]) - room) / PAGE_HEIGHT) * PAGE_HEIGHT
        sides = _most_that_fit(left, room)
        ends = [row, row]
        for side, height in zip(sides, left, strict=False):
            places.append((ends[side], side))
            ends[side] += height + 1
        last_row, row = max(ends) - 2, max(ends)
        breaks.append(row)
    return Arrangement(tuple(places), tuple(breaks[:-1]), last_row)


def _most_that_fit(heights: Sequence[int], room: float) -> tuple[int, ...]:
    """The columns of the first boxes, as many as fit, as even as they can be."""
    for count in range(min(len(heights), MOST_ON_A_PAGE), 1, -1):
        ways = [(0, *others) for others in product((0, 1), repeat=count - 1)]
        tallest = {way: max(_columns(heights, way)) for way in ways}
        best = min(ways, key=tallest.__getitem__)
        if tallest[best] <= room:
            return best
    return (0,)


def _columns(heights: Sequence[int], sides: Sequence[int]) -> tuple[float, float]:
    """How many points the boxes of either column take."""
    left, right = (
        _points([height for height, own in zip(heights, sides, strict=False) if own == side])
        for side in (0, 1)
    )
    return left, right


def _points(heights: Sequence[int]) -> float:
    """How high boxes are below each other, with a gap of a row between two."""
    boxes = sum((height - 1) * ROW_HEIGHT + TITLE_HEIGHT for height in heights)
    return boxes + max(len(heights) - 1, 0) * ROW_HEIGHT
