"""From a workbook to findings: find its tables, judge their cells, and say what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from backprop_xlsx.check.cautions import (
    learning_rate_cautions,
    missing_learning_rates,
    table_cautions,
)
from backprop_xlsx.check.cell_names import CellNames
from backprop_xlsx.check.charts import chart_cautions
from backprop_xlsx.check.columns import Column, judge_column, judge_values, read_columns
from backprop_xlsx.check.diagnosis import Diagnoses
from backprop_xlsx.check.effect import Simulator, Start
from backprop_xlsx.check.findings import Fault, FileReport, TableReport
from backprop_xlsx.check.forms import Form
from backprop_xlsx.check.meanings import meant
from backprop_xlsx.check.mistakes import Mistake, mistakes_of
from backprop_xlsx.check.pasted import pasted_cautions
from backprop_xlsx.check.references import Surroundings
from backprop_xlsx.check.roles import (
    Candidate,
    adopt_first_row,
    find_constants,
    find_learning_rate,
    labelled_learning_rate,
    number_of,
)
from backprop_xlsx.check.tables import find_tables
from backprop_xlsx.check.values import Numbers
from backprop_xlsx.check.verdicts import Judge, Verdicts
from backprop_xlsx.errors import FileError
from backprop_xlsx.expression import Expression, label
from backprop_xlsx.network import GRADIENTS, INPUTS, LEARNING_RATE, TARGETS, WEIGHTS
from backprop_xlsx.ooxml.book import Book, read_book
from backprop_xlsx.ooxml.formula_text import column_letters

MOST_TABLES = 300
"""The largest class book that was seen has nine; a hostile one could hold tens of thousands."""


def check_file(path: Path) -> FileReport:
    """Read a workbook and judge its tables; an unreadable one gives a report with ``error``."""
    try:
        tables = check_book(read_book(path))
    except FileError as error:
        return FileReport(path, error=str(error))
    if not tables:
        return FileReport(
            path,
            error=f"{path}: holds no table, expected a row of headers (w1, h1, a_h1, E_total, "
            "∂E/∂w1 …) with one row for each step below it",
        )
    return FileReport(path, tables)


def check_book(book: Book) -> tuple[TableReport, ...]:
    """Judge every table of a book, sheet by sheet.

    Raises FileError for a book of more than :data:`MOST_TABLES`.
    """
    verdicts = Verdicts()
    diagnoses = Diagnoses()
    simulator = Simulator()
    tables = [table for sheet in book.sheets for table in find_tables(sheet)]
    if len(tables) > MOST_TABLES:
        raise FileError(
            f"{book.path}: holds {len(tables)} tables, expected at most {MOST_TABLES}; "
            "split it into several files"
        )
    checks = [
        _Check(Surroundings(book, table, tables), verdicts, diagnoses, simulator)
        for table in tables
    ]
    runs = [(check.surroundings, check.rate) for check in checks]
    if checks:
        for table, caution in pasted_cautions(book, runs):
            next(check for check in checks if check.table is table).cautions.append(caution)
        missing = missing_learning_rates([check.rate for check in checks])
        if missing is not None:
            checks[-1].cautions.append(missing)
    return tuple(check.report() for check in checks)


class _Check:
    """One table under the check."""

    def __init__(
        self,
        surroundings: Surroundings,
        verdicts: Verdicts,
        diagnoses: Diagnoses,
        simulator: Simulator,
    ) -> None:
        self.table = surroundings.table
        self.surroundings = surroundings
        self.judge = Judge(self.surroundings, verdicts)
        self.diagnoses = diagnoses
        self.simulator = simulator
        self.columns = read_columns(self.table)
        self.learning_rate, self.rate = self._assign_roles()
        for column in self.columns.values():
            judge_column(self.judge, column)
        self._judge_values()
        self.cautions = [
            *table_cautions(self.surroundings, self.columns),
            *learning_rate_cautions(self._rate_cell(), self.rate),
            *chart_cautions(surroundings.book, self.table),
        ]

    def report(self) -> TableReport:
        """What there is to say about the table."""
        table = self.table
        mistakes = self._mistakes()
        start = _start(self.judge, self.rate)
        return TableReport(
            sheet=table.sheet.name,
            range=table.range,
            header_row=table.header_row,
            first_row=table.first_row,
            last_row=table.last_row,
            network=_network(start),
            learning_rate_cell=self._rate_cell(),
            learning_rate=self.rate,
            formulas=sum(column.formulas for column in self.columns.values()),
            faults=tuple(self._fault(mistake, start) for mistake in mistakes),
            warnings=tuple(self.cautions),
            right=_right(self.columns, mistakes),
        )

    def _assign_roles(self) -> tuple[Candidate | None, float | None]:
        """The learning rate's cell, or its number where it is typed in, and its number."""
        forms = {name: column.forms for name, column in self.columns.items()}
        adopt_first_row(self.surroundings)
        learning_rate = find_learning_rate(self.judge, forms)
        find_constants(self.judge, forms)
        if learning_rate is not None:
            return learning_rate, number_of(learning_rate, self.surroundings)
        rate = Numbers(self.judge, None).estimated_learning_rate()
        return rate and labelled_learning_rate(self.surroundings, rate), rate

    def _judge_values(self) -> None:
        numbers = Numbers(self.judge, self.rate)
        for column in self.columns.values():
            judge_values(numbers, column)

    def _mistakes(self) -> list[Mistake]:
        names = CellNames(self.surroundings, self.learning_rate, self.judge.fixed)
        found = [
            mistake
            for column in self.columns.values()
            for mistake in mistakes_of(self.judge, names, column, self._rate_cell(), self.diagnoses)
        ]
        return sorted(found, key=lambda mistake: (mistake.rows[0], mistake.column))

    def _fault(self, mistake: Mistake, start: Start | None) -> Fault:
        rows = mistake.rows
        expected = mistake.corrections[rows[0]]
        return Fault(
            quantity=mistake.quantity,
            column=column_letters(mistake.column),
            first_row=min(rows),
            last_row=max(rows),
            found=mistake.found,
            expected="" if expected is None else f"={expected}",
            explanation=mistake.explanation,
            effect="" if start is None else self._effect(mistake, start),
            corrections={
                (row, mistake.column): formula or "" for row, formula in mistake.corrections.items()
            },
        )

    def _effect(self, mistake: Mistake, start: Start) -> str:
        wrong: dict[tuple[str, int], Expression] = {}
        for form, rows in mistake.forms:
            same = _expression(self.judge, form, rows[0]) if self.judge.steady(form) else None
            for row in rows:
                step = row - self.table.first_row
                expression = same if same is not None else _expression(self.judge, form, row)
                wrong[mistake.quantity, step] = expression
        if not wrong:
            return ""
        return self.simulator.effect(start, wrong)

    def _rate_cell(self) -> str | None:
        place = self.learning_rate
        return None if not isinstance(place, tuple) else self.surroundings.name_of(place)


def _expression(judge: Judge, form: Form, row: int) -> Expression:
    meanings = judge.surroundings.meanings(form.tokens, row, row - form.first_row)
    return meant(form.part.expression, meanings)


def _start(judge: Judge, rate: float | None) -> Start | None:
    """What the table's run begins with; None if some of it is no number."""
    surroundings, table = judge.surroundings, judge.table
    values: dict[str, float | None] = {**dict(judge.fixed), LEARNING_RATE: rate}
    for place, name in surroundings.aliases.items():
        values.setdefault(name, number_of(place, surroundings))
    for name in (*INPUTS, *TARGETS, *WEIGHTS):
        if name in table.columns:
            place = (surroundings.home, table.first_row, table.columns[name])
            values[name] = number_of(place, surroundings)
    needed = {name: values.get(name) for name in (*INPUTS, *TARGETS, *WEIGHTS, LEARNING_RATE)}
    numbers = tuple((name, value) for name, value in needed.items() if value is not None)
    return Start(numbers, table.last_row - table.first_row) if len(numbers) == len(needed) else None


def _network(start: Start | None) -> str:
    kind = "2-2-2, sigmoid, no bias"
    if start is None:
        return kind
    values = dict(start.values)
    targets = ", ".join(f"{values[name]:.6g}" for name in TARGETS)
    inputs = ", ".join(f"{values[name]:.6g}" for name in INPUTS)
    first, last = (f"{values[name]:.6g}" for name in (WEIGHTS[0], WEIGHTS[-1]))
    return f"{kind}: t = ({targets}), i = ({inputs}), start weights {first} … {last}"


def _right(columns: Mapping[str, Column], mistakes: list[Mistake]) -> str:
    """The columns without a mistake, in one line."""
    wrong = {mistake.quantity for mistake in mistakes}
    right = [name for name in columns if name not in wrong]
    if not wrong:
        return f"right: all {len(columns)} computed columns"
    if not right:
        return f"right: none of the {len(columns)} computed columns"
    listed = ", ".join(_runs(right))
    return f"right: {listed}: {len(right)} of {len(columns)} computed columns"


def _runs(names: list[str]) -> list[str]:
    """Names in a line; all eight weights, or gradients, as one."""
    listed = [label(name) for name in names]
    for group in (WEIGHTS, GRADIENTS):
        if set(group) <= set(names):
            start = listed.index(label(group[0]))
            listed = [name for name in listed if name not in map(label, group)]
            listed.insert(start, f"{label(group[0])} … {label(group[-1])}")
    return listed
