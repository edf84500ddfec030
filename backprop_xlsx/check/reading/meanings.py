"""What the operands of a formula stand for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from backprop_xlsx.formula.block import Block
from backprop_xlsx.formula.expression import Expression, Symbol, Value
from backprop_xlsx.formula.names import label, sampled
from backprop_xlsx.formula.notation import IN_SENTENCES, Notation
from backprop_xlsx.formula.parse import filled
from backprop_xlsx.spreadsheet.ooxml.cells import Cell, ErrorValue

Place = tuple[str, int, int]
"""A cell of the book: its sheet's name in lower case, its row and column."""


@dataclass(frozen=True, slots=True)
class Outside(Expression):
    """A cell outside the table that stands for itself.

    ``kind`` is "number" if a number is typed there, "blank", "text", "error", or "run" for a
    computed cell of another table. ``number`` is what a formula takes it for: 0 if blank, not a
    number for a text or an error, any number for another run's.
    """

    name: str
    place: Place
    kind: str
    number: float

    def text(self, notation: Notation = IN_SENTENCES) -> str:
        return self.name

    def leaves(self) -> Iterator[Expression]:
        yield self


@dataclass(frozen=True, slots=True)
class Area(Expression):
    """A range of cells; None stands for a cell without a number."""

    name: str
    rows: tuple[tuple[Expression | None, ...], ...]

    def text(self, notation: Notation = IN_SENTENCES) -> str:
        cells = list(self.leaves())
        first = cells[0].name if cells and isinstance(cells[0], Symbol) else ""
        quantity = first.rpartition("[")[0]
        if cells and cells == [Symbol(sampled(quantity, at)) for at in range(len(cells))]:
            return label(quantity)  # of all samples
        return self.name

    def value(self, lookup: Callable[[Expression], Value]) -> Value:
        return Block(
            [[cell if cell is None else cell.value(lookup) for cell in row] for row in self.rows]
        )

    def children(self) -> tuple[Expression, ...]:
        return tuple(cell for row in self.rows for cell in row if cell is not None)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an operand stands for; ``key`` is the same for what means the same at every probe.

    ``place`` is the cell that the operand names itself, None for a number or a range.
    """

    expression: Expression
    key: str
    size: int = 1
    place: Place | None = None


def expressions(meanings: Sequence[Meaning | None]) -> list[Expression | None]:
    """What the operands stand for, without what else is known of them."""
    return [None if meaning is None else meaning.expression for meaning in meanings]


def meant(expression: Expression, meanings: Sequence[Meaning | None]) -> Expression:
    """A formula's expression with its operands' meanings put in."""
    return filled(expression, expressions(meanings))


def is_blank(cell: Cell | None) -> bool:
    """Whether a cell holds nothing: a text for a number is the fault of its own cell."""
    return cell is None or (cell.formula is None and content_of(cell)[0] in ("blank", "error"))


def content_of(cell: Cell | None) -> tuple[str, float]:
    """The kind of what a cell holds, as :class:`Outside` names it, and its number."""
    if cell is None or cell.value is None:
        return "blank", 0.0
    if isinstance(cell.value, ErrorValue):
        return "error", math.nan
    if isinstance(cell.value, str):
        return "text", math.nan
    return "number", float(cell.value)
