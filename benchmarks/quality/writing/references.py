"""A template as the formula of a cell: which cell, name or number each operand is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_rowcol_to_cell

from .cells import Owner
from .layout import Place

if TYPE_CHECKING:
    from .book import Book


def formula_at(book: Book, owner: Owner, template: str) -> str:
    """A template as it stands in a cell of a table."""
    run, quantity, step = owner
    home = book.layouts[run].sheet_of(quantity)
    references = _References(book, run, step, home)
    return "=" + re.sub(r"\{([^}]*)\}", lambda match: references.operand(match[1]), template)


def defined_name(quantity: str) -> str:
    """The name of a constant's cell."""
    if quantity == "rate":
        return "eta"
    kind = {"i": "input", "t": "target", "w": "weight", "b": "bias"}[quantity[0]]
    return f"{kind}_{quantity[1:]}"


def is_named(book: Book, quantity: str) -> bool:
    """Whether the cell of a constant has a name."""
    kind = book.style["rate" if quantity == "rate" else "constants"]
    return kind in ("name", "names") and quantity != "momentum"


@dataclass(frozen=True)
class _References:
    """The operands of one cell: of a run, at a step, on the sheet ``home``."""

    book: Book
    run: int
    step: int
    home: str

    def operand(self, name: str) -> str:
        if ":" in name:
            ends = name.split(":")
            first, last = self.operand(ends[0]), self.operand(ends[-1])
            return f"{first}:{last.rpartition('!')[2]}"
        where, quantity = _parts(name)
        run = (self.run + 1) % len(self.book.runs) if where == "other" else self.run
        layout = self.book.layouts[run]
        if quantity == "blank":
            return self._address(layout.cell(layout.end + 60 + self.step, layout.last_slot + 30))
        if where.startswith("drift"):
            sheet, row, column = layout.parameters[quantity]
            moved = self.step - int(where[len("drift") :])
            at = (row, column + moved) if layout.across else (row + moved, column)
            return self._address((sheet, *at))
        if where == "start":
            assert layout.start_line is not None
            return self._address(layout.cell(layout.start_line, layout.slots[quantity]))
        if where == "cell" or quantity not in layout.slots:
            return self._given(run, quantity)
        once = self.book.style["constants"] == "first row"
        if where == "first" or (once and quantity in self.book.convention.constants):
            return self._address(layout.place(quantity, 0), True, True)
        place = layout.place(quantity, self.step + {"above": -1, "below": 1}.get(where, 0))
        half = self.book.style["anchors"] == "columns"
        return self._address(place, half and layout.across, half and not layout.across)

    def _given(self, run: int, quantity: str) -> str:
        """A constant or rate that has no column."""
        layout = self.book.layouts[run]
        if quantity in layout.parameters:
            if is_named(self.book, quantity):
                return defined_name(quantity)
            return self._address(layout.parameters[quantity], True, True)
        number = f"{self.book.runs[run][quantity]:.15g}"
        return f"({number})" if number.startswith("-") else number

    def _address(self, place: Place, fixed_row: bool = False, fixed_column: bool = False) -> str:
        sheet, row, column = place
        text: str = xl_rowcol_to_cell(row - 1, column - 1, fixed_row, fixed_column)
        if sheet == self.home:
            return text
        quoted = sheet.replace("'", "''")
        return f"{sheet}!{text}" if re.fullmatch(r"[A-Za-z]+", sheet) else f"'{quoted}'!{text}"


def _parts(name: str) -> tuple[str, str]:
    """("above", "v w1") of "above v w1": where, and what."""
    match = re.fullmatch(r"(?:(above|below|first|other|cell|start|drift\d) )?(.*)", name)
    assert match is not None
    return match[1] or "", match[2]
