"""Judge a column of a table: which of its cells are right, wrong, typed in, or blank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from backprop_xlsx.check.judging.values import Numbers
from backprop_xlsx.check.judging.verdicts import Judge, evaluated
from backprop_xlsx.check.reading.forms import Form, forms_of
from backprop_xlsx.check.reading.meanings import meant
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.expression import Symbol
from backprop_xlsx.formula.tokens import FormulaError

FEW_BLANK = 0.25
"""Of the columns of a step, how many may be blank for it to be filled otherwise."""
MOSTLY = 0.75
"""Of the computed columns, how many hold formulas where one of numbers was typed over."""

FormRows = tuple[Form, list[int]]


@dataclass
class JudgedColumn:
    """A quantity's column: its formulas, and the rows of each verdict.

    ``typed`` are rows with a number or a text among formulas, ``numbers`` all rows of a column
    that holds no formula, ``unjudged`` those whose formula cannot be evaluated here, with why.
    ``disagreeing`` are rows of the latter two whose value is not what the equation makes of the
    others; ``blank`` are rows without content, ``missing`` those of them in steps that are filled
    otherwise; ``wrong_start`` is what the first row holds that is no start value: a weight taken
    from the run itself, a step that does not count from 0.
    """

    quantity: str
    number: int
    forms: list[Form]
    right: list[FormRows] = field(default_factory=list)
    wrong: list[FormRows] = field(default_factory=list)
    wrong_start: str | None = None
    unjudged: list[tuple[list[int], str]] = field(default_factory=list)
    typed: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    disagreeing: list[int] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)

    @property
    def formulas(self) -> int:
        """How many cells hold a formula."""
        return sum(len(form.rows) for form in self.forms)

    @property
    def wrong_cells(self) -> int:
        """How many cells are wrong, by their formulas, their numbers or how they start."""
        wrong = sum(len(rows) for _, rows in self.wrong)
        return wrong + len(self.typed) + len(self.disagreeing) + (self.wrong_start is not None)

    def accept(self) -> None:
        """Take the formulas and starts that are wrong for right: they follow another rule."""
        self.right += self.wrong
        self.wrong, self.disagreeing, self.wrong_start = [], [], None


def read_columns(table: Table) -> dict[str, JudgedColumn]:
    """The columns of computed quantities, not yet judged."""
    computed = table.exercise.computed
    columns = {name: _read(table, name) for name in computed if name in table.columns}
    _tell_missing(table, columns)
    _tell_pasted(columns)
    return columns


def _tell_missing(table: Table, columns: dict[str, JudgedColumn]) -> None:
    """Where a step is filled but for a cell or two, these lack their formulas."""
    blanks = Counter(row for column in columns.values() for row in column.blank)
    for name, column in columns.items():
        if column.forms and column.blank:
            first = table.first_row if name in table.exercise.starts else None
            column.missing = [
                row
                for row in column.blank
                if blanks[row] <= FEW_BLANK * len(columns) and row != first
            ]


def _tell_pasted(columns: dict[str, JudgedColumn]) -> None:
    """Numbers in a column among many of formulas were typed over them."""
    with_formulas = sum(bool(column.forms) for column in columns.values())
    if with_formulas >= MOSTLY * len(columns):
        for column in columns.values():
            column.typed, column.numbers = [*column.typed, *column.numbers], []


def judge_column(judge: Judge, column: JudgedColumn) -> None:
    """Sort the formulas of a column by verdict."""
    first_row = judge.table.first_row
    for form in column.forms:
        rows = form.rows
        if column.quantity in judge.exercise.starts and rows[0] == first_row:
            if form.error is not None:
                column.unjudged.append(([first_row], form.error))
            elif _is_start_value(judge, column.quantity, form):
                column.right.append((form, [first_row]))
            else:
                column.wrong_start = f"={form.formula}"
            rows = rows[1:]
        if rows:
            _sort(judge, column, form, rows)


def judge_values(numbers: Numbers, column: JudgedColumn) -> None:
    """Compare what could not be judged by its formula with the numbers around it."""
    rows = [*column.numbers, *(row for rows, _ in column.unjudged for row in rows)]
    if rows:
        column.disagreeing = numbers.disagreeing(column.quantity, sorted(rows))


def _read(table: Table, name: str) -> JudgedColumn:
    number = table.columns[name]
    cells = table.sheet.cells
    formulas: list[tuple[int, str]] = []
    column = JudgedColumn(name, number, [])
    in_array: list[int] = []
    for row in table.rows:
        cell = cells.get((row, number))
        if cell is None or (cell.formula is None and cell.value is None):
            column.blank.append(row)
        elif cell.formula is not None:
            formulas.append((row, cell.formula))
        elif cell.array:
            in_array.append(row)
        elif type(cell.value) is str and table.exercise.quantity(cell.value) == name:
            continue  # its header, which stands lower than others
        elif not (name in table.exercise.starts and row == table.first_row):
            column.typed.append(row)
        elif table.exercise.starts[name] not in (None, cell.value):
            column.wrong_start = str(cell.value)
    column.forms = forms_of(formulas)
    if in_array:
        column.unjudged.append((in_array, "is part of an array formula"))
    if all(row == table.first_row for row, _ in formulas):
        column.numbers, column.typed = column.typed, []
    return column


def _sort(judge: Judge, column: JudgedColumn, form: Form, rows: Sequence[int]) -> None:
    try:
        right, wrong = judge.rows_by_verdict(column.quantity, form, rows)
    except FormulaError as error:
        column.unjudged.append((list(rows), str(error)))
        return
    if right:
        column.right.append((form, right))
    if wrong:
        column.wrong.append((form, wrong))


def _is_start_value(judge: Judge, quantity: str, form: Form) -> bool:
    """Whether a formula in the first row gives a start value: the set one, or one from outside.

    It may be computed from that of other weights, as w1 + 0.05, but from nothing that has a step.
    """
    surroundings, start = judge.surroundings, judge.exercise.starts[quantity]
    place = surroundings.place(form.tokens[0]) if len(form.tokens) == 2 else None
    if start is None and place is not None:
        return surroundings.in_table(place) is None
    try:
        meanings = surroundings.meanings(form.tokens, form.first_row)
    except FormulaError:
        return True
    if start is not None:
        return bool(np.all(evaluated(meant(form.part.expression, meanings), judge.probes) == start))
    others = {Symbol(name) for name in judge.exercise.starts if name != quantity}
    return not any(
        isinstance(leaf, Symbol) and leaf.name in judge.exercise.equations and leaf not in others
        for meaning in meanings
        if meaning is not None
        for leaf in meaning.expression.leaves()
    )
