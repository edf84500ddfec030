"""Judge the columns of what a book gives, inputs, targets and fixed biases: they never change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from backprop_xlsx.check.faults.gathering import WrongCells, of_contents
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.repair.slips.contents import ChangingGiven, TextForNumber, TypedNumber
from backprop_xlsx.check.repair.writing import CellWriter
from backprop_xlsx.formula.names import LEARNING_RATE
from backprop_xlsx.spreadsheet.ooxml.cells import Cell


def texts_for_numbers(judge: Judge) -> Iterator[WrongCells]:
    """Cells of what is given, start values too, that hold a text instead of a number."""
    table = judge.table
    for name in (*table.exercise.ordered_constants, *table.exercise.starts):
        if name not in table.columns:
            continue
        rows = table.rows if name in table.exercise.constants else table.rows[:1]
        texts = {
            row: cell.value
            for row in rows
            if (cell := table.cell(name, row)) is not None
            and cell.formula is None
            and type(cell.value) is str
        }
        if texts:
            numbers = [_number(table.cell(name, row)) for row in rows]
            usual = next((number for number in numbers if number is not None), None)
            yield of_contents(
                judge, name, TextForNumber(), {row: _read(t) or usual for row, t in texts.items()}
            )


def changing_rates(judge: Judge) -> Iterator[WrongCells]:
    """Rows whose learning rate, in a column of its own, is not that of the others."""
    table = judge.table
    if LEARNING_RATE not in table.columns or table.exercise.described:
        return
    numbers = {row: _number(table.cell(LEARNING_RATE, row)) for row in table.rows}
    counts = Counter(number for number in numbers.values() if number is not None)
    if len(counts) < 2:
        return
    usual = counts.most_common(1)[0][0]
    if 2 * counts[usual] <= len(table.rows):
        return
    wrong = [row for row, number in numbers.items() if number not in (None, usual)]
    yield of_contents(judge, LEARNING_RATE, ChangingGiven(), dict.fromkeys(wrong, usual))


def _number(cell: Cell | None) -> str | None:
    is_number = cell is not None and cell.formula is None and isinstance(cell.value, float)
    return f"{cell.value:.15g}" if cell is not None and is_number else None


def _read(text: str) -> str | None:
    """The number that a text shows."""
    try:
        return f"{float(text.strip().replace(',', '.')):.15g}"
    except ValueError:
        return None


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
