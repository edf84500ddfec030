"""Which sections of a sheet share a printed page: as few pages as can be, and none nearly empty."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Protocol

ROW = 15.0  # points, of a row that is as high as any other
# What a landscape A4 page of LibreOffice's holds at least of a sheet that is as wide as the grid.
# Excel lets the rows of a sheet that is fitted to one page's width run on from page to page.
PAGE = 690.0


class Section(Protocol):
    """Some rows of a sheet that stay together."""

    @property
    def top(self) -> int:
        """The first row."""

    @property
    def bottom(self) -> int:
        """The last row."""

    @property
    def extra_height(self) -> float:
        """How many points its rows are higher together than as many plain ones."""


def page_breaks(sections: Sequence[Section]) -> list[int]:
    """The rows before which a page ends; the first section begins a page of its own.

    A section that is higher than a page has pages of its own.
    """
    heights = [ROW * (s.bottom - s.top + 2) + s.extra_height for s in sections]
    sums = [0.0, *accumulate(heights)]

    @cache
    def best(start: int) -> tuple[int, float, tuple[int, ...]]:
        """Pages, squares of what stays empty, and where pages begin, from that section on."""
        if start == len(sections):
            return 0, 0.0, ()
        found = []
        for stop in range(start + 1, len(sections) + 1):
            empty = PAGE - (sums[stop] - sums[start])
            if empty >= 0 or stop == start + 1:
                pages, waste, places = best(stop)
                found.append((pages + 1, waste + empty**2, (start, *places)))
        return min(found)

    return [sections[place].top for place in best(0)[2]]
