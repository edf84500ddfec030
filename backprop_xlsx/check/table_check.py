"""One table under the check: judge its columns, and report what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial

from backprop_xlsx.check.faults.effect import Simulator, Start
from backprop_xlsx.check.faults.gathering import WrongCells, wrong_cells_of
from backprop_xlsx.check.faults.given import (
    changing_rates,
    texts_for_numbers,
    wrong_cells_of_given,
)
from backprop_xlsx.check.findings import Coverage, Fault, TableReport
from backprop_xlsx.check.judging.claims import Claims
from backprop_xlsx.check.judging.columns import Column, judge_column, judge_values, read_columns
from backprop_xlsx.check.judging.own_rows import own_rows
from backprop_xlsx.check.judging.roles import (
    adopt_first_row,
    find_constants,
    find_labelled,
    find_learning_rate,
)
from backprop_xlsx.check.judging.values import Numbers
from backprop_xlsx.check.judging.verdicts import Judge, Verdicts
from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.check.reading.forms import Form
from backprop_xlsx.check.reading.meanings import meant
from backprop_xlsx.check.reading.single_cells import (
    Candidate,
    adopt_samples,
    labelled_learning_rate,
    number_of,
)
from backprop_xlsx.check.reading.surroundings import Surroundings
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.check.repair.diagnosis import Diagnoses
from backprop_xlsx.check.repair.writing import CellWriter
from backprop_xlsx.check.warnings.cautions import (
    learning_rate_cautions,
    missing_columns,
    table_cautions,
)
from backprop_xlsx.check.warnings.charts import chart_cautions
from backprop_xlsx.formula.expression import Expression
from backprop_xlsx.formula.names import LEARNING_RATE, gradient_name, label
from backprop_xlsx.formula.tokens import FormulaError
from backprop_xlsx.spreadsheet.ooxml.formula_text import column_letters

MANY = 6
"""Columns of a table with something wrong in them; the worst public workbook has five."""
MOST_LISTED = 4
"""Numbers of a kind that the description of a network names one by one."""


@dataclass
class Memory:
    """What is known of a book from the tables before: what the same formulas came to."""

    verdicts: Verdicts = field(default_factory=Verdicts)
    diagnoses: Diagnoses = field(default_factory=Diagnoses)
    simulator: Simulator = field(default_factory=Simulator)


class TableCheck:
    """A table whose columns are judged; ``memory`` is that of its book.

    ``exercise`` is what it is held against, before its auxiliary columns are counted in.
    """

    def __init__(self, surroundings: Surroundings, memory: Memory) -> None:
        self.exercise = surroundings.table.exercise
        self.memory = memory
        self.unexplained: list[int] = []
        self._begin(Judge(surroundings, memory.verdicts))
        table = self._explained()
        if table is not self.table:
            self._begin(self.judge.of(table))
        self.judge.own_rows = cache(partial(own_rows, self.judge, self.rate))
        for column in self.columns.values():
            judge_column(self.judge, column)
        self._judge_values()
        self.cautions = [
            *table_cautions(self.surroundings, self.columns),
            *missing_columns(self.table, self.columns),
            *learning_rate_cautions(self._rate_cell(), self.rate),
            *chart_cautions(surroundings.book, self.table),
        ]

    def _begin(self, judge: Judge) -> None:
        """Read the columns, and find what the cells around them stand for."""
        self.judge, self.surroundings = judge, judge.surroundings
        self.table = judge.table
        self.columns = read_columns(self.table)
        self.learning_rate, self.rate = self._assign_roles()

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
        claims = Claims(self.judge, frozenset(taken))
        table = claims.table_with_all()
        self.unexplained = [c for c in claims.columns if c not in table.columns.values()]
        return table

    @property
    def has_all_columns(self) -> bool:
        """Whether every computed quantity has a column."""
        return len(self.columns) == len(self.table.exercise.equations)

    @property
    def start_weights(self) -> dict[str, float | None]:
        """The numbers with which the weights that have columns begin."""
        home, row = self.surroundings.home, self.table.first_row
        return {
            name: number_of((home, row, self.table.columns[name]), self.surroundings)
            for name in self.exercise.weights
            if name in self.table.columns
        }

    @property
    def wrong(self) -> int:
        """How many cells of computed columns are not right."""
        return sum(map(_wrong_in, self.columns.values()))

    @property
    def is_doubtful(self) -> bool:
        """Whether so much is wrong that the columns may be others than their headers say."""
        wrong = [name for name, column in self.columns.items() if _wrong_in(column)]
        if len(wrong) >= MANY:
            return True
        return len(wrong) > 1 and any(
            self._computes(name, other) for name in wrong for other in wrong if name != other
        )

    def _computes(self, name: str, other: str) -> bool:
        """Whether most formulas of a wrong column are right for another quantity."""
        wrong = self.columns[name].wrong
        if not wrong:
            return False
        form, rows = max(wrong, key=lambda pair: len(pair[1]))
        try:
            return self.judge.right(other, form, rows[-1])
        except FormulaError:
            return False

    def right_cells(self, quantities: Iterable[str]) -> int:
        """How many formulas of these quantities are right."""
        columns = [self.columns[name] for name in quantities if name in self.columns]
        return sum(len(rows) for column in columns for _, rows in column.right)

    def all_right(self, quantities: Iterable[str]) -> bool:
        """Whether no formula of these quantities is wrong."""
        return not any(self.columns[name].wrong for name in quantities if name in self.columns)

    def report(self) -> TableReport:
        """What there is to say about the table."""
        table = self.table
        wrong = self._wrong_cells()
        start = _start(self.judge, self.rate)
        return TableReport(
            sheet=table.sheet.name,
            range=table.range,
            header_row=table.header_row,
            first_row=table.first_row,
            last_row=table.last_row,
            network=_network(table.exercise, start),
            learning_rate_cell=self._rate_cell(),
            learning_rate=self.rate,
            formulas=sum(column.formulas for column in self.columns.values()),
            faults=tuple(self._fault(cells, start) for cells in wrong),
            warnings=tuple(self.cautions),
            right=_right(table.exercise, self.columns, {cells.quantity for cells in wrong}),
            coverage=self._coverage(),
        )

    def _coverage(self) -> Coverage:
        kinds: dict[str, list[str]] = {}
        for name, column in self.columns.items():
            if column.unjudged:
                kind = "unread"
            elif (
                column.forms
                and any(form.rows[-1] != self.table.first_row for form in column.forms)
                or name in self.exercise.starts
                and len(self.table.rows) == 1
            ):
                kind = "formulas"
            elif column.typed or column.numbers:
                kind = "numbers"
            elif column.forms:
                kind = "formulas"
            else:
                kind = "blank"
            kinds.setdefault(kind, []).append(label(name))
        kinds["unexplained"] = [column_letters(column) for column in self.unexplained]
        return Coverage(**{kind: tuple(names) for kind, names in kinds.items()})

    def _assign_roles(self) -> tuple[Candidate | None, float | None]:
        """The learning rate's cell, or its number where it is typed in, and its number."""
        forms = {name: column.forms for name, column in self.columns.items()}
        adopt_first_row(self.surroundings)
        if self.table.exercise.described:
            adopt_samples(self.surroundings)
            find_labelled(self.judge, forms, self.table.exercise.hyperparameters)
        learning_rate = find_learning_rate(self.judge, forms)
        find_constants(self.judge, forms)
        if learning_rate is not None:
            return learning_rate, number_of(learning_rate, self.surroundings)
        rate = Numbers(self.judge, None).estimated_learning_rate()
        place = None if rate is None else labelled_learning_rate(self.surroundings, rate)
        # What is written there is exact; the moves of rounded weights are not.
        return place, rate if place is None else number_of(place, self.surroundings)

    def _judge_values(self) -> None:
        numbers = Numbers(self.judge, self.rate)
        for column in self.columns.values():
            judge_values(numbers, column)

    def _wrong_cells(self) -> list[WrongCells]:
        writer = CellWriter(self.surroundings, self.learning_rate, self.judge.fixed)
        found = [
            cells
            for column in self.columns.values()
            for cells in wrong_cells_of(
                self.judge, writer, column, self._rate_cell(), self.memory.diagnoses
            )
        ]
        found += wrong_cells_of_given(self.judge, writer)
        found += texts_for_numbers(self.judge)
        found += changing_rates(self.judge)
        return sorted(found, key=lambda cells: (cells.rows[0], cells.column))

    def _fault(self, cells: WrongCells, start: Start | None) -> Fault:
        rows = cells.rows
        expected = cells.corrections[rows[0]]
        return Fault(
            quantity=cells.quantity,
            column=column_letters(cells.column),
            first_row=min(rows),
            last_row=max(rows),
            kind=cells.kind,
            found=cells.found,
            expected="" if expected is None else f"={expected}",
            explanation=cells.explanation,
            effect="" if start is None else self._effect(cells, start),
            corrections={
                (row, cells.column): formula or "" for row, formula in cells.corrections.items()
            },
        )

    def _effect(self, cells: WrongCells, start: Start) -> str:
        wrong: dict[tuple[str, int], Expression] = {}
        for form, rows in cells.forms:
            same = _expression(self.judge, form, rows[0]) if self.judge.steady(form) else None
            for row in rows:
                step = row - self.table.first_row
                expression = same if same is not None else _expression(self.judge, form, row)
                wrong[cells.quantity, step] = expression
        if not wrong:
            return ""
        return self.memory.simulator.effect(start, wrong)

    def _rate_cell(self) -> str | None:
        place = self.learning_rate
        return None if not isinstance(place, tuple) else self.surroundings.name_of(place)


def _wrong_in(column: Column) -> int:
    wrong = sum(len(rows) for _, rows in column.wrong)
    return wrong + len(column.typed) + len(column.disagreeing) + (column.wrong_start is not None)


def _expression(judge: Judge, form: Form, row: int) -> Expression:
    meanings = judge.surroundings.meanings(form.tokens, row, row - form.first_row)
    return meant(form.part.expression, meanings)


def _start(judge: Judge, rate: float | None) -> Start | None:
    """What the table's run begins with; None if some of it is no number."""
    surroundings, table, exercise = judge.surroundings, judge.table, judge.exercise
    values: dict[str, float | None] = {**dict(judge.fixed), LEARNING_RATE: rate}
    values |= exercise.starts
    for place, name in surroundings.aliases.items():
        values.setdefault(name, number_of(place, surroundings))
    for name in (*exercise.given, *exercise.starts):
        if name in table.columns and exercise.starts.get(name) is None:
            place = (surroundings.home, table.first_row, table.columns[name])
            values[name] = number_of(place, surroundings)
    names = (*exercise.ordered_constants, *exercise.starts)
    needed = {name: values.get(name) for name in names}
    numbers = tuple((name, value) for name, value in needed.items() if value is not None)
    if len(numbers) < len(needed):
        return None
    return Start(exercise, numbers, table.last_row - table.first_row)


def _network(exercise: Exercise, start: Start | None) -> str:
    kind = str(exercise)
    if start is None or exercise.samples > 1:
        return kind
    values = dict(start.values)
    targets, inputs, biases = (
        _listed([values[name] for name in names])
        for names in (exercise.targets, exercise.inputs, exercise.biases)
    )
    weights = exercise.weights
    first, last = (f"{values[name]:.6g}" for name in (weights[0], weights[-1]))
    text = f"{kind}: t = ({targets}), i = ({inputs}), start weights {first} … {last}"
    return f"{text}, biases {biases}" if biases else text


def _listed(numbers: Sequence[float]) -> str:
    """The numbers in a line; of many, the first and the last."""
    texts = [f"{number:.6g}" for number in numbers]
    return ", ".join(texts) if len(texts) <= MOST_LISTED else f"{texts[0]} … {texts[-1]}"


def _right(exercise: Exercise, columns: Mapping[str, Column], wrong: set[str]) -> str:
    """The columns of which nothing is wrong, in one line."""
    right = [name for name in columns if name not in wrong]
    if not wrong:
        return f"all {len(columns)} computed columns"
    if not right:
        return f"none of the {len(columns)} computed columns"
    listed = ", ".join(_runs(exercise, right))
    return f"{listed}: {len(right)} of {len(columns)} computed columns"


def _runs(exercise: Exercise, names: list[str]) -> list[str]:
    """Names in a line; all weights, or gradients of weights, as one."""
    listed = [label(name) for name in names]
    gradients = tuple(gradient_name(weight) for weight in exercise.weights)
    for group in (exercise.weights, gradients):
        if len(group) > 1 and set(group) <= set(names):
            start = listed.index(label(group[0]))
            taken = set(map(label, group))
            listed = [name for name in listed if name not in taken]
            listed.insert(start, f"{label(group[0])} … {label(group[-1])}")
    return listed
