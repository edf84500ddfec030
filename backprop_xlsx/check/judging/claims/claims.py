"""Which quantity, of the exercise or an auxiliary one, a column is that no header explains.

A column is what its formula computes. One that computes nothing known is what those take it for
that use it: if all of them are right by that, the fault is its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import replace

from backprop_xlsx.check.judging.claims.contest import contested
from backprop_xlsx.check.judging.claims.doubts import ROUNDS, Doubts
from backprop_xlsx.check.judging.claims.headings import Headings
from backprop_xlsx.check.judging.claims.likeness import Likeness
from backprop_xlsx.check.judging.claims.possible import Possible
from backprop_xlsx.check.judging.claims.readings import Readings, User
from backprop_xlsx.check.judging.claims.sisters import Sisters
from backprop_xlsx.check.judging.claims.steps import Steps
from backprop_xlsx.check.judging.claims.unexplained import Unexplained
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.reading.auxiliary import with_auxiliary
from backprop_xlsx.check.reading.meanings import Outside
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.expression import Expression, Symbol
from backprop_xlsx.formula.names import gradient_name, next_name

COMMON = 0.6
"""Of the rows of a column, how many have the formula that is taken for its meaning."""
OTHERWISE = 0.6180339887
"""Instead of the number that stands in a cell, to see whether that matters."""
FEW = 6
"""Columns whose meaning is guessed though nothing else is explained."""


def explained(judge: Judge, taken: frozenset[int]) -> tuple[Table, Unexplained]:
    """A table with what its unexplained columns are, and all these; ``taken`` are of other tables.

    ``judge`` knows the roles of the table, which is the same if nothing is found.
    """
    table = contested(judge, taken)
    judge = judge if table is judge.table else judge.of(table)
    sheet = Unexplained(table, taken)
    if sheet.columns or sheet.of_numbers:
        table = _Claims(judge, sheet).table()
    return table, sheet


class _Claims:
    """The unexplained columns of one table, and what each may be."""

    def __init__(self, judge: Judge, sheet: Unexplained) -> None:
        self._judge = judge
        self._table = judge.table
        self._sheet = sheet
        self._possible = Possible(judge)
        self._readings = Readings(judge, sheet, self._possible)
        likeness = Likeness(judge, self._readings, self._possible)
        self._headings = Headings(judge, sheet, self._readings, self._possible)
        self._sisters = Sisters(judge, self._readings, likeness, self._possible)
        self._doubts = Doubts(judge, sheet, self._readings, likeness, self._possible)
        self._found = self._readings.found
        self._steps = Steps(judge, self._readings, self._possible)

    def table(self) -> Table:
        """The table with what was found: by formula first, then by use, header and likeness."""
        columns, numbers = self._sheet.columns, self._sheet.of_numbers
        left = self._steps.by_rate(self._as_next(self._by_formula(columns)))
        self._doubts.by_use()
        self._doubts.of_turned()
        self._doubts.of_parts()
        self._doubts.of_lonely()
        # By another convention than its own a table would need as many guesses as it has columns.
        for _ in range(ROUNDS if 4 * len(left) <= 3 * len(columns) or len(left) <= FEW else 0):
            still = self._by_use(left)
            if still == left:
                break
            self._doubts.by_use()
            left = self._by_formula(still)
        self._headings.by_header(self._by_use(numbers))
        left = self._headings.by_series(self._headings.by_header(self._by_formula(left)))
        left = self._sisters.as_sum_of_one(self._sisters.by_likeness(self._sisters.by_form(left)))
        left = self._sisters.as_the_last(left)
        copies = self._sheet.copies(frozenset(self._found.values()))
        copies = self._sisters.by_likeness(copies, only=gradient_name(""))
        self._by_use([column for column in copies if self._misleads(column)])
        self._doubts.by_use()
        self._doubts.of_turned()
        self._doubts.by_order()
        self._by_use([column for column in numbers if column not in self._found.values()])
        left = self._steps.as_the_last(self._steps.by_rate([*left, *self._steps.found.values()]))
        self._by_custom(left)
        return self._extended()

    def _by_formula(self, columns: Sequence[int]) -> list[int]:
        """Take columns for what they compute; gives those that compute nothing known.

        Of two that compute the same, one may be computed from the other, which then comes first.
        """
        left = []
        own = set(columns)
        for column in sorted(columns, key=lambda c: not own.isdisjoint(self._sheet.references(c))):
            names = self._readings.computed(column)
            if names and not self._seems_a_step(column, names):
                self._found[self._readings.likeliest(column, names)] = column
            else:
                left.append(column)
        return [column for column in columns if column in left]

    def _seems_a_step(self, column: int, names: Sequence[str]) -> bool:
        """Whether a column seems something else only because its learning rate is 1.

        It is headed a step; or nothing says what the rate is, and it is what it seems by the number
        of a cell outside.
        """
        hint, takes_rate = self._sheet.hint(column), self._possible.takes_learning_rate
        if any(map(takes_rate, names)):
            return False
        if hint in self._possible.equations and takes_rate(hint):
            return True
        if self._possible.knows_learning_rate:
            return False
        return not {*names}.intersection(self._readings.computed_from(column, OTHERWISE))

    def _as_next(self, columns: Sequence[int]) -> list[int]:
        """Take what a parameter only repeats from the row above for what it is to be; the others.

        So it is though all of them are wrong.
        """
        table = self._table
        known = [name for name in table.exercise.parameters if name in table.columns]
        carried = {name: self._sheet.carried_over(table.columns[name]) for name in known}
        times = Counter(carried.values())
        for name, column in carried.items():
            following = next_name(name)
            possible = following in self._possible.equations and following not in self._found
            if column is not None and column in columns and possible and times[column] == 1:
                self._found[following] = column
        return [column for column in columns if column not in self._found.values()]

    def _by_use(self, columns: Sequence[int]) -> list[int]:
        """Take columns for that by which the formulas that use them are right; gives the others."""
        left = list(columns)
        for column in columns:
            users = [u for u in self._readings.users(column) if not self._may_step(u, column)]
            names = self._by_users(column, users) if users else []
            # What nobody knows, of this alone, may be the step of any gradient.
            told = len(names) == 1 or any(
                known is not None or self._sheet.references(user) != {column}
                for user, known in users
            )
            if names and (told or self._sheet.hint(column) in names):
                self._found[self._readings.likeliest(column, names)] = column
                left.remove(column)
        return left

    def _may_step(self, user: User, column: int) -> bool:
        """Whether what nobody knows may be a column times the learning rate, which none knows.

        By its number it may be anything: an input half as large as the other, say.
        """
        other, quantity = user
        if quantity is not None or self._possible.knows_learning_rate:
            return False
        expression = self._readings.expression(other)
        leaves = () if expression is None else expression.leaves()
        from_outside = any(isinstance(leaf, Outside) for leaf in leaves)
        return from_outside and self._sheet.references(other) == {column}

    def _misleads(self, column: int) -> bool:
        """Whether all that use a column are wrong by what it computes."""
        users = self._readings.users(column)
        return bool(users) and not self._readings.right_users(users)

    def _by_users(self, column: int, users: Sequence[User]) -> list[str]:
        """By which quantities most users of a column are right."""
        readings = self._readings
        scores = {
            name: readings.score(column, name, users) for name in readings.plausible(column, users)
        }
        best = max(scores.values(), default=0)
        if 2 * best <= len(users):
            return []
        if column in self._sheet.of_numbers and (best < len(users) or readings.right_users(users)):
            return []  # they are right, or wrong, by another reason
        told = [name for name, score in scores.items() if score == best]
        # Who is right by almost any takes it times a number, which happens to be 1.
        return told if 2 * len(told) <= len(self._possible.equations) else []

    def _by_custom(self, columns: Sequence[int]) -> None:
        """Take a column of one formula, but for few rows, for what that computes."""
        rows = len(self._table.rows)
        for column in columns:
            forms = self._sheet.forms_of(column)
            if len(forms) == 0 or len(forms[0].rows) == rows or rows < 3:
                continue
            if len(forms[0].rows) < COMMON * rows or not self._readings.users(column):
                continue
            expression = self._readings.expression(column)
            names = self._table.exercise.names | set(self._found)
            if expression is None or not _is_of(expression, names):
                continue
            name = self._sheet.title(column)
            if name not in self._possible.equations and name not in names:
                self._possible.equations[name] = expression
                self._found[name] = column

    def _extended(self) -> Table:
        """The table with the columns that were found."""
        table, exercise = self._table, self._table.exercise
        self._found.update(self._steps.found)
        auxiliary = {
            name: self._possible.equations[name]
            for name in self._found
            if name not in exercise.equations
        }
        exercise = with_auxiliary(exercise, auxiliary) if auxiliary else exercise
        return replace(table, exercise=exercise, columns={**table.columns, **self._found})


def _is_of(expression: Expression, names: Set[str]) -> bool:
    """Whether an expression is one of quantities of its own row."""
    leaves = list(expression.leaves())
    return bool(leaves) and all(
        isinstance(leaf, Symbol) and leaf.steps_back == 0 and leaf.name in names for leaf in leaves
    )
