"""Which quantity, of the exercise or an auxiliary one, a column is that no header explains.

A column is what its formula computes. One that computes nothing known is what those take it for
that use it: if all of them are right by that, the fault is its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

import numpy as np

from backprop_xlsx.check.judging.claims.unexplained import Unexplained
from backprop_xlsx.check.judging.verdicts import Judge, evaluated, safely
from backprop_xlsx.check.reading.auxiliary import catalogue, with_auxiliary
from backprop_xlsx.check.reading.meanings import meant
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.equations import Equations
from backprop_xlsx.formula.block import as_number
from backprop_xlsx.formula.expression import Expression, Symbol, Value
from backprop_xlsx.formula.names import LEARNING_RATE, TOTAL_LOSS
from backprop_xlsx.formula.tokens import FormulaError

COMMON = 0.6
"""Of the rows of a column, how many have the formula that is taken for its meaning."""
NEAR = 1e-6
"""Relative: values so near at the first probe are compared at all others, too."""
FEW = 6
"""Columns whose meaning is guessed though nothing else is explained."""
ALIKE = 0.5
"""Of what two formulas refer to, how much is the same if they are to be of one quantity."""
_UNKNOWN = "?"
"""What a column is called whose meaning is sought."""
ROUNDS = 4
"""Times that what was found may explain something further."""


class Claims:
    """The unexplained columns of one table, and what each may be; ``judge`` knows its roles."""

    def __init__(self, judge: Judge, taken: frozenset[int]) -> None:
        self.judge = judge
        self.table = judge.table
        self._taken = taken
        self._sheet = Unexplained(self.table, taken)

    @property
    def columns(self) -> list[int]:
        """Those of formulas that no header explains."""
        return self._sheet.columns

    @property
    def of_numbers(self) -> list[int]:
        """Those of changing numbers that formulas use."""
        return self._sheet.of_numbers

    def table_with_all(self) -> Table:
        """The table with what was found; the same if there is nothing."""
        if self.columns:
            self._contest()
        table = self.table
        if not self.columns and not self.of_numbers:
            return table
        exercise = table.exercise
        missing = [name for name in exercise.computed if name not in table.columns]
        self._possible: Equations = {
            name: exercise.equations[name] for name in missing if name not in exercise.starts
        }
        self._possible |= catalogue(exercise)
        self._equations = {**exercise.equations, **self._possible}
        self._values = {
            name: evaluated(equation, self.judge.probes)
            for name, equation in self._possible.items()
        }
        self._firsts = np.array([as_number(value) for value in self._values.values()])
        further = {n: e for n, e in self._possible.items() if n not in exercise.equations}
        self._with_all_possible = with_auxiliary(exercise, further)
        self._found: dict[str, int] = {}
        left = self._by_formula(list(self.columns))
        self._doubt()
        self._doubt_lonely()
        # By another convention than its own a table would need as many guesses as it has columns.
        for _ in range(ROUNDS if 3 * len(left) <= 2 * len(self.columns) or len(left) <= FEW else 0):
            still = self._by_use(left)
            if still == left:
                break
            self._doubt()
            left = self._by_formula(still)
        self._by_header(self._by_use(self.of_numbers))
        left = self._by_likeness(self._by_header(self._by_formula(left)))
        self._doubt()
        self._by_custom(left)
        return self._extended(self._found)

    def _contest(self) -> None:
        """Of two columns that claim a quantity let that take it which computes it."""
        wrong = {
            name: column
            for name, column in self.table.columns.items()
            if name in self.table.exercise.equations
            and self._sheet.forms_of(column)
            and not self._is_right(self.judge, name, column)
        }
        taken: dict[str, int] = {}
        for column in self.columns if wrong else ():
            value = self._value(self.judge, column)
            for name in wrong:
                if value is not None and name not in taken and self.judge.probes.right(name, value):
                    taken[name] = column
                    break
        if taken:
            columns = {n: c for n, c in self.table.columns.items() if n not in taken}
            self.table = replace(self.table, columns={**columns, **taken})
            self.judge = self.judge.of(self.table)
            self._sheet = Unexplained(self.table, self._taken)

    def _by_formula(self, columns: list[int]) -> list[int]:
        """Take columns for what they compute; gives those that compute nothing known."""
        left = []
        for column in columns:
            name = self._computed(self.judge, column)
            if name is None:
                left.append(column)
            else:
                self._found[name] = column
        return left

    def _doubt(self) -> None:
        """Where all that use a column are wrong by what it computes, and right by another quantity.

        That it is then: the fault is its own. Its sign may be turned, a factor may be missing.
        """
        for _ in range(ROUNDS):
            before = dict(self._found)
            for name, column in before.items():
                self._doubt_one(name, column)
            if self._found == before:
                break

    def _doubt_one(self, name: str, column: int) -> None:
        users = [(user, known) for user, known in self._users(column) if known is not None]
        if not users or self._sheet.hint(column) == name or self._score(column, name, users):
            return
        del self._found[name]
        others = self._plausible(column, users)
        fits = [other for other in others if self._score(column, other, users) == len(users)]
        self._found[self._likeliest(column, fits, name)] = column

    def _computed(self, judge: Judge, column: int, but: frozenset[str] = frozenset()) -> str | None:
        """What a column computes in most rows: a missing quantity before an auxiliary one."""
        value = self._value(judge, column)
        if value is None:
            return None
        names = [name for name in self._equal(value) if name not in self._found and name not in but]
        return self._likeliest(column, names, names[0]) if names else None

    def _equal(self, value: Value) -> Iterator[str]:
        """The quantities that a value may be."""
        first = as_number(value)
        near = np.abs(self._firsts - first) <= NEAR * abs(first)
        for name in itertools.compress(self._values, near):
            if self.judge.probes.agree(value, self._values[name]):
                yield name

    def _doubt_lonely(self) -> None:
        """What alone of its kind is there may be what is missing among its sisters, but wrong."""
        for name, column in list(self._found.items()):
            if name in self.table.exercise.equations or self._sheet.hint(column) == name:
                continue
            if any(_kind(other) == _kind(name) for other in self._found if other != name):
                continue
            likeness = {n: self._likeness(column, n) for n in self._missing_sisters()}
            best = max(likeness.values(), default=0.0)
            if best >= ALIKE:
                del self._found[name]
                self._found[next(n for n in likeness if likeness[n] == best)] = column

    def _likeliest(self, column: int, names: Sequence[str], otherwise: str) -> str:
        """Of several names that of the header, else the first one."""
        hint = self._sheet.hint(column)
        return hint if hint is not None and hint in names else next(iter(names), otherwise)

    def _by_use(self, columns: list[int]) -> list[int]:
        """Take a column for that by which the formulas that use it are right."""
        left = list(columns)
        for column in columns:
            users = self._users(column)
            if not users:
                continue
            fitting = [
                (score, name)
                for name in self._plausible(column, users)
                if (score := self._score(column, name, users))
            ]
            best = max((score for score, _ in fitting), default=0)
            names = [name for score, name in fitting if score == best]
            if not names or 2 * best <= len(users):
                continue
            if column in self.of_numbers and (
                best < len(users) or self._right_users(self._judge(self._found), users)
            ):
                continue  # they are right, or wrong, by another reason
            self._found[self._likeliest(column, names, names[0])] = column
            left.remove(column)
        return left

    def _plausible(self, column: int, users: Sequence[tuple[int, str | None]]) -> list[str]:
        """What a column may be by the values of at least one of its users."""
        judge = self._judge({**self._found, _UNKNOWN: column})
        states = judge.probes
        found: dict[str, None] = {}
        for user, quantity in users:
            expression = self._expression(judge, user)
            if expression is None:
                continue
            for name in self._possible:
                if name in self._found or name in found:
                    continue

                def lookup(leaf: Expression, name: str = name) -> Value:
                    if isinstance(leaf, Symbol) and leaf.name == _UNKNOWN:
                        return states.value(Symbol(name, leaf.steps_back))
                    return states.value(leaf)

                value = safely(expression, lookup)
                if any(self._equal(value)) if quantity is None else states.right(quantity, value):
                    found[name] = None
        return [name for name in self._possible if name in found]

    def _score(self, column: int, name: str, users: Sequence[tuple[int, str | None]]) -> int:
        """How many users are right if a column is taken for a quantity."""
        others = {other: at for other, at in self._found.items() if at != column}
        return self._right_users(self._judge({**others, name: column}), users, frozenset((name,)))

    def _right_users(
        self,
        judge: Judge,
        users: Sequence[tuple[int, str | None]],
        but: frozenset[str] = frozenset(),
    ) -> int:
        right = 0
        for user, quantity in users:
            if quantity is None:
                right += self._computed(judge, user, but) is not None
            else:
                right += self._is_right(judge, quantity, user)
        return right

    def _by_header(self, columns: list[int]) -> list[int]:
        """Take a column for what its header says where neither formula nor use tells."""
        if self._are_numbered_otherwise():
            return columns
        left = []
        for column in columns:
            hint = self._sheet.hint(column)
            self._give_way(hint, column)
            if hint in self._possible and hint not in self._found and self._can_be_told(hint):
                self._found[hint] = column
            else:
                left.append(column)
        return left

    def _give_way(self, name: str | None, column: int) -> None:
        """Take a name from a column that is headed otherwise for one that is headed so, rightly."""
        holder = self._found.get(name or "")
        own = None if holder is None else self._sheet.hint(holder)
        if name is None or holder is None or own in (None, name) or own in self._found:
            return
        value = self._value(self.judge, column) if own in self._possible else None
        if value is not None and self.judge.probes.agree(value, self._values[name]):
            del self._found[name]
            self._found[own] = holder

    def _are_numbered_otherwise(self) -> bool:
        """Whether most headers of what was found name something else, as one of another neuron."""
        told = [(self._sheet.hint(column), name) for name, column in self._found.items()]
        agreed = [hint == name for hint, name in told if hint is not None]
        return 2 * sum(agreed) < len(agreed)

    def _can_be_told(self, name: str) -> bool:
        """Whether a quantity is no step of a parameter, or the learning rate is known."""
        roles = self.judge.roles
        known = {*self.table.columns, *roles.cells.values(), *dict(roles.numbers)}
        return LEARNING_RATE in known or Symbol(LEARNING_RATE) not in self._possible[name].leaves()

    def _by_likeness(self, columns: list[int]) -> list[int]:
        """Take columns for what is missing while its sisters are there, if they refer to alike."""
        pairs = [
            (-likeness, place, name)
            for name in self._missing_sisters()
            for place, column in enumerate(columns)
            if (likeness := self._likeness(column, name)) >= ALIKE
        ]
        for _, place, name in sorted(pairs):
            if name not in self._found and columns[place] not in self._found.values():
                self._found[name] = columns[place]
        return [column for column in columns if column not in self._found.values()]

    def _missing_sisters(self) -> list[str]:
        """Quantities of the exercise without a column, whose like have one; the sum of losses."""
        computed = self.table.exercise.computed
        known = {*self.table.columns, *self._found}
        kinds = {_kind(name) for name in computed if name in known}
        if len(self.table.exercise.network.losses) > 1:
            kinds |= (
                {TOTAL_LOSS} if _kind(self.table.exercise.network.losses[0]) in kinds else set()
            )
        return [
            name
            for name in computed
            if name not in known and name in self._possible and _kind(name) in kinds
        ]

    def _likeness(self, column: int, name: str) -> float:
        """Which share of what a column and a quantity are computed from is the same."""
        typed = {name for name, _ in self.judge.fixed}
        equation = {s for s in self._sources(self._possible[name]) if s.name not in typed}
        expression = self._expression(self._judge(self._found), column)
        own = set() if expression is None else self._sources(expression)
        shared = own & equation
        if all(leaf.name in self.table.exercise.starts for leaf in shared):
            return 0.0
        return len(shared) / len(own | equation)

    def _sources(self, expression: Expression) -> set[Symbol]:
        """What an expression is computed from: neurons, parameters and what is given."""
        network = self.table.exercise.network
        neurons = {name for n in network.neurons for name in (n.pre_activation, n.activation)}
        found: set[Symbol] = set()
        for leaf in expression.leaves():
            if not isinstance(leaf, Symbol):
                continue
            ends = leaf.name in neurons or leaf.name in self.table.exercise.starts
            equation = None if ends else self._equations.get(leaf.name)
            found |= {leaf} if equation is None else self._sources(equation)
        return found

    def _by_custom(self, columns: list[int]) -> None:
        """Take a column of one formula, but for few rows, for what that computes."""
        for column in columns:
            forms = self._sheet.forms_of(column)
            rows = len(self.table.rows)
            if len(forms) == 0 or len(forms[0].rows) == rows or rows < 3:
                continue
            users = self._users(column)
            if len(forms[0].rows) < COMMON * rows or not users:
                continue
            expression = self._expression(self._judge(self._found), column)
            names = self.table.exercise.names | set(self._found)
            if expression is None or not _is_of(expression, names):
                continue
            name = self._sheet.title(column)
            if name not in self._possible and name not in names:
                self._possible[name] = expression
                self._found[name] = column

    # The table with more columns

    def _extended(self, found: Mapping[str, int]) -> Table:
        table = self.table
        auxiliary = {
            name: self._possible[name] for name in found if name not in table.exercise.equations
        }
        exercise = with_auxiliary(table.exercise, auxiliary) if auxiliary else table.exercise
        return replace(table, exercise=exercise, columns={**table.columns, **found})

    def _judge(self, found: Mapping[str, int]) -> Judge:
        """A judge to whom these columns are known, and all that others may be."""
        columns = {**self.table.columns, **found}
        table = replace(self.table, exercise=self._with_all_possible, columns=columns)
        return self.judge.of(table)

    # Formulas

    def _expression(self, judge: Judge, column: int) -> Expression | None:
        form = self._sheet.typical_form(column)
        if form is None:
            return None
        row = form.typical_row
        try:
            meanings = judge.surroundings.meanings(form.tokens, row, row - form.first_row)
            return meant(form.part.expression, meanings)
        except FormulaError:
            return None

    def _value(self, judge: Judge, column: int) -> Value | None:
        expression = self._expression(judge, column)
        return None if expression is None else evaluated(expression, judge.probes)

    def _is_right(self, judge: Judge, quantity: str, column: int) -> bool:
        form = self._sheet.typical_form(column)
        try:
            return form is not None and judge.right(quantity, form, form.typical_row)
        except FormulaError:
            return False

    def _users(self, column: int) -> list[tuple[int, str | None]]:
        """The columns whose formulas refer to one, with their quantities as far as known."""
        names = {at: name for name, at in self.table.columns.items()}
        names |= {at: name for name, at in self._found.items()}
        found: list[tuple[int, str | None]] = []
        for other in (*self.table.columns.values(), *self.columns):
            if other != column and column in self._sheet.references(other):
                found.append((other, names.get(other)))
        return found


def _kind(name: str) -> str:
    """What a quantity and its sisters have in common: their name without the number."""
    return name.rstrip("0123456789")


def _is_of(expression: Expression, names: Set[str]) -> bool:
    """Whether an expression is one of quantities of its own row."""
    leaves = list(expression.leaves())
    return bool(leaves) and all(
        isinstance(leaf, Symbol) and leaf.steps_back == 0 and leaf.name in names for leaf in leaves
    )
