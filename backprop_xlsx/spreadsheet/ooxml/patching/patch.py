"""Change formulas and cached values in the parts of a workbook, and leave every other byte."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.ooxml.book import Book
from backprop_xlsx.spreadsheet.ooxml.cursor import Position
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name
from backprop_xlsx.spreadsheet.ooxml.patching.cell_patch import (
    WHERE,
    Change,
    PlacedCell,
    find_cells,
)
from backprop_xlsx.spreadsheet.ooxml.patching.chart_patch import patch_chart
from backprop_xlsx.spreadsheet.ooxml.patching.edits import Edit, apply_edits, from_utf8, to_utf8
from backprop_xlsx.spreadsheet.ooxml.values import ErrorValue, Value

__all__ = ["WRONG_NUMBER", "Change", "patch_chart", "patch_sheet", "spoil", "spoilt_parts"]

WRONG_NUMBER = 987654321.5
"""What is cached in a copy with spoilt caches."""

_WRONG_NUMBER, _OTHER_NUMBER = Change(None, WRONG_NUMBER), Change(None, 123456789.5)
_WRONG_TEXT, _OTHER_TEXT = Change(None, "spoilt"), Change(None, "spoilt again")

_CACHED_VALUE = re.compile(rb"((?:</f>|<f [^>]*/>)<v>)[^<]*")


def patch_sheet(xml: bytes, changes: Mapping[Position, Change]) -> bytes:
    """A worksheet part with some of its cells changed, all other bytes as they are.

    Where a new formula breaks a group of cells that share one, each of the others gets its own
    in full; what they cache stays.

    Raises InputError if a cell to be changed is not in the part or cannot hold what it is given,
    and FileError if the part is not sound.
    """
    content, encoding = to_utf8(xml)
    edits: list[Edit] = []
    sharing: list[PlacedCell] = []
    missing = set(changes)

    def found(cell: PlacedCell) -> None:
        missing.discard(cell.position)
        if cell.shares:
            sharing.append(cell)
        else:
            edits.extend(cell.change(changes[cell.position]))

    new_formulas = {position for position, change in changes.items() if change.formula is not None}
    find_cells(content, changes, bool(new_formulas), found)
    if missing:
        raise InputError(f"{WHERE} has no cell {cell_name(*min(missing))}, expected one to change")
    broken = {cell.group for cell in sharing if cell.position in new_formulas} - {None}
    for cell in sharing:
        if cell.group in broken and cell.position not in new_formulas:
            edits.append(cell.unshare())
        if cell.position in changes:
            edits += cell.change(changes[cell.position])
    return from_utf8(apply_edits(content, edits), encoding)


def spoil(book: Book, target: Path) -> None:
    """Write a copy in which the cached value of every formula is wrong on purpose.

    An engine that only echoes what is cached is caught by it. Raises FileError if the package
    cannot be read or the target cannot be written.
    """
    book.archive.rewrite(spoilt_parts(book), target)


def spoilt_parts(book: Book) -> dict[str, bytes]:
    """The parts of such a copy that hold a formula, by their names."""
    changes = {}
    for sheet in book.sheets:
        cached = {
            position: cell.value
            for position, cell in sheet.cells.items()
            if cell.formula is not None or cell.array
        }
        if cached:
            changes[sheet.part] = _spoilt(book.archive.read(sheet.part), cached)
    return changes


def _spoilt(xml: bytes, cached: Mapping[Position, Value]) -> bytes:
    # A number is wrong in a cell of numbers or texts, and does not break the types of either.
    # Where every formula is written in the usual way this is all, and twenty times faster.
    if not any(isinstance(value, (bool, ErrorValue)) for value in cached.values()):
        number = str(_WRONG_NUMBER.value).encode()
        spoilt, count = _CACHED_VALUE.subn(rb"\g<1>" + number, xml)
        if count == len(cached) and _WRONG_NUMBER.value not in cached.values():
            return spoilt
    return patch_sheet(xml, {position: _wrong(value) for position, value in cached.items()})


def _wrong(value: Value) -> Change:
    if isinstance(value, bool):
        return Change(None, not value)
    if isinstance(value, str) and not isinstance(value, ErrorValue):
        return _OTHER_TEXT if value == _WRONG_TEXT.value else _WRONG_TEXT
    return _OTHER_NUMBER if value == _WRONG_NUMBER.value else _WRONG_NUMBER
