"""Whether a formula is right as the value of a quantity, in a given row of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from backprop_xlsx.check.judging.expressions import branches, circular
from backprop_xlsx.check.judging.probes import OwnRows, Probes, probes, wide_probes
from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.check.reading.forms import Form
from backprop_xlsx.check.reading.meanings import Meaning, Outside, Place, meant
from backprop_xlsx.check.reading.surroundings import Roles, Surroundings
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.expression import Expression, Symbol, Value
from backprop_xlsx.formula.parse import Part
from backprop_xlsx.formula.tokens import FormulaError, Token

MOST_DIFFERENT = 30_000
"""Formulas of a book that are read one by one: about five seconds. Copied ones count once."""


@dataclass
class Verdicts:
    """What was found before in a book, by quantity and by what the formula's operands mean.

    ``branching`` are formulas that are right as far as any table can tell, yet have several ways to
    go: each table tries them in its own rows too.
    """

    found: dict[tuple[object, ...], bool] = field(default_factory=dict)
    branching: dict[tuple[object, ...], Expression] = field(default_factory=dict)
    left: int = MOST_DIFFERENT


class Judge:
    """Judges the formulas of one table; what means the same is probed once.

    ``own_rows`` gives the states of the table itself once its roles are known.
    """

    def __init__(self, surroundings: Surroundings, known: Verdicts) -> None:
        self.surroundings = surroundings
        self.table = surroundings.table
        self.own_rows: Callable[[], OwnRows | None] = lambda: None
        self._known = known
        self._in_own_rows: dict[tuple[object, ...], bool] = {}
        self._filled_columns = {
            column
            for name, column in self.table.columns.items()
            if name not in self.exercise.constants or self._is_filled(column)
        }

    def of(self, table: Table) -> Judge:
        """The judge of the table with other columns or quantities, who knows the same roles."""
        return Judge(self.surroundings.of(table), self._known)

    def knowing(self, roles: Roles) -> Judge:
        """The judge of the same table by other roles."""
        return Judge(self.surroundings.knowing(roles), self._known)

    @property
    def roles(self) -> Roles:
        """What stands for quantities though it is in no column of theirs."""
        return self.surroundings.roles

    @property
    def fixed(self) -> tuple[tuple[str, float], ...]:
        """The constants of the exercise that are typed into the table's formulas."""
        return self.roles.numbers

    @property
    def probes(self) -> Probes:
        """The states at which the table's formulas are evaluated."""
        return probes(self.exercise, self.fixed)

    @property
    def exercise(self) -> Exercise:
        """What the table is held against."""
        return self.table.exercise

    def right(self, quantity: str, form: Form, row: int) -> bool:
        """Whether a form, copied to a row, computes a quantity.

        Raises FormulaError if it cannot be evaluated here.
        """
        self._known.left -= 1
        part = form.part
        meanings = self.surroundings.meanings(form.tokens, row, row - form.first_row)
        return self.right_tokens(quantity, form.tokens, part, meanings)

    def right_tokens(
        self,
        quantity: str,
        tokens: Sequence[Token],
        part: Part,
        meanings: Sequence[Meaning | None],
        taken_as: Mapping[Place, str] | None = None,
    ) -> bool:
        """Whether a formula, given by its tokens and their meanings, computes a quantity.

        ``taken_as`` lets cells outside the table stand for quantities.
        """
        key = self.key(quantity, tokens, meanings)
        if taken_as:
            key = (*key, *taken_as.items())
        verdict = self._known.found.get(key)
        if verdict is None:
            try:
                expression = meant(part.expression, meanings)
                verdict = self._probe(quantity, expression, taken_as or {})
                self._known.found[key] = verdict
                if verdict and branches(expression):
                    self._known.branching[key] = expression
            except RecursionError:
                raise FormulaError("is nested too deeply") from None
        if verdict and key in self._known.branching:
            return self._right_in_own_rows(quantity, key, taken_as or {})
        return verdict

    def key(
        self, quantity: str, tokens: Sequence[Token], meanings: Sequence[Meaning | None]
    ) -> tuple[object, ...]:
        """The same for formulas of a quantity that mean the same, whatever cells they name."""
        words: list[object] = []
        far_rows: dict[int, int] = {}  # which of them is which makes no difference to a verdict
        for meaning, token in zip(meanings, tokens, strict=True):
            if meaning is None:
                words.append(token.text)
                continue
            symbol = meaning.expression
            if isinstance(symbol, Symbol) and symbol.steps_back not in (0, 1):
                number = far_rows.setdefault(symbol.steps_back, len(far_rows))
                words.append((symbol.name, number))
            else:
                words.append(meaning.key)
        return self.exercise, quantity, self.fixed, *words

    def steady(self, form: Form) -> bool:
        """Whether a form means the same in every row but the first one of the table."""
        for token in form.tokens:
            if token.kind == "name":
                place = self.surroundings.place(token)
                if place is None or not self._keeps_its_meaning(place):
                    return False
            reference = token.reference
            if reference is None:
                continue
            last = reference.last or reference.first
            if reference.first.row_anchored and last.row_anchored:
                if not all(map(self._keeps_its_meaning, self.surroundings.places(token))):
                    return False
                continue
            for corner in (reference.first, last):
                if (
                    corner.row_anchored
                    or corner.column not in self._filled_columns
                    or corner.row - form.first_row not in (0, -1)
                    or reference.sheet is not None
                ):
                    return False
            if any(
                column not in self._filled_columns
                for column in range(reference.first.column, last.column + 1)
            ):
                return False
        return True

    def rows_by_verdict(
        self, quantity: str, form: Form, rows: Sequence[int]
    ) -> tuple[list[int], list[int]]:
        """In which of these rows a form is right, and in which it is wrong.

        Raises FormulaError if it cannot be evaluated here.
        """
        if self._known.left <= 0:
            raise FormulaError(f"comes after {MOST_DIFFERENT:,} others that all differ")
        if not self.steady(form):
            verdicts = {row: self.right(quantity, form, row) for row in rows}
        else:
            first = self.table.first_row
            later = [row for row in rows if row != first]
            same = self.right(quantity, form, later[0]) if later else False
            verdicts = dict.fromkeys(later, same)
            if first in rows:
                verdicts = {first: self.right(quantity, form, first)} | verdicts
        right = [row for row, verdict in verdicts.items() if verdict]
        return right, [row for row, verdict in verdicts.items() if not verdict]

    def _probe(self, quantity: str, expression: Expression, taken_as: Mapping[Place, str]) -> bool:
        if circular(self.exercise, quantity, expression):
            return False
        states = [self.probes]
        if branches(expression):
            states.append(wide_probes(self.exercise, self.fixed))
        return all(each.right(quantity, evaluated(expression, each, taken_as)) for each in states)

    def _right_in_own_rows(
        self, quantity: str, key: tuple[object, ...], taken_as: Mapping[Place, str]
    ) -> bool:
        rows = self.own_rows()
        if rows is None:
            return True
        if key not in self._in_own_rows:
            value = evaluated(self._known.branching[key], rows, taken_as)
            self._in_own_rows[key] = rows.right(quantity, value)
        return self._in_own_rows[key]

    def _keeps_its_meaning(self, place: Place) -> bool:
        surroundings = self.surroundings
        quantity = surroundings.in_table(place)
        if quantity is not None:
            return quantity in self.exercise.constants
        if place in surroundings.roles.cells:
            return True
        if place in surroundings.roles.start_values:
            return False
        end = surroundings.cell(surroundings.end(place))
        return end is None or end.formula is None

    def _is_filled(self, column: int) -> bool:
        cells = self.table.sheet.cells
        return all(
            (cell := cells.get((row, column))) is not None
            and (cell.formula is not None or isinstance(cell.value, (float, str)))
            for row in self.table.rows
        )


def evaluated(
    expression: Expression, states: Probes, taken_as: Mapping[Place, str] | None = None
) -> Value:
    """An expression's values at the probes; not a number where it has none."""

    def lookup(leaf: Expression) -> Value:
        if taken_as and isinstance(leaf, Outside) and leaf.place in taken_as:
            return states.value(Symbol(taken_as[leaf.place]))
        return states.value(leaf)

    return safely(expression, lookup)


def safely(expression: Expression, lookup: Callable[[Expression], Value]) -> Value:
    """An expression's value; not a number where Python has none, as for 1/0."""
    try:
        with np.errstate(all="ignore"):
            return expression.value(lookup)
    except (ArithmeticError, TypeError, ValueError):
        # TypeError: a function called with the wrong number of arguments.
        return np.nan
