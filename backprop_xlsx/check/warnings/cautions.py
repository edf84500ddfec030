"""Warnings about a table as a whole: what deserves a look though no formula is wrong.

Their kinds: "steps" (fewer than asked for), "learning rates" (one of the usual six is missing, or
its cell is blank), "unfinished" (blank cells), "inputs" (they change from row to row), "not
evaluated" (a formula was judged by its value), "description" (a book has not the runs, or a run
not the columns, of which it tells), "chart" and "pasted table" (see charts.py and pasted.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from backprop_xlsx.check.faults.given import changing_given, follows_a_schedule, is_the_same
from backprop_xlsx.check.findings import Caution
from backprop_xlsx.check.judging.columns import JudgedColumn
from backprop_xlsx.check.reading.single_cells import (
    Candidate,
    label_of,
    labelled_cell,
    number_of,
)
from backprop_xlsx.check.reading.surroundings import Surroundings
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.names import LEARNING_RATE, label
from backprop_xlsx.model.words import first_of, plural
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name

STEPS = 100
"""Updates that the exercise asks for."""
FEWEST_RUNS = 3
"""Of a book, among which one that starts otherwise stands out."""
MOST_NAMED = 6
"""Columns that a warning names."""
LEARNING_RATES = (0.1, 0.2, 0.5, 0.8, 1.0, 2.0)
"""Those that the exercise asks for."""


def table_cautions(
    surroundings: Surroundings, columns: Mapping[str, JudgedColumn]
) -> Iterator[Caution]:
    """What deserves a look in one table."""
    table = surroundings.table
    steps = table.last_row - table.first_row
    if table.exercise.is_of_the_class and steps < STEPS:
        yield Caution("steps", table.range, f"has {steps} steps, fewer than {STEPS}")
    yield from _unfinished(table, columns)
    yield from _changing(surroundings)
    yield from _not_evaluated(columns)
    yield from _missing_columns(table, columns)


def learning_rate_cautions(
    surroundings: Surroundings, found: Candidate | None, rate: float | None
) -> Iterator[Caution]:
    """Whether what the updates take for the learning rate is one, and the one that is labelled."""
    cell = surroundings.name_of(found) if isinstance(found, tuple) else None
    if isinstance(found, tuple) and rate is None:
        end = surroundings.cell(surroundings.end(found))
        if end is None or end.value is None:  # a text is a fault
            yield Caution("learning rates", cell or "", "the learning rate's cell holds no number")
    if rate is not None and rate < 0:
        where = "the updates" if cell is None else cell
        text = f"the learning rate is negative ({rate:.15g}): the loss climbs"
        yield Caution("learning rates", where, text)
    if follows_a_schedule(surroundings):
        where = surroundings.table.range if cell is None else cell
        text = "the learning rate changes from step to step, by a formula"
        yield Caution("learning rates", where, text)
    yield from _unused_learning_rate(surroundings, found, rate)


def _unused_learning_rate(
    surroundings: Surroundings, found: Candidate | None, rate: float | None
) -> Iterator[Caution]:
    """The only cell of the sheet that is labelled as learning rate, and that no update takes."""
    alone = not any(other.sheet is surroundings.table.sheet for other in surroundings.others)
    labelled = labelled_cell(surroundings, LEARNING_RATE)
    if rate is None or labelled is None or not alone or surroundings.in_table(labelled):
        return
    if isinstance(found, tuple) and label_of(found, surroundings) == LEARNING_RATE:
        return
    number = number_of(labelled, surroundings)
    if number is not None and number != rate:
        text = f"is labelled as the learning rate ({number:.15g}), and the updates take {rate:.15g}"
        yield Caution("learning rates", surroundings.name_of(labelled), text)


def differing_starts(starts: Sequence[Mapping[str, float | None]]) -> Iterator[tuple[int, Caution]]:
    """Start weights of one run that those of all others agree on: the number of the run with each.

    ``starts`` gives the start weights of each run, by name.
    """
    for name, run, odd, usual in _differing(starts):
        text = f"{name} starts with {odd:.15g}, in all other runs with {usual:.15g}"
        yield run, Caution("start weights", "the book", text)


def differing_given(given: Sequence[Mapping[str, float | None]]) -> Iterator[tuple[int, Caution]]:
    """Inputs and targets of one run that those of all others agree on, likewise."""
    for name, run, odd, usual in _differing(given):
        text = f"{name} is {odd:.15g}, in all other runs {usual:.15g}"
        yield run, Caution("inputs", "the book", text)


def _differing(
    runs: Sequence[Mapping[str, float | None]],
) -> Iterator[tuple[str, int, float, float]]:
    """What differs in one run: its name, that run, its number there and in all others."""
    if len(runs) < FEWEST_RUNS or len({tuple(sorted(run)) for run in runs}) > 1:
        return
    for name in runs[0]:
        numbers = [run[name] for run in runs]
        counts = Counter(number for number in numbers if number is not None)
        odd = [number for number in counts if counts[number] == 1]
        if len(counts) == 2 and len(odd) == 1 and None not in numbers:
            usual = next(number for number in counts if number != odd[0])
            yield name, numbers.index(odd[0]), odd[0], usual


def missing_learning_rates(rates: Sequence[float | None]) -> Caution | None:
    """Of the usual learning rates, those that none of several runs has."""
    found = {rate for rate in rates if rate is not None}
    missing = [rate for rate in LEARNING_RATES if rate not in found]
    if len(found) < 2 or not missing:
        return None
    listed = ", ".join(f"{rate:g}" for rate in missing)
    rates_in_words = plural(len(missing), "learning rate")
    return Caution("learning rates", "the book", f"has no run with {rates_in_words} {listed}")


def _unfinished(table: Table, columns: Mapping[str, JudgedColumn]) -> Iterator[Caution]:
    said: dict[tuple[int, ...], list[JudgedColumn]] = {}
    for column in columns.values():
        blank = [row for row in column.blank if row not in set(column.missing)]
        if blank:
            said.setdefault(tuple(blank), []).append(column)
    for rows, alike in said.items():
        names = ", ".join(label(column.quantity) for column in alike)
        first = cell_name(rows[0], alike[0].number)
        cells = plural(len(rows), "blank cell")
        text = f"{names}: {len(rows)} {cells} among the rows of the table, from {first} on"
        yield Caution("unfinished", table.range, text)


def _changing(surroundings: Surroundings) -> Iterator[Caution]:
    table = surroundings.table
    exercise = table.exercise
    faults = changing_given(surroundings)
    for name in dict.fromkeys((*exercise.targets, *exercise.given)):
        if name not in table.columns or name in faults:
            continue
        column = table.columns[name]
        first = number_of((surroundings.home, table.first_row, column), surroundings)
        for row in table.rows:
            end = surroundings.cell(surroundings.end((surroundings.home, row, column)))
            if end is None or isinstance(end.value, str):  # these are faults
                continue
            number = number_of((surroundings.home, row, column), surroundings)
            if first is None or number is None or not is_the_same(number, first):
                where = cell_name(row, column)
                text = f"{name} changes from row to row, first in {where}"
                yield Caution("inputs", where, text)
                break


def _missing_columns(table: Table, columns: Mapping[str, JudgedColumn]) -> Iterator[Caution]:
    """What a book says that it computes, and a table of it has no column for."""
    names = [label(name) for name in table.exercise.equations if name not in columns]
    if table.exercise.described and names:
        named = first_of(names, MOST_NAMED)
        yield Caution("description", table.range, f"has no column of {named}, as the book says")


def _not_evaluated(columns: Mapping[str, JudgedColumn]) -> Iterator[Caution]:
    for column in columns.values():
        if column.unjudged:
            rows, reason = column.unjudged[0]
            where = cell_name(rows[0], column.number)
            text = f"the formula of {label(column.quantity)} was judged by its value: it {reason}"
            yield Caution("not evaluated", where, text)
