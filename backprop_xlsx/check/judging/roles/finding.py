"""Which cells, or typed numbers, are the learning rate, the inputs and the targets of a table.

A role is taken from what the formulas do with a cell, not from where it stands: the learning rate
is what makes the most updates right, unless another that makes some right is labelled so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import permutations

from backprop_xlsx.check.judging.roles.candidates import Votes, candidates_in, numbers_in
from backprop_xlsx.check.judging.roles.fitting import (
    MOST_ROWS,
    Forms,
    by_number,
    by_use,
    fills,
    needs_of,
    own_column,
    readings,
)
from backprop_xlsx.check.judging.roles.listed import listed_instead, stand_together
from backprop_xlsx.check.judging.roles.own_cells import (
    only_labelled,
    own_among,
    own_instead,
    top_of_column,
)
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.reading.meanings import Place, meant
from backprop_xlsx.check.reading.single_cells import (
    Candidate,
    label_of,
    labelled_cell,
    number_of,
    sample_cells,
)
from backprop_xlsx.check.reading.surroundings import Roles, Surroundings
from backprop_xlsx.formula.names import LEARNING_RATE
from backprop_xlsx.formula.tokens import FormulaError


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
    learning_rate = _learning_rate(judge, forms, told)
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


def _learning_rate(judge: Judge, forms: Forms, told: Candidate | None) -> Candidate | None:
    """The cell, or typed number, that the updates take for the learning rate.

    In a described table, and in one of a single row, it is the one that is labelled so, if any;
    where nothing tells it, what was told before further columns were known.
    """
    table, surroundings = judge.table, judge.surroundings
    if table.exercise.described:
        labelled = [place for place, name in judge.roles.cells.items() if name == LEARNING_RATE]
        if labelled:
            return labelled[0]
    missing = _missing(judge, judge.exercise.hyperparameters[1:])
    votes, used, updates = Votes({}, {}), Votes({}, {}), 0
    for name in _stepping(judge):
        # An update may need a momentum too, of which no more is known.
        more = tuple(sorted(needs_of(judge.exercise, name) & missing))
        for form in forms.get(name, ())[:MOST_ROWS]:
            start = table.first_row if name in judge.exercise.starts else None
            rows = [row for row in form.rows if row != start]
            for meanings, same in readings(judge, form, rows):
                updates += len(same)
                candidates = candidates_in(form.tokens, meanings, judge.surroundings, same[0])
                for place in candidates.values():
                    used.add(place, same)
                own = own_column(meanings)
                needed = more if own is not None else (LEARNING_RATE, *more)
                for chosen in permutations(candidates, len(needed)):
                    roles = dict(zip(chosen, needed, strict=True))
                    if fills(judge, name, form, meanings, roles):
                        votes.add(candidates[chosen[0]] if own is None else own, same)
    winner = votes.winner(surroundings)
    if winner is None:
        if len(table.rows) == 1:
            stated = labelled_cell(surroundings, LEARNING_RATE) or told
            return stated or _typed_rate(judge, forms)
        if told is not None:
            return told
        stated = _most_used(used, LEARNING_RATE, surroundings)
        return stated or _typed_rate(judge, forms) or _likeliest(used, updates, surroundings)
    winner = only_labelled(votes.counts, LEARNING_RATE, surroundings) or winner
    if isinstance(winner, float):
        return winner
    return own_instead(winner, LEARNING_RATE, surroundings) or winner


def _typed_rate(judge: Judge, forms: Forms) -> float | None:
    """The number by which as it is typed most updates are right; one may be typed for more too.

    In a single row, which shows no update, a factor of 1 need not be typed.
    """
    untyped = {1.0} if len(judge.table.rows) == 1 else set()
    stepping = [
        (name, max(forms[name], key=lambda form: len(form.rows)))
        for name in _stepping(judge)
        if forms.get(name)
    ]
    votes: Counter[float] = Counter()
    for name, form in stepping:
        for meanings, _ in readings(judge, form, form.rows[-1:]):
            for number in untyped | {*numbers_in(meant(form.part.expression, meanings))}:
                fixed = (*judge.fixed, (LEARNING_RATE, number))
                trial = judge.knowing(replace(judge.roles, numbers=fixed))
                with suppress(FormulaError):
                    votes[number] += trial.right(name, form, form.rows[-1])
    return next((number for number, count in votes.most_common(1) if count), None)


def _stepping(judge: Judge) -> list[str]:
    """What the learning rate is used for: updates, and steps that have columns of their own."""
    exercise = judge.exercise
    steps = [name for name, _ in exercise.auxiliary if LEARNING_RATE in needs_of(exercise, name)]
    return [*exercise.starts, *steps]


def _with_labelled(judge: Judge, forms: Forms, names: Sequence[str]) -> Judge:
    """The judge who takes the cells that are labelled so for these constants."""
    surroundings, table = judge.surroundings, judge.table
    missing = _missing(judge, names)
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
    for name in _missing(judge, judge.exercise.biases) & set(names):
        place = labelled_cell(judge.surroundings, name)
        if place is not None:
            judge = _with(judge, place, name)
    missing, before = _missing(judge, names), set[str]()
    while missing and missing != before:  # what some formulas tell others may need
        judge = _with_winners(judge, by_use(judge, forms, missing))
        missing, before = _missing(judge, names) - {name for name, _ in judge.fixed}, missing
    left = _missing(judge, names) - {name for name, _ in judge.fixed}
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


def _likeliest(used: Votes, updates: int, surroundings: Surroundings) -> Candidate | None:
    """Where no update is right: the cell without a label to which most of them refer."""
    cell = _most_used(used, None, surroundings)
    return cell if cell is not None and 2 * used.counts[cell] >= updates else None


def _most_used(used: Votes, name: str | None, surroundings: Surroundings) -> Candidate | None:
    """Of the cells that hold a number, and are labelled so, the one to which most refer."""
    cells = [
        place
        for place in used.counts
        if not isinstance(place, float)
        and number_of(place, surroundings) is not None
        and label_of(place, surroundings) == name
    ]
    return max(cells, key=lambda place: used.counts[place], default=None)


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


def _missing(judge: Judge, names: Sequence[str]) -> set[str]:
    """Those of the constants for which neither a column nor a cell stands."""
    known = {*judge.table.columns, *judge.roles.cells.values()}
    return {name for name in names if name not in known}


def _same_number(name: str, place: Place, surroundings: Surroundings) -> bool:
    """Whether a cell holds the number that the first row has in the column of a quantity."""
    table = surroundings.table
    if name not in table.columns:
        return False
    own = (surroundings.home, table.first_row, table.columns[name])
    number = number_of(own, surroundings)
    return number is not None and number == number_of(place, surroundings)
