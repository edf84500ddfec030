"""Which cell is a table's own: of a column, named by its label, and not one of another table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.check.reading.single_cells import Candidate, label_of, labelled_cell, number_of
from backprop_xlsx.check.reading.surroundings import Surroundings
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.tokens import FormulaError, tokenise

FEWEST = 2
"""Rows of a column of numbers; a single cell is none."""
FEWEST_OWN = 2
"""Other cells of its own that a table uses if what it takes from elsewhere is a mistake."""


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

    The other table uses that one, none of the others the own one, which is the nearest that is
    labelled alike, and holds another number; or the same, where the table takes everything else
    from its own cells.
    """
    if label_of(place, surroundings) != name:
        return None
    for other in surroundings.others:
        if other.sheet.name.casefold() != place[0] or place not in _used(other, surroundings):
            continue
        own = labelled_cell(surroundings, name)
        if own in (None, place) or any(own in _used(t, surroundings) for t in surroundings.others):
            return None
        numbers = {number_of(own, surroundings), number_of(place, surroundings)}
        is_another = None not in numbers and len(numbers) == 2
        return own if is_another or _has_its_own(other, place, surroundings) else None
    return None


def _has_its_own(other: Table, place: Place, surroundings: Surroundings) -> bool:
    """Whether the table uses cells of its own as another its own, and of that's this one alone."""
    used, theirs = (_used(each, surroundings) for each in (surroundings.table, other))
    around = [each for each in theirs if each[1] not in other.rows]
    labels = {label for each in around if (label := label_of(each, surroundings)) is not None}
    own = [label for label in labels if labelled_cell(surroundings, label) in used]
    return len(own) >= FEWEST_OWN and not (used.keys() & theirs.keys()) - {place}


def own_among(places: Sequence[Place], surroundings: Surroundings) -> list[Place]:
    """Of cells for the same the table's own: without those that another table uses instead.

    Such a one uses that cell more than the one that this table uses most, as this does not.
    """
    if len(places) < 2:
        return list(places)
    used = _used(surroundings.table, surroundings)
    most = max(places, key=lambda place: used[place])
    others = [_used(other, surroundings) for other in surroundings.others]
    return [
        place
        for place in places
        if used[place] == used[most] or all(other[place] <= other[most] for other in others)
    ]


def _used(table: Table, surroundings: Surroundings) -> Counter[Place]:
    """The cells to which the formulas of a table's second step refer, with how often."""
    found: Counter[Place] = Counter()
    elsewhere = surroundings.of(table)
    row = table.rows[:2][-1]
    for column in table.columns.values():
        cell = table.sheet.cells.get((row, column))
        try:
            tokens = tokenise(cell.formula or "") if cell is not None else ()
        except FormulaError:
            continue
        places = filter(None, (elsewhere.place(token) for token in tokens))
        found.update(end for place in places for end in elsewhere.follow(place))
    return found


def top_of_column(place: Place, row: int, surroundings: Surroundings) -> Place | None:
    """The first cell of a column of numbers, one in each row, to which a row's formula refers.

    None for a cell of another row, for one that all rows refer to, and of a column that holds
    anything else or is known. Different numbers that have a text each to their left are a list of
    different things.
    """
    sheet, own_row, column = place
    table = surroundings.table
    if sheet != surroundings.home or own_row not in (row, row - 1) or own_row not in table.rows:
        return None
    if column not in table.followed:
        return None
    cells = [table.sheet.cells.get((each, column)) for each in table.rows]
    if column in table.quantities or len(cells) < FEWEST:
        return None
    left = (table.sheet.cells.get((each, column - 1)) for each in table.rows)
    labels = {cell.value for cell in left if cell is not None and type(cell.value) is str}
    numbers = {cell.value for cell in cells if cell is not None}
    if min(len(labels), len(numbers)) > 1:
        return None
    typed = all(c is not None and c.formula is None and type(c.value) is float for c in cells)
    return (sheet, table.first_row, column) if typed else None
