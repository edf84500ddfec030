"""What a formula's operands mean in a table: a quantity of some step, a constant, other cells."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache

from backprop_xlsx.check.reading.cells import Cells
from backprop_xlsx.check.reading.meanings import (
    Area,
    Meaning,
    Outside,
    Place,
    content_of,
    expressions,
    is_blank,
    meant,
)
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.expression import Number, Symbol
from backprop_xlsx.formula.intersection import expects_one, intersected
from backprop_xlsx.formula.parse import Operand, Part, parse
from backprop_xlsx.formula.tokens import FormulaError, Token, tokenise
from backprop_xlsx.spreadsheet.ooxml.book import Book

MAXIMUM_CHAIN = 12
"""Helper cells that a formula may go through, one by way of the other."""
MAXIMUM_SIZE = 400
"""Operands of a formula after its helper cells have been put in; and one for each sample."""
MAXIMUM_RANGE = 400
"""Cells of one range; and one for each sample."""

LOOKING_UP = frozenset({"CHOOSE", "VLOOKUP", "HLOOKUP", "LOOKUP", "XLOOKUP", "MATCH"})
"""Functions that give what stands in a list; what their own cell holds is taken for its number."""

FOREIGN = math.sqrt(0.7)
"""What a cell of another run is taken for: a number that no quantity of a probe has."""


@dataclass(frozen=True)
class Roles:
    """What stands for quantities though it is in no column of theirs.

    ``cells`` outside the table: the learning rate, an input, a target; ``start_values``, cells that
    hold that of a weight; ``numbers``, which are typed into the table's formulas.
    """

    cells: Mapping[Place, str] = field(default_factory=dict)
    start_values: Mapping[Place, str] = field(default_factory=dict)
    numbers: tuple[tuple[str, float], ...] = ()


class Surroundings(Cells):
    """A table in its book: gives the meaning of what its formulas refer to, by its ``roles``."""

    def __init__(
        self, book: Book, table: Table, tables: Sequence[Table] = (), roles: Roles | None = None
    ) -> None:
        super().__init__(book, table.sheet.name.casefold())
        self.table = table
        self.roles = Roles() if roles is None else roles
        self.others = [other for other in tables if other is not table]
        self._memory: dict[tuple[Place, int], Meaning] = {}
        self.used: dict[tuple[Hashable, ...], Counter[Place]] = {}
        """How many formulas of a table refer to each cell, by table, once they are counted."""

    def of(self, table: Table) -> Surroundings:
        """The same for another table of the book, or this one with other columns or quantities."""
        found = copy(self)
        found.home = table.sheet.name.casefold()
        found.table, found._memory = table, {}
        return found

    def knowing(self, roles: Roles) -> Surroundings:
        """The same with other roles."""
        found = copy(self)
        found.roles, found._memory = roles, {}
        return found

    def meanings(self, tokens: Sequence[Token], row: int, moved: int = 0) -> list[Meaning | None]:
        """The meaning of each operand, None at the other tokens.

        ``row`` is the row of the table in which the formula stands, ``moved`` how many rows below
        the one from which the tokens were read.

        Raises FormulaError for what cannot be evaluated here.
        """
        try:
            return self._all(tokens, self.home, row, moved, (), row)
        except RecursionError:
            raise FormulaError("is nested too deeply by way of its helper cells") from None

    def places(self, token: Token, sheet: str | None = None) -> Iterator[Place]:
        """The cells of a reference, as it stands; none of a range that is too large to be read.

        ``sheet`` is where the formula stands, if not on that of the table.
        """
        reference = token.reference
        if reference is None:
            return
        first = self.corner(reference, reference.first, sheet or self.home, 0)
        last = self.corner(reference, reference.last or reference.first, sheet or self.home, 0)
        rows, columns = _spans(first, last)
        if len(rows) * len(columns) <= self._largest_range:
            yield from ((first[0], row, column) for row in rows for column in columns)

    @property
    def _largest_range(self) -> int:
        return MAXIMUM_RANGE + self.table.exercise.samples

    def in_table(self, place: Place) -> str | None:
        """The quantity in whose column, among the table's steps, a cell stands; or None."""
        sheet, row, column = place
        if sheet != self.home or row not in self.table.rows:
            return None
        return self.table.quantities.get(column)

    def in_another_table(self, place: Place) -> str | None:
        """The quantity in whose column, among the steps of another table, a cell stands."""
        sheet, row, column = place
        return next(
            (
                other.quantities[column]
                for other in self.others
                if other.sheet.name.casefold() == sheet
                and row in other.rows
                and column in other.quantities
            ),
            None,
        )

    def _all(
        self,
        tokens: Sequence[Token],
        sheet: str,
        row: int,
        moved: int,
        chain: tuple[Place, ...],
        own: int,
    ) -> list[Meaning | None]:
        """The meanings of all operands of a formula that stands in a row of its ``own``."""
        return [
            self._meaning(token, sheet, row, moved, chain, own if one else None)
            for token, one in zip(tokens, expects_one(tokens), strict=True)
        ]

    def _meaning(
        self,
        token: Token,
        sheet: str,
        row: int,
        moved: int,
        chain: tuple[Place, ...],
        own: int | None,
    ) -> Meaning | None:
        kind = token.kind
        if kind == "reference":
            return self._of_reference(token, sheet, row, moved, chain, own)
        if kind == "number":
            number = float(token.text)
            return Meaning(Number(number), repr(number))
        if kind == "name":
            return self._of_name(token.text, sheet, row, chain, own)
        if kind in ("error", "text"):
            return Meaning(Outside(token.text, (sheet, 0, 0), kind, math.nan), kind)
        return None

    def _of_name(
        self, name: str, sheet: str, row: int, chain: tuple[Place, ...], own: int | None
    ) -> Meaning:
        if name.upper() in ("TRUE", "FALSE"):
            number = float(name.upper() == "TRUE")
            return Meaning(Number(number), repr(number))
        definition = self.book.definition(name, sheet)
        if definition is None:
            return Meaning(Outside(name, (sheet, 0, 0), "error", math.nan), "error")
        tokens = tokenise(definition)
        if len(tokens) == 2:
            meaning = self._meaning(tokens[0], sheet, row, 0, chain, own)
            if meaning is not None:
                return meaning
        return self._of_formula(definition, sheet, row, chain)

    def _of_reference(
        self,
        token: Token,
        sheet: str,
        row: int,
        moved: int,
        chain: tuple[Place, ...],
        own: int | None,
    ) -> Meaning:
        reference, name = token.reference, token.text
        assert reference is not None
        first = self.corner(reference, reference.first, sheet, moved)
        if reference.last is None:
            return self._of_cell(first, row, chain)
        corners = first, self.corner(reference, reference.last, sheet, moved)
        rows, columns = _spans(*corners)
        only = intersected(rows, columns, own)
        if only is not None:
            return self._of_cell((first[0], only, first[2]), row, chain)
        if len(rows) * len(columns) > self._largest_range:
            raise FormulaError(f"refers to the {len(rows) * len(columns)} cells of {name}")
        cells = [[self._in_range((first[0], r, c), row, chain) for c in columns] for r in rows]
        area = Area(name, tuple(tuple(expressions(line)) for line in cells))
        keys = ";".join(",".join(m.key if m else "" for m in line) for line in cells)
        size = sum(m.size for line in cells for m in line if m)
        return self._limited(Meaning(area, f"[{keys}]", size))

    def _in_range(self, place: Place, row: int, chain: tuple[Place, ...]) -> Meaning | None:
        meaning = self._of_cell(place, row, chain)
        number = meaning.expression
        return None if isinstance(number, Outside) and number.kind in ("blank", "text") else meaning

    def _of_cell(self, place: Place, row: int, chain: tuple[Place, ...]) -> Meaning:
        meaning = self._memory.get((place, row))
        if meaning is None:
            meaning = self._memory[place, row] = self._read(place, row, chain)
        return meaning

    def _read(self, place: Place, row: int, chain: tuple[Place, ...]) -> Meaning:
        quantity = self.in_table(place)
        cell = self.cell(place)
        constant = quantity in self.table.exercise.constants
        if quantity is not None and not (constant and is_blank(cell)):
            steps_back = 0 if constant else row - place[1]
            return _symbol(quantity, steps_back, place)
        if place in self.roles.cells:
            return _symbol(self.roles.cells[place], 0, place)
        if place in self.roles.start_values:
            return _symbol(self.roles.start_values[place], row - self.table.first_row, place)
        if cell is not None and cell.formula is not None:
            if self.in_another_table(place) in self.table.exercise.equations:
                name = self.name_of(place)
                return Meaning(Outside(name, place, "run", FOREIGN), f"run {name}", 1, place)
            if place in chain:
                raise FormulaError(f"goes in a circle by way of {self.name_of(place)}")
            if len(chain) >= MAXIMUM_CHAIN:
                raise FormulaError(f"goes through more than {MAXIMUM_CHAIN} other cells")
            if self._is_looked_up(cell.formula, place):
                _, number = content_of(cell)
                name = self.name_of(place)
                return Meaning(Outside(name, place, "number", number), f"only {name}", 1, place)
            meaning = self._of_formula(cell.formula, place[0], row, (*chain, place))
            return Meaning(meaning.expression, meaning.key, meaning.size, place)
        kind, number = content_of(cell)
        key = repr(number) if kind == "number" else kind
        return Meaning(Outside(self.name_of(place), place, kind, number), key, 1, place)

    def _is_looked_up(self, formula: str, place: Place) -> bool:
        """Whether a cell outside the table finds a number in a list that also stands outside."""
        tokens = tokenise(formula)
        if not any(t.kind == "function" and t.text.upper() in LOOKING_UP for t in tokens):
            return False
        sheet, row, column = place
        if sheet == self.home and row in self.table.rows:
            beside = (self.cell((sheet, other, column)) for other in (row - 1, row + 1))
            if any(cell is not None and cell.formula is not None for cell in beside):
                return False  # a column of such cells, one for each step
        sources = [source for token in tokens for source in self.places(token, sheet)]
        return not any(self.in_table(source) or self.in_another_table(source) for source in sources)

    def _of_formula(self, formula: str, sheet: str, row: int, chain: tuple[Place, ...]) -> Meaning:
        tokens, part = _parsed(formula)
        meanings = self._all(tokens, sheet, row, 0, chain, chain[-1][1] if chain else row)
        if isinstance(part.expression, Operand):
            only = meanings[part.expression.index]
            assert only is not None
            return only
        expression = meant(part.expression, meanings)
        key = "".join(m.key if m else t.text for m, t in zip(meanings, tokens, strict=True))
        size = sum(m.size for m in meanings if m)
        return self._limited(Meaning(expression, f"({key})", size))

    def _limited(self, meaning: Meaning) -> Meaning:
        largest = MAXIMUM_SIZE + self.table.exercise.samples
        if meaning.size > largest:
            raise FormulaError(f"comes to more than {largest} operands with its helper cells")
        return meaning


@lru_cache(maxsize=8192)
def _parsed(formula: str) -> tuple[tuple[Token, ...], Part]:
    tokens = tokenise(formula)
    return tokens, parse(tokens)


def _symbol(quantity: str, steps_back: int, place: Place) -> Meaning:
    return Meaning(Symbol(quantity, steps_back), f"{quantity}@{steps_back}", 1, place)


def _spans(first: Place, last: Place) -> tuple[range, range]:
    """The rows and columns of the range between two cells."""
    rows, columns = ((min(pair), max(pair) + 1) for pair in zip(first[1:], last[1:], strict=True))
    return range(*rows), range(*columns)
