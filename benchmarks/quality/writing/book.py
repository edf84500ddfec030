"""A whole book: tables, what stands around them, and every cell's formula and value."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ..mathematics import truth
from ..mathematics.conventions import Convention, Start
from .cells import Cell, Content, Owner, Template
from .headings import heading
from .layout import IN_COLUMNS, Place, TableLayout
from .references import defined_name, formula_at, is_named
from .styles import Style
from .surroundings import surround


@dataclass
class Book:
    """A book of one or more runs; ``overrides`` are cells that hold something else."""

    convention: Convention
    style: Style
    runs: list[Start]
    steps: int
    layouts: list[TableLayout]
    templates: list[dict[str, str]]
    seed: str
    overrides: dict[Owner, Content] = field(default_factory=dict)

    def mutated(self, overrides: dict[Owner, Content]) -> Book:
        """The same book with other contents in some cells."""
        return replace(self, overrides=overrides)

    @cached_property
    def truth(self) -> list[list[truth.Row]]:
        """The values of every run and step."""
        return [truth.run(self.convention, start, self.steps) for start in self.runs]

    @property
    def in_columns(self) -> bool:
        """Whether the constants have columns."""
        return self.style["constants"] in IN_COLUMNS

    def typed(self, run: int) -> tuple[tuple[str, float], ...]:
        """The constants that are typed into the formulas of a run."""
        names = ["rate"] if self.style["rate"] == "typed" else []
        names += self.convention.constants if self.style["constants"] == "typed" else []
        return tuple((name, self.runs[run][name]) for name in names)

    def computed_from(self, quantity: str) -> int:
        """The first step at which a quantity is computed."""
        return int(quantity in self.convention.parameters or quantity.startswith("v "))

    def content(self, owner: Owner) -> Content:
        """What stands in a cell of a table."""
        if owner in self.overrides:
            return self.overrides[owner]
        run, quantity, step = owner
        start = self.runs[run]
        if quantity in self.convention.constants:
            return self._constant(run, quantity, step)
        if quantity == "rate":
            if self.style["rate"] == "column referenced":
                return Template("{cell rate}")
            return start["rate"]
        if step < self.computed_from(quantity):
            if quantity.startswith("v "):
                return 0.0
            if self.style["starts"] == "referenced":
                return Template(f"{{cell {quantity}}}")
            if self.style["starts"] == "start row":
                return Template(f"{{start {quantity}}}")
            return start[quantity]
        return Template(self.templates[run][quantity])

    def _constant(self, run: int, quantity: str, step: int) -> Content:
        kind = self.style["constants"]
        if kind == "referenced":
            return Template(f"{{cell {quantity}}}")
        if kind == "above" and step:
            return Template(f"{{above {quantity}}}")
        if kind == "first row" and step:
            return None
        return self.runs[run][quantity]

    def owners(self) -> list[Owner]:
        """Every cell of every table."""
        return [
            (run, quantity, step)
            for run, layout in enumerate(self.layouts)
            for quantity in layout.slots
            for step in range(self.steps + 1)
        ]

    def place(self, owner: Owner) -> Place:
        """Where a cell of a table stands."""
        run, quantity, step = owner
        return self.layouts[run].place(quantity, step)

    def written(self, owner: Owner, template: str) -> str:
        """A template as the formula of a cell."""
        return formula_at(self, owner, template)

    def names(self) -> dict[str, Place]:
        """The defined names."""
        return {
            defined_name(quantity): place
            for quantity, place in self.layouts[0].parameters.items()
            if is_named(self, quantity)
        }

    def cells(self) -> dict[Place, Cell]:
        """Every cell of the book, with the values of the truth."""
        found: dict[Place, Cell] = {}
        rng = random.Random(f"{self.seed} texts")
        for run, layout in enumerate(self.layouts):
            surround(self, run, layout, found, rng)
        for owner in self.owners():
            content = self.content(owner)
            value = self.truth[owner[0]][owner[2]].get(owner[1], 0.0)
            if isinstance(content, Template):
                found[self.place(owner)] = Cell(self.written(owner, content.text), value)
            elif content is not None:
                found[self.place(owner)] = Cell(content)
            else:
                found.pop(self.place(owner), None)
        return found

    def headings(self, rng: random.Random, names: Sequence[str]) -> dict[str, str | None]:
        """The heading of each of these quantities."""
        return {name: heading(self.style["headings"], name, rng) for name in names}
