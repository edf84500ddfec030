"""Hypothesis strategies for right class tables of any start values, place and spelling."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.oracles.class_table import CLASS_ORDER, SPELLINGS, ClassTable, Start

numbers = st.floats(-2, 2).map(lambda x: round(x, 3)).filter(lambda x: abs(x) >= 0.05)


@st.composite
def starts(draw: st.DrawFn) -> Start:
    """Start values and a learning rate."""
    return Start(
        inputs=(draw(numbers), draw(numbers)),
        targets=(draw(numbers), draw(numbers)),
        weights=tuple(draw(st.lists(numbers, min_size=8, max_size=8))),
        rate=draw(st.sampled_from((0.1, 0.2, 0.5, 0.8, 1.0, 2.0, 8.0))),
    )


@st.composite
def class_tables(draw: st.DrawFn, steps: int = 3, any_order: bool = True) -> ClassTable:
    """A right table of at least three steps anywhere on a sheet."""
    orders = st.permutations(CLASS_ORDER).map(tuple) if any_order else st.nothing()
    return ClassTable(
        start=draw(starts()),
        steps=draw(st.integers(3, 3 + steps)),
        header_row=draw(st.integers(4, 60)),
        first_column=draw(st.integers(1, 60)),
        order=draw(st.just(CLASS_ORDER) | orders),
        spelling=draw(st.sampled_from(sorted(SPELLINGS))),
        inputs=draw(st.sampled_from(("typed", "above", "reference"))),
        gap=draw(st.integers(0, 2)),
    )
