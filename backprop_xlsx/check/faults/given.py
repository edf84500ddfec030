"""Judge the columns of what a book gives, inputs, targets and fixed biases: they never change."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_xlsx.check.faults.mistakes import Mistake, content
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.repair.cell_names import CellNames
from backprop_xlsx.model.names import label


def mistakes_of_given(judge: Judge, names: CellNames) -> Iterator[Mistake]:
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
        for rows, text in (
            (typed, "a number is typed in where a formula belongs"),
            (
                [row for row in wrong if row not in typed],
                f"{label(name)} is given: it does not change from row to row",
            ),
        ):
            if rows:
                corrections = {row: names.given(name) for row in rows}
                found = content(judge, name, rows[0])
                yield Mistake(name, column, found, text, corrections)


def _is_typed(judge: Judge, name: str, row: int) -> bool:
    cell = judge.table.cell(name, row)
    return cell is None or cell.formula is None
