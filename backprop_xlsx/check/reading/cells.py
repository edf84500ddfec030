"""The cells of a book as a table's sheet sees them: by place, by name, by plain reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.formula.tokens import (
    Corner,
    FormulaError,
    Reference,
    Token,
    reference_of,
    tokenise,
)
from backprop_xlsx.spreadsheet.ooxml.book import Book, Sheet
from backprop_xlsx.spreadsheet.ooxml.cells import Cell
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name


class Cells:
    """The cells of a book; what names no sheet stands on ``home``."""

    def __init__(self, book: Book, home: str) -> None:
        self.book = book
        self.home = home
        self._sheets = {sheet.name.casefold(): sheet for sheet in book.sheets}
        self._ends: dict[Place, Place] = {}

    def cell(self, place: Place) -> Cell | None:
        """What a cell holds, None if nothing."""
        sheet = self._sheets.get(place[0])
        return None if sheet is None else sheet.cells.get(place[1:])

    def sheet_name(self, sheet: str) -> str:
        """A sheet's name as it is written."""
        found = self._sheets.get(sheet)
        return sheet if found is None else found.name

    def sheet(self, place: Place) -> Sheet | None:
        """The sheet on which a cell stands."""
        return self._sheets.get(place[0])

    def name_of(self, place: Place) -> str:
        """A cell as a formula of the table's sheet names it: ``B33``, ``'Network'!C20``."""
        sheet, row, column = place
        if sheet == self.home:
            return cell_name(row, column)
        quoted = self.sheet_name(sheet).replace("'", "''")
        return f"'{quoted}'!{cell_name(row, column)}"

    def place(self, token: Token, moved: int = 0, sheet: str | None = None) -> Place | None:
        """The single cell that an operand names; None if it names none, or a range."""
        reference = token.reference
        if token.kind == "name":
            reference = self._named_reference(token.text, sheet or self.home)
        if reference is None or reference.last is not None:
            return None
        return self.corner(reference, reference.first, sheet or self.home, moved)

    @cached_property
    def named_cells(self) -> Mapping[Place, str]:
        """The names that the book gives to single cells."""
        found: dict[Place, str] = {}
        for name in map(str.casefold, self.book.names):
            reference = self._named_reference(name, self.home)
            if reference is not None and reference.last is None:
                found.setdefault(self.corner(reference, reference.first, self.home, 0), name)
        return found

    def follow(self, place: Place) -> Iterator[Place]:
        """The cells that a cell leads to by plain references, itself first."""
        seen = set()
        following: Place | None = place
        while following is not None and following not in seen:
            seen.add(following)
            yield following
            following = self._next(following)

    def end(self, place: Place) -> Place:
        """The cell to which a cell leads in the end by plain references; it may be itself."""
        cell = self.cell(place)
        if cell is None or cell.formula is None:
            return place
        passed = []
        end = place
        for following in self.follow(place):
            if following in self._ends:
                end = self._ends[following]
                break
            passed.append(following)
            end = following
        self._ends.update(dict.fromkeys(passed, end))
        return end

    def _next(self, place: Place) -> Place | None:
        """The cell to which a cell is a plain reference."""
        cell = self.cell(place)
        if cell is None or cell.formula is None:
            return None
        try:
            tokens = tokenise(cell.formula)
        except FormulaError:
            return None
        return self.place(tokens[0], 0, place[0]) if len(tokens) == 2 else None

    def _named_reference(self, name: str, sheet: str) -> Reference | None:
        return reference_of(self.book.definition(name, sheet) or "")

    def corner(self, reference: Reference, corner: Corner, sheet: str, moved: int) -> Place:
        """The cell of a corner of a reference that was moved down from where it was read."""
        row = corner.row if corner.row_anchored else corner.row + moved
        return (
            sheet if reference.sheet is None else reference.sheet.casefold(),
            row,
            corner.column,
        )
