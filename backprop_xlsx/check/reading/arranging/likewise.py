"""What other tables of a book tell: a column is what they head alike, or have in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from backprop_xlsx.check.reading.tables import Table

BESIDE = 6
"""Columns from a table's own in which another of it may stand."""


def named_alike(tables: Sequence[Table]) -> Iterator[Table]:
    """The tables, each with the columns that it lacks where it heads some as all others do these.

    Or where one that else has all its columns in the same order and distance has them. Values may
    be pasted over such a column, or nothing uses it.
    """
    for table in tables:
        others = [other for other in tables if other is not table]
        found = {
            name: column
            for name in dict.fromkeys(name for other in others for name in other.columns)
            if name not in table.columns
            and (column := _headed(table, _heading(name, others)) or _placed(table, name, others))
        }
        alone = {n: c for n, c in found.items() if list(found.values()).count(c) == 1}
        yield replace(table, columns={**table.columns, **alone}) if alone else table


def _heading(name: str, tables: Iterable[Table]) -> str:
    """The text by which all tables that have a quantity head its column alone, if there is one."""
    texts = {table.header(table.columns[name]) for table in tables if name in table.columns}
    return texts.pop() if len(texts) == 1 else ""


def _headed(table: Table, heading: str) -> int | None:
    """The only column in or beside a table that has a heading, if it is none of its quantities."""
    near = range(min(table.quantities) - BESIDE, max(table.quantities) + BESIDE + 1)
    columns = [column for column in near if heading and table.header(column) == heading]
    return columns[0] if len(columns) == 1 and _is_free(table, columns[0]) else None


def _placed(table: Table, name: str, others: Iterable[Table]) -> int | None:
    """The column that stands to all others of a table as another's that is a quantity does."""
    for other in others:
        shifts = {
            column - other.columns[shared]
            for shared, column in table.columns.items()
            if shared in other.columns
        }
        if name in other.columns and len(shifts) == 1:
            column = other.columns[name] + shifts.pop()
            return column if _is_free(table, column) else None
    return None


def _is_free(table: Table, column: int) -> bool:
    """Whether a column that is none of a table's quantities holds something in all its rows."""
    filled = all((row, column) in table.sheet.cells for row in table.rows)
    return filled and column not in table.quantities
