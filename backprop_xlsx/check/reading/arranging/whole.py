"""Whether the headers of a table settle what its columns are, and which rows are its steps."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_xlsx.check.reading.arranging.strands import LONGEST_GAP, sums_up
from backprop_xlsx.check.reading.exercise import CLASS_EXERCISE
from backprop_xlsx.check.reading.spelling import quantity_of
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.tokens import FormulaError, references_of, tokenise
from backprop_xlsx.spreadsheet.ooxml.book import Sheet
from backprop_xlsx.spreadsheet.ooxml.cells import Cell

SPARSE = 0.35
"""Of the computed columns that a step fills; a row with fewer is none."""


def is_whole(table: Table, tables: Sequence[Table]) -> bool:
    """Whether nothing is left to find: each quantity has its column, each row is a step."""
    exercise = CLASS_EXERCISE
    if not all(name in table.columns for name in exercise.computed):
        return False
    cells, columns = table.sheet.cells, [table.columns[name] for name in exercise.computed]

    def filled(row: int) -> int:
        found = ((cells.get((row, column)), column) for column in columns)
        return sum(cell is not None and not sums_up(cell, column) for cell, column in found)

    full = max(filled(row) for row in table.rows[:2])
    if min(filled(table.first_row), filled(table.last_row)) <= SPARSE * full:
        return False
    if _goes_on(table, tables, SPARSE * full) or _has_nameless_parameters(table):
        return False
    headers = [
        column
        for column in range(min(table.quantities) - 4, max(table.quantities) + 12)
        if quantity_of(table.header(column)) in table.columns
    ]
    return len(headers) <= len(table.columns)


def _has_nameless_parameters(table: Table) -> bool:
    """Whether a neuron of the class uses a column that is updated like a weight but is none.

    Of a larger network it may be one.
    """
    exercise, row = CLASS_EXERCISE, table.last_row
    if any(name[0] in "iho" and name not in exercise.names for name in table.columns):
        return False
    known = {c for name, c in table.columns.items() if name in exercise.names or name[0] == "b"}
    neurons = (neuron for layer in exercise.network.layers for neuron in layer.neurons)
    columns = {table.columns[neuron.pre_activation] for neuron in neurons}
    used = {other for column in columns for other in _beside_in(table.sheet, row, column, 0)}
    return any(column in _beside_in(table.sheet, row, column, 1) for column in used - known)


def _beside_in(sheet: Sheet, row: int, column: int, steps_back: int) -> set[int]:
    """The columns whose cells in a row, so many above its own, a cell's formula refers to."""
    cell = sheet.cells.get((row, column))
    corners = [r.first for r in references_of((cell and cell.formula) or "") if r.sheet is None]
    return {corner.column for corner in corners if corner.row == row - steps_back}


def _goes_on(table: Table, tables: Sequence[Table], few: float) -> bool:
    """Whether more than a few formulas stand a little above or below a table, in no other run."""
    taken = {
        row
        for other in tables
        if other.sheet is table.sheet and _begins(other)
        for row in other.rows
    }
    above = range(max(table.header_row - LONGEST_GAP, 1), table.header_row)
    below = range(table.last_row + 1, table.last_row + LONGEST_GAP + 2)
    columns = [table.columns[name] for name in table.exercise.computed if name in table.columns]
    for row in {*above, *below} - taken:
        cells = [table.sheet.cells.get((row, column)) for column in columns]
        if sum(cell is not None and cell.formula is not None for cell in cells) > few:
            return True
    return False


def _begins(table: Table) -> bool:
    """Whether the first row of a table is the first of a run: no weight is computed there."""
    parameters = CLASS_EXERCISE.parameters
    cells = [table.cell(name, table.first_row) for name in parameters if name in table.columns]
    return not any(cell is not None and _computes(cell) for cell in cells)


def _computes(cell: Cell) -> bool:
    """Whether a cell holds more than a reference."""
    try:
        return cell.formula is not None and len(tokenise(cell.formula)) > 2
    except FormulaError:
        return True
