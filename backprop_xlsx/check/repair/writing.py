"""Write a quantity, an equation or a repaired operand in a table's own cells."""

from __future__ import annotations

from backprop_xlsx.check.reading.meanings import Area, Place
from backprop_xlsx.check.reading.single_cells import Candidate
from backprop_xlsx.check.reading.surroundings import Surroundings
from backprop_xlsx.check.repair.pool import EULER
from backprop_xlsx.check.repair.slips.structure import nodes
from backprop_xlsx.formula.expression import (
    SUM,
    Call,
    Expression,
    Negation,
    Number,
    Operation,
    OverSamples,
    Symbol,
)
from backprop_xlsx.formula.names import LEARNING_RATE
from backprop_xlsx.formula.tokens import Token
from backprop_xlsx.spreadsheet.ooxml.formula_text import column_letters


class CellWriter:
    """Writes in the cells of one table; ``learning_rate`` is what its updates take for η."""

    def __init__(self, surroundings: Surroundings, learning_rate: Candidate | None) -> None:
        self._surroundings = surroundings
        self._table = surroundings.table
        self._exercise = surroundings.table.exercise
        self._fixed = dict(surroundings.roles.numbers)
        self._places: dict[str, Place] = {}
        for place, name in surroundings.roles.cells.items():
            self._places.setdefault(name, place)
        if learning_rate is not None and not isinstance(learning_rate, float):
            self._places[LEARNING_RATE] = learning_rate

    def given(self, name: str) -> str | None:
        """What a cell of something that is given should hold, without "="; None if unknown."""
        return self.absolute(self._places[name]) if name in self._places else None

    def equation(self, quantity: str, row: int) -> str | None:
        """The formula, without "=", that a quantity should have in a row.

        None where the table has no cell for something in it.
        """
        try:
            equation = _plain(self._exercise.equations[quantity])
            for node in nodes(equation):
                if isinstance(node, OverSamples):
                    self._require_side_by_side(node)
            return equation.formula(lambda leaf: self._cell(leaf, row, ""))
        except LookupError:
            return None

    def operand(self, expression: Expression, row: int, like: Token | None) -> str | None:
        """An operand in a row's cells, in the manner of the token whose place it takes.

        None where the table has no cell for something in it.
        """
        anchor = ""
        if like is not None and like.reference is not None:
            anchor = "$" if like.reference.first.column_anchored else ""
        try:
            if isinstance(expression, Number):
                number = expression.constant
                return "EXP(1)" if number == EULER else expression.formula(str)
            if isinstance(expression, Symbol):
                return self._cell(expression, row, anchor)
            if isinstance(expression, Area):
                first, *_, last = expression.leaves()
                return f"{self._cell(first, row, anchor)}:{self._cell(last, row, anchor)}"
            formula = expression.formula(lambda leaf: self._cell(leaf, row, anchor))
            if isinstance(expression, OverSamples):
                self._require_side_by_side(expression)
                return formula
            # What is put in as a new factor or term needs parentheses only if it is a sum itself.
            return f"({formula})" if like is not None or expression.binding == SUM else formula
        except LookupError:
            return None

    def _cell(self, leaf: Expression, row: int, anchor: str) -> str:
        assert isinstance(leaf, Symbol)
        name, row = leaf.name, row - leaf.steps_back
        column = self._table.columns.get(name)
        if name in self._exercise.constants and not self._has_own(name, row):
            if name in self._fixed:
                return Number(self._fixed[name]).formula(str)
            if self._has_own(name, self._table.first_row):
                return f"${column_letters(self._table.columns[name])}${self._table.first_row}"
            return self.absolute(self._places[name])
        if column is not None:
            return f"{anchor}{column_letters(column)}{row}"
        # A start without a column would lead back from row to row without end, and a sample's may
        # be the end of a range, where nothing can be written out.
        if name in self._exercise.starts or "[" in name:
            raise LookupError(name)
        equation = _plain(self._exercise.equations[name])
        return f"({equation.formula(lambda inner: self._cell(inner, row, anchor))})"

    def _require_side_by_side(self, leaf: OverSamples) -> None:
        """Raises LookupError if the samples' cells are no range."""
        places = [
            (0, self._table.columns[symbol.name])
            if symbol.name in self._table.columns
            else self._places[symbol.name][1:]
            for symbol in leaf.each
        ]
        row, column = places[0]
        if places != [(row, column + index) for index in range(leaf.samples)]:
            raise LookupError(leaf.name)

    def _has_own(self, name: str, row: int) -> bool:
        """Whether a row has its own cell for a constant of the exercise, and one that is filled."""
        if name not in self._table.columns:
            return False
        cell = self._table.cell(name, row)
        return cell is not None and (cell.formula is not None or isinstance(cell.value, float))

    def absolute(self, place: Place) -> str:
        """A cell as a formula of the table's sheet refers to it from any row."""
        sheet, _, _ = self._surroundings.name_of(place).rpartition("!")
        prefix = f"{sheet}!" if sheet else ""
        return f"{prefix}${column_letters(place[2])}${place[1]}"


def _plain(expression: Expression) -> Expression:
    """The sigmoid written out as students write it."""
    if isinstance(expression, Call) and expression.name == "SIGMOID":
        (inner,) = expression.arguments
        return Number(1.0) / (1 + Call("EXP", (Negation(_plain(inner)),)))
    if isinstance(expression, Operation):
        left, right = _plain(expression.left), _plain(expression.right)
        return Operation(expression.operator, left, right)
    return expression
