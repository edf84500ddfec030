"""A second look at doubtful tables: read like a clear one of the book, or with pasted numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from operator import attrgetter

from backprop_xlsx.check.judging.judged_table import JudgedTable
from backprop_xlsx.check.reading.tables import Table

Held = Callable[[JudgedTable, Table], JudgedTable]
"""Judges the table of a check anew, by the exercise and the columns that it has now."""

DOUBT = attrgetter("doubt")
MOST_PASTED, MOST_MISSING = 2, 6
"""Columns of numbers that are tried, and quantities that each may be."""


def looked_at_again(checks: Sequence[JudgedTable], held: Held) -> list[JudgedTable]:
    """The tables of a book, those not wholly right by the reading that leaves the least wrong."""
    clear = sorted((check for check in checks if not check.is_doubtful), key=DOUBT)
    return [
        min(_readings(check, clear, held), key=DOUBT) if check.doubt else check for check in checks
    ]


def _readings(
    check: JudgedTable, clear: Sequence[JudgedTable], held: Held
) -> Iterator[JudgedTable]:
    yield check
    for example in clear:
        columns = _columns_like(check.table, example.table)
        if columns and columns != check.table.columns:
            exercise = example.table.exercise
            yield held(check, replace(check.table, exercise=exercise, columns=columns))
            break
    # Pasted over a formula, numbers are of what has no column.
    table = check.table
    missing = [name for name in check.exercise.computed if name not in table.columns]
    for column in check.pasted[:MOST_PASTED]:
        for name in missing[:MOST_MISSING]:
            yield held(check, replace(table, columns={**table.columns, name: column}))


def _columns_like(table: Table, example: Table) -> dict[str, int]:
    """The columns of a table as those of another stand to its headings; none if these differ."""
    headers = ((column, example.header(column)) for column in example.quantities)
    known = {column: text for column, text in headers if text}
    for shift in {min(table.quantities) - column for column in example.quantities}:
        if known and all(table.header(column + shift) == known[column] for column in known):
            return {name: column + shift for name, column in example.columns.items()}
    return {}
