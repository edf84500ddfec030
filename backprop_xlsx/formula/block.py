"""A rectangle of values, as a range of cells yields it; arithmetic goes element by element."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np


class Block(np.lib.mixins.NDArrayOperatorsMixin):
    """Rows of values, each a float, an array of any shape, or None for a cell without a number.

    Operators and numpy's functions apply to each value; a single row, column or value is
    repeated to fit, as a spreadsheet does.
    """

    def __init__(self, rows: Sequence[Sequence[Any]]) -> None:
        self.rows = tuple(tuple(row) for row in rows)

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and columns."""
        return len(self.rows), len(self.rows[0])

    def numbers(self) -> Iterator[Any]:
        """The values row by row, without the cells that hold no number."""
        return (value for row in self.rows for value in row if value is not None)

    def transposed(self) -> Block:
        """Rows as columns."""
        return Block(list(zip(*self.rows, strict=True)))

    def at(self, row: int, column: int) -> Any:
        """One value, from 0; a cell without a number counts as 0, as in every operator."""
        rows, columns = self.shape
        value = self.rows[row if rows > 1 else 0][column if columns > 1 else 0]
        return 0.0 if value is None else value

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options:
            return NotImplemented
        shapes = [value.shape for value in inputs if isinstance(value, Block)]
        rows, columns = (max(sizes) for sizes in zip(*shapes, strict=True))
        if any(
            size not in ((1, rows), (1, columns))[axis]
            for shape in shapes
            for axis, size in enumerate(shape)
        ):
            return np.nan  # ranges of different size: #N/A or #VALUE! in a spreadsheet
        return Block(
            [
                [
                    ufunc(*(v.at(row, column) if isinstance(v, Block) else v for v in inputs))
                    for column in range(columns)
                ]
                for row in range(rows)
            ]
        )


def as_number(value: Any) -> float:
    """The first of an expression's values; not a number for a complex one, an error in a cell.

    Of a range whose cells have matrices for values it is the first one's first.
    """
    while isinstance(value, Block):
        value = value.at(0, 0)
    first = np.ravel(value)[0]
    return math.nan if isinstance(first, complex) else float(first)
