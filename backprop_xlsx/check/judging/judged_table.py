"""One table under the check: its roles are found, and its columns judged by them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache, partial

from backprop_xlsx.check.judging.claims.claims import explained
from backprop_xlsx.check.judging.claims.readings import expression_of
from backprop_xlsx.check.judging.columns import (
    FormRows,
    judge_column,
    judge_values,
    read_columns,
)
from backprop_xlsx.check.judging.expressions import dependents
from backprop_xlsx.check.judging.own_rows import own_rows
from backprop_xlsx.check.judging.roles.finding import find_roles
from backprop_xlsx.check.judging.values import Numbers
from backprop_xlsx.check.judging.verdicts import Judge, Verdicts
from backprop_xlsx.check.reading.single_cells import (
    Candidate,
    labelled_learning_rate,
    number_of,
)
from backprop_xlsx.check.reading.surroundings import Surroundings
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.expression import Symbol
from backprop_xlsx.formula.tokens import FormulaError

MANY = 6
"""Columns of a table with something wrong in them; the worst public workbook has five."""


class JudgedTable:
    """A table whose columns are judged; ``verdicts`` are those of its book so far.

    ``exercise`` is what it is held against, before its auxiliary columns are counted in;
    ``unexplained`` are further columns of formulas, ``pasted`` of changing numbers that these use.
    ``own_loss`` is the column of the loss of a table that follows a rule of its own.
    """

    def __init__(self, surroundings: Surroundings, verdicts: Verdicts) -> None:
        self.own_loss: int | None = None
        self.exercise = replace(surroundings.table.exercise, auxiliary=())
        self.unexplained: list[int] = []
        self.pasted: list[int] = []
        self._begin(Judge(surroundings, verdicts))
        table = self._explained()
        if table is not self.table:
            self._begin(self.judge.of(table))
        self.judge.own_rows = cache(partial(own_rows, self.judge, self.rate))
        for column in self.columns.values():
            judge_column(self.judge, column)
        self._judge_values()

    def _begin(self, judge: Judge) -> None:
        """Read the columns, and find what the cells around them stand for."""
        self.table = judge.table
        self.columns = read_columns(self.table)
        forms = {name: column.forms for name, column in self.columns.items()}
        self.judge, found = find_roles(judge, forms)
        self.table = self.judge.table
        self.surroundings = self.judge.surroundings
        self.learning_rate, self.rate = self._learning_rate(found)

    def _explained(self) -> Table:
        """The table with the columns that no header explains, as far as their formulas do."""
        if self.exercise.described:
            return self.table
        taken = {
            column
            for other in self.surroundings.others
            if other.sheet is self.table.sheet
            for column in other.columns.values()
            if other.first_row <= self.table.last_row and self.table.first_row <= other.last_row
        }
        table, sheet = explained(self.judge, frozenset(taken))
        known = set(table.columns.values())
        self.unexplained = [c for c in sheet.columns if c not in known]
        self.pasted = [c for c in sheet.of_numbers if c not in known]
        return table

    @property
    def has_all_columns(self) -> bool:
        """Whether every computed quantity has a column."""
        return len(self.columns) == len(self.table.exercise.equations)

    @property
    def start_weights(self) -> dict[str, float | None]:
        """The numbers with which the weights that have columns begin."""
        return self._first_numbers(self.exercise.weights)

    @property
    def given(self) -> dict[str, float | None]:
        """The first numbers of the inputs and targets, of those that have columns or cells."""
        cells = {name: place for place, name in self.judge.roles.cells.items()}
        names = (*self.exercise.inputs, *self.exercise.targets)
        outside = {
            name: number_of(cells[name], self.surroundings) for name in names if name in cells
        }
        return outside | self._first_numbers(names)

    def _first_numbers(self, names: Iterable[str]) -> dict[str, float | None]:
        """What stands in the first row of those quantities that have columns."""
        home, row = self.surroundings.home, self.table.first_row
        return {
            name: number_of((home, row, self.table.columns[name]), self.surroundings)
            for name in names
            if name in self.table.columns
        }

    @property
    def wrong(self) -> int:
        """How many cells of computed columns are not right."""
        return sum(column.wrong_cells for column in self.columns.values())

    @property
    def left_over(self) -> int:
        """How many cells stand in columns that nothing explains; each counts twice."""
        return 2 * len(self.table.rows) * len(self.unexplained)

    @property
    def doubt(self) -> int:
        """By how much this reading of the table is worse than one that leaves nothing open."""
        return self.wrong + self.left_over + self._denied

    @property
    def _denied(self) -> int:
        """How many wrong cells compute what their header says: not they, their name is wrong."""
        found = 0
        for name, column in self.columns.items():
            header = self.table.header(column.number)
            said = self.exercise.quantity(header) if column.wrong else None
            if said not in (None, name) and said in self.exercise.equations:
                found += column.wrong_cells * self.computes(name, said)
        return found

    @property
    def is_doubtful(self) -> bool:
        """Whether so much is wrong, or unexplained, that the columns may be others."""
        if self.unexplained and (self.wrong or not self.has_all_columns):
            return True
        wrong = [name for name, column in self.columns.items() if column.wrong_cells]
        if len(wrong) >= MANY:
            return True
        return len(wrong) > 1 and any(
            self.computes(name, other) for name in wrong for other in wrong if name != other
        )

    def computes(self, name: str, other: str) -> bool:
        """Whether most formulas of a wrong column are right for another quantity."""
        if not self.columns[name].wrong:
            return False
        form, rows = self._most_wrong(name)
        try:
            return self.judge.right(other, form, rows[-1])
        except FormulaError:
            return False

    def turns_round(self, name: str, other: str) -> bool:
        """Whether a wrong column refers, in its row, to another wrong one that is computed from it.

        The two may be each other.
        """
        if not (self.columns[name].wrong and self.columns[other].wrong):
            return False
        expression = expression_of(self.judge, self._most_wrong(name)[0])
        return (
            expression is not None
            and Symbol(other) in {*expression.leaves()}
            and other in dependents(self.table.exercise, name)
        )

    def _most_wrong(self, name: str) -> FormRows:
        """The wrong form of a column that most of its rows have."""
        return max(self.columns[name].wrong, key=lambda pair: len(pair[1]))

    def is_told(self, name: str) -> bool:
        """Whether something says which column is a quantity: its heading's number, or its use.

        In further steps each parameter's update says which is its gradient, but not which loss is
        whose.
        """
        numbers = re.findall("[0-9]+", self.table.header(self.columns[name].number))
        used = len(self.table.rows) > 1 and name not in self.exercise.network.losses
        return used or "".join(filter(str.isdigit, name)) in (
            *numbers,
            "".join(numbers),
        )

    def misleads(self, name: str) -> bool:
        """Whether all formulas that use a quantity are wrong, and there are some."""

        def use(forms: Iterable[FormRows]) -> bool:
            used = (expression_of(self.judge, form) for form, _ in forms)
            return any(e is not None and Symbol(name) in {*e.leaves()} for e in used)

        columns = self.columns.values()
        return any(use(c.wrong) for c in columns) and not any(use(c.right) for c in columns)

    def right_cells(self, quantities: Iterable[str]) -> int:
        """How many formulas of these quantities are right."""
        columns = [self.columns[name] for name in quantities if name in self.columns]
        return sum(len(rows) for column in columns for _, rows in column.right)

    def all_right(self, quantities: Iterable[str]) -> bool:
        """Whether no formula of these quantities is wrong."""
        return not any(self.columns[name].wrong for name in quantities if name in self.columns)

    def _learning_rate(self, found: Candidate | None) -> tuple[Candidate | None, float | None]:
        """The learning rate's cell, or its number where it is typed in, and its number."""
        if found is not None:
            return found, number_of(found, self.surroundings)
        rate = Numbers(self.judge, None).estimated_learning_rate()
        place = None if rate is None else labelled_learning_rate(self.surroundings, rate)
        # What is written there is exact; the moves of rounded weights are not.
        return place, rate if place is None else number_of(place, self.surroundings)

    def _judge_values(self) -> None:
        numbers = Numbers(self.judge, self.rate)
        for column in self.columns.values():
            judge_values(numbers, column)

    @property
    def rate_cell(self) -> str | None:
        """The address of the learning rate's cell; None where it has none."""
        place = self.learning_rate
        return None if not isinstance(place, tuple) else self.surroundings.name_of(place)
