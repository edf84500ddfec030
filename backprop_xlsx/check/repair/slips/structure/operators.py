"""Another operator than the right one, or its operands the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backprop_xlsx.check.repair.changes import Rearrangement
from backprop_xlsx.check.repair.slips.slip import Case
from backprop_xlsx.check.repair.slips.structure.formula import (
    CLOSE,
    OPEN,
    OPERATORS,
    StructuralSlip,
    WrongFormula,
)
from backprop_xlsx.check.repair.slips.wording import SIGNS, bracketed
from backprop_xlsx.formula.expression import Expression, Operation
from backprop_xlsx.formula.tokens import Token


@dataclass(frozen=True)
class WrongOperator(StructuralSlip):
    """One operator where another belongs."""

    code = "wrong-operator"
    meaning = "one operator stands where another belongs"
    repeats = True

    wrong: str
    right: str
    left_side: Expression
    right_side: Expression

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        for part, _ in formula.parts:
            wrong = formula.sign(part)
            if part.operator is None or wrong not in OPERATORS:
                continue
            left, right = (formula.means(operand.expression) for operand in part.operands)
            space = formula.tokens[part.operator].space
            for sign in OPERATORS:
                if sign != wrong:
                    new = (Token(sign, sign, space),)
                    items = formula.with_span(part.operator, part.operator + 1, new)
                    yield Rearrangement(cls(wrong, sign, left, right), items)

    def words(self, case: Case) -> str:
        left, right = bracketed(self.left_side), bracketed(self.right_side)
        signs = f"uses {SIGNS[self.wrong]} where {SIGNS[self.right]} belongs"
        return f"{signs}, between {left} and {right}"


@dataclass(frozen=True)
class ReversedOperands(StructuralSlip):
    """A difference or a quotient the wrong way round."""

    code = "reversed-operands"
    meaning = "a difference or a quotient stands the wrong way round"
    repeats = True

    operation: Operation

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        for part, _ in formula.parts:
            if part.operator is None or formula.sign(part) not in ("-", "/"):
                continue
            left, right = part.operands
            loose = left.operator is not None and formula.tokens[left.start].kind != "("
            before, after = ((OPEN,), (CLOSE,)) if loose else ((), ())
            span = (
                *range(right.start, right.end),
                part.operator,
                *before,
                *range(left.start, left.end),
                *after,
            )
            operation = formula.means(part.expression)
            assert isinstance(operation, Operation)
            items = formula.with_span(left.start, right.end, span)
            yield Rearrangement(cls(operation), items)

    def words(self, case: Case) -> str:
        stands = self.operation
        belongs = Operation(stands.operator, stands.right, stands.left)
        sign = "the sign is wrong: " if stands.operator == "-" else ""
        return f"{sign}{stands.text()} stands where {belongs.text()} belongs"
