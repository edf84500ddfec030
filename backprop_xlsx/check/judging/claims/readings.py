"""What the formulas of a table say while some unexplained columns are taken for quantities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from backprop_xlsx.check.judging.claims.possible import Possible
from backprop_xlsx.check.judging.claims.unexplained import Unexplained
from backprop_xlsx.check.judging.verdicts import Judge, evaluated, safely
from backprop_xlsx.check.reading.forms import Form
from backprop_xlsx.check.reading.meanings import Outside, meant
from backprop_xlsx.formula.expression import Expression, Symbol, Value
from backprop_xlsx.formula.names import negative
from backprop_xlsx.formula.tokens import FormulaError

_UNKNOWN = "?"
"""What a column is called whose meaning is sought."""

User = tuple[int, str | None]
"""A column whose formulas refer to another, and its quantity as far as that is known."""


class Readings:
    """The columns of a table; those that are ``found`` count as the quantities by their names."""

    def __init__(self, judge: Judge, sheet: Unexplained, possible: Possible) -> None:
        self.found: dict[str, int] = {}
        self._judge = judge
        self._sheet = sheet
        self._possible = possible

    def expression(self, column: int) -> Expression | None:
        """What most rows of a column compute from what is known so far."""
        return expression_of(self._knowing(self.found), self._sheet.typical_form(column))

    def users(self, column: int) -> list[User]:
        """The columns whose formulas refer to one."""
        known = self._judge.table.columns
        names = {at: name for name, at in {**known, **self.found}.items()}
        return [
            (other, names.get(other))
            for other in (*known.values(), *self._sheet.columns)
            if other != column and column in self._sheet.references(other)
        ]

    def computed(self, column: int, judge: Judge | None = None) -> list[str]:
        """The quantities not found yet that most rows of a column compute, without the found."""
        value = value_of(judge or self._judge, self._sheet.typical_form(column))
        if value is None:
            return []
        return [name for name in self._possible.equal(value) if name not in self.found]

    def computed_from(self, column: int, number: float) -> list[str]:
        """The quantities that it would compute if this number stood in each cell outside."""
        expression = expression_of(self._judge, self._sheet.typical_form(column))
        states = self._judge.probes

        def lookup(leaf: Expression) -> Value:
            return number if isinstance(leaf, Outside) else states.value(leaf)

        return [] if expression is None else [*self._possible.equal(safely(expression, lookup))]

    def likeliest(self, column: int, names: Sequence[str]) -> str:
        """Of several names that of the header, else the first one."""
        hint = self._sheet.hint(column)
        return hint if hint is not None and hint in names else names[0]

    def repeated(self, column: int) -> Expression | None:
        """The one thing that is all that most rows of a column give, summed up or not."""
        expression = self.expression(column)
        leaves = set() if expression is None else set(expression.leaves())
        if expression is None or len(leaves) != 1:
            return None
        values = expression.value(lambda leaf: 0.3), expression.value(lambda leaf: 0.7)
        return leaves.pop() if values == (0.3, 0.7) else None

    def are_alike(self, column: int, other: int) -> bool:
        """Whether most rows of two columns compute the same."""
        one, two = (value_of(self._judge, self._sheet.typical_form(c)) for c in (column, other))
        return one is not None and two is not None and self._judge.probes.agree(one, two)

    def plausible(self, column: int, users: Sequence[User]) -> list[str]:
        """What a column may be by the values of at least one of its users."""
        judge = self._knowing({**self.found, _UNKNOWN: column})
        states = judge.probes
        found: set[str] = set()
        for user, quantity in users:
            expression = expression_of(judge, self._sheet.typical_form(user))
            if expression is None:
                continue
            for name in self._possible.equations:
                if name in self.found or name in found:
                    continue

                def lookup(leaf: Expression, name: str = name) -> Value:
                    if isinstance(leaf, Symbol) and leaf.name == _UNKNOWN:
                        return states.value(Symbol(name, leaf.steps_back))
                    return states.value(leaf)

                value = safely(expression, lookup)
                if (
                    any(self._possible.equal(value))
                    if quantity is None
                    else states.right(quantity, value)
                ):
                    found.add(name)
        return [name for name in self._possible.equations if name in found]

    def score(self, column: int, name: str, users: Sequence[User]) -> int:
        """How many users are right if a column is taken for a quantity."""
        others = {other: at for other, at in self.found.items() if at != column}
        return self._right(self._knowing({**others, name: column}), users, name)

    def right_users(self, users: Sequence[User]) -> int:
        """How many users are right by what is known so far."""
        return self._right(self._knowing(self.found), users)

    def wrong_by(self, found: Mapping[str, int], names: Iterable[str]) -> set[int]:
        """Of some columns and those that use them, which are wrong if columns are taken so."""
        judge = self._knowing(found)
        known = {**self._judge.table.columns, **found}
        quantities = {column: name for name, column in known.items()}
        columns = {known[name] for name in names}
        columns |= {user for column in columns for user, _ in self.users(column)}
        return {
            column
            for column in columns & quantities.keys()
            if not is_right(judge, quantities[column], self._sheet.typical_form(column))
        }

    def _right(self, judge: Judge, users: Sequence[User], sought: str | None = None) -> int:
        """How many of these are right; none is so for being itself the quantity that is sought.

        Nor for having the sign of another turned that has a column.
        """
        known = {*self._judge.table.columns, *self.found}
        others = {*map(negative, known), sought}
        return sum(
            any(name not in others for name in self.computed(user, judge))
            if quantity is None
            else is_right(judge, quantity, self._sheet.typical_form(user))
            for user, quantity in users
        )

    def _knowing(self, found: Mapping[str, int]) -> Judge:
        """A judge to whom these columns are known, and all that others may be."""
        table = self._judge.table
        columns = {**table.columns, **found}
        return self._judge.of(replace(table, exercise=self._possible.exercise, columns=columns))


def expression_of(judge: Judge, form: Form | None) -> Expression | None:
    """What a form computes in a table; None if it cannot be evaluated there."""
    if form is None:
        return None
    row = form.typical_row
    try:
        meanings = judge.surroundings.meanings(form.tokens, row, row - form.first_row)
        return meant(form.part.expression, meanings)
    except FormulaError:
        return None


def value_of(judge: Judge, form: Form | None) -> Value | None:
    """The values of a form at the probes; None if it cannot be evaluated there."""
    expression = expression_of(judge, form)
    return None if expression is None else evaluated(expression, judge.probes)


def is_right(judge: Judge, quantity: str, form: Form | None) -> bool:
    """Whether a form computes a quantity."""
    try:
        return form is not None and judge.right(quantity, form, form.typical_row)
    except FormulaError:
        return False
