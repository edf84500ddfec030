"""The formula that a wrong cell should hold: repaired, copied from its column, or written anew."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_xlsx.check.judging.columns import JudgedColumn
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.reading.forms import Form
from backprop_xlsx.check.repair.diagnosis import Diagnosis
from backprop_xlsx.check.repair.writing import CellWriter
from backprop_xlsx.formula.expression import Expression
from backprop_xlsx.formula.tokens import FormulaError, Token, written

MOST_COPIED = 3
"""Right formulas of a column that are tried as corrections, the most common ones."""


class ColumnCorrections:
    """Finds the right formulas for the wrong cells of one column."""

    def __init__(self, judge: Judge, writer: CellWriter, column: JudgedColumn) -> None:
        self._judge = judge
        self._writer = writer
        self._column = column
        self._repaired: dict[Form, Form | None] = {}
        self._steady: dict[Form, bool] = {}

    def formula(self, row: int, form: Form | None, diagnosis: Diagnosis | None) -> str | None:
        """The right formula for a row, without "=": copied, repaired, or written anew.

        None where the table has no cell for something in it.
        """
        for candidate in self._candidates(row, form, diagnosis):
            if candidate is not None and self._right(candidate, row):
                return candidate.at(row)
        return self._writer.equation(self._column.quantity, row)

    def _candidates(
        self, row: int, form: Form | None, diagnosis: Diagnosis | None
    ) -> Iterator[Form | None]:
        if form is not None and diagnosis is not None and diagnosis.repair is not None:
            if form not in self._repaired:
                self._repaired[form] = self._repair(form, diagnosis, row)
            yield self._repaired[form]
            yield self._repair(form, diagnosis, row)
        common = sorted(self._column.right, key=lambda pair: -len(pair[1]))
        yield from (right for right, _ in common[:MOST_COPIED])

    def _repair(self, form: Form, diagnosis: Diagnosis, row: int) -> Form | None:
        assert diagnosis.repair is not None

        def name(expression: Expression, like: Token | None) -> str:
            written_name = self._writer.operand(expression, row, like)
            if written_name is None:
                raise LookupError
            return written_name

        here = Form(form.at(row), row, [row])
        try:
            text = written(diagnosis.repair.tokens(here.tokens, name))
        except LookupError:
            return None
        return Form(text, row, [row])

    def _right(self, form: Form, row: int) -> bool:
        try:
            if self._judge.steady(form) and row != self._judge.table.first_row:
                if form not in self._steady:
                    self._steady[form] = self._judge.right(self._column.quantity, form, row)
                return self._steady[form]
            return self._judge.right(self._column.quantity, form, row)
        except FormulaError:
            return False
