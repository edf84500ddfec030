"""A part of the derivation as a box: each equation, its number, and its numbers put in."""

from __future__ import annotations

from dataclasses import replace

from xlsxwriter.utility import xl_rowcol_to_cell

from backprop_xlsx.derivation.chain_rule import NOT_SHOWN, WhereDivisible
from backprop_xlsx.derivation.lines import Line, Part, Remark
from backprop_xlsx.derivation.remarks import WAYS
from backprop_xlsx.formula.expression import Symbol
from backprop_xlsx.formula.put_in import Piece, Place, Slot, as_formula, as_text
from backprop_xlsx.spreadsheet.sheets.page import Position
from backprop_xlsx.workbook.derivation.boxes import (
    WIDTHS_OF_EQUATION,
    WIDTHS_OF_NUMBERS,
    Box,
    BoxLine,
    BoxRow,
    rows_of_text,
    width,
    wrapped,
)
from backprop_xlsx.workbook.derivation.broken_lines import broken
from backprop_xlsx.workbook.derivation.quantities import Quantities
from backprop_xlsx.workbook.derivation.written_numbers import WrittenNumber, WrittenNumbers


class PartsInBoxes:
    """Makes boxes of parts in their order: each line may use the numbers of those before it."""

    def __init__(self, quantities: Quantities, table: WrittenNumbers) -> None:
        self._quantities, self._table = quantities, table

    def box(self, part: Part, position: Position) -> Box:
        """The box of a part that stands at a position."""
        (row, column), words = position, wrapped(part.explanation)
        row += len(words)
        lines = []
        for line, following in zip(part.lines, (*part.lines[1:], None), strict=True):
            if isinstance(line, Line):
                rows = self._rows(line, part, xl_rowcol_to_cell(row + 1, column + 2))
                lines.append(BoxLine(rows))
            else:
                goes_on = isinstance(following, Remark) and not following.left
                lines.append(BoxLine(_remark_rows(line), ruled=not goes_on))
            row += len(lines[-1].rows)
        return Box(part.title, words, lines)

    def _rows(self, line: Line, part: Part, cell: str) -> list[BoxRow]:
        """The equation, its number in a cell, and the equation with its numbers put in."""
        formula, value = self._quantities.formula_and_value(line, part)
        if not isinstance(value, str):
            value = float(value) + 0.0  # of −0, 0
        number = self._quantities.add(line, part, cell, value)
        rows = [BoxRow(right=text) for text in rows_of_text(line.right, WIDTHS_OF_EQUATION)]
        first = replace(rows[0], left=f"{line.left} =", number_formula=formula, number=value)
        return [first, *rows[1:], *self._numbers_put_in(line, part, number)]

    def _numbers_put_in(self, line: Line, part: Part, result: WrittenNumber) -> list[BoxRow]:
        """The rows with the numbers put in, and the result."""
        own = Symbol(line.name, -1)  # no equation uses its own result
        slots = sum(isinstance(piece, Slot) for piece in line.numbers)
        parts: tuple[Piece, ...] = (*line.numbers, " = ", Slot(own, Place.OPENING))
        if len(line.numbers) == 1:
            parts = parts[-1:] if slots else line.numbers

        # Looked up now: a later part may have a quantity of the same name.
        found = {
            piece: self._quantities.of_leaf(piece.leaf, line, part)
            for piece in line.numbers
            if isinstance(piece, Slot)
        }
        found[Slot(own, Place.OPENING)] = result
        number = found.__getitem__
        rows = []
        may_fail = isinstance(line.expression, WhereDivisible)
        for index, pieces in enumerate(
            broken(parts, WIDTHS_OF_NUMBERS, lambda piece: width(piece, number))
        ):
            formula = as_formula(
                pieces, lambda slot: self._table.text_cell(number(slot), slot.place)
            )
            otherwise = "" if index else NOT_SHOWN
            if may_fail:
                formula = f'IF(ISNUMBER({result.cell}),{formula},"{otherwise}")'

            def shown(pieces: tuple[Piece, ...] = pieces, otherwise: str = otherwise) -> str:
                if may_fail and isinstance(result.value, str):
                    return otherwise
                return as_text(pieces, lambda slot: number(slot).text(slot.place))

            left = "" if index else "="
            rows.append(BoxRow(left, formula=formula, shown=shown, style="numbers"))
        return rows


def _remark_rows(remark: Remark) -> list[BoxRow]:
    left = remark.left and (remark.left + (":" if remark.left in WAYS else " ="))
    if not left and not remark.right.startswith("as "):
        left = "="
    return [
        BoxRow("" if index else left, text)
        for index, text in enumerate(rows_of_text(remark.right, WIDTHS_OF_NUMBERS))
    ]
