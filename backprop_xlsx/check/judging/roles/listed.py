"""Which cell of a list of constants formulas leave out that have its number typed in."""

from __future__ import annotations

from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.check.reading.single_cells import Candidate, label_of, number_of

LONGEST_LIST = 4
"""From the first to the last of two inputs and two targets that stand together, and one more."""
FEWEST = 2
"""Other inputs and targets of which a list tells that it is one."""


def stand_together(one: Candidate, other: Candidate) -> bool:
    """Whether two cells are of one list: close to each other in a row or a column."""
    if isinstance(one, float) or isinstance(other, float) or one[0] != other[0]:
        return False
    rows, columns = abs(one[1] - other[1]), abs(one[2] - other[2])
    return min(rows, columns) == 0 < max(rows, columns) <= LONGEST_LIST


def listed_instead(judge: Judge, name: str, number: float) -> Place | None:
    """The cell that holds the number typed for an input or a target, beside those of the others.

    It is the only one that is close to most of them, and nothing else; None if there is none.
    """
    surroundings, table = judge.surroundings, judge.table
    given = {*judge.exercise.given} - {name}
    others = [place for place, other in judge.roles.cells.items() if other in given]
    others += [
        (surroundings.home, table.first_row, column)
        for other, column in table.columns.items()
        if other in given
    ]
    if len(others) < FEWEST:
        return None
    sheets, rows, columns = ({*parts} for parts in zip(*others, strict=True))
    if len(sheets) > 1 or min(len(rows), len(columns)) > 1:
        return None
    near = [
        (others[0][0], row, column)
        for row in range(min(rows) - LONGEST_LIST, max(rows) + LONGEST_LIST + 1)
        for column in range(min(columns) - LONGEST_LIST, max(columns) + LONGEST_LIST + 1)
    ]
    found = [
        place
        for place in near
        if place not in others
        and place not in judge.roles.cells
        and all(stand_together(place, other) for other in others)
        and number_of(place, surroundings) == number
        and label_of(place, surroundings) in (None, name)
        and surroundings.in_table(place) is None
    ]
    return found[0] if len(found) == 1 else None
