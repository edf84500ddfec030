"""Tables of one book that are laid out alike are read alike: the clear ones explain the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from backprop_xlsx.check.judging.judged_table import JudgedTable
from backprop_xlsx.check.reading.tables import Table

Held = Callable[[JudgedTable, Table], JudgedTable]
"""Judges the table of a check anew, by the exercise and the columns that it has now."""


def read_alike(checks: Sequence[JudgedTable], held: Held) -> list[JudgedTable]:
    """The tables of a book, a doubtful one by the columns of another if that leaves less wrong."""
    clear = [check for check in checks if not check.is_doubtful]
    return [
        check if check in clear else min((check, *_others(check, clear, held)), key=_doubt)
        for check in checks
    ]


def _others(check: JudgedTable, clear: Sequence[JudgedTable], held: Held) -> Iterator[JudgedTable]:
    """A doubtful table as the first clear one tells it whose headings are the same."""
    for example in clear:
        columns = _columns_like(check.table, example.table)
        if columns:
            yield held(
                check, replace(check.table, exercise=example.table.exercise, columns=columns)
            )
            return


def _columns_like(table: Table, example: Table) -> dict[str, int]:
    """The columns of a table as those of another stand to its headings; none if these differ."""
    known = _headings(example)
    for shift in {min(table.quantities) - column for column in example.quantities}:
        own = {
            column: table.sheet.cells.get((table.header_row, column + shift)) for column in known
        }
        if own and all(
            cell is not None and cell.value == known[column] for column, cell in own.items()
        ):
            return {name: column + shift for name, column in example.columns.items()}
    return {}


def _headings(table: Table) -> dict[int, str]:
    """The texts above the columns of a table that have one."""
    cells = (
        (column, table.sheet.cells.get((table.header_row, column))) for column in table.quantities
    )
    return {column: cell.value for column, cell in cells if cell and type(cell.value) is str}


def _doubt(check: JudgedTable) -> int:
    return check.wrong + check.left_over
