"""Find the tables of a sheet: a row of headers that name quantities, and one row for each step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from backprop_xlsx.check.reading.exercise import CLASS_EXERCISE, Exercise
from backprop_xlsx.formula.tokens import references_of
from backprop_xlsx.spreadsheet.ooxml.book import Sheet
from backprop_xlsx.spreadsheet.ooxml.cells import Cell
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name

ROWS_BELOW_HEADER = 3
"""How far below its headers a table may begin: a row of units, a blank one."""
BESIDE = 30
"""Columns to the left and to the right of a table in which what belongs to it may stand.

Those of another sheet that goes on with it come after a legend, and may begin far from its edge.
"""
FEWEST_STEPS = 1
"""One row alone is a worked example, no table."""


@dataclass(frozen=True)
class Table:
    """One run: the column of each quantity, the row of headers, the first and the last step.

    ``exercise`` is what it is held against; all its columns are quantities of that.
    """

    sheet: Sheet
    exercise: Exercise
    columns: dict[str, int]
    header_row: int
    first_row: int
    last_row: int

    @property
    def rows(self) -> range:
        """The rows of all steps."""
        return range(self.first_row, self.last_row + 1)

    @cached_property
    def quantities(self) -> dict[int, str]:
        """The quantity of each column."""
        return {column: name for name, column in self.columns.items()}

    @cached_property
    def followed(self) -> frozenset[int]:
        """The columns on its sheet to which formulas of the last steps refer row by row."""
        found: set[int] = set()
        rows = self.rows[-2:]
        columns = range(min(self.quantities) - BESIDE, max(self.quantities) + BESIDE)
        cells = (self.sheet.cells.get((row, column)) for row in rows for column in columns)
        for formula in {cell.formula for cell in cells if cell is not None}:
            for reference in references_of(formula or ""):
                if reference.sheet is None and not reference.first.row_anchored:
                    last = reference.last or reference.first
                    found.update(range(reference.first.column, last.column + 1))
        return frozenset(found)

    @property
    def range(self) -> str:
        """The cells from the first header to the last value."""
        left, right = min(self.columns.values()), max(self.columns.values())
        return f"{cell_name(self.header_row, left)}:{cell_name(self.last_row, right)}"

    def held_against(self, exercise: Exercise) -> Table:
        """The same table for another exercise; columns of which that knows nothing are left out."""
        columns = self.columns
        if exercise.described:  # other optimisers keep other quantities
            columns = dict(self._named(exercise))
        columns = {name: at for name, at in columns.items() if name in exercise.names}
        return replace(self, exercise=exercise, columns=columns)

    def _named(self, exercise: Exercise) -> Iterator[tuple[str, int]]:
        for (row, column), cell in self.sheet.cells.items():
            name = exercise.quantity(cell.value) if type(cell.value) is str else None
            if row == self.header_row and name is not None:
                yield name, column

    def header(self, column: int) -> str:
        """The text that heads a column; empty where none stands above its first step."""
        cell = self.sheet.cells.get((self.header_row, column))
        if cell is None or type(cell.value) is not str or self.header_row == self.first_row:
            return ""
        return cell.value

    def cell(self, quantity: str, row: int) -> Cell | None:
        """A quantity's cell in a row; None where there is nothing."""
        return self.sheet.cells.get((row, self.columns[quantity]))


def find_tables(sheet: Sheet, exercise: Exercise = CLASS_EXERCISE) -> list[Table]:
    """The tables of a sheet from top to bottom, and from left to right.

    Those of the class may have columns of biases too; which of them count, the judging finds out.
    """
    tables: list[Table] = []
    for row, names in _named_rows(sheet, exercise):
        for columns in _side_by_side(names, exercise):
            table = _table(sheet, exercise, row, columns)
            if table is None:
                continue
            if tables and _same_steps(tables[-1], table):
                tables.pop()  # headers in two lines: the lower ones count
            tables.append(table)
    return tables


def _named_rows(sheet: Sheet, exercise: Exercise) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    """Each row that names quantities, with (column, quantity) from left to right."""
    rows: dict[int, list[tuple[int, str]]] = {}
    for (row, column), cell in sheet.cells.items():
        if type(cell.value) is str:
            quantity = exercise.quantity(cell.value)
            if quantity is not None:
                rows.setdefault(row, []).append((column, quantity))
    for row in sorted(rows):
        yield row, sorted(rows[row])


def _side_by_side(names: list[tuple[int, str]], exercise: Exercise) -> Iterator[dict[str, int]]:
    """The tables that one row of headers begins: each quantity stands once in a table."""
    columns: dict[str, int] = {}
    for column, quantity in names:
        if quantity in columns:
            if suffices(columns, exercise):
                yield columns
            columns = {}
        columns[quantity] = column
    if suffices(columns, exercise):
        yield columns


def suffices(columns: Mapping[str, int], exercise: Exercise) -> bool:
    """Whether these are the columns of a run, not of a legend or a list of start values."""
    few, most = min(2, len(exercise.parameters)), min(8, len(exercise.computed))
    parameters = sum(name in columns for name in exercise.parameters)
    gradients = sum(name in columns for name in exercise.gradients)
    computed = sum(name in columns for name in exercise.computed)
    forward = computed - parameters - gradients
    return parameters >= few and (gradients >= few or forward >= 4) and computed >= most


def _same_steps(one: Table, other: Table) -> bool:
    shared = set(one.columns.values()) & set(other.columns.values())
    return one.first_row == other.first_row and bool(shared)


def _table(
    sheet: Sheet, exercise: Exercise, header_row: int, columns: dict[str, int]
) -> Table | None:
    computed = [columns[name] for name in exercise.computed if name in columns]
    columns = {
        name: column
        for name, column in columns.items()
        if column in computed or not _heads_a_list(sheet, exercise, (header_row, column), name)
    }

    def filled(row: int) -> bool:
        return any(_holds_number(sheet.cells.get((row, column))) for column in computed)

    below = range(header_row + 1, header_row + 2 + ROWS_BELOW_HEADER)
    first_row = next((row for row in below if filled(row)), None)
    if first_row is None:
        return None
    last_row = first_row
    while filled(last_row + 1):
        last_row += 1
    if last_row - first_row < FEWEST_STEPS:
        return None
    return Table(sheet, exercise, columns, header_row, first_row, last_row)


def _heads_a_list(sheet: Sheet, exercise: Exercise, header: tuple[int, int], name: str) -> bool:
    """Whether below a header another quantity is named: labels of the cells beside them.

    Of the last label of a list that is so above it, and a number stands beside it.
    """
    row, column = header

    def names_another(other_row: int) -> bool:
        cell = sheet.cells.get((other_row, column))
        text = cell.value if cell is not None and type(cell.value) is str else ""
        return exercise.quantity(text) not in (None, name)

    beside = sheet.cells.get((row, column + 1))
    return names_another(row + 1) or (_holds_number(beside) and names_another(row - 1))


def _holds_number(cell: Cell | None) -> bool:
    """Whether a cell holds a number or a formula for one; the text of a header is none."""
    if cell is None or type(cell.value) is str:
        return False
    return cell.formula is not None or cell.value is not None
