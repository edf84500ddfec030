"""The check's own evaluator on a whole book: what recalculates where no engine can run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from backprop_xlsx.check.judging.verdicts import safely
from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.formula.block import Block, as_number
from backprop_xlsx.formula.choices import Comparison
from backprop_xlsx.formula.expression import Expression, Value
from backprop_xlsx.formula.intersection import expects_one, intersected
from backprop_xlsx.formula.parse import Operand, parse
from backprop_xlsx.formula.tokens import FormulaError, Token, references, tokenise
from backprop_xlsx.spreadsheet.engines import Recalculated
from backprop_xlsx.spreadsheet.ooxml.book import Book, ErrorValue, read_book

NAME = "the check's own evaluator"
MOST_OPERANDS = 5_000_000
"""Cells that the formulas of a book may refer to, each time counted; a large book has 200,000."""
ANYWHERE = ("OFFSET(", "INDIRECT(")
"""What refers to cells that it does not name."""


@dataclass(frozen=True)
class Uncomputed:
    """The value of a formula that cannot be evaluated here: known only by what it depends on."""

    depends_on: tuple[object, ...]


def evaluate(path: Path) -> Recalculated:
    """A workbook with every formula evaluated here, as by an engine; the file stays as it is.

    A formula that cannot be evaluated, or gives no number, has the value :class:`Uncomputed`.
    Raises FileError if the file cannot be read.
    """
    return Recalculated(NAME, _Evaluation(read_book(path)).value)


class _Evaluation:
    """The values of a book's cells, each computed when it is first asked for."""

    def __init__(self, book: Book) -> None:
        self._sheets = {sheet.name.casefold(): sheet.cells for sheet in book.sheets}
        self._book = book
        self._values: dict[Place, Any] = {}
        self._left = MOST_OPERANDS
        # Equal to nothing of another book: what depends on it counts as changed.
        self._anything = Uncomputed((object(),))

    def value(self, sheet: str, row: int, column: int) -> Any:
        """A cell's value: a number, a text, True or False, None, an error, or Uncomputed."""
        wanted = (sheet.casefold(), row, column)
        # A table's last row depends on its first by way of thousands of cells: no recursion.
        stack = [wanted]
        opened: dict[Place, _Formula] = {}
        while stack:
            place = stack[-1]
            if place in self._values:
                stack.pop()
                continue
            formula = opened.get(place) or self._formula(place)
            if place not in opened and formula is not None:
                opened[place] = formula
                missing = [each for each in formula.places if each not in self._values]
                stack += missing
                if missing:
                    continue
            # What is not there by now is open itself: a circle, without a value.
            self._values[place] = self._plain(place) if formula is None else self._of(formula)
            opened.pop(place, None)
            stack.pop()
        return self._values[wanted]

    def _plain(self, place: Place) -> Any:
        cell = self._sheets.get(place[0], {}).get(place[1:])
        if cell is None:
            return None if place[0] in self._sheets else ErrorValue("#REF!")
        return self._anything if cell.array or cell.formula is not None else cell.value

    def _formula(self, place: Place) -> _Formula | None:
        cell = self._sheets.get(place[0], {}).get(place[1:])
        if cell is None or cell.formula is None or cell.array:
            return None
        try:
            tokens: Sequence[Token] = tokenise(cell.formula)
            expression: Expression | None = parse(tokens).expression
        except FormulaError:
            if any(function in cell.formula.upper() for function in ANYWHERE):
                return None
            tokens, expression = references(cell.formula), None
        return self._read(tokens, expression, place)

    def _read(
        self, tokens: Sequence[Token], expression: Expression | None, place: Place
    ) -> _Formula | None:
        operands: list[list[list[Place]] | float | None] = []
        sheet, own, _ = place
        for token, one in zip(tokens, expects_one(tokens), strict=True):
            if token.kind == "name":
                named = self._named(token.text, sheet)
                if named is None:
                    return None
                token = named
            if token.kind == "reference":
                assert token.reference is not None
                rows, columns = token.reference.area
                only = intersected(rows, columns, own if one else None)
                rows = rows if only is None else range(only, only + 1)
                self._left -= len(rows) * len(columns)
                if self._left < 0:
                    return None
                there = (token.reference.sheet or sheet).casefold()
                operands.append([[(there, row, column) for column in columns] for row in rows])
            elif token.kind == "number":
                operands.append(np.float64(token.text))
            else:
                operands.append(math.nan if token.kind in ("error", "text") else None)
        return _Formula(expression, tuple(operands))

    def _named(self, name: str, sheet: str) -> Token | None:
        """The one operand that a defined name stands for; None if it is no such name."""
        if name.upper() in ("TRUE", "FALSE"):
            return Token("number", str(int(name.upper() == "TRUE")))
        try:
            tokens = tokenise(self._book.definition(name, sheet) or "")
        except FormulaError:
            return None
        return tokens[0] if len(tokens) == 2 and tokens[0].kind in ("reference", "number") else None

    def _of(self, formula: _Formula) -> Any:
        expression = formula.expression
        if expression is not None:
            number = as_number(safely(expression, lambda leaf: self._operand(formula, leaf)))
            if math.isfinite(number):
                return bool(number) if isinstance(expression, Comparison) else number
        circle = self._anything
        return Uncomputed(tuple(self._values.get(place, circle) for place in formula.places))

    def _operand(self, formula: _Formula, leaf: Expression) -> Value:
        assert isinstance(leaf, Operand)
        operand = formula.operands[leaf.index]
        if not isinstance(operand, list):
            return operand
        if len(operand) == len(operand[0]) == 1:
            value = self._values.get(operand[0][0], self._anything)
            return np.float64(0.0) if value is None else _number(value)
        return Block([[self._in_range(place) for place in line] for line in operand])

    def _in_range(self, place: Place) -> float | None:
        value = self._values.get(place, self._anything)
        if value is None or isinstance(value, bool):
            return None
        if isinstance(value, str) and not isinstance(value, ErrorValue):
            return None
        return _number(value)


@dataclass(frozen=True)
class _Formula:
    """A formula that was read: its tree, None if it has none, and its operands by token.

    An operand is a number, or the cells of a reference row by row; None at other tokens.
    """

    expression: Expression | None
    operands: tuple[list[list[Place]] | float | None, ...]

    @property
    def places(self) -> Iterator[Place]:
        """Every cell that it refers to."""
        for operand in self.operands:
            if isinstance(operand, list):
                for line in operand:
                    yield from line


def _number(value: Any) -> float:
    # numpy's: of 1/0 Python makes an exception, and IFERROR wants a value.
    return np.float64(value) if isinstance(value, (bool, int, float)) else np.float64(np.nan)
