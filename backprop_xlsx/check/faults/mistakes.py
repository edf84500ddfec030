"""Gather the wrong cells of a column into faults: those that are wrong in the same way together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from backprop_xlsx.check.faults.explain import Circumstances, explanation
from backprop_xlsx.check.judging.columns import Column
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.reading.forms import Form
from backprop_xlsx.check.reading.meanings import Meaning, Outside
from backprop_xlsx.check.repair.cell_names import CellNames
from backprop_xlsx.check.repair.changes import Replacement
from backprop_xlsx.check.repair.diagnosis import Diagnoses, Diagnosis, Kind, diagnose
from backprop_xlsx.formula.expression import Expression, Number, Symbol
from backprop_xlsx.formula.parse import parse
from backprop_xlsx.formula.tokens import FormulaError, Token, written
from backprop_xlsx.model.names import LEARNING_RATE, label

MOST_COMPARED = 8
"""Kinds of mistake in one column with which another formula is compared, the latest ones."""
MOST_COPIED = 3
"""Right formulas of a column that are tried as corrections, the most common ones."""


@dataclass
class Mistake:
    """Cells of one column that are wrong in the same way, with each one's right formula."""

    quantity: str
    column: int
    found: str
    explanation: str
    corrections: dict[int, str | None] = field(default_factory=dict)
    forms: list[tuple[Form, list[int]]] = field(default_factory=list)

    @property
    def rows(self) -> list[int]:
        """The rows of the wrong cells."""
        return list(self.corrections)


@dataclass
class _Group:
    diagnosis: Diagnosis
    forms: list[tuple[Form, list[int]]]


def mistakes_of(
    judge: Judge, names: CellNames, column: Column, learning_rate: str | None, known: Diagnoses
) -> list[Mistake]:
    """The mistakes of a judged column, the first one first."""
    writer = _Writer(judge, names, column)
    found = []
    for group in _groups(judge, column, known):
        form, rows = group.forms[0]
        circumstances = _circumstances(judge, column, group, learning_rate)
        mistake = Mistake(
            column.quantity,
            column.number,
            "=" + form.at(rows[0]),
            explanation(group.diagnosis, form.tokens, circumstances),
            forms=group.forms,
        )
        for same, same_rows in group.forms:
            for row in same_rows:
                mistake.corrections[row] = writer.formula(row, same, group.diagnosis)
        found.append(mistake)
    if column.wrong_start is not None:
        found.append(_wrong_start(judge, column))
    if column.typed:
        found.append(_typed(judge, column, writer))
    found += _disagreeing(judge, column, writer)
    return sorted(found, key=lambda mistake: mistake.rows[0])


def _wrong_start(judge: Judge, column: Column) -> Mistake:
    start, name = judge.exercise.starts[column.quantity], label(column.quantity)
    if start is None:
        text = f"the start value of {name} refers to cells that are computed from it"
    else:
        text = f"{name} starts with something else than {start:g}"
    correction = None if start is None else f"{start:g}"
    found = column.wrong_start or ""
    row = judge.table.first_row
    return Mistake(column.quantity, column.number, found, text, {row: correction})


def _typed(judge: Judge, column: Column, writer: _Writer) -> Mistake:
    found = content(judge, column.quantity, column.typed[0])
    cell = judge.table.cell(column.quantity, column.typed[0])
    what = "text" if cell is not None and isinstance(cell.value, str) else "number"
    text = f"a {what} is typed in where a formula belongs"
    corrections = {row: writer.formula(row, None, None) for row in column.typed}
    return Mistake(column.quantity, column.number, found, text, corrections)


def _disagreeing(judge: Judge, column: Column, writer: _Writer) -> Iterator[Mistake]:
    """Wrong numbers, and wrong values of formulas that cannot be evaluated here."""
    reasons = {row: reason for rows, reason in column.unjudged for row in rows}
    equation = f"{label(column.quantity)} = {judge.exercise.equations[column.quantity].text()}"
    for reason in dict.fromkeys(reasons.get(row) for row in column.disagreeing):
        rows = [row for row in column.disagreeing if reasons.get(row) == reason]
        text = (
            f"the number is not that of {equation}"
            if reason is None
            else f"the formula {reason}; its value is not that of {equation}"
        )
        found = content(judge, column.quantity, rows[0])
        corrections = {row: writer.formula(row, None, None) for row in rows}
        yield Mistake(column.quantity, column.number, found, text, corrections)


def content(judge: Judge, quantity: str, row: int) -> str:
    """What a cell holds, as it is typed."""
    cell = judge.table.cell(quantity, row)
    if cell is None:
        return ""
    if cell.formula is not None:
        return f"={cell.formula}"
    return f"{cell.value:.15g}" if isinstance(cell.value, float) else str(cell.value)


def _groups(judge: Judge, column: Column, known: Diagnoses) -> list[_Group]:
    groups: list[_Group] = []
    for form, rows in column.wrong:
        recent = groups[-MOST_COMPARED:]
        group = next((g for g in recent if _same_way(judge, column.quantity, g, form, rows)), None)
        if group is None:
            group = _Group(
                diagnose(judge, column.quantity, form, _typical(judge, form, rows), known), []
            )
            groups.append(group)
            for other in recent:
                if other.diagnosis.repair is None and _alike(other.diagnosis, group.diagnosis):
                    groups.pop()
                    group = other
                    break
        group.forms.append((form, rows))
    return groups


def _typical(judge: Judge, form: Form, rows: Sequence[int]) -> int:
    """A row that shows a mistake as most rows have it: above the first one, headers stand."""
    reaches_up = any(
        token.reference is not None and token.reference.first.row < form.first_row
        for token in form.tokens
    )
    skips = reaches_up and rows[0] == judge.table.first_row and len(rows) > 1
    return rows[1] if skips else rows[0]


def _alike(one: Diagnosis, other: Diagnosis) -> bool:
    """Whether two formulas that no small edit repairs are wrong in the same way."""
    if (one.kind, one.other) != (other.kind, other.other):
        return False
    return one.kind is not Kind.OTHER or _keys(one.meanings) == _keys(other.meanings)


def _keys(meanings: Sequence[Meaning | None]) -> list[str | None]:
    return [None if meaning is None else meaning.key for meaning in meanings]


def _same_way(judge: Judge, quantity: str, group: _Group, form: Form, rows: Sequence[int]) -> bool:
    """Whether the repair of a group makes another formula right, and changes the same in it."""
    repair = group.diagnosis.repair
    first = group.forms[0][0]
    if repair is None or [t.kind for t in form.tokens] != [t.kind for t in first.tokens]:
        return False
    try:
        meanings = judge.surroundings.meanings(form.tokens, rows[0], rows[0] - form.first_row)
        for change in repair.replacements:
            if not _comparable(change, [meanings[index] for index in change.indices]):
                return False
        tokens = repair.tokens(form.tokens, lambda expression, token: "x")
        return judge.right_tokens(quantity, tokens, parse(tokens), repair.meanings(meanings))
    except FormulaError:
        return False


def _comparable(change: Replacement, found: Sequence[Meaning | None]) -> bool:
    old, new = change.old.expression, change.new
    for meaning in found:
        assert meaning is not None
        other = meaning.expression
        drifts = new == Symbol(LEARNING_RATE) and not isinstance(other, Number)
        same_column = (
            isinstance(other, Symbol) and isinstance(old, Symbol) and other.name == old.name
        )
        blank = isinstance(other, Outside) and isinstance(old, Outside) and other.kind == old.kind
        if not (meaning.key == change.old.key or drifts or same_column or blank):
            return False
    return True


def _circumstances(
    judge: Judge, column: Column, group: _Group, learning_rate: str | None
) -> Circumstances:
    repair = group.diagnosis.repair
    if repair is None or not repair.replacements:
        return Circumstances(judge.exercise, learning_rate=learning_rate)
    change = repair.replacements[0]
    index = change.indices[0]
    forms = list(group.forms)
    if change.new == Symbol(LEARNING_RATE):
        kinds = [token.kind for token in forms[0][0].tokens]
        forms += [
            (form, rows)
            for form, rows in column.right
            if [token.kind for token in form.tokens] == kinds
        ]
    cells = sorted(
        (row, place)
        for form, rows in forms
        for row in rows
        if (place := judge.surroundings.place(form.tokens[index], row - form.first_row))
    )
    places = list(dict.fromkeys(place for _, place in cells))
    drifting = {place for _, place in cells} - set(judge.surroundings.aliases)
    if not drifting:
        places = []
    names = [judge.surroundings.name_of(place) for place in places]
    wrong = sum(len(rows) for _, rows in group.forms)
    return Circumstances(judge.exercise, wrong, places, names, learning_rate)


class _Writer:
    """Writes the formula that a wrong cell should hold."""

    def __init__(self, judge: Judge, names: CellNames, column: Column) -> None:
        self._judge = judge
        self._names = names
        self._column = column
        self._repaired: dict[Form, Form | None] = {}
        self._steady: dict[Form, bool] = {}

    def formula(self, row: int, form: Form | None, diagnosis: Diagnosis | None) -> str | None:
        """The right formula for a row, without "=": copied, repaired, or written anew.

        None where the table has no cell for something in it.
        """
        for candidate in self._candidates(row, form, diagnosis):
            if candidate is not None and self._right(candidate, row):
                return candidate.at(row)
        return self._names.equation(self._column.quantity, row)

    def _candidates(
        self, row: int, form: Form | None, diagnosis: Diagnosis | None
    ) -> Iterator[Form | None]:
        if form is not None and diagnosis is not None and diagnosis.repair is not None:
            if form not in self._repaired:
                self._repaired[form] = self._repair(form, diagnosis, row)
            yield self._repaired[form]
            yield self._repair(form, diagnosis, row)
        common = sorted(self._column.right, key=lambda pair: -len(pair[1]))
        yield from (right for right, _ in common[:MOST_COPIED])

    def _repair(self, form: Form, diagnosis: Diagnosis, row: int) -> Form | None:
        assert diagnosis.repair is not None

        def name(expression: Expression, like: Token | None) -> str:
            written_name = self._names.operand(expression, row, like)
            if written_name is None:
                raise LookupError
            return written_name

        here = Form(form.at(row), row, [row])
        try:
            text = written(diagnosis.repair.tokens(here.tokens, name))
        except LookupError:
            return None
        return Form(text, row, [row])

    def _right(self, form: Form, row: int) -> bool:
        try:
            if self._judge.steady(form) and row != self._judge.table.first_row:
                if form not in self._steady:
                    self._steady[form] = self._judge.right(self._column.quantity, form, row)
                return self._steady[form]
            return self._judge.right(self._column.quantity, form, row)
        except FormulaError:
            return False
