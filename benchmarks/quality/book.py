"""A whole book: tables, what stands around them, and every cell's formula and value."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from xlsxwriter.utility import xl_rowcol_to_cell

from . import truth
from .conventions import CLASS, HELD_OUT_NEIGHBOURS, NEIGHBOURS, RATES, Convention, Start, start_of
from .formula import tokens_of
from .headings import heading, over_two_lines
from .layout import IN_COLUMNS, Place, TableLayout, auxiliary_kinds, layouts_of
from .spellings import Habits, Speller
from .styles import Style, drawn, with_options

Owner = tuple[int, str, int]
"""Run, quantity and step of a cell."""


@dataclass(frozen=True)
class Template:
    """A formula with named operands."""

    text: str


Content = Template | float | str | None


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: a number, a text or a formula ("=…") with its value."""

    content: float | str
    value: float | str = 0.0

    @property
    def is_formula(self) -> bool:
        return isinstance(self.content, str) and self.content.startswith("=")


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

    # Formulas in cells

    def written(self, owner: Owner, template: str) -> str:
        """A template as the formula of a cell."""
        run, quantity, step = owner
        home = self.layouts[run].sheet_of(quantity)
        text = re.sub(
            r"\{([^}]*)\}", lambda match: self._operand(match[1], run, step, home), template
        )
        return "=" + text

    def _operand(self, name: str, run: int, step: int, home: str) -> str:
        if ":" in name:
            ends = name.split(":")
            first, last = (self._operand(end, run, step, home) for end in (ends[0], ends[-1]))
            return f"{first}:{last.rpartition('!')[2]}"
        where, _, quantity = name.rpartition(" ")
        if where.endswith(("v", "step")) and quantity:
            quantity = f"{where.rpartition(' ')[2]} {quantity}"
            where = where[: -len(quantity.split()[0])].strip()
        if name == "blank":
            layout = self.layouts[run]
            place = layout.cell(layout.end + 60 + step, layout.last_slot + 30)
            return self._address(place, home, False, False)
        if where.startswith("drift"):
            layout = self.layouts[run]
            sheet, row, column = layout.parameters[quantity]
            moved = step - int(where[len("drift") :])
            place = (sheet, row, column + moved) if layout.across else (sheet, row + moved, column)
            return self._address(place, home, False, False)
        if where == "other":
            run = (run + 1) % len(self.runs)
        layout = self.layouts[run]
        if where == "start":
            assert layout.start_line is not None
            return self._address(
                layout.cell(layout.start_line, layout.slots[quantity]), home, False, False
            )
        if where == "cell" or quantity not in layout.slots:
            return self._given(run, quantity, home)
        if where == "first" or (
            self.style["constants"] == "first row" and quantity in self.convention.constants
        ):
            return self._address(layout.place(quantity, 0), home, True, True)
        place = layout.place(quantity, step + {"above": -1, "below": 1}.get(where, 0))
        half = self.style["anchors"] == "columns"
        return self._address(place, home, half and layout.across, half and not layout.across)

    def _given(self, run: int, quantity: str, home: str) -> str:
        """A constant or rate that has no column."""
        layout = self.layouts[run]
        if quantity in layout.parameters:
            by_name = self.style["rate" if quantity == "rate" else "constants"] in ("name", "names")
            if by_name and quantity != "momentum":
                return _defined_name(quantity)
            return self._address(layout.parameters[quantity], home, True, True)
        number = f"{self.runs[run][quantity]:.15g}"
        return f"({number})" if number.startswith("-") else number

    def _address(self, place: Place, home: str, fixed_row: bool, fixed_column: bool) -> str:
        sheet, row, column = place
        text: str = xl_rowcol_to_cell(row - 1, column - 1, fixed_row, fixed_column)
        if sheet == home:
            return text
        quoted = sheet.replace("'", "''")
        return f"{sheet}!{text}" if re.fullmatch(r"[A-Za-z]+", sheet) else f"'{quoted}'!{text}"

    def names(self) -> dict[str, Place]:
        """The defined names."""
        found = {}
        for quantity, place in self.layouts[0].parameters.items():
            kind = self.style["rate" if quantity == "rate" else "constants"]
            if kind in ("name", "names") and quantity != "momentum":
                found[_defined_name(quantity)] = place
        return found

    # All cells

    def cells(self) -> dict[Place, Cell]:
        """Every cell of the book, with the values of the truth."""
        found: dict[Place, Cell] = {}
        rng = random.Random(f"{self.seed} texts")
        for run, layout in enumerate(self.layouts):
            self._around(run, layout, found, rng)
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

    def _around(
        self, run: int, layout: TableLayout, found: dict[Place, Cell], rng: random.Random
    ) -> None:
        """Headings, labelled cells, legends, the column of steps, what stands below."""
        from .surroundings import surround

        surround(self, run, layout, found, rng)

    def headings(self, rng: random.Random, names: Sequence[str]) -> dict[str, str | None]:
        """The heading of each of these quantities."""
        return {name: heading(self.style["headings"], name, rng) for name in names}


def _defined_name(quantity: str) -> str:
    if quantity == "rate":
        return "eta"
    kind = {"i": "input", "t": "target", "w": "weight", "b": "bias"}[quantity[0]]
    return f"{kind}_{quantity[1:]}"


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
            lambda names, layout=layout: _adjacent(layout, names),  # type: ignore[misc]
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


def _adjacent(layout: TableLayout, names: Sequence[str]) -> bool:
    slots = [layout.slots.get(name) for name in names]
    sheets = {layout.sheet_of(name) for name in names}
    first = slots[0]
    return (
        first is not None and len(sheets) == 1 and slots == list(range(first, first + len(slots)))
    )


def over_lines(text: str | None, lines: int) -> list[str | None]:
    """A heading in as many cells as it takes."""
    if lines == 2 and text is not None:
        return list(over_two_lines(text))
    return [text]
