"""Whether a corrected copy could be explained otherwise: then it is not given out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from itertools import combinations, product

from backprop_xlsx.check.book_check import JudgedBook
from backprop_xlsx.check.judging.judged_table import JudgedTable
from backprop_xlsx.check.reading.arranging.views import View
from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.check.reading.single_cells import number_of
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.names import label
from backprop_xlsx.formula.tokens import references_of
from backprop_xlsx.model.network import CLASS_NETWORK
from backprop_xlsx.spreadsheet.errors import VerificationError
from backprop_xlsx.spreadsheet.ooxml.book import Book, Position
from backprop_xlsx.spreadsheet.ooxml.cells import Cell
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name

LARGEST_RANGE = 1_000
"""Cells of one range that are looked at."""

Corrections = Mapping[str, Mapping[Position, str]]


def require_undoubted(checked: JudgedBook, original: Book, corrections: Corrections) -> None:
    """Refuse a copy, as it was judged, whose reading hangs on a guess.

    Raises VerificationError if two tables stand in the same cells, if wrong formulas used what
    nobody knows or what only they use, or if a whole layer computed another activation.
    """
    _require_apart(checked)
    _require_explained(checked, _used(original, corrections))
    _require_innocent(checked, original, corrections)
    _require_convention(checked, corrections)


def _require_apart(checked: JudgedBook) -> None:
    """Of two tables in the same cells at least one is misread."""
    boxes = [_boxes(table.table, checked.view) for table in checked.tables]
    for one, other in combinations(boxes, 2):
        for sheet in one.keys() & other.keys():
            (first, last), (other_first, other_last) = one[sheet], other[sheet]
            if all(
                first[axis] <= other_last[axis] and other_first[axis] <= last[axis]
                for axis in (0, 1)
            ):
                raise VerificationError("two of its tables stand in the same cells")


def _boxes(table: Table, view: View) -> dict[str, tuple[Position, Position]]:
    """From which cell to which a table stands, on each of its sheets."""
    places: dict[str, list[Position]] = {}
    for row, column in product((table.first_row, table.last_row), table.columns.values()):
        sheet, *position = view.back((table.sheet.name.casefold(), row, column))
        places.setdefault(sheet, []).append((position[0], position[1]))
    return {
        sheet: (
            (min(row for row, _ in found), min(column for _, column in found)),
            (max(row for row, _ in found), max(column for _, column in found)),
        )
        for sheet, found in places.items()
    }


def _require_explained(checked: JudgedBook, used: Set[Place]) -> None:
    """Where wrong formulas used a column that nobody knows, the mistake may stand in that.

    So it may where a quantity has no column, where an input or a target changes, and where another
    network than the class's leaves columns over: it may be the class's, and misread.
    """
    view = checked.view
    for table in checked.tables:
        home = table.surroundings.home
        for column in (*table.unexplained, *table.pasted, *_changing(table)):
            places = [view.back((home, row, column)) for row in table.table.rows]
            widths = table.table.exercise.network.widths
            whole = table.has_all_columns and widths == CLASS_NETWORK.widths
            lacks = column in table.unexplained and not whole
            if lacks or not used.isdisjoint(places):
                sheet, row, at = places[0]
                where = f"{view.real_name(sheet)}!{cell_name(row, at)}"
                raise VerificationError(f"nobody knows what stands in {where}")


def _changing(check: JudgedTable) -> list[int]:
    """The columns of inputs and targets that change from row to row, and that no header names."""
    table, surroundings = check.table, check.surroundings
    found = []
    for name in table.exercise.given:
        column = table.columns.get(name)
        if column is None:
            continue
        header = table.sheet.cells.get((table.header_row, column))
        text = "" if header is None else str(header.value)
        places = [(surroundings.home, row, column) for row in table.rows]
        numbers = {number_of(place, surroundings) for place in places}
        if len(numbers - {None}) > 1 and table.exercise.quantity(text) != name:
            found.append(column)
    return found


def _require_innocent(checked: JudgedBook, original: Book, corrections: Corrections) -> None:
    """Where all that use an auxiliary column were wrong, the mistake may stand in that."""
    changed = {
        (name.casefold(), *position)
        for name, formulas in corrections.items()
        for position in formulas
    }
    view = checked.view
    for check in checked.tables:
        table, home = check.table, check.surroundings.home
        row = table.rows[len(table.rows) // 2]
        used: dict[Place, list[bool]] = {}
        for at in table.columns.values():
            user = view.back((home, row, at))
            cell = original.sheet(view.real_name(user[0])).cells.get(user[1:])
            for place in _referred(cell, user[0]):
                used.setdefault(place, []).append(user in changed)
        for name, _ in table.exercise.auxiliary:
            place = view.back((home, row, table.columns[name]))
            wrong = used.get(place, [])
            if place not in changed and len(wrong) > 1 and all(wrong):
                where = f"{view.real_name(place[0])}!{cell_name(*place[1:])}"
                raise VerificationError(f"the mistake may stand in {where}, which wrong cells use")


def _require_convention(checked: JudgedBook, corrections: Corrections) -> None:
    """Where all neurons of a layer computed something else, another activation may be meant."""
    view = checked.view
    for check in checked.tables:
        table, home = check.table, check.surroundings.home
        for layer in table.exercise.network.layers:
            columns = [table.columns.get(neuron.activation) for neuron in layer.neurons]
            places = [view.back((home, table.last_row, at)) for at in columns if at is not None]
            if len(places) > 1 and all(
                place[1:] in corrections.get(view.real_name(place[0]), {}) for place in places
            ):
                names = ", ".join(label(neuron.activation) for neuron in layer.neurons)
                raise VerificationError(f"another activation may be meant by {names}")


def _used(book: Book, corrections: Corrections) -> set[Place]:
    """The cells to which wrong formulas refer."""
    return {
        place
        for name, formulas in corrections.items()
        for position in formulas
        for place in _referred(book.sheet(name).cells.get(position), name.casefold())
    }


def _referred(cell: Cell | None, sheet: str) -> Iterator[Place]:
    """The cells to which the formula of a cell of a sheet refers."""
    formula = None if cell is None else cell.formula
    for reference in references_of(formula or ""):
        last = reference.last or reference.first
        rows = range(reference.first.row, last.row + 1)
        columns = range(reference.first.column, last.column + 1)
        if len(rows) * len(columns) <= LARGEST_RANGE:
            there = sheet if reference.sheet is None else reference.sheet.casefold()
            yield from ((there, row, column) for row in rows for column in columns)
