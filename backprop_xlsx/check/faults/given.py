"""Judge what a book gives, inputs, targets, fixed biases, the learning rate, start weights.

Each is a number of the table's own, and none but a start weight changes from row to row.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from backprop_xlsx.check.faults.gathering import WrongCells, as_typed, of_contents
from backprop_xlsx.check.judging.roles.own_cells import own_instead
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.check.reading.single_cells import number_of
from backprop_xlsx.check.repair.slips.contents import (
    ChangingGiven,
    ErrorForNumber,
    GivenOfAnotherTable,
    TextForNumber,
    TypedNumber,
)
from backprop_xlsx.check.repair.slips.slip import Case, Slip
from backprop_xlsx.check.repair.writing import CellWriter
from backprop_xlsx.formula.names import LEARNING_RATE
from backprop_xlsx.spreadsheet.ooxml.cells import Cell, ErrorValue

SAME = 1e-9
"""Relative: numbers that were filled down as a series differ by their rounding."""


def no_numbers(judge: Judge) -> Iterator[WrongCells]:
    """Cells of what is given, start values too, that hold a text or an error, wherever they are."""
    exercise = judge.exercise
    for name in (*exercise.ordered_constants, *exercise.starts):
        groups: dict[tuple[type[Slip], str, int], dict[int, str | None]] = {}
        places = list(dict.fromkeys(_places_of(judge, name)))
        for sheet, row, column in places:
            cell = judge.surroundings.cell((sheet, row, column))
            if cell is not None and isinstance(cell.value, str):
                is_error = isinstance(cell.value, ErrorValue)
                slip: type[Slip] = ErrorForNumber if is_error else TextForNumber
                groups.setdefault((slip, sheet, column), {})[row] = _read(cell.value)
        usual = _usual(judge, places) if groups else None
        for (slip, sheet, column), texts in groups.items():
            corrections = {row: number or usual for row, number in texts.items()}
            yield _outside_too(judge, name, slip(), (sheet, column), corrections)


def changing_rates(judge: Judge) -> Iterator[WrongCells]:
    """Rows whose learning rate, in a column of its own, is not that of the others.

    A row that merely refers to one above it in the column follows that one, whose fault it is.
    """
    table, surroundings = judge.table, judge.surroundings
    if LEARNING_RATE not in table.columns or table.exercise.described:
        return
    column = table.columns[LEARNING_RATE]
    places = {row: (surroundings.home, row, column) for row in table.rows}
    numbers = {
        row: number
        for row, place in places.items()
        if (number := number_of(place, surroundings)) is not None
        and not _is_uncomputed(table.cell(LEARNING_RATE, row), number)
    }
    if not numbers:
        return
    cells = set(places.values())
    following = {
        row
        for row, place in places.items()
        if (end := surroundings.end(place)) != place and end in cells
    }
    usual, times = Counter(numbers.values()).most_common(1)[0]
    if following or 2 * times <= len(table.rows):
        usual = next(iter(numbers.values()))
    wrong = [
        row
        for row, number in numbers.items()
        if row not in following and not math.isclose(number, usual, rel_tol=SAME)
    ]
    if wrong:
        corrections: dict[int, str | None] = dict.fromkeys(wrong, f"{usual:.15g}")
        yield of_contents(judge, LEARNING_RATE, ChangingGiven(), corrections)


def given_of_another_table(judge: Judge, writer: CellWriter) -> Iterator[WrongCells]:
    """Rows that refer to what is given to another table, though the table has its own."""
    table, surroundings = judge.table, judge.surroundings
    if table.exercise.described:
        return
    for name in table.exercise.ordered_constants:
        if name not in table.columns:
            continue
        column = table.columns[name]
        ends = {row: surroundings.end((surroundings.home, row, column)) for row in table.rows}
        first = ends[table.first_row]
        wrong: dict[int, str | None] = {}
        for row, end in ends.items():
            own = own_instead(end, name, surroundings)
            if own is not None:
                wrong[row] = writer.absolute(own)
            elif surroundings.in_another_table(end) and not surroundings.in_another_table(first):
                number, given = number_of(end, surroundings), number_of(first, surroundings)
                if None not in (number, given) and number != given:
                    wrong[row] = f"{given:.15g}"
        if wrong:
            yield of_contents(judge, name, GivenOfAnotherTable(), wrong)


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


def _places_of(judge: Judge, name: str) -> Iterator[Place]:
    """The cells in which something given stands: those to which its column leads, and its own."""
    table, surroundings = judge.table, judge.surroundings
    if name in table.columns:
        rows = table.rows if name in table.exercise.constants else table.rows[:1]
        for row in rows:
            yield surroundings.end((surroundings.home, row, table.columns[name]))
    for known in (judge.roles.cells, judge.roles.start_values):
        for place, role in known.items():
            if role == name:
                yield surroundings.end(place)


def _usual(judge: Judge, places: list[Place]) -> str | None:
    """The first number that stands in one of these cells."""
    numbers = (number_of(place, judge.surroundings) for place in places)
    return next((f"{number:.15g}" for number in numbers if number is not None), None)


def _outside_too(
    judge: Judge,
    name: str,
    slip: Slip,
    where: tuple[str, int],
    corrections: dict[int, str | None],
) -> WrongCells:
    """Cells of a column, the table's or another one, on any sheet, that do not hold a number."""
    sheet, column = where
    cell = judge.surroundings.cell((sheet, min(corrections), column))
    return WrongCells(
        name,
        column,
        as_typed(cell),
        slip.code,
        slip.words(Case(judge.exercise, name)),
        slip.why,
        corrections,
        sheet=None if sheet == judge.surroundings.home else judge.surroundings.sheet_name(sheet),
    )


def _read(text: str) -> str | None:
    """The number that a text shows."""
    try:
        return f"{float(text.strip().replace(',', '.')):.15g}"
    except ValueError:
        return None


def _is_uncomputed(cell: Cell | None, number: float) -> bool:
    """Whether a number may be what a program that does not compute has left beside a formula."""
    return cell is not None and cell.formula is not None and number == 0


def _is_typed(judge: Judge, name: str, row: int) -> bool:
    cell = judge.table.cell(name, row)
    return cell is None or cell.formula is None
