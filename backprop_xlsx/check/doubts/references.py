"""To what the formulas that are corrected, and those that are kept, refer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from backprop_xlsx.check.reading.arranging.views import View
from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.formula.tokens import references_of
from backprop_xlsx.spreadsheet.ooxml.book import Book, Position
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name

LARGEST_RANGE = 1_000
"""Cells of one range that are looked at."""

Corrections = Mapping[str, Mapping[Position, str]]
"""The right formula of each wrong cell, without "=", by the name of the sheet."""


def changed_cells(corrections: Corrections) -> set[Place]:
    """The cells that get another formula."""
    return {
        (name.casefold(), *position)
        for name, formulas in corrections.items()
        for position in formulas
    }


def address_of(view: View, place: Place) -> str:
    """The address of a cell of the book itself, as a message tells it."""
    sheet, row, column = place
    return f"{view.real_name(sheet)}!{cell_name(row, column)}"


def uses(view: View, place: Place, changed: Set[Place]) -> bool:
    """Whether the formula of a cell of the book itself refers to one that gets another."""
    cell = view.original.sheet(view.real_name(place[0])).cells.get(place[1:])
    return not changed.isdisjoint(referred(cell.formula if cell else None, place[0]))


def used_cells(book: Book, corrections: Corrections) -> set[Place]:
    """The cells to which wrong formulas refer."""
    return {
        place
        for name, formulas in corrections.items()
        for position in formulas
        for cell in [book.sheet(name).cells.get(position)]
        for place in referred(cell.formula if cell else None, name.casefold())
    }


def referred(formula: str | None, sheet: str) -> Iterator[Place]:
    """The cells to which a formula on a sheet refers."""
    for reference in references_of(formula or ""):
        rows, columns = reference.area
        if len(rows) * len(columns) <= LARGEST_RANGE:
            there = sheet if reference.sheet is None else reference.sheet.casefold()
            yield from ((there, row, column) for row in rows for column in columns)
