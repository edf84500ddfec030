"""Where everything stands in the practice book: two rows for each quantity, one below the other.

What is given stands on the left, what is computed on the right, part by part. A formula that is
filled down from a quantity's first row refers to the second row of what it reads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from backprop_xlsx.exercise.practice import PARTS, ROWS, Practice, Quantity
from backprop_xlsx.formula.expression import Expression, Symbol
from backprop_xlsx.spreadsheet.sheets.page import Position, anchored

EXERCISE, EXPECTED, MISTAKES = "Exercise", "Expected", "Known mistakes"
NOT_DONE, CORRECT, WRONG = "NOT DONE", "CORRECT", "WRONG"
SHOW, HIDE = "show", "hide"

FIRST_ROW = 8
"""Below title, name, switches and score, which stay in sight."""
VALUES_AFTER_NAME = 2
"""From the column of a quantity's name to that of its first value; between them its row."""
GIVEN_NAME, GIVEN_ROW, GIVEN_VALUES = 1, 2, 1 + VALUES_AFTER_NAME
SWITCHES = {"hints": (3, 3), "forward pass": (4, 3), "backward pass": (5, 3)}
SWITCH_OF_PART = {
    "forward": "forward pass",
    "loss": "forward pass",
    "gradients": "backward pass",
    "update": "backward pass",
}


@dataclass(frozen=True)
class Layout:
    """The places of a practice's cells on the sheet Exercise."""

    practice: Practice

    @property
    def width(self) -> int:
        """How many cells the widest quantity has in a row: one for each sample."""
        return self.practice.samples

    @property
    def name_column(self) -> int:
        """The column of the computed quantities' names; their rows' numbers come next."""
        return GIVEN_VALUES + self.width + 1

    @property
    def values_column(self) -> int:
        """The first column of what is computed."""
        return self.name_column + VALUES_AFTER_NAME

    @property
    def mark_column(self) -> int:
        """The column of the marks."""
        return self.values_column + self.width

    @property
    def remark_column(self) -> int:
        """The column of the remarks, and of the hints below them: the last one."""
        return self.mark_column + 1

    @cached_property
    def rows(self) -> dict[str, int]:
        """The first row of each quantity, by its name."""
        found: dict[str, int] = {}
        for position, quantity in enumerate(self.practice.given):
            found[quantity.name] = FIRST_ROW + ROWS * position
        row = FIRST_ROW
        for part in PARTS:
            row += 1  # the part's heading
            for quantity in self.of_part(part):
                found[quantity.name] = row
                row += ROWS
        return found

    @property
    def last_row(self) -> int:
        """The last row of all."""
        return max(self.rows.values()) + ROWS - 1

    def of_part(self, part: str) -> list[Quantity]:
        """The quantities of a part from top to bottom."""
        return [quantity for quantity in self.practice.quantities if quantity.part == part]

    def span(self, part: str) -> tuple[int, int]:
        """The rows of a part, from its heading to its last quantity."""
        quantities = self.of_part(part)
        return self.rows[quantities[0].name] - 1, self.rows[quantities[-1].name] + ROWS - 1

    @cached_property
    def positions(self) -> dict[str, Position]:
        """Where each cell stands in the first of its rows."""
        found: dict[str, Position] = {}
        for quantities, column in (
            (self.practice.given, GIVEN_VALUES),
            (self.practice.quantities, self.values_column),
        ):
            for quantity in quantities:
                row = self.rows[quantity.name]
                found |= {cell: (row, column + at) for at, cell in enumerate(quantity.cells)}
        return found

    def position(self, cell: str, row: int) -> Position:
        """Where a cell stands; ``row`` is 0 or 1."""
        first, column = self.positions[cell]
        return first + row, column

    def naming(self, row: int, sheet: str = "") -> Callable[[Expression], str]:
        """How a formula of a row names the cells of what it reads; from another ``sheet`` too."""

        def name(leaf: Expression) -> str:
            assert isinstance(leaf, Symbol)
            return on(sheet, xl_rowcol_to_cell(*self.position(leaf.name, row)))

        return name

    def if_filled_in(self, expression: Expression, row: int) -> str:
        """An expression's formula on another sheet; an empty text while it reads no number."""
        name = self.naming(row, EXERCISE)
        cells = dict.fromkeys(map(name, expression.leaves()))
        return f'IF(COUNT({",".join(cells)})={len(cells)},{expression.formula(name)},"")'

    def area(self, quantity: Quantity, sheet: str = "") -> str:
        """The address of all cells of a quantity, in both rows."""
        row, column = self.positions[quantity.cells[0]]
        last = column + len(quantity.cells) - 1
        return on(sheet, xl_range_abs(row, column, row + ROWS - 1, last))

    def mark(self, quantity: Quantity) -> Position:
        """Where a quantity's mark stands."""
        return self.rows[quantity.name], self.mark_column

    @property
    def marks(self) -> str:
        """The address of all marks."""
        return xl_range_abs(FIRST_ROW, self.mark_column, self.last_row, self.mark_column)


def on(sheet: str, address: str) -> str:
    """An address on a sheet; without one, on the formula's own."""
    return f"'{sheet}'!{address}" if sheet else address


def switch(name: str, sheet: str = "") -> str:
    """The address of a switch's cell."""
    return on(sheet, anchored(*SWITCHES[name]))
