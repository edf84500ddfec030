"""Compare pasted losses with the live ones: columns of numbers under learning rates as headers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from backprop_xlsx.check.findings import Caution
from backprop_xlsx.check.reading.single_cells import number_of
from backprop_xlsx.check.reading.spelling import quantity_of
from backprop_xlsx.check.reading.surroundings import Surroundings
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.spreadsheet.ooxml.book import Book, Sheet
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name

FEWEST = 10
"""Numbers below each other that are taken for pasted losses; a list of learning rates has six."""
TOLERANCE = 1e-6
"""Relative; a number that shows fewer digits is compared to those."""


def pasted_cautions(
    book: Book, runs: Sequence[tuple[Surroundings, float | None]]
) -> Iterator[tuple[Table, Caution]]:
    """A warning for each column of pasted losses that no run of its learning rate has."""
    tables = [surroundings.table for surroundings, _ in runs]
    for sheet in book.sheets:
        for row, column, rate, numbers in _pasted(sheet, tables, {rate for _, rate in runs}):
            live = [
                (surroundings.table, losses)
                for surroundings, own_rate in runs
                if own_rate == rate and (losses := _losses(surroundings))
            ]
            differing = [(table, _first_difference(numbers, losses)) for table, losses in live]
            if not live or any(difference is None for _, difference in differing):
                continue
            table, index = differing[0]
            assert index is not None
            found = cell_name(row + 1 + index, column)
            last = cell_name(row + len(numbers), column)
            where = f"'{sheet.name}'!{cell_name(row + 1, column)}:{last}"
            text = (
                f"the pasted losses differ from those of the run with learning rate {rate:g} "
                f"on {table.sheet.name!r}, first in {found}"
            )
            yield table, Caution("pasted table", where, text)


def _pasted(
    sheet: Sheet, tables: Sequence[Table], rates: set[float | None]
) -> Iterator[tuple[int, int, float, list[float]]]:
    """Each header that is the learning rate of a run, with the typed numbers below it."""
    own = [table for table in tables if table.sheet is sheet]
    for (row, column), cell in sorted(sheet.cells.items()):
        rate = cell.value
        if not isinstance(rate, float) or rate not in rates or cell.formula is not None:
            continue
        if any(row in table.rows and column in table.columns.values() for table in own):
            continue
        above = sheet.cells.get((row - 1, column))
        if above is not None and isinstance(above.value, float):
            continue
        if not _beside_another(sheet, row, column, rates):
            continue
        numbers: list[float] = []
        while (below := sheet.cells.get((row + 1 + len(numbers), column))) is not None:
            if below.formula is not None or not isinstance(below.value, float):
                break
            numbers.append(below.value)
        if len(numbers) >= FEWEST and min(numbers) >= 0:
            yield row, column, rate, numbers


def _beside_another(sheet: Sheet, row: int, column: int, rates: set[float | None]) -> bool:
    """Whether a header is one of several learning rates, or named as one, or heads a loss."""
    for neighbour in (column - 1, column + 1):
        cell = sheet.cells.get((row, neighbour))
        if cell is not None and cell.value in rates:
            return True
    near = (sheet.cells.get((row, column - 1)), sheet.cells.get((row - 1, column)))
    return any(
        cell is not None and type(cell.value) is str and quantity_of(cell.value) is not None
        for cell in near
    )


def _losses(surroundings: Surroundings) -> list[float]:
    """The live losses of a run as the file holds them; none if any is missing."""
    table = surroundings.table
    loss = table.exercise.loss
    if loss not in table.columns:
        return []
    column = table.columns[loss]
    values = [number_of((surroundings.home, row, column), surroundings) for row in table.rows]
    return [] if any(value is None for value in values) else [v for v in values if v is not None]


def _first_difference(numbers: Sequence[float], losses: Sequence[float]) -> int | None:
    """Where pasted numbers first differ from the losses, from the first step on; None if nowhere.

    Trailing rows that only one of the two has do not count.
    """
    for index, (number, loss) in enumerate(zip(numbers, losses, strict=False)):
        exponent = Decimal(repr(number)).as_tuple().exponent
        shown = 0.5 * 10.0 ** int(exponent)
        if abs(number - loss) > max(TOLERANCE * abs(loss), shown):
            return index
    return None
