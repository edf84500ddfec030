"""What each column of a run is computed from, whatever it is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property

import numpy as np

from backprop_xlsx.check.reading.arranging.strands import Run
from backprop_xlsx.check.reading.arranging.wires.pasted import pasted_activations
from backprop_xlsx.check.reading.arranging.wires.shapes import SPREAD, is_activation
from backprop_xlsx.check.reading.arranging.wires.wire import Leaf, Wire, with_updates_put_in
from backprop_xlsx.check.reading.exercise import CLASS_EXERCISE, Exercise
from backprop_xlsx.check.reading.forms import Form, forms_of
from backprop_xlsx.check.reading.meanings import Outside, meant
from backprop_xlsx.check.reading.single_cells import label_of, number_of
from backprop_xlsx.check.reading.surroundings import Surroundings
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.block import as_number
from backprop_xlsx.formula.expression import Expression, Symbol
from backprop_xlsx.formula.tokens import FormulaError, Reference
from backprop_xlsx.spreadsheet.ooxml.book import Book, Sheet
from backprop_xlsx.spreadsheet.ooxml.cells import Cell


class _Unnamed(Exercise):
    """Columns that have numbers for names: nothing is known of what they mean."""

    def quantity(self, text: str) -> str | None:
        return None


class Wiring:
    """The wires of a run on a sheet; ``given`` are columns of numbers to which they refer.

    As ``written``, a parameter may only repeat what a column of the row above has computed for it;
    in ``wires`` it is computed so itself.
    """

    def __init__(self, book: Book, sheet: Sheet, run: Run) -> None:
        self.sheet = sheet
        self.run = run
        self._rows = run.rows
        computed = set(run.columns)
        self.given = frozenset(self._given_columns(computed))
        columns = {name_of(column): column for column in sorted(computed | self.given)}
        exercise = _exercise_of(frozenset(map(name_of, self.given)))
        table = Table(sheet, exercise, columns, run.rows[0] - 1, run.rows[0], run.rows[-1])
        self._surroundings = Surroundings(book, table)
        self._named = self._surroundings.of(replace(table, exercise=CLASS_EXERCISE))
        self.written = self._written()
        pasted = pasted_activations(sheet, run.rows, self.written, self.given)
        if pasted:
            self.given -= pasted.keys()
            self.written = self._written() | pasted
        self.wires = with_updates_put_in(self.written)
        for column in filter(self._is_late, self.written):
            self.wires[column] = self.written[column] = _of_its_own_row(self.written[column])

    def _written(self) -> dict[int, Wire]:
        wires = ((column, self._wire(column)) for column in self.run.columns)
        return {column: wire for column, wire in wires if wire is not None}

    @cached_property
    def users(self) -> Mapping[int, frozenset[int]]:
        """The columns that refer to a column in their own row."""
        found: dict[int, set[int]] = {}
        for column, wire in self.wires.items():
            for other in wire.here:
                found.setdefault(other, set()).add(column)
        return {column: frozenset(users) for column, users in found.items()}

    @cached_property
    def uses(self) -> Counter[Leaf]:
        """How many columns refer to each thing that is given."""
        return Counter(leaf for wire in self.wires.values() for leaf in wire.given)

    def number(self, leaf: Leaf, row: int) -> float | None:
        """The number that stands in a row's cell of a column, or in a cell outside."""
        place = (self._surroundings.home, row, leaf) if isinstance(leaf, int) else leaf
        return number_of(place, self._surroundings)

    def formula(self, column: int) -> str | None:
        """The formula that stands in the first row of a column, if one does."""
        cell = self.sheet.cells.get((self._rows[0], column))
        return None if cell is None else cell.formula

    def label(self, leaf: Leaf) -> str | None:
        """The quantity that the label, or the name, of a cell outside the run says."""
        return label_of(leaf, self._named) if isinstance(leaf, tuple) else None

    def is_one(self, leaf: Leaf) -> bool:
        """Whether 1 is typed into a cell outside the run, or into the first one of a column."""
        if isinstance(leaf, float):
            return leaf == 1.0
        place = leaf if isinstance(leaf, tuple) else (self._surroundings.home, self._rows[0], leaf)
        cell = self._surroundings.cell(place)
        return cell is not None and cell.formula is None and cell.value == 1.0

    def value(self, column: int, known: Mapping[Leaf, float], otherwise: float = 0.0) -> float:
        """A column's value when these leaves have these values and all others ``otherwise``."""

        def lookup(leaf: Expression) -> float:
            if isinstance(leaf, Outside) and leaf.kind == "blank":
                return 1.0  # lest all be lost that is divided by it
            key = leaf_key(leaf)
            return otherwise if key is None else known.get(key, otherwise)

        try:
            with np.errstate(all="ignore"):
                value = self.wires[column].expression.value(lookup)
            return as_number(value)
        except (ArithmeticError, TypeError, ValueError, AttributeError, IndexError):
            return float("nan")

    def _given_columns(self, computed: set[int]) -> Iterable[int]:
        """Columns, in the rows of the run, of numbers or of cells that only repeat another.

        A list of constants in these rows is none: formulas hold on to several of its cells.
        """
        found: set[int] = set()
        held: dict[int, set[int]] = {}
        for reference, row in self._references(computed):
            first, last = reference.first, reference.last or reference.first
            if reference.sheet is not None or last.column - first.column > 60:
                continue
            if first.row_anchored:
                held.setdefault(first.column, set()).add(first.row)
                if not self._stands_alone(first.row, first.column):
                    continue
            elif first.row - row not in (0, -1):
                continue
            columns = range(first.column, last.column + 1)
            found.update(other for other in columns if other not in computed)
        lists = {c for c, rows in held.items() if len(rows) > 1 and not rows.isdisjoint(self._rows)}
        return filter(self._is_given, found - lists)

    def _references(self, computed: Iterable[int]) -> Iterator[tuple[Reference, int]]:
        """What the two most common formulas of each column refer to, and from which row."""
        for column in computed:
            for form in self._forms(column)[:2]:
                with suppress(FormulaError):
                    for token in form.tokens:
                        if token.reference is not None:
                            yield token.reference, form.first_row

    def _is_given(self, column: int) -> bool:
        """Whether something stands in the last row of a column, or in the first without a label."""
        first, last = (self.sheet.cells.get((self._rows[at], column)) for at in (0, -1))
        return _is_filled(last) or (_is_filled(first) and not self._is_labelled(column))

    def _is_labelled(self, column: int) -> bool:
        """Whether a text stands to the left of a column's cell in the first row."""
        beside = self.sheet.cells.get((self._rows[0], column - 1))
        return beside is not None and type(beside.value) is str

    def _stands_alone(self, row: int, column: int) -> bool:
        """Whether a cell of the first row is a column's only one, and has no label beside it."""
        alone = not any((other, column) in self.sheet.cells for other in self._rows[1:])
        return row == self._rows[0] and alone and not self._is_labelled(column)

    def _forms(self, column: int) -> list[Form]:
        """The formulas of a column, the most common first."""
        cells = self.sheet.cells
        first, *later = self._rows
        rows = later or [first]
        formulas = [
            (row, cell.formula)
            for row in rows
            if (cell := cells.get((row, column))) is not None and cell.formula is not None
        ]
        return sorted(forms_of(formulas), key=lambda form: -len(form.rows))

    def _wire(self, column: int) -> Wire | None:
        """The most common wire; of a column that remembers itself the first row's, if computed."""
        forms = self._forms(column)
        wire = self._wire_of(forms[0]) if forms else None
        if wire is not None and column in wire.above:
            start = self.in_row(column, self._rows[0])
            if start is not None and len(start.here) > 1 and not start.above:
                return start
        updates = len(self._rows) > 1 and wire is not None and not wire.here
        if wire is not None and not updates and column not in wire.above:
            # What it takes from the row above it takes from there by mistake.
            return _of_its_own_row(wire)
        return wire

    def _is_late(self, column: int) -> bool:
        """Whether a column is an activation of what stands in the row above."""
        wire = self.written[column]
        if wire.here or len(wire.above) != 1 or column in wire.above:
            return False
        return is_activation(values_of(self, column, *wire.above))

    def in_row(self, column: int, row: int) -> Wire | None:
        """The wire of the formula that a column has in one row."""
        cell = self.sheet.cells.get((row, column))
        if cell is None or cell.formula is None:
            return None
        return self._wire_of(Form(cell.formula, row, [row]))

    def _above_if_there(self, leaf: Expression) -> Expression:
        """Instead of a header, or nothing, above the only row a quantity of the row above."""
        if not isinstance(leaf, Outside) or leaf.kind not in ("blank", "text"):
            return leaf
        sheet, row, column = leaf.place
        above = (sheet, row) == (self._surroundings.home, self._rows[0] - 1)
        return Symbol(name_of(column), 1) if above and column in self.run.columns else leaf

    def _wire_of(self, form: Form) -> Wire | None:
        row = form.typical_row
        try:
            meanings = self._surroundings.meanings(form.tokens, row, row - form.first_row)
            expression = meant(form.part.expression, meanings)
        except FormulaError:
            return None
        if len(self._rows) == 1:
            expression = expression.rebuilt(self._above_if_there)
        here: set[int] = set()
        above: set[int] = set()
        given: set[Leaf] = set()
        for leaf in expression.leaves():
            if isinstance(leaf, Symbol):
                if leaf.steps_back > 1:
                    continue  # what drifts this far is meant for something else
                other = column_of(leaf.name)
                if other in self.given:
                    given.add(other)
                else:
                    (here if leaf.steps_back == 0 else above).add(other)
            elif isinstance(leaf, Outside) and leaf.kind != "blank":
                given.add(leaf.place)
        return Wire(expression, frozenset(here), frozenset(above), frozenset(given))


def _of_its_own_row(wire: Wire) -> Wire:
    """A wire that takes something from the row above by mistake, without that."""
    return Wire(wire.expression, wire.here | wire.above, frozenset(), wire.given)


def values_of(wiring: Wiring, column: int, of: Leaf) -> tuple[float, ...]:
    """What a column does to some numbers of what it is a function of."""
    return tuple(wiring.value(column, {of: x}) for x in SPREAD)


def name_of(column: int) -> str:
    """What a column is called as long as nothing is known of it."""
    return f"#{column}"


def _is_filled(cell: Cell | None) -> bool:
    return cell is not None and (cell.formula is not None or cell.value is not None)


def column_of(name: str) -> int:
    """The column that is called so."""
    return int(name[1:])


def referred(expression: Expression) -> set[int]:
    """The columns that an expression refers to, in whatever row."""
    return {column_of(leaf.name) for leaf in expression.leaves() if isinstance(leaf, Symbol)}


def leaf_key(leaf: Expression) -> Leaf | None:
    """A leaf as a wire lists it."""
    if isinstance(leaf, Symbol):
        return column_of(leaf.name)
    if isinstance(leaf, Outside):
        return leaf.place
    return None


def most_common(leaves: Iterable[Leaf]) -> list[Leaf]:
    """Leaves by how often they come, the most common first, then in the order of the sheet."""
    counts = Counter(leaves)
    return sorted(counts, key=lambda leaf: (-counts[leaf], position(leaf)))


def position(leaf: Leaf) -> tuple[int, int, int]:
    """The order of leaves on a sheet: columns from left to right, then cells, then numbers."""
    if isinstance(leaf, float):
        return (2, round(1e6 * leaf), 0)
    if isinstance(leaf, int):
        return (0, leaf, 0)
    return (1, leaf[1], leaf[2])


def _exercise_of(constants: frozenset[str]) -> Exercise:
    exercise = _Unnamed()
    # Only these two are asked of the exercise of an unnamed table.
    exercise.__dict__["constants"] = constants
    exercise.__dict__["equations"] = {}
    return exercise
