"""Whether a table is judged at all: not one that only seems to be a run of the exercise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_xlsx.check.judging.judged_table import JudgedTable
from backprop_xlsx.check.reading.exercise import CLASS_EXERCISE
from backprop_xlsx.check.reading.tables import Table, suffices
from backprop_xlsx.formula.names import gradient_name
from backprop_xlsx.formula.tokens import references_of


def convincing(tables: Sequence[JudgedTable]) -> list[JudgedTable]:
    """Those of a book's tables that are runs: by their headers, by their formulas, or like one."""
    training = [table for table in tables if not _begins_anew(table.table)] or tables
    sure = [table for table in training if _is_headed(table.table) or _fits(table)]
    kinds = [set(table.table.columns) for table in sure]
    return [table for table in training if table in sure or set(table.table.columns) in kinds]


def _begins_anew(table: Table) -> bool:
    """Whether each row has its parameters from the same cells, none from the row above.

    So it is where the loss is computed with one weight moved, row by row, for its slope: no
    gradients have columns.
    """
    if any(name.startswith(gradient_name("w")) for name in table.columns):
        return False
    columns = [column for name, column in table.columns.items() if name[0] in "wb"]
    taken = [rows for column in columns if (rows := list(_rows_taken(table, column)))]
    home = {(None, row) for row in table.rows}
    return len(taken) > 1 and all(
        len(rows) > 1 and set.intersection(*rows) and all(map(home.isdisjoint, rows))
        for rows in taken
    )


def _rows_taken(table: Table, column: int) -> Iterator[set[tuple[str | None, int]]]:
    """The rows, with their sheets, to which each formula of a column refers."""
    for row in table.rows:
        cell = table.sheet.cells.get((row, column))
        if cell is not None and cell.formula is not None:
            yield {(r.sheet, r.first.row) for r in references_of(cell.formula)}


def _is_headed(table: Table) -> bool:
    """Whether the headers alone name the columns of a run."""
    named = {}
    for name, column in table.columns.items():
        if CLASS_EXERCISE.quantity(table.header(column)) == name:
            named[name] = column
    return suffices(named, CLASS_EXERCISE)


def _fits(table: JudgedTable) -> bool:
    """Whether at least half of what is computed is right, the columns without a name too."""
    wrong = sum(column.wrong_cells > 0 for column in table.columns.values())
    return 2 * (wrong + len(table.unexplained)) <= len(table.columns) + len(table.unexplained)
