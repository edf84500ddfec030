"""Judge the columns of what a book gives, inputs, targets and fixed biases: they never change."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_xlsx.check.faults.gathering import WrongCells, of_contents
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.repair.slips.contents import ChangingGiven, TypedNumber
from backprop_xlsx.check.repair.writing import CellWriter


def wrong_cells_of_given(judge: Judge, writer: CellWriter) -> Iterator[WrongCells]:
    """The rows of a described table whose cell does not lead to the cell that is given.

    Elsewhere such a column may hold numbers, and that they change gives a warning.
    """
    table, surroundings = judge.table, judge.surroundings
    for name in table.exercise.given:
        if not table.exercise.described or name not in table.columns:
            continue
        column = table.columns[name]
        ends = {row: surroundings.end((surroundings.home, row, column)) for row in table.rows}
        given = ends[table.first_row]
        wrong = [row for row, end in ends.items() if end != given]
        if surroundings.in_table(given) is not None:
            wrong = list(table.rows)
        typed = [row for row in wrong if _is_typed(judge, name, row)]
        changing = [row for row in wrong if row not in typed]
        for slip, rows in ((TypedNumber(), typed), (ChangingGiven(), changing)):
            if rows:
                yield of_contents(judge, name, slip, dict.fromkeys(rows, writer.given(name)))


def _is_typed(judge: Judge, name: str, row: int) -> bool:
    cell = judge.table.cell(name, row)
    return cell is None or cell.formula is None
