"""Find the tables of a sheet: a row of headers that name quantities, and one row for each step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from backprop_xlsx.check.spelling import quantity_of
from backprop_xlsx.equations import EQUATIONS
from backprop_xlsx.network import GRADIENTS, WEIGHTS
from backprop_xlsx.ooxml.book import Sheet
from backprop_xlsx.ooxml.cells import Cell
from backprop_xlsx.ooxml.formula_text import cell_name

COMPUTED = tuple(EQUATIONS)
"""The quantities whose columns are judged, in order of computation."""
ROWS_BELOW_HEADER = 3
"""How far below its headers a table may begin: a row of units, a blank one."""
FEWEST_STEPS = 1
"""One row alone is a worked example, no table."""


@dataclass(frozen=True)
class Table:
    """One run: the column of each quantity, the row of headers, the first and the last step."""

    sheet: Sheet
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

    @property
    def range(self) -> str:
        """The cells from the first header to the last value."""
        left, right = min(self.columns.values()), max(self.columns.values())
        return f"{cell_name(self.header_row, left)}:{cell_name(self.last_row, right)}"

    def cell(self, quantity: str, row: int) -> Cell | None:
        """A quantity's cell in a row; None where there is nothing."""
        return self.sheet.cells.get((row, self.columns[quantity]))


def find_tables(sheet: Sheet) -> list[Table]:
    """The tables of a sheet from top to bottom, and from left to right."""
    tables: list[Table] = []
    for row, names in _named_rows(sheet):
        for columns in _side_by_side(names):
            table = _table(sheet, row, columns)
            if table is None:
                continue
            if tables and _same_steps(tables[-1], table):
                tables.pop()  # headers in two lines: the lower ones count
            tables.append(table)
    return tables


def _named_rows(sheet: Sheet) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    """Each row that names quantities, with (column, quantity) from left to right."""
    rows: dict[int, list[tuple[int, str]]] = {}
    for (row, column), cell in sheet.cells.items():
        if type(cell.value) is str:
            quantity = quantity_of(cell.value)
            if quantity is not None:
                rows.setdefault(row, []).append((column, quantity))
    for row in sorted(rows):
        yield row, sorted(rows[row])


def _side_by_side(names: list[tuple[int, str]]) -> Iterator[dict[str, int]]:
    """The tables that one row of headers begins: each quantity stands once in a table."""
    columns: dict[str, int] = {}
    for column, quantity in names:
        if quantity in columns:
            if _suffices(columns):
                yield columns
            columns = {}
        columns[quantity] = column
    if _suffices(columns):
        yield columns


def _suffices(columns: dict[str, int]) -> bool:
    """Whether these are the columns of a run, not of a legend or a list of start values."""
    weights = sum(name in columns for name in WEIGHTS)
    gradients = sum(name in columns for name in GRADIENTS)
    forward = sum(name in columns for name in COMPUTED) - weights - gradients
    return weights >= 2 and (gradients >= 2 or forward >= 4) and weights + gradients + forward >= 8


def _same_steps(one: Table, other: Table) -> bool:
    shared = set(one.columns.values()) & set(other.columns.values())
    return one.first_row == other.first_row and bool(shared)


def _table(sheet: Sheet, header_row: int, columns: dict[str, int]) -> Table | None:
    computed = [columns[name] for name in COMPUTED if name in columns]

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
    return Table(sheet, columns, header_row, first_row, last_row)


def _holds_number(cell: Cell | None) -> bool:
    """Whether a cell holds a number or a formula for one; the text of a header is none."""
    if cell is None or type(cell.value) is str:
        return False
    return cell.formula is not None or cell.value is not None
