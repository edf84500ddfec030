"""Which cells, or typed numbers, are the learning rate, the inputs and the targets of a table.

A role is taken from what the formulas do with a cell, not from where it stands; where several do
as well, a label tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from backprop_xlsx.check.judging.roles.candidates import Votes, candidates_in
from backprop_xlsx.check.judging.roles.fitting import (
    MOST_ROWS,
    Forms,
    by_number,
    by_use,
    readings,
    without_place,
)
from backprop_xlsx.check.judging.roles.learning_rate import learning_rate_of
from backprop_xlsx.check.judging.roles.listed import listed_instead, stand_together
from backprop_xlsx.check.judging.roles.own_cells import (
    own_among,
    own_instead,
    top_of_column,
)
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.check.reading.single_cells import (
    Candidate,
    label_of,
    labelled_cell,
    number_of,
    sample_cells,
)
from backprop_xlsx.check.reading.surroundings import Roles, Surroundings
from backprop_xlsx.formula.names import LEARNING_RATE


def find_roles(judge: Judge, forms: Forms) -> tuple[Judge, Candidate | None]:
    """The judge who knows all roles of a table, and what is its learning rate, None if none is.

    Each is found with those before it known. What was told before all columns were known is told
    anew, lest it fit by chance; only of the learning rate it counts where nothing else tells it. A
    column without a header that is known becomes one of the table's, if it holds something given.
    """
    told = _rate_of(judge)
    judge = judge.knowing(_of_first_row(judge.surroundings))
    if judge.exercise.described:
        judge = _with_cells(judge, sample_cells(judge.surroundings))
        judge = _with_labelled(judge, forms, judge.exercise.hyperparameters)
    learning_rate = learning_rate_of(judge, forms, told)
    if learning_rate is not None:
        judge = _with(judge, learning_rate, LEARNING_RATE)
    return _with_constants(judge, forms), learning_rate


def _rate_of(judge: Judge) -> Candidate | None:
    """What a judge takes for the learning rate."""
    places = (place for place, name in judge.roles.cells.items() if name == LEARNING_RATE)
    return next(places, dict(judge.fixed).get(LEARNING_RATE))


def _of_first_row(surroundings: Surroundings) -> Roles:
    """Cells to which the first row refers plainly stand for the same variables as its own."""
    table = surroundings.table
    cells: dict[Place, str] = {}
    start_values: dict[Place, str] = {}
    exercise = table.exercise
    for name in (*exercise.ordered_constants, *exercise.parameters):
        cell = table.cell(name, table.first_row) if name in table.columns else None
        if cell is None or cell.formula is None:
            continue
        first = (surroundings.home, table.first_row, table.columns[name])
        named = start_values if name in exercise.starts else cells
        for place in surroundings.follow(first):
            if surroundings.in_table(place) is None:
                named.setdefault(place, name)
    return Roles(cells, start_values)


def _with_labelled(judge: Judge, forms: Forms, names: Sequence[str]) -> Judge:
    """The judge who takes the cells that are labelled so for these constants."""
    surroundings, table = judge.surroundings, judge.table
    missing = without_place(judge, names)
    labelled: dict[str, list[Place]] = {}
    for place in _cells_used(judge, forms):
        name = label_of(place, surroundings) or ""
        if name in table.columns and surroundings.in_another_table(place):
            continue
        if name in names and (name in missing or _same_number(name, place, surroundings)):
            labelled.setdefault(name, []).append(place)
    for name, places in labelled.items():
        for place in own_among(places, surroundings):
            judge = _with(judge, place, name)
    return judge


def _with_constants(judge: Judge, forms: Forms) -> Judge:
    """The judge who knows what stands for constants without a column, by label, then by use."""
    names = [name for name in judge.exercise.ordered_constants if name != LEARNING_RATE]
    judge = _with_labelled(judge, forms, names)
    for name in without_place(judge, judge.exercise.biases) & set(names):
        place = labelled_cell(judge.surroundings, name)
        if place is not None:
            judge = _with(judge, place, name)
    left, most = without_place(judge, names), len(names) + 1
    while 0 < len(left) < most:  # what some formulas tell others may need
        most = len(left)
        judge = _with_winners(judge, by_use(judge, forms, left))
        left = without_place(judge, names) - {name for name, _ in judge.fixed}
    if left:
        judge = _with_winners(judge, by_number(judge, forms, left))
    for name, number in judge.fixed:
        place = listed_instead(judge, name, number) if name in names else None
        if place is not None:
            numbers = tuple(pair for pair in judge.fixed if pair[0] != name)
            judge = _with(judge.knowing(replace(judge.roles, numbers=numbers)), place, name)
    return judge


def _with_winners(judge: Judge, votes: Mapping[str, Votes]) -> Judge:
    """The judge who gives each constant to the candidate that it is taken for.

    Where a formula takes one for another's, the others tell whose it is: a cell is that of which it
    has most, and of which most have it; of several that may be the same that which stands beside
    the others, then the first on the sheet.
    """
    surroundings = judge.surroundings
    times = sum((Counter(each.counts) for each in votes.values()), Counter[Candidate]())

    def certainty(pair: tuple[str, Candidate]) -> tuple[bool, float, bool, int, bool, int]:
        name, candidate = pair
        own = votes[name].share(candidate)
        is_cell = not isinstance(candidate, float)
        if is_cell:  # the same number may be typed for several
            own *= votes[name].counts[candidate] / times[candidate]
        holds_number = number_of(candidate, surroundings) is not None
        beside = sum(stand_together(candidate, other) for other in times)
        cells = sorted(each for each in votes[name].counts if not isinstance(each, float))
        in_order = candidate in cells[int(name[1:] or 0) - 1 : int(name[1:] or 0)]
        return holds_number, own, is_cell, beside, in_order, -votes[name].first_rows[candidate]

    own = {
        name: own_among([c for c in votes[name].counts if isinstance(c, tuple)], surroundings)
        for name in votes
    }
    pairs = [
        (name, candidate)
        for name in sorted(votes)
        for candidate in votes[name].counts
        if isinstance(candidate, float) or candidate in own[name]
    ]
    pairs.sort(key=lambda pair: pair[1] if isinstance(pair[1], tuple) else ("", 0, 0))
    winners: dict[str, Candidate] = {}
    for name, candidate in sorted(pairs, key=certainty, reverse=True):
        is_another = isinstance(candidate, tuple) and candidate in winners.values()
        if name not in winners and not is_another:
            winners[name] = candidate
    for name, winner in winners.items():
        judge = _with(judge, winner, name)
    return judge


def _with(judge: Judge, candidate: Candidate, name: str) -> Judge:
    """The judge by whom a candidate stands for a quantity, with the cells it refers to plainly."""
    if isinstance(candidate, float):
        numbers = {**dict(judge.fixed), name: candidate}
        return judge.knowing(replace(judge.roles, numbers=tuple(numbers.items())))
    surroundings, table = judge.surroundings, judge.table
    candidate = own_instead(candidate, name, surroundings) or candidate
    if top_of_column(candidate, table.first_row, surroundings) is not None:
        return judge.of(replace(table, columns={**table.columns, name: candidate[2]}))
    chain = surroundings.follow(candidate)
    return _with_cells(
        judge, {place: name for place in chain if surroundings.in_table(place) is None}
    )


def _with_cells(judge: Judge, cells: Mapping[Place, str]) -> Judge:
    return judge.knowing(replace(judge.roles, cells={**judge.roles.cells, **cells}))


def _cells_used(judge: Judge, forms: Forms) -> list[Place]:
    """The cells outside the table, with a number in them, that its formulas use."""
    found: dict[Place, None] = {}
    for quantity_forms in forms.values():
        for form in quantity_forms[:MOST_ROWS]:
            for meanings, rows in readings(judge, form, form.rows[-1:]):
                candidates = candidates_in(form.tokens, meanings, judge.surroundings, rows[0])
                for place in candidates.values():
                    if not isinstance(place, float):
                        found[place] = None
    return [place for place in found if number_of(place, judge.surroundings) is not None]


def _same_number(name: str, place: Place, surroundings: Surroundings) -> bool:
    """Whether a cell holds the number that the first row has in the column of a quantity."""
    table = surroundings.table
    if name not in table.columns:
        return False
    own = (surroundings.home, table.first_row, table.columns[name])
    number = number_of(own, surroundings)
    return number is not None and number == number_of(place, surroundings)
