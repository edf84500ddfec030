"""What the headers of other tables of a book tell: a column is what they head alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from backprop_xlsx.check.reading.tables import Table

BESIDE = 6
"""Columns from a table's own in which another of it may stand."""


def named_alike(tables: Sequence[Table]) -> Iterator[Table]:
    """The tables, each with the columns that it lacks where it heads some as all others do these.

    Values may be pasted over such a column, or nothing uses it.
    """
    for table in tables:
        others = [other for other in tables if other is not table]
        found = {
            name: column
            for name in dict.fromkeys(name for other in others for name in other.columns)
            if name not in table.columns
            and (column := _headed(table, _heading(name, others))) is not None
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
    filled = all((row, column) in table.sheet.cells for column in columns for row in table.rows)
    alone = len(columns) == 1 and filled and columns[0] not in table.quantities
    return columns[0] if alone else None
