"""Which cell, or typed number, is the learning rate: what makes the most updates right."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from itertools import permutations

from backprop_xlsx.check.judging.roles.candidates import Votes, candidates_in, numbers_in
from backprop_xlsx.check.judging.roles.fitting import (
    MOST_ROWS,
    Forms,
    fills,
    needs_of,
    own_column,
    readings,
    without_place,
)
from backprop_xlsx.check.judging.roles.own_cells import only_labelled, own_instead
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.reading.meanings import meant
from backprop_xlsx.check.reading.single_cells import (
    Candidate,
    label_of,
    labelled_cell,
    number_of,
)
from backprop_xlsx.check.reading.surroundings import Surroundings
from backprop_xlsx.formula.names import LEARNING_RATE
from backprop_xlsx.formula.tokens import FormulaError


def learning_rate_of(judge: Judge, forms: Forms, told: Candidate | None) -> Candidate | None:
    """The cell, or typed number, that the updates take for the learning rate.

    In a described table, and in one of a single row, it is the one that is labelled so, if any;
    where nothing tells it, what was told before further columns were known.
    """
    table, surroundings = judge.table, judge.surroundings
    if table.exercise.described:
        labelled = [place for place, name in judge.roles.cells.items() if name == LEARNING_RATE]
        if labelled:
            return labelled[0]
    others = without_place(judge, judge.exercise.hyperparameters[1:])
    votes, used, updates = Votes({}, {}), Votes({}, {}), 0
    for name in _stepping(judge):
        # An update may need a momentum too, of which no more is known.
        more = tuple(sorted(needs_of(judge.exercise, name) & others))
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
