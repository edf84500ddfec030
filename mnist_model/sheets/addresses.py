"""The addresses of cells and rectangles, whose rows and columns are counted from 0."""

from __future__ import annotations

import functools

from xlsxwriter.utility import xl_col_to_name


@functools.cache
def column_name(column: int) -> str:
    """The letters of a column, counted from 0."""
    return str(xl_col_to_name(column))


def cell(row: int, column: int) -> str:
    """The address of a cell, as in ``B5``."""
    return f"{column_name(column)}{row + 1}"


def fixed(row: int, column: int) -> str:
    """The address of a cell that stays when a formula is copied, as in ``$B$5``."""
    return f"${column_name(column)}${row + 1}"


def area(row: int, column: int, height: int, width: int) -> str:
    """The address of a rectangle, as in ``B5:D7``."""
    first, last = cell(row, column), cell(row + height - 1, column + width - 1)
    return first if first == last else f"{first}:{last}"


def fixed_area(row: int, column: int, height: int, width: int) -> str:
    """The address of a rectangle that stays when a formula is copied, as in ``$B$5:$D$7``."""
    first, last = fixed(row, column), fixed(row + height - 1, column + width - 1)
    return first if first == last else f"{first}:{last}"
