"""Read a book as if its tables ran down one sheet without gaps, and tell where its cells are.

A table that runs across is turned, a sheet that goes on with another's table is moved beside it,
and what interrupts a table is moved out of it. The rest of the check then knows one kind of table;
what it says is put back into the book's own addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.formula.tokens import FormulaError, Token, tokenise, written
from backprop_xlsx.spreadsheet.ooxml.book import Book, Sheet
from backprop_xlsx.spreadsheet.ooxml.cells import Cell
from backprop_xlsx.spreadsheet.ooxml.charts import Chart, Series
from backprop_xlsx.spreadsheet.ooxml.formula_text import (
    MAXIMUM_COLUMN,
    MAXIMUM_ROW,
    column_letters,
    column_number,
)

FIRST_COLUMN = 26 + 26 * 26
"""Columns of a viewed sheet are moved by these, so that their names have three letters: no
quantity is called so, and an address in a sentence can be told from it."""
FAR_BELOW = 600_000
"""Rows by which what interrupts a table is moved down."""

_ADDRESS = re.compile(
    r"(?<![\w$'!])((?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)?(\$?)([A-Z]{3})(\$?)([1-9][0-9]{0,6})(?!\w)"
)


@dataclass(frozen=True)
class Turned:
    """A sheet whose rows are read as columns."""

    sheet: str

    def to(self, place: Place) -> Place:
        """Where a cell is read."""
        sheet, row, column = place
        return (sheet, column, row) if sheet == self.sheet else place

    back = to


@dataclass(frozen=True)
class Joined:
    """A sheet whose cells are read on another, moved by rows and columns."""

    sheet: str
    onto: str
    rows: int
    columns: int

    def to(self, place: Place) -> Place:
        """Where a cell is read."""
        sheet, row, column = place
        if sheet == self.sheet:
            return self.onto, row + max(self.rows, 0), column + self.columns
        if sheet == self.onto:
            return sheet, row + max(-self.rows, 0), column
        return place

    def back(self, place: Place) -> Place:
        """Where a cell stands that is read here."""
        sheet, row, column = place
        if sheet != self.onto:
            return place
        if column > self.columns:
            return self.sheet, row - max(self.rows, 0), column - self.columns
        return sheet, row - max(-self.rows, 0), column


@dataclass(frozen=True)
class Closed:
    """Some columns of a sheet, without the rows that interrupt a table.

    ``last_row`` is that of the table; what stands below it is not moved.
    """

    sheet: str
    columns: frozenset[int]
    gaps: tuple[int, ...]
    last_row: int

    def to(self, place: Place) -> Place:
        """Where a cell is read."""
        sheet, row, column = place
        if not self._moves(place) or row > self.last_row:
            return place
        if row in self.gaps:
            return sheet, row + FAR_BELOW, column
        return sheet, row - sum(gap < row for gap in self.gaps), column

    def back(self, place: Place) -> Place:
        """Where a cell stands that is read here."""
        sheet, row, column = place
        if not self._moves(place):
            return place
        if row - FAR_BELOW in self.gaps:
            return sheet, row - FAR_BELOW, column
        if row > self.last_row - len(self.gaps):
            return place
        for gap in self.gaps:
            row += gap <= row
        return sheet, row, column

    def _moves(self, place: Place) -> bool:
        return place[0] == self.sheet and place[2] in self.columns


Move = Turned | Joined | Closed


class View:
    """A book, read in another arrangement, and the way back."""

    def __init__(self, book: Book, moves: Sequence[Move] = ()) -> None:
        self.original = book
        self.moves = tuple(moves)
        self._turned = {move.sheet for move in moves if isinstance(move, Turned)}
        self._viewed = {move.sheet for move in moves}
        self._viewed |= {move.onto for move in moves if isinstance(move, Joined)}
        self._names = {sheet.name.casefold(): sheet.name for sheet in book.sheets}
        self.book = self._read() if moves else book

    def with_moves(self, *moves: Move) -> View:
        """The same with more moved; the moves are given in the addresses of this view."""
        shift = FIRST_COLUMN if self.moves else 0
        plain = [
            replace(move, columns=frozenset(column - shift for column in move.columns))
            if isinstance(move, Closed) and move.sheet in self._viewed
            else move
            for move in moves
        ]
        return View(self.original, [*self.moves, *plain])

    def to(self, place: Place) -> Place:
        """Where a cell of the book is read."""
        viewed = place[0] in self._viewed
        for move in self.moves:
            place = move.to(place)
        return (place[0], place[1], place[2] + FIRST_COLUMN) if viewed else place

    def back(self, place: Place) -> Place:
        """Where a cell stands in the book that is read here."""
        sheet, row, column = place
        if sheet not in self._viewed:
            return place
        place = (sheet, row, column - FIRST_COLUMN)
        for move in reversed(self.moves):
            place = move.back(place)
        return place

    def real_name(self, sheet: str) -> str:
        """A sheet's name as it is written, given in lower case."""
        return self._names.get(sheet, sheet)

    def runs_across(self, sheet: str) -> bool:
        """Whether a sheet's rows are read as columns."""
        return sheet.casefold() in self._turned

    def real_formula(self, formula: str, place: Place) -> str:
        """A formula that was read, or made, at a place here, in the book's own addresses."""
        return self._rewritten(formula, place[0], self.back(place)[0], self.back)

    def real_text(self, text: str, home: str) -> str:
        """A sentence about a sheet of this view, in the book's own addresses."""
        if not self.moves:
            return text

        def real(match: re.Match[str]) -> str:
            prefix, column_anchor, letters, row_anchor, row = match.groups()
            named = prefix[:-1].strip("'").replace("''", "'") if prefix else home
            sheet = named.casefold()
            if sheet not in self._viewed or column_number(letters) <= FIRST_COLUMN:
                return match[0]
            there = self.back((sheet, int(row), column_number(letters)))
            if there[1] < 1 or there[2] < 1:
                return match[0]
            if sheet in self._turned:
                column_anchor, row_anchor = row_anchor, column_anchor
            name = f"{column_anchor}{column_letters(there[2])}{row_anchor}{there[1]}"
            same = not prefix and there[0] == home.casefold()
            return name if same else f"{_quoted(self.real_name(there[0]))}!{name}"

        return _ADDRESS.sub(real, text)

    def _read(self) -> Book:
        gone = {move.sheet: move.onto for move in self.moves if isinstance(move, Joined)}
        cells: dict[str, dict[tuple[int, int], Cell]] = {name: {} for name in self._names}
        charts: dict[str, list[Chart]] = {name: [] for name in self._names}
        for sheet in self.original.sheets:
            name = sheet.name.casefold()
            onto = gone.get(name, name)
            charts[onto] += [self._chart(chart, name, onto) for chart in sheet.charts]
            for (row, column), cell in sheet.cells.items():
                there = self.to((name, row, column))
                if there[2] > MAXIMUM_COLUMN or there[1] > MAXIMUM_ROW:
                    continue
                formula = cell.formula
                if formula is not None:
                    formula = self._rewritten(formula, name, onto, self.to)
                cells[there[0]][there[1:]] = Cell(formula, cell.value, cell.array)
        sheets = tuple(
            Sheet(s.name, s.part, cells[s.name.casefold()], tuple(charts[s.name.casefold()]))
            for s in self.original.sheets
            if s.name.casefold() not in gone
        )
        names = {
            name: self._rewritten(text, "", "", self.to)
            for name, text in self.original.names.items()
        }
        return replace(self.original, sheets=sheets, names=names)

    def _chart(self, chart: Chart, home: str, new_home: str) -> Chart:
        def moved(text: str | None) -> str | None:
            return None if text is None else self._rewritten(text, home, new_home, self.to)

        series = [
            Series(
                moved(each.name) if each.name_is_reference else each.name,
                each.name_is_reference,
                moved(each.categories),
                moved(each.values),
            )
            for each in chart.series
        ]
        return replace(chart, series=tuple(series))

    def _rewritten(
        self, formula: str, home: str, new_home: str, move: Callable[[Place], Place]
    ) -> str:
        try:
            tokens = tokenise(formula)
        except FormulaError:
            return formula
        return written([self._moved(token, home, new_home, move) for token in tokens])

    def _moved(
        self, token: Token, home: str, new_home: str, move: Callable[[Place], Place]
    ) -> Token:
        reference = token.reference
        if reference is None:
            return token
        sheet = home if reference.sheet is None else reference.sheet.casefold()
        if sheet not in self._viewed and sheet == new_home:
            return token
        turned = sheet in self._turned
        ends = [reference.first] + ([reference.last] if reference.last else [])
        places = [move((sheet, corner.row, corner.column)) for corner in ends]
        if any(row < 1 or column < 1 for _, row, column in places):
            return replace(token, text="#REF!", kind="error", reference=None)
        texts = []
        for corner, (_, row, column) in zip(ends, places, strict=True):
            anchors = corner.column_anchored, corner.row_anchored
            if turned:
                anchors = anchors[1], anchors[0]
            texts.append(f"{'$' * anchors[0]}{column_letters(column)}{'$' * anchors[1]}{row}")
        target = places[0][0]
        prefix = "" if target == new_home else f"{_quoted(self.real_name(target))}!"
        return replace(token, text=prefix + ":".join(texts))


@lru_cache(maxsize=256)
def _quoted(name: str) -> str:
    if re.fullmatch(r"[^\W\d][\w.]*", name) and not re.fullmatch(r"[A-Za-z]{1,3}\d+", name):
        return name
    return "'" + name.replace("'", "''") + "'"
