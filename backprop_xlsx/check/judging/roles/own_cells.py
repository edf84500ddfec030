"""Which cell is a table's own: of a column, named by its label, and not one of another table."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.check.reading.single_cells import Candidate, label_of, labelled_cell, number_of
from backprop_xlsx.check.reading.surroundings import Surroundings
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.names import LEARNING_RATE
from backprop_xlsx.formula.tokens import FormulaError, tokenise

FEWEST = 2
"""Rows of a column of numbers; a single cell is none."""
FEWEST_OWN = 2
"""Other cells of its own that a table uses if what it takes from elsewhere is a mistake."""


def only_labelled(
    candidates: Iterable[Candidate], name: str, surroundings: Surroundings
) -> Candidate | None:
    """The one candidate that is labelled so and holds a number; None if none is, or several.

    What stands in the rows of another table is none.
    """
    found = [
        candidate
        for candidate in candidates
        if not isinstance(candidate, float)
        and number_of(candidate, surroundings) is not None
        and label_of(candidate, surroundings) == name
        and surroundings.in_another_table(candidate) is None
    ]
    return found[0] if len(found) == 1 else None


def own_instead(place: Place, name: str, surroundings: Surroundings) -> Place | None:
    """The table's own cell for what a cell of another table holds; None if it has none.

    The other table uses that one, none of the others the own one. This is the nearest that is
    labelled alike, and holds another number, or the same, where the table takes everything else
    from its own cells; or, without such labels, the one that stands to that as the rest of what
    the table uses stands to what the other does.
    """
    if surroundings.in_table(place) or label_of(place, surroundings) not in (None, name):
        return None
    for other in surroundings.others:
        theirs = _used(other, surroundings)
        if place not in theirs:
            continue
        own = labelled_cell(surroundings, name)
        if own is None and name != LEARNING_RATE:
            own = _displaced(place, theirs, surroundings)
        elif surroundings.in_another_table(place) != name:
            theirs_too = labelled_cell(surroundings.of(other), name)
            own = own if label_of(place, surroundings) == name and theirs_too == place else None
        if own in (None, place) or any(own in _used(t, surroundings) for t in surroundings.others):
            return None
        numbers = {number_of(own, surroundings), number_of(place, surroundings)}
        is_another = None not in numbers and len(numbers) == 2
        return own if is_another or _has_its_own(theirs, place, surroundings) else None
    return None


def _displaced(
    place: Place, theirs: Mapping[Place, int], surroundings: Surroundings
) -> Place | None:
    """The cell as far from one of another table as most of what the table uses is from that's.

    None if that is no number, or if the table uses it for something else.
    """
    used = _used(surroundings.table, surroundings)
    ways = Counter(
        (row - other_row, column - other_column)
        for sheet, row, column in used
        for other_sheet, other_row, other_column in theirs
        if sheet == other_sheet == place[0] and (sheet, row, column) != place
    )
    for (rows, columns), times in ways.most_common(1):
        own = (place[0], place[1] + rows, place[2] + columns)
        if times >= FEWEST_OWN and own not in used and number_of(own, surroundings) is not None:
            return own
    return None


def _has_its_own(theirs: Mapping[Place, int], place: Place, surroundings: Surroundings) -> bool:
    """Whether the table uses cells of its own as another its own, and of that's this one alone."""
    used = _used(surroundings.table, surroundings)
    labels = {label_of(each, surroundings) for each in theirs} - {None}
    own = [name for name in labels if name and labelled_cell(surroundings, name) in used]
    alone = not (used.keys() & theirs.keys()) - {place}
    return alone and (len(own) >= FEWEST_OWN or _displaced(place, theirs, surroundings) is not None)


def own_among(places: Sequence[Place], surroundings: Surroundings) -> list[Place]:
    """Of cells for the same the table's own: without those that another table uses instead.

    Such a one uses that cell more than the one that this table uses most, as this does not.
    """
    if len(places) < 2:
        return list(places)
    used = _used(surroundings.table, surroundings)
    others = [_used(other, surroundings) for other in surroundings.others]
    most = max(places, key=lambda at: (used[at], -sum(other[at] for other in others)))
    return [place for place in places if all(other[place] <= other[most] for other in others)]


def _used(table: Table, surroundings: Surroundings) -> Counter[Place]:
    """The cells to which the formulas of a table's second step refer, with how many do.

    Those of columns next to its own count too that have no name, but are used in their rows.
    """
    tables = (table, surroundings.table)
    key = tuple((t.sheet.name, t.first_row, *t.quantities) for t in tables)
    found = surroundings.used.get(key)
    if found is None:
        found = surroundings.used[key] = _counted(table, surroundings)
    return found


def _counted(table: Table, surroundings: Surroundings) -> Counter[Place]:
    found: Counter[Place] = Counter()
    elsewhere = surroundings.of(table)
    row = table.rows[:2][-1]
    others = {
        column
        for other in (surroundings.table, *surroundings.others)
        if other is not table
        and other.sheet is table.sheet
        and other.first_row <= table.last_row
        and table.first_row <= other.last_row
        for column in other.quantities
    }
    own = table.quantities.keys()
    for column in own | {c for c in table.followed if _distance(c, own) < _distance(c, others)}:
        cell = table.sheet.cells.get((row, column))
        try:
            tokens = tokenise(cell.formula or "") if cell is not None else ()
        except FormulaError:
            continue
        places = filter(None, (elsewhere.place(token) for token in tokens))
        # In order, lest what is equally likely differ from run to run.
        found.update(dict.fromkeys(e for place in places for e in elsewhere.follow(place)).keys())
    return found


def _distance(column: int, columns: Collection[int]) -> float:
    return min((abs(column - other) for other in columns), default=math.inf)


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
