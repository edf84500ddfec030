"""Whether the mistake may stand in a column that is kept, or that nobody knows."""

from __future__ import annotations

from collections.abc import Set
from itertools import product

from backprop_xlsx.check.book_check import JudgedBook
from backprop_xlsx.check.doubts.references import (
    Corrections,
    address_of,
    changed_cells,
    referred,
    uses,
)
from backprop_xlsx.check.judging.judged_table import JudgedTable
from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.check.reading.single_cells import number_of
from backprop_xlsx.model.network import CLASS_NETWORK
from backprop_xlsx.spreadsheet.errors import VerificationError
from backprop_xlsx.spreadsheet.ooxml.book import Book


def require_explained(
    checked: JudgedBook, used: Set[Place], changed: Set[Place], retyped: Set[Place]
) -> None:
    """Where wrong formulas used a column that nobody knows, the mistake may stand in that.

    So it may where a quantity has no column, where an input or a target that no header names
    changes or is corrected, where another network than the class's leaves columns over: it may be
    the class's, and misread; and where what nobody knows uses a wrong formula: that may be of
    something else.
    """
    view = checked.view
    known = {place for table in checked.tables for place in table.surroundings.roles.cells}
    for table in checked.tables:
        home = table.surroundings.home
        widths = table.table.exercise.network.widths
        whole = table.has_all_columns and widths == CLASS_NETWORK.widths
        strays = sorted(_strays(table, {*map(view.to, used)} - known))
        given = [
            column
            for column in _unheaded(table)
            if _changes(table, column)
            or not retyped.isdisjoint(view.back((home, row, column)) for row in table.table.rows)
        ]
        for column in (*table.unexplained, *table.pasted, *given, *strays):
            places = [view.back((home, row, column)) for row in table.table.rows]
            matters = (column in given and not retyped.isdisjoint(places)) or (
                column in table.unexplained
                and (not whole or any(uses(view, place, changed) for place in places))
            )
            if matters or not used.isdisjoint(places):
                raise VerificationError(
                    f"nobody knows what stands in {address_of(view, places[0])}"
                )


def retyped_cells(original: Book, corrections: Corrections) -> set[Place]:
    """The cells that held a number, and get another one."""
    sheets = {sheet.name: sheet for sheet in original.sheets}
    return {
        (name.casefold(), row, column)
        for name, formulas in corrections.items()
        for row, column in formulas
        if (cell := sheets[name].cells.get((row, column))) is not None
        and cell.formula is None
        and type(cell.value) is float
    }


def _unheaded(check: JudgedTable) -> list[int]:
    """The columns of inputs and targets that no header names."""
    table = check.table
    found = []
    for name in table.exercise.given:
        column = table.columns.get(name)
        if column is not None and table.exercise.quantity(table.header(column)) != name:
            found.append(column)
    return found


def _changes(check: JudgedTable, column: int) -> bool:
    """Whether the numbers of a column change from row to row."""
    home, rows = check.surroundings.home, check.table.rows
    numbers = {number_of((home, row, column), check.surroundings) for row in rows}
    return len(numbers - {None}) > 1


def _strays(check: JudgedTable, used: Set[Place]) -> set[int]:
    """The columns in a table's rows that wrong formulas used, and that are nothing."""
    table, surroundings = check.table, check.surroundings
    columns = {
        place[2]
        for place in used
        if place[0] == surroundings.home
        and place[1] in table.rows
        and place[2] not in table.quantities
        and surroundings.in_another_table(place) is None
    }
    return {at for at in columns if _is_a_column(check, at)}


def _is_a_column(check: JudgedTable, column: int) -> bool:
    """Whether half of a table's rows hold a number in a column, or some a formula and some nothing.

    A number that stands alone beside a table, a spare learning rate, is no column of it.
    """
    home, rows = check.surroundings.home, check.table.rows
    cells = [check.surroundings.cell((home, row, column)) for row in rows]
    filled = [cell for cell in cells if cell is not None]
    typed = sum(cell.formula is None and isinstance(cell.value, float) for cell in filled)
    formulas = sum(cell.formula is not None for cell in filled)
    return 2 * typed >= len(rows) or (formulas > 0 and len(filled) < len(rows))


def require_innocent(checked: JudgedBook, original: Book, corrections: Corrections) -> None:
    """Where all that use an auxiliary column were wrong, the mistake may stand in that."""
    changed, view = changed_cells(corrections), checked.view
    for check in checked.tables:
        table, home = check.table, check.surroundings.home
        row = table.rows[len(table.rows) // 2]
        used: dict[Place, list[bool]] = {}
        # What a weight will be is used in the row below.
        for below, at in product((row, row + 1), table.columns.values()):
            user = view.back((home, below, at))
            cell = original.sheet(view.real_name(user[0])).cells.get(user[1:])
            for place in referred(cell.formula if cell else None, user[0]):
                used.setdefault(place, []).append(user in changed)
        for name, _ in table.exercise.auxiliary:
            place = view.back((home, row, table.columns[name]))
            wrong = used.get(place, [])
            if place not in changed and len(wrong) > 1 and all(wrong):
                where = address_of(view, place)
                raise VerificationError(f"the mistake may stand in {where}, which wrong cells use")
