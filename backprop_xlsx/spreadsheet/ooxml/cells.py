"""Read the cells of a sheet's XML: formulas, shared ones written out, and values."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from backprop_xlsx.spreadsheet.errors import to_be_repaired
from backprop_xlsx.spreadsheet.ooxml import markup
from backprop_xlsx.spreadsheet.ooxml.allowance import MAXIMUM_CELLS, Allowance
from backprop_xlsx.spreadsheet.ooxml.cursor import Cursor, Position
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name, column_number, shift
from backprop_xlsx.spreadsheet.ooxml.values import ErrorValue, Value, days, number, unescape

__all__ = ["Cell", "ErrorValue", "SheetContent", "read_cells"]


@dataclass(slots=True)
class Cell:
    """What a cell holds.

    `formula` is its text without "=", None if there is none. `value` is the cached value beside
    a formula, or the typed one; a date is its number of days. `array` marks the cells of array
    formulas and data tables; only the first of them has the formula.
    """

    formula: str | None
    value: Value
    array: bool = False


@dataclass(frozen=True)
class SheetContent:
    """The cells of a sheet, and the relationship id of its drawing."""

    cells: dict[Position, Cell]
    drawing: str | None


_NAMES = markup.qualified(markup.SPREADSHEET, "row", "c", "f", "v", "t", "rPh", "drawing")
_CORNER = "([A-Z]{1,3})([1-9][0-9]{0,6})"
_AREA = re.compile(f"{_CORNER}(?::{_CORNER})?")


def read_cells(
    chunks: Iterable[bytes],
    where: str,
    strings: Sequence[str],
    allowance: Allowance,
    epoch_1904: bool,
) -> SheetContent:
    """The cells of a worksheet that hold something, and its drawing.

    `where` opens the message of every FileError: the part is not well-formed, or goes beyond the
    limits of this module or of `markup`, or a cell refers to a shared string that is not there.
    """
    reader = _Reader(where, strings=strings, allowance=allowance, epoch_1904=epoch_1904)
    parser = markup.new_parser(where)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    markup.feed(parser, reader.counted(chunks), where, reader)
    reader.finish()
    return SheetContent(reader.cells, reader.drawing)


@dataclass(kw_only=True, slots=True)
class _Reader(Cursor):
    """The handlers of one sheet; they run for each tag, so each does as little as it can."""

    strings: Sequence[str]
    allowance: Allowance
    epoch_1904: bool
    cells: dict[Position, Cell] = field(default_factory=dict)
    drawing: str | None = None
    depth: int = 0
    text_length: int = 0
    count: int = 0
    phonetic: bool = False
    attributes: markup.Attributes | None = None
    formula: list[str] | None = None
    formula_attributes: markup.Attributes = field(default_factory=dict)
    value: list[str] | None = None
    pieces: list[str] | None = None
    shared: dict[str, tuple[str, Position]] = field(default_factory=dict)
    orphans: list[tuple[Position, str]] = field(default_factory=list)
    array_areas: list[str] = field(default_factory=list)

    def start(self, tag: str, attributes: markup.Attributes) -> None:
        self.depth += 1
        name = _NAMES.get(tag)
        if name is None:
            return
        if name == "c":
            if "r" not in attributes:
                self._count_cell(attributes)
            self.attributes = attributes
        elif name == "v" or name == "t":
            if not self.phonetic:
                if self.value is None:
                    self.value = []
                self.pieces = self.value
            self.text_length = 0
        elif name == "f":
            self.formula_attributes = attributes
            self.pieces = self.formula = []
            self.text_length = 0
        elif name == "row":
            self.enter_row(attributes)
            self.attributes = None
        elif name == "rPh":
            self.phonetic = True
        elif name == "drawing":
            self.drawing = markup.relationship_id(attributes)

    def end(self, tag: str) -> None:
        self.depth -= 1
        name = _NAMES.get(tag)
        if name is None:
            return
        if name == "c":
            if (self.value is not None or self.formula is not None) and self.attributes is not None:
                self._end_cell(self.attributes)
        elif name == "v" or name == "t" or name == "f":
            self.pieces = None
        elif name == "rPh":
            self.phonetic = False

    def text(self, piece: str) -> None:
        if self.pieces is not None:
            self.pieces.append(piece)
            self.text_length += len(piece)

    def counted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks, with a look at the number of cells after each."""
        for chunk in chunks:
            yield chunk
            self.allowance.refuse_cells(self.count, self.where)

    def finish(self) -> None:
        """What can only be done once all cells are there."""
        for position, index in self.orphans:
            if index in self.shared:
                cell = self.cells.setdefault(position, Cell(None, None))
                cell.formula = _moved(self.shared[index], position)
                self.allowance.spend_characters(len(cell.formula), self.where)
        self.allowance.cells -= self.count
        self._mark_arrays()

    def _count_cell(self, attributes: markup.Attributes) -> None:
        # Addresses are only read of cells that hold something, or that others are counted from.
        if self.attributes is not None and "r" in self.attributes:
            self.enter_cell(self.attributes)
        self.enter_cell(attributes)

    def _end_cell(self, attributes: markup.Attributes) -> None:
        if "r" in attributes:
            self.enter_cell(attributes)
        position = (self.row, self.column)
        cell = Cell(None, None)
        if self.formula is not None:
            self._read_formula(cell, "".join(self.formula).removeprefix("="), position)
        if self.value is not None:
            cell.value = self._value(attributes.get("t"), "".join(self.value))
        if cell.value is not None or cell.formula is not None:
            self.cells[position] = cell
            self.count += 1
        self.formula = self.value = None

    def _read_formula(self, cell: Cell, text: str, position: Position) -> None:
        attributes = self.formula_attributes
        kind = attributes.get("t") if attributes else None
        if kind == "shared":
            text = self._shared_formula(text, attributes.get("si", ""), position)
        elif kind == "array" or kind == "dataTable":
            cell.array = True
            self.array_areas.append(attributes.get("ref", ""))
            if kind == "dataTable":
                text = text or _data_table(attributes)
        self.allowance.spend_characters(len(text), self.where)
        cell.formula = text or None

    def _shared_formula(self, text: str, index: str, position: Position) -> str:
        master = self.shared.get(index)
        if text:
            if master is None or "ref" in self.formula_attributes:
                self.shared[index] = (text, position)
            return text
        if master is None:
            self.orphans.append((position, index))
            return ""
        return _moved(master, position)

    def _value(self, kind: str | None, text: str) -> Value:
        value: Value
        if kind is None or kind == "n":
            value = number(text)
        elif kind == "s":
            return self._shared_string(text)
        elif kind == "b":
            value = text.strip() in markup.TRUE
        elif kind == "e":
            value = ErrorValue(text)
        elif kind == "d":
            value = days(text, self.epoch_1904)
        else:
            value = unescape(text)
        if isinstance(value, str):
            self.allowance.spend_characters(len(value), self.where)
        return value

    def _shared_string(self, text: str) -> str | None:
        if not text:
            return None
        try:
            index = int(text)
            if index >= 0:
                return self.strings[index]
        except (ValueError, IndexError):
            pass
        raise to_be_repaired(
            f"{self.where}, cell {cell_name(self.row, self.column)}: refers to shared text "
            f"{text[:20]!r} of {len(self.strings)}"
        )

    def _mark_arrays(self) -> None:
        # Areas are bounded together, so that a few thousand whole sheets take no hours.
        left = MAXIMUM_CELLS
        for area in self.array_areas:
            match = _AREA.fullmatch(area)
            if match is None:
                continue
            first_letters, first_row, last_letters, last_row = match.groups()
            rows = range(int(first_row), int(last_row or first_row) + 1)
            columns = range(
                column_number(first_letters), column_number(last_letters or first_letters) + 1
            )
            left -= len(rows) * len(columns)
            if left < 0:
                return
            for position in itertools.product(rows, columns):
                cell = self.cells.get(position)
                if cell is not None:
                    cell.array = True


def _moved(master: tuple[str, Position], position: Position) -> str:
    formula, (row, column) = master
    return shift(formula, position[0] - row, position[1] - column)


def _data_table(attributes: markup.Attributes) -> str:
    """The formula of a data table as Excel shows it, {=TABLE(row input,column input)}."""
    first, second = attributes.get("r1", ""), attributes.get("r2", "")
    if attributes.get("dt2D") in markup.TRUE:
        return f"TABLE({first},{second})"
    by_row = attributes.get("dtr") in markup.TRUE
    return f"TABLE({first},)" if by_row else f"TABLE(,{first})"
