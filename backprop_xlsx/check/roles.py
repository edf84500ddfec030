"""Which cells, or typed numbers, are the learning rate, the inputs and the targets of a table.

A role is taken from what the formulas do with a cell, not from where it stands: the learning rate
is what makes the most updates right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from backprop_xlsx.check.forms import Form
from backprop_xlsx.check.meanings import Meaning, Outside, Place
from backprop_xlsx.check.references import Surroundings
from backprop_xlsx.check.spelling import quantity_of
from backprop_xlsx.check.tokens import FormulaError, Token
from backprop_xlsx.check.verdicts import Judge
from backprop_xlsx.equations import EQUATIONS
from backprop_xlsx.expression import Number, Symbol
from backprop_xlsx.network import INPUTS, LEARNING_RATE, TARGETS, WEIGHTS

Forms = Mapping[str, Sequence[Form]]
Candidate = Place | float
"""A cell outside the table, or a number typed into a formula."""

MOST_CANDIDATES = 5
"""Cells and numbers in one formula among which a role is sought."""
MOST_ROWS = 200
"""Rows with a formula of their own that have a vote."""
LABEL_DISTANCE = 3
"""Columns between a label and its cell."""


@dataclass
class Votes:
    """For each candidate, in how many cells it fills a role, and the first of their rows."""

    counts: dict[Candidate, int]
    first_rows: dict[Candidate, int]

    def add(self, candidate: Candidate, rows: Sequence[int]) -> None:
        """Count the rows in which a candidate fills the role."""
        self.counts[candidate] = self.counts.get(candidate, 0) + len(rows)
        self.first_rows[candidate] = min(self.first_rows.get(candidate, rows[0]), rows[0])

    def winner(self, surroundings: Surroundings) -> Candidate | None:
        """A candidate that holds a number before a blank one, the most used, then the first."""
        return max(
            self.counts,
            key=lambda c: (
                number_of(c, surroundings) is not None,
                self.counts[c],
                -self.first_rows[c],
            ),
            default=None,
        )


def number_of(candidate: Candidate, surroundings: Surroundings) -> float | None:
    """The number that a candidate holds, by way of plain references if need be."""
    if isinstance(candidate, float):
        return candidate
    cell = surroundings.cell(surroundings.end(candidate))
    return float(cell.value) if cell is not None and isinstance(cell.value, float) else None


def adopt_first_row(surroundings: Surroundings) -> None:
    """Take cells to which the first row refers plainly for the same variables as its own."""
    table = surroundings.table
    for name in (*INPUTS, *TARGETS, *WEIGHTS, LEARNING_RATE):
        cell = table.cell(name, table.first_row) if name in table.columns else None
        if cell is None or cell.formula is None:
            continue
        first = (surroundings.home, table.first_row, table.columns[name])
        named = surroundings.start_weights if name in WEIGHTS else surroundings.aliases
        for place in surroundings.follow(first):
            if surroundings.in_table(place) is None:
                named.setdefault(place, name)


def find_learning_rate(judge: Judge, forms: Forms) -> Candidate | None:
    """The cell, or typed number, that the updates take for the learning rate.

    From now on the table's surroundings, or the judge, know it. None if there is no update.
    """
    table, surroundings = judge.table, judge.surroundings
    votes, used = Votes({}, {}), Votes({}, {})
    for weight in WEIGHTS:
        for form in forms.get(weight, ())[:MOST_ROWS]:
            rows = [row for row in form.rows if row != table.first_row]
            for meanings, same in _readings(judge, form, rows):
                for candidate, place in _candidates(form.tokens, meanings).items():
                    used.add(place, same)
                    if _fills(judge, weight, form, meanings, {candidate: LEARNING_RATE}):
                        votes.add(place, same)
                own = _own_column(judge, weight, form, meanings)
                if own is not None:
                    votes.add(own, same)
    winner = votes.winner(surroundings)
    if winner is None:
        winner = _likeliest(used, surroundings)
    if winner is not None:
        _take(judge, winner, LEARNING_RATE)
    return winner


def find_constants(judge: Judge, forms: Forms) -> None:
    """Find what stands for the inputs and targets that have no column, by label, then by use."""
    surroundings = judge.surroundings
    outside = _cells_used(judge, forms)
    missing = {name for name in (*INPUTS, *TARGETS) if name not in judge.table.columns}
    missing -= set(surroundings.aliases.values())
    for place in outside:
        name = label_of(place, surroundings)
        if name in missing or (
            name in (*INPUTS, *TARGETS) and _same_number(name, place, surroundings)
        ):
            _take(judge, place, name)
    missing -= set(surroundings.aliases.values())
    if missing:
        _find_by_use(judge, forms, missing)


def labelled_learning_rate(surroundings: Surroundings, number: float) -> Place | None:
    """A cell of the table's sheet that is labelled as learning rate and holds this number."""
    for row, column in sorted(surroundings.table.sheet.cells):
        place = (surroundings.home, row, column)
        found = number_of(place, surroundings)
        near = found is not None and abs(found - number) <= 1e-3 * abs(number)
        if near and label_of(place, surroundings) == LEARNING_RATE:
            return place
    return None


def label_of(place: Place, surroundings: Surroundings) -> str | None:
    """The quantity that the text to the left of a cell, or above it, names."""
    sheet = surroundings.sheet(place)
    if sheet is None:
        return None
    _, row, column = place
    for left in range(column - 1, max(column - 1 - LABEL_DISTANCE, 0), -1):
        cell = sheet.cells.get((row, left))
        if cell is not None and cell.value is not None:
            name = quantity_of(cell.value) if type(cell.value) is str else None
            if name is not None:
                return name
            break
    above = sheet.cells.get((row - 1, column))
    if above is not None and type(above.value) is str:
        return quantity_of(above.value)
    return None


def _readings(
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


def _candidates(
    tokens: Sequence[Token], meanings: Sequence[Meaning | None]
) -> dict[Candidate, Candidate]:
    """Cells outside the table and typed numbers in a formula.

    Each with the cell to which the formula itself refers: there may be plain references between.
    """
    found: dict[Candidate, Candidate] = {}
    for token, meaning in zip(tokens, meanings, strict=True):
        if meaning is None:
            continue
        if isinstance(meaning.expression, Number):
            if token.kind == "number":
                found[meaning.expression.constant] = meaning.expression.constant
        elif isinstance(meaning.expression, Outside):
            if meaning.place is not None:
                found[meaning.expression.place] = meaning.place
        else:
            for leaf in meaning.expression.leaves():
                if isinstance(leaf, Outside):
                    found[leaf.place] = leaf.place
    return found if len(found) <= MOST_CANDIDATES else {}


def _fills(
    judge: Judge,
    quantity: str,
    form: Form,
    meanings: Sequence[Meaning | None],
    roles: Mapping[Candidate, str],
) -> bool:
    """Whether a formula is right if these candidates stand for these quantities."""
    typed = {role: Symbol(name) for role, name in roles.items() if isinstance(role, float)}
    cells = {role: name for role, name in roles.items() if not isinstance(role, float)}

    def taken(meaning: Meaning | None) -> Meaning | None:
        if meaning is not None and isinstance(meaning.expression, Number):
            symbol = typed.get(meaning.expression.constant)
            if symbol is not None:
                return Meaning(symbol, f"{symbol.name}@0")
        return meaning

    return judge.right_tokens(
        quantity, form.tokens, form.part, [taken(meaning) for meaning in meanings], cells
    )


def _own_column(
    judge: Judge, weight: str, form: Form, meanings: Sequence[Meaning | None]
) -> Place | None:
    """The cell of the learning rate's own column, if an update uses one and is right by it."""
    for meaning in meanings:
        if meaning is not None and meaning.expression == Symbol(LEARNING_RATE):
            right = judge.right_tokens(weight, form.tokens, form.part, meanings)
            return meaning.place if right else None
    return None


def _likeliest(used: Votes, surroundings: Surroundings) -> Candidate | None:
    """Where no update is right: a labelled cell, else the cell that most updates refer to."""
    numbers = [place for place in used.counts if number_of(place, surroundings) is not None]
    cells = [place for place in numbers if not isinstance(place, float)]
    labelled = [place for place in cells if label_of(place, surroundings) == LEARNING_RATE]
    return max(labelled or cells, key=lambda place: used.counts[place], default=None)


def _take(judge: Judge, candidate: Candidate, name: str) -> None:
    if isinstance(candidate, float):
        judge.fixed = (*judge.fixed, (name, candidate))
        return
    surroundings = judge.surroundings
    chain = surroundings.follow(candidate)
    surroundings.name_cells(
        {place: name for place in chain if surroundings.in_table(place) is None}
    )


def _cells_used(judge: Judge, forms: Forms) -> list[Place]:
    """The cells outside the table, with a number in them, that its formulas use."""
    found: dict[Place, None] = {}
    for quantity_forms in forms.values():
        for form in quantity_forms[:MOST_ROWS]:
            for meanings, _ in _readings(judge, form, form.rows[-1:]):
                for place in _candidates(form.tokens, meanings).values():
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


def _find_by_use(judge: Judge, forms: Forms, missing: Iterable[str]) -> None:
    """Give each missing constant to the candidate that makes the most formulas right."""
    missing = set(missing)
    votes = {name: Votes({}, {}) for name in missing}
    for quantity, quantity_forms in forms.items():
        needed = sorted(_needs(quantity) & missing)
        for form in quantity_forms[:MOST_ROWS] if needed else ():
            for meanings, rows in _readings(judge, form, form.rows):
                candidates = _candidates(form.tokens, meanings)
                for chosen in permutations(candidates, len(needed)):
                    roles = dict(zip(chosen, needed, strict=True))
                    if _fills(judge, quantity, form, meanings, roles):
                        for candidate, name in roles.items():
                            votes[name].add(candidates[candidate], rows)
                        break
    for name in sorted(missing):
        winner = votes[name].winner(judge.surroundings)
        if winner is not None:
            _take(judge, winner, name)


def _needs(quantity: str) -> set[str]:
    return {leaf.name for leaf in EQUATIONS[quantity].leaves() if isinstance(leaf, Symbol)}
