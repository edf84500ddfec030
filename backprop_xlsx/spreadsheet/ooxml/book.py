"""Read a workbook: the cells and charts of all its sheets, and its defined names."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from backprop_xlsx.spreadsheet.errors import FileError, InputError, to_be_repaired
from backprop_xlsx.spreadsheet.ooxml import markup
from backprop_xlsx.spreadsheet.ooxml.allowance import Allowance
from backprop_xlsx.spreadsheet.ooxml.archive import Archive
from backprop_xlsx.spreadsheet.ooxml.cells import Cell, read_cells
from backprop_xlsx.spreadsheet.ooxml.charts import Chart, Series, read_charts
from backprop_xlsx.spreadsheet.ooxml.cursor import Position
from backprop_xlsx.spreadsheet.ooxml.relationships import (
    Relationship,
    related,
    relationships,
    workbook_part,
)
from backprop_xlsx.spreadsheet.ooxml.shared_strings import read_shared_strings
from backprop_xlsx.spreadsheet.ooxml.values import ErrorValue, Value

__all__ = [
    "Book",
    "Cell",
    "Chart",
    "ErrorValue",
    "Position",
    "Series",
    "Sheet",
    "Value",
    "read_archive",
    "read_book",
]

MAXIMUM_SHEETS = 1_000
"""Excel has no limit; the largest class book has ten."""
MAXIMUM_NAMES = 100_000
"""Defined names; books that were copied for years hold some ten thousand dead ones."""

_NAMES = markup.qualified(markup.SPREADSHEET, "sheet", "definedName", "workbookPr")


@dataclass(frozen=True)
class Sheet:
    """A sheet: its part in the package, and the cells that hold something by row and column.

    A chart sheet has a chart and no cells.
    """

    name: str
    part: str
    cells: dict[Position, Cell]
    charts: tuple[Chart, ...]


@dataclass(frozen=True)
class Book:
    """A workbook as it was read; `names` are the defined names and what they stand for.

    A name that is defined for one sheet only is listed as `sheet!name`.
    """

    path: Path
    archive: Archive
    sheets: tuple[Sheet, ...]
    names: dict[str, str]

    def sheet(self, name: str) -> Sheet:
        """The sheet of that name, in upper or lower case; raises InputError if there is none."""
        for sheet in self.sheets:
            if sheet.name.casefold() == name.casefold():
                return sheet
        known = ", ".join(repr(sheet.name) for sheet in self.sheets)
        raise InputError(f"{self.path}: has no sheet {name!r}, expected one of {known}")

    @cached_property
    def _named(self) -> dict[str, str]:
        return {name.casefold(): text for name, text in self.names.items()}

    def definition(self, name: str, sheet: str) -> str | None:
        """What a name stands for on a sheet, in upper or lower case; None if it is not defined."""
        scope, _, plain = name.casefold().rpartition("!")
        scope = scope.strip("'") or sheet.casefold()
        return self._named.get(f"{scope}!{plain}", self._named.get(plain))


def read_book(path: Path) -> Book:
    """Read a workbook; formulas are not evaluated, and nothing outside the file is opened.

    Raises FileError if the file is no workbook, is damaged, or is too large, see `Archive.open`.
    """
    return read_archive(Archive.open(path))


def read_archive(archive: Archive) -> Book:
    """Read the workbook of an open package; raises FileError as `read_book` does."""
    workbook, targets = _workbook(archive)
    allowance = Allowance()
    texts = related(targets, "sharedStrings")
    strings = () if texts is None else read_shared_strings(archive, texts, allowance)
    sheets: list[Sheet] = []
    for name, part in _parts(archive.path, workbook, targets).items():
        where = f"{archive.path}: sheet {name!r}"
        content = read_cells(archive.chunks(part), where, strings, allowance, workbook.epoch_1904)
        drawing = relationships(archive, part).get(content.drawing or "")
        charts = read_charts(archive, drawing.part) if drawing is not None else ()
        sheets.append(Sheet(name, part, content.cells, charts))
    if not sheets:
        raise to_be_repaired(f"{archive.path}: holds no sheet, expected a workbook")
    return Book(archive.path, archive, tuple(sheets), workbook.names())


def sheet_parts(archive: Archive) -> dict[str, str]:
    """The part of each sheet, by its name; raises FileError as `read_book` does."""
    return _parts(archive.path, *_workbook(archive))


def _workbook(archive: Archive) -> tuple[_Workbook, dict[str, Relationship]]:
    part = workbook_part(archive)
    workbook = _Workbook(archive.path)
    chunks, where = archive.chunks(part), archive.where(part)
    markup.parse(chunks, where, _NAMES, workbook.start, workbook.end, workbook.text)
    return workbook, relationships(archive, part)


def _parts(path: Path, workbook: _Workbook, targets: dict[str, Relationship]) -> dict[str, str]:
    parts: dict[str, str] = {}
    for name, identifier in workbook.sheets:
        target = targets.get(identifier)
        if target is None or target.part in parts.values() or name in parts:
            raise to_be_repaired(f"{path}: sheet {name!r} has no part of its own")
        parts[name] = target.part
    return parts


@dataclass
class _Workbook:
    """The handlers of the workbook part."""

    path: Path
    sheets: list[tuple[str, str]] = field(default_factory=list)
    defined: list[tuple[str, str | None, list[str]]] = field(default_factory=list)
    epoch_1904: bool = False
    in_name: bool = False

    def start(self, name: str, attributes: markup.Attributes) -> None:
        if name == "sheet":
            identifier = markup.relationship_id(attributes) or ""
            self.sheets.append((attributes.get("name", ""), identifier))
            self._refuse_beyond(len(self.sheets), MAXIMUM_SHEETS, "sheets")
        elif name == "definedName":
            self.in_name = True
            self.defined.append((attributes.get("name", ""), attributes.get("localSheetId"), []))
            self._refuse_beyond(len(self.defined), MAXIMUM_NAMES, "defined names")
        else:
            self.epoch_1904 = attributes.get("date1904") in markup.TRUE

    def end(self, _: str) -> None:
        self.in_name = False

    def text(self, piece: str) -> None:
        if self.in_name:
            self.defined[-1][2].append(piece)

    def _refuse_beyond(self, number: int, limit: int, what: str) -> None:
        if number > limit:
            raise FileError(
                f"{self.path}: has more than {limit:,} {what}; keep only those that are needed"
            )

    def names(self) -> dict[str, str]:
        """The defined names; a sheet's own with its name before it."""
        names = {}
        for name, sheet, pieces in self.defined:
            if sheet is not None and sheet.isdecimal() and int(sheet) < len(self.sheets):
                name = f"{self.sheets[int(sheet)][0]}!{name}"
            names[name] = "".join(pieces)
        return names
