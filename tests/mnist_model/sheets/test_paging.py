"""Where pages end: no section is cut, no page is too full, and none is begun needlessly."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from mnist_model.sheets.paging import PAGE, ROW, page_breaks


@dataclass(frozen=True)
class Rows:
    """A section of a sheet."""

    top: int
    bottom: int
    extra_height: float


def laid_out(heights: list[tuple[int, float]]) -> list[Rows]:
    sections: list[Rows] = []
    top = 30
    for rows, extra in heights:
        sections.append(Rows(top, top + rows - 1, extra))
        top += rows + 1
    return sections


def filled(sections: list[Rows], breaks: list[int]) -> list[float]:
    ends = [*breaks[1:], 10**9]
    return [
        sum(ROW * (s.bottom - s.top + 2) + s.extra_height for s in sections if start <= s.top < end)
        for start, end in zip(breaks, ends, strict=True)
    ]


@given(
    st.lists(st.tuples(st.integers(1, 50), st.sampled_from([7.0, 97.0])), min_size=1, max_size=7)
)
def test_pages_are_as_few_as_can_be_and_evenly_full(heights: list[tuple[int, float]]) -> None:
    sections = laid_out(heights)
    breaks = page_breaks(sections)
    tops = [section.top for section in sections]
    assert breaks[0] == tops[0]
    assert set(breaks) <= set(tops)
    assert all(one < other for one, other in pairwise(breaks))

    def fits(chosen: list[int]) -> bool:
        alone = [
            sum(start <= t < end for t in tops) == 1
            for start, end in zip(chosen, [*chosen[1:], 10**9], strict=True)
        ]
        return all(f <= PAGE or a for f, a in zip(filled(sections, chosen), alone, strict=True))

    assert fits(breaks)
    # Tried by hand: every other choice of breaks is worse or as good.
    possible = [
        [tops[0], *rest]
        for count in range(len(tops))
        for rest in combinations(tops[1:], count)
        if fits([tops[0], *rest])
    ]
    assert len(breaks) == min(map(len, possible))
    waste = [
        sum((PAGE - f) ** 2 for f in filled(sections, p)) for p in possible if len(p) == len(breaks)
    ]
    assert sum((PAGE - f) ** 2 for f in filled(sections, breaks)) <= min(waste) * (1 + 1e-9)
