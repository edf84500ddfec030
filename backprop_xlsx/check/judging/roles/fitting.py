"""What makes a table's formulas right if it stands for a constant: cells and typed numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import permutations, product

from backprop_xlsx.check.judging.roles.candidates import (
    Votes,
    candidates_in,
    is_computed_outside,
    numbers_in,
)
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.check.reading.forms import Form
from backprop_xlsx.check.reading.meanings import Meaning, Place, meant
from backprop_xlsx.check.reading.single_cells import Candidate
from backprop_xlsx.formula.expression import Expression, Negation, Number, Symbol
from backprop_xlsx.formula.names import LEARNING_RATE, gradient_name
from backprop_xlsx.formula.tokens import FormulaError

Forms = Mapping[str, Sequence[Form]]
"""The formulas of each quantity."""

MOST_ROWS = 200
"""Rows with a formula of their own that have a vote."""
MOST_AT_ONCE = 2
"""Roles that are sought in one formula though each was found in others."""
SLOPE = gradient_name("")
"""How the names of all gradients begin."""
MOST_NUMBERS = 8
"""Typed in the formulas of a table, among which its inputs and targets are sought."""


def readings(
    judge: Judge, form: Form, rows: list[int]
) -> Iterator[tuple[list[Meaning | None], list[int]]]:
    """What a form's operands mean, with the rows in which they mean just that."""
    if not rows or form.error is not None:
        return
    groups = [rows] if judge.steady(form) else [[row] for row in rows[:MOST_ROWS]]
    for same in groups:
        try:
            row = same[0]
            yield judge.surroundings.meanings(form.tokens, row, row - form.first_row), same
        except FormulaError:
            continue


def fills(
    judge: Judge,
    quantity: str,
    form: Form,
    meanings: Sequence[Meaning | None],
    roles: Mapping[Candidate, str],
) -> bool:
    """Whether a formula is right if these candidates stand for these quantities, and only then."""
    typed: dict[float, Expression] = {
        abs(role): Symbol(name) if role >= 0 else Negation(Symbol(name))
        for role, name in roles.items()
        if isinstance(role, float)
    }
    cells = {role: name for role, name in roles.items() if not isinstance(role, float)}

    def put_in(end: Expression) -> Expression:
        return typed.get(end.constant, end) if isinstance(end, Number) else end

    def taken(meaning: Meaning | None) -> Meaning | None:
        if meaning is None:
            return None
        if is_computed_outside(meaning) and meaning.place in cells:
            named = Symbol(cells[meaning.place])
            return Meaning(named, repr(named))
        changed = meaning.expression.rebuilt(put_in) if typed else meaning.expression
        if changed == meaning.expression:
            return meaning
        return Meaning(changed, f"{meaning.key} {typed}", meaning.size)

    named = [taken(meaning) for meaning in meanings]
    if not judge.right_tokens(quantity, form.tokens, form.part, named, cells):
        return False
    # A number that is no such thing may be right too: 2/2 is 1, whatever stands for 2.
    return not typed or not judge.right_tokens(quantity, form.tokens, form.part, meanings)


def own_column(meanings: Sequence[Meaning | None]) -> Place | None:
    """The cell of the learning rate's own column, if a formula refers to one."""
    for meaning in meanings:
        if meaning is not None and meaning.expression == Symbol(LEARNING_RATE):
            return meaning.place
    return None


def by_use(judge: Judge, forms: Forms, missing: set[str]) -> dict[str, Votes]:
    """For each missing constant, the candidates that make formulas right."""
    votes = {name: Votes({}, {}) for name in missing}
    needs = {quantity: sorted(needs_of(judge.exercise, quantity) & missing) for quantity in forms}
    for quantity in sorted(filter(needs.get, needs), key=lambda quantity: len(needs[quantity])):
        needed = needs[quantity]
        if len(needed) > MOST_AT_ONCE and all(votes[name].counts for name in needed):
            continue
        for form in forms[quantity][:MOST_ROWS]:
            for meanings, rows in readings(judge, form, form.rows):
                candidates = candidates_in(form.tokens, meanings, judge.surroundings, rows[0])
                if set(needed) <= set(judge.exercise.biases):
                    # A bias below zero is typed as a number that is taken away.
                    typed = [number for number in candidates if isinstance(number, float)]
                    candidates |= {-number: -number for number in typed}
                for chosen in permutations(candidates, len(needed)):
                    roles = dict(zip(chosen, needed, strict=True))
                    if fills(judge, quantity, form, meanings, roles):
                        for candidate, name in roles.items():
                            votes[name].add(candidates[candidate], rows)
                        break
    return votes


def by_number(judge: Judge, forms: Forms, missing: set[str]) -> dict[str, Votes]:
    """For each missing constant, the typed numbers by which formulas are right.

    The same number may be typed for several things, or in a column that a formula only uses.
    """
    numbers = _typed_numbers(judge, forms)
    votes = {name: Votes({}, {}) for name in missing}
    needs = {quantity: sorted(needs_of(judge.exercise, quantity) & missing) for quantity in forms}
    for quantity in sorted(needs, key=lambda quantity: len(needs[quantity])):
        needed = needs[quantity]
        if not 0 < len(needed) <= MOST_AT_ONCE or quantity in judge.exercise.starts:
            continue
        # What others have told is tried first, and alone where it is known of all.
        choices = [votes[name].leading() or numbers for name in needed]
        for form in forms[quantity][:1]:
            tried = list(product(*choices))
            fitting = list(_fitting(judge, quantity, form, needed, tried))
            # What is right by any number tells none.
            for chosen in fitting if len(fitting) < len(tried) or len(tried) == 1 else ():
                for name, number in zip(needed, chosen, strict=True):
                    votes[name].add(number, form.rows)
    return votes


def _fitting(
    judge: Judge,
    quantity: str,
    form: Form,
    needed: Sequence[str],
    choices: Sequence[tuple[float, ...]],
) -> Iterator[tuple[float, ...]]:
    """The numbers by which a formula is right, given for the constants that it needs."""
    if form.error is not None:
        return
    for chosen in choices:
        typed = (*judge.fixed, *zip(needed, chosen, strict=True))
        trial = judge.knowing(replace(judge.roles, numbers=typed))
        try:
            if trial.right(quantity, form, form.typical_row):
                yield chosen
        except FormulaError:
            return


def _typed_numbers(judge: Judge, forms: Forms) -> list[float]:
    """The numbers in a table's formulas, and in those of columns that they use."""
    found: dict[float, None] = {}
    for quantity_forms in forms.values():
        for form in quantity_forms[:1]:
            for meanings, _ in readings(judge, form, form.rows[-1:]):
                expression = meant(form.part.expression, meanings)
                found.update(dict.fromkeys(numbers_in(expression)))
    return list(found)[:MOST_NUMBERS]


def needs_of(exercise: Exercise, quantity: str) -> set[str]:
    """What a quantity is computed from, also by way of slopes that need no column of their own."""
    found: set[str] = set()
    for leaf in exercise.equations[quantity].leaves():
        if isinstance(leaf, Symbol):
            is_slope = leaf.steps_back == 0 and leaf.name.startswith(SLOPE)
            found |= needs_of(exercise, leaf.name) if is_slope else {leaf.name}
    return found


def without_place(judge: Judge, names: Sequence[str]) -> set[str]:
    """Those of the constants for which neither a column nor a cell stands."""
    known = {*judge.table.columns, *judge.roles.cells.values()}
    return {name for name in names if name not in known}
