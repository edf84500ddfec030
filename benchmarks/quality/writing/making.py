"""The right book of a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial

from ..mathematics.conventions import (
    CLASS,
    HELD_OUT_NEIGHBOURS,
    NEIGHBOURS,
    RATES,
    Start,
    start_of,
)
from ..mathematics.formula import tokens_of
from .book import Book
from .layout import TableLayout, auxiliary_kinds, layouts_of
from .spellings import Habits, Speller
from .styles import drawn, with_options


def right_book(seed: str, held_out: bool = False, wanted: dict[str, str] | None = None) -> Book:
    """The right book of a seed; ``wanted`` sets some of its options ("convention" too)."""
    rng = random.Random(seed)
    wanted = dict(wanted or {})
    conventions = {c.name: c for c in (CLASS, *NEIGHBOURS, *HELD_OUT_NEIGHBOURS)}
    neighbours = HELD_OUT_NEIGHBOURS if held_out and rng.random() < 0.6 else NEIGHBOURS
    convention = CLASS if rng.random() < 0.7 else rng.choice(neighbours)
    convention = conventions[wanted.pop("convention", convention.name)]
    style = with_options(drawn(rng, held_out), wanted)
    steps = {"twenty": 19, "one row": 0}.get(style["steps"], rng.randrange(2, 9))
    rates = rng.sample(RATES, len(RATES))
    starts = [start_of(convention, rng, rates[0])]
    for rate in rates[1 : int(style["runs"])]:
        starts.append(Start(starts[0].numbers | {"rate": rate}))
    layouts = layouts_of(convention, style, len(starts), steps, rng)
    habits = Habits.drawn(rng, held_out)
    templates: list[dict[str, str]] = []
    for layout in layouts:
        if templates and habits.steady:
            templates.append(templates[0])
            continue
        speller = Speller(
            convention,
            habits,
            auxiliary_kinds(convention, style),
            rng,
            # Steady people use the formulas of their first run in all others.
            partial(_adjacent, layouts if habits.steady else [layout]),
        )
        templates.append(
            {
                name: speller.template(name)
                for name in layout.slots
                if name not in (*convention.constants, "rate")
            }
        )
    for written in templates:
        for text in written.values():
            tokens_of(text)
    return Book(convention, style, starts, steps, layouts, templates, seed)


def _adjacent(layouts: Sequence[TableLayout], names: Sequence[str]) -> bool:
    """Whether quantities stand side by side, in this order, in each table."""
    for layout in layouts:
        slots = [layout.slots.get(name) for name in names]
        first = slots[0]
        if first is None or slots != list(range(first, first + len(slots))):
            return False
        if len({layout.sheet_of(name) for name in names}) > 1:
            return False
    return True
