"""Judge what a book gives, inputs, targets, fixed biases, the learning rate, start weights.

Each is a number of the table's own, and none but a start weight changes from row to row; a learning
rate may follow a schedule.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Set
from itertools import islice

from backprop_xlsx.check.faults.gathering import WrongCells, of_contents
from backprop_xlsx.check.judging.roles.own_cells import own_instead
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.reading.forms import Form, forms_of
from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.check.reading.single_cells import number_of
from backprop_xlsx.check.reading.surroundings import Surroundings
from backprop_xlsx.check.repair.slips.contents import (
    ChangingGiven,
    ErrorForNumber,
    GivenOfAnotherTable,
    TextForNumber,
    TypedNumber,
)
from backprop_xlsx.check.repair.slips.slip import Slip
from backprop_xlsx.check.repair.writing import CellWriter
from backprop_xlsx.formula.names import LEARNING_RATE
from backprop_xlsx.formula.tokens import FormulaError
from backprop_xlsx.spreadsheet.ooxml.cells import Cell, ErrorValue

SAME = 1e-9
"""Relative."""


def is_the_same(number: float, other: float) -> bool:
    """Whether two numbers differ by no more than what is filled down as a series is rounded."""
    return math.isclose(number, other, rel_tol=SAME)


def follows_a_schedule(surroundings: Surroundings) -> bool:
    """Whether the learning rate has a column in which one formula makes it another in every row."""
    table = surroundings.table
    if LEARNING_RATE not in table.columns:
        return False
    numbers = [
        number_of((surroundings.home, row, table.columns[LEARNING_RATE]), surroundings)
        for row in table.rows
    ]
    formulas = [
        (row, cell.formula)
        for row in table.rows
        if (cell := table.cell(LEARNING_RATE, row)) is not None and cell.formula is not None
    ]
    computing = [form for form in forms_of(formulas) if _changes_by_row(form)]
    most = max((len(form.rows) for form in computing), default=0)
    return 2 * most > len(table.rows) and not _are_one(numbers)


def _changes_by_row(form: Form) -> bool:
    """Whether a formula computes something, with a cell that is another one in every row."""
    try:
        references = [token.reference for token in form.tokens if token.reference is not None]
    except FormulaError:
        return False
    is_plain = len(form.tokens) <= 2
    return not is_plain and any(not reference.first.row_anchored for reference in references)


def _are_one(numbers: list[float | None]) -> bool:
    """Whether the same number stands everywhere, which is no 0 that a program has left."""
    first = numbers[0]
    if first is None or not numbers[-1]:
        return False
    return all(number is not None and is_the_same(number, first) for number in numbers)


def wrong_cells_of_given(judge: Judge, writer: CellWriter) -> Iterator[WrongCells]:
    """What is wrong with all that is given to a table."""
    if judge.table.exercise.described:
        yield from _led_elsewhere(judge, writer)
    else:
        elsewhere = list(_of_another_table(judge, writer))
        yield from elsewhere
        yield from _changing_rates(judge)
        yield from _changing_given(judge, {cells.quantity for cells in elsewhere})
    yield from _no_numbers(judge)


def _no_numbers(judge: Judge) -> Iterator[WrongCells]:
    """Cells of what is given, start values too, that hold a text or an error, wherever they are.

    A header that is repeated below is none of them.
    """
    exercise, table = judge.exercise, judge.table
    for name in (*exercise.ordered_constants, *exercise.starts):
        groups: dict[tuple[type[Slip], str, int], dict[int, str | None]] = {}
        places = list(dict.fromkeys(_places_of(judge, name)))
        for sheet, row, column in places:
            cell = judge.surroundings.cell((sheet, row, column))
            if (
                cell is not None
                and isinstance(cell.value, str)
                and cell.value != table.header(column)
            ):
                is_error = isinstance(cell.value, ErrorValue)
                slip: type[Slip] = ErrorForNumber if is_error else TextForNumber
                groups.setdefault((slip, sheet, column), {})[row] = _shown(cell.value)
        usual = _usual(judge, places) if groups else None
        for (slip, sheet, column), texts in groups.items():
            corrections = {row: number or usual for row, number in texts.items()}
            yield of_contents(judge, name, slip(), corrections, (sheet, column))


def _changing_rates(judge: Judge) -> Iterator[WrongCells]:
    """Rows whose learning rate, in a column of its own, is not that of the others."""
    has_column = LEARNING_RATE in judge.table.columns
    if has_column and not follows_a_schedule(judge.surroundings):
        corrections = _changed(judge.surroundings, LEARNING_RATE)
        if corrections:
            yield of_contents(judge, LEARNING_RATE, ChangingGiven(), corrections)


def _changing_given(judge: Judge, told: Set[str]) -> Iterator[WrongCells]:
    """Rows whose input or target is not that of the others, but for those that are ``told``."""
    for name, corrections in changing_given(judge.surroundings).items():
        if name not in told:
            yield of_contents(judge, name, ChangingGiven(), corrections)


def changing_given(surroundings: Surroundings) -> dict[str, dict[int, str | None]]:
    """The rows in which an input or a target changes by mistake, with what belongs there.

    Where inputs and targets change together, or in turns, the rows are of several samples.
    """
    exercise, columns = surroundings.table.exercise, surroundings.table.columns
    if exercise.described or exercise.samples > 1:
        return {}
    inputs, targets = (
        {name: rows for name in names if name in columns and (rows := _changed(surroundings, name))}
        for names in (exercise.inputs, exercise.targets)
    )
    together = {row for rows in inputs.values() for row in rows}
    if any(row in together for rows in targets.values() for row in rows):
        return {}
    found = inputs | targets
    return {} if any(_in_turns(surroundings, name) for name in found) else found


def _in_turns(surroundings: Surroundings, name: str) -> bool:
    """Whether the numbers of a column come again and again in the same order."""
    table = surroundings.table
    places = ((surroundings.home, row, table.columns[name]) for row in table.rows)
    numbers = [number_of(place, surroundings) for place in places]
    return any(
        all(one == other for one, other in zip(numbers, numbers[period:], strict=False))
        for period in range(2, len(numbers) // 2 + 1)
    )


def _changed(surroundings: Surroundings, name: str) -> dict[int, str | None]:
    """The rows whose number is not that of the others, in a column of something given.

    A row that merely refers to one above it in the column follows that one, whose fault it is.
    """
    table = surroundings.table
    column = table.columns[name]
    places = {row: (surroundings.home, row, column) for row in table.rows}
    numbers = {
        row: number
        for row, place in places.items()
        if (number := number_of(place, surroundings)) is not None
        and not _is_uncomputed(table.cell(name, row), number)
    }
    if not numbers:
        return {}
    ends = {row: surroundings.end(place) for row, place in places.items()}
    cells = set(places.values())
    following = {
        row
        for row, place in places.items()
        if any(step in cells for step in _next(surroundings, place))
    }
    foreign = any(surroundings.in_table(end) not in (None, name) for end in ends.values())
    usual, times = Counter(numbers.values()).most_common(1)[0]
    if following or foreign or 2 * times <= len(table.rows):
        usual = next(iter(numbers.values()))
    return {
        row: f"{usual:.15g}"
        for row, number in numbers.items()
        if row not in following and not is_the_same(number, usual)
    }


def _next(surroundings: Surroundings, place: Place) -> list[Place]:
    """The cell to which a cell is a plain reference, if it is one."""
    return list(islice(surroundings.follow(place), 1, 2))


def _of_another_table(judge: Judge, writer: CellWriter) -> Iterator[WrongCells]:
    """Rows that refer to what is given to another table, though the table has its own."""
    table, surroundings = judge.table, judge.surroundings
    for name in table.exercise.ordered_constants:
        if name not in table.columns:
            continue
        ends = _ends(judge, name)
        first = ends[table.first_row]
        owns = {end: own_instead(end, name, surroundings) for end in {*ends.values()}}
        wrong: dict[int, str | None] = {}
        for row, end in ends.items():
            own = owns[end]
            if own is not None:
                wrong[row] = writer.absolute(own)
            elif surroundings.in_another_table(end) and not surroundings.in_another_table(first):
                number, given = number_of(end, surroundings), number_of(first, surroundings)
                if None not in (number, given) and number != given:
                    wrong[row] = f"{given:.15g}"
        if wrong:
            yield of_contents(judge, name, GivenOfAnotherTable(), wrong)


def _led_elsewhere(judge: Judge, writer: CellWriter) -> Iterator[WrongCells]:
    """The rows of a described table whose cell does not lead to the cell that is given.

    Elsewhere such a column may hold numbers, and that they change gives a warning.
    """
    table = judge.table
    for name in table.exercise.given:
        if name not in table.columns:
            continue
        ends = _ends(judge, name)
        given = ends[table.first_row]
        inside = judge.surroundings.in_table(given) is not None
        wrong: dict[type[Slip], list[int]] = {}
        for row, end in ends.items():
            if inside or end != given:
                cell = table.cell(name, row)
                is_typed = cell is None or cell.formula is None
                wrong.setdefault(TypedNumber if is_typed else ChangingGiven, []).append(row)
        for slip, rows in wrong.items():
            yield of_contents(judge, name, slip(), dict.fromkeys(rows, writer.given(name)))


def _ends(judge: Judge, name: str) -> dict[int, Place]:
    """The cell to which each row of a column leads."""
    column, surroundings = judge.table.columns[name], judge.surroundings
    return {row: surroundings.end((surroundings.home, row, column)) for row in judge.table.rows}


def _places_of(judge: Judge, name: str) -> Iterator[Place]:
    """The cells in which something given stands: those to which its column leads, and its own."""
    table, surroundings = judge.table, judge.surroundings
    if name in judge.exercise.constants and name in table.columns:
        yield from _ends(judge, name).values()
    elif name in table.columns:
        yield surroundings.end((surroundings.home, table.first_row, table.columns[name]))
    for known in (judge.roles.cells, judge.roles.start_values):
        for place, role in known.items():
            if role == name:
                yield surroundings.end(place)


def _usual(judge: Judge, places: list[Place]) -> str | None:
    """The first number that stands in one of these cells."""
    numbers = (number_of(place, judge.surroundings) for place in places)
    return next((f"{number:.15g}" for number in numbers if number is not None), None)


def _shown(text: str) -> str | None:
    """The number that a text shows."""
    try:
        return f"{float(text.strip().replace(',', '.')):.15g}"
    except ValueError:
        return None


def _is_uncomputed(cell: Cell | None, number: float) -> bool:
    """Whether a number may be what a program that does not compute has left beside a formula."""
    return cell is not None and cell.formula is not None and number == 0
