"""Which cell is a table's own: of a column, named by its label, and not one of another table."""

from __future__ import annotations

from collections.abc import Iterable

from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.check.reading.single_cells import Candidate, label_of, number_of
from backprop_xlsx.check.reading.surroundings import Surroundings
from backprop_xlsx.check.reading.tables import Table

FEWEST = 2
"""Rows of a column of numbers; a single cell is none."""


def only_labelled(
    candidates: Iterable[Candidate], name: str, surroundings: Surroundings
) -> Candidate | None:
    """The one candidate that is labelled so and holds a number; None if none is, or several."""
    found = [
        candidate
        for candidate in candidates
        if not isinstance(candidate, float)
        and number_of(candidate, surroundings) is not None
        and label_of(candidate, surroundings) == name
    ]
    return found[0] if len(found) == 1 else None


def own_instead(place: Place, name: str, surroundings: Surroundings) -> Place | None:
    """The table's own cell for what a cell of another table holds; None if it has none.

    It stands to the table as the other one to its own, which is the nearest to it, is labelled
    alike, and holds another number.
    """
    table = surroundings.table
    other = _nearest(place, surroundings)
    if other is None or other is table:
        return None
    row = place[1] - other.header_row + table.header_row
    column = place[2] - min(other.columns.values()) + min(table.columns.values())
    own = surroundings.home, row, column
    numbers = {number_of(own, surroundings), number_of(place, surroundings)}
    labels = {label_of(own, surroundings), label_of(place, surroundings)}
    alike = labels == {name} and None not in numbers and len(numbers) == 2
    return own if alike and _nearest(own, surroundings) is table else None


def _nearest(place: Place, surroundings: Surroundings) -> Table | None:
    """The table of a cell's sheet that is nearest to it; None if none is, or several."""
    sheet, row, column = place
    distances: list[tuple[int, Table]] = []
    for table in (surroundings.table, *surroundings.others):
        if table.sheet.name.casefold() == sheet:
            left, right = min(table.columns.values()), max(table.columns.values())
            rows = max(table.header_row - row, 0, row - table.last_row)
            columns = max(left - column, 0, column - right)
            distances.append((rows + columns, table))
    shortest = min((distance for distance, _ in distances), default=0)
    nearest = [table for distance, table in distances if distance == shortest]
    return nearest[0] if len(nearest) == 1 else None


def top_of_column(place: Place, row: int, surroundings: Surroundings) -> Place | None:
    """The first cell of a column of numbers, one in each row, to which a row's formula refers.

    None for a cell of another row, and of a column that holds anything else or is known.
    """
    sheet, own_row, column = place
    table = surroundings.table
    if sheet != surroundings.home or own_row not in (row, row - 1) or own_row not in table.rows:
        return None
    cells = [table.sheet.cells.get((each, column)) for each in table.rows]
    if column in table.quantities or len(cells) < FEWEST:
        return None
    numbers = all(c is not None and c.formula is None and type(c.value) is float for c in cells)
    return (sheet, table.first_row, column) if numbers else None
