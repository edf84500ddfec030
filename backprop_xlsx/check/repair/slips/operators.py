"""A wrong operator, a wrong sign, or operands the wrong way round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backprop_xlsx.check.repair.changes import Rearrangement
from backprop_xlsx.check.repair.slips.slip import Case, Slip
from backprop_xlsx.check.repair.slips.structure import (
    OPERATORS,
    StructuralSlip,
    WrongFormula,
    enclosed,
    nodes,
)
from backprop_xlsx.check.repair.slips.wording import SIGNS, bracketed
from backprop_xlsx.formula.choices import Comparison
from backprop_xlsx.formula.expression import Expression, Negation, Number, Operation
from backprop_xlsx.formula.parse import Part
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
            for sign in OPERATORS:
                if sign != wrong and not _is_idle(left, sign, right):
                    items = formula.with_sign(part, sign)
                    yield Rearrangement(cls(wrong, sign, left, right), items)
            if wrong in "*/":
                yield from cls._undone_among_factors(formula, part)

    @classmethod
    def _undone_among_factors(cls, formula: WrongFormula, part: Part) -> Iterator[Rearrangement]:
        """A sum or a difference, in parentheses, where two factors of a product stand."""
        assert part.operator is not None
        left, right = part.operands
        if formula.sign(left) == "*" and not formula.is_enclosed(left):
            left = left.operands[1]
        for sign in "-+":
            before = range(left.start, part.operator)
            after = range(part.operator + 1, right.end)
            span = enclosed((*before, Token(sign, sign), *after))
            sides = formula.means(left.expression), formula.means(right.expression)
            items = formula.with_span(left.start, right.end, span)
            yield Rearrangement(cls(formula.sign(part), sign, *sides), items)

    def is_like(self, other: Slip) -> bool:
        return isinstance(other, WrongOperator) and (self.wrong, self.right) == (
            other.wrong,
            other.right,
        )

    def words(self, case: Case) -> str:
        left, right = bracketed(self.left_side), bracketed(self.right_side)
        signs = f"uses {SIGNS[self.wrong]} where {SIGNS[self.right]} belongs"
        return f"{signs}, between {left} and {right}"


_LIKELIEST_FIRST = (">", "<", ">=", "<=", "=", "<>")


@dataclass(frozen=True)
class WrongComparison(StructuralSlip):
    """One comparison where another belongs: ``h1 < 0`` for ``h1 > 0``."""

    code = "wrong-comparison"
    meaning = "one comparison stands where another belongs"
    repeats = True

    stands: Comparison
    right: str

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        for part, _ in formula.parts:
            stands = formula.means(part.expression)
            if not isinstance(stands, Comparison) or part.operator is None:
                continue
            for sign in _LIKELIEST_FIRST:
                if sign != stands.operator:
                    yield Rearrangement(cls(stands, sign), formula.with_sign(part, sign))

    def is_like(self, other: Slip) -> bool:
        return isinstance(other, WrongComparison) and (self.stands.operator, self.right) == (
            other.stands.operator,
            other.right,
        )

    def words(self, case: Case) -> str:
        belongs = Comparison(self.right, self.stands.left, self.stands.right)
        return f"compares {self.stands.text()} where {belongs.text()} belongs"


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
            moved = enclosed(range(left.start, left.end), loose)
            span = (*range(right.start, right.end), part.operator, *moved)
            operation = formula.means(part.expression)
            assert isinstance(operation, Operation)
            items = formula.with_span(left.start, right.end, span)
            slip, held = cls(operation), set(nodes(formula.equation))
            restores = slip.belongs in held and operation not in held
            yield Rearrangement(slip, items, restores=restores)

    @property
    def belongs(self) -> Operation:
        """The operation the right way round."""
        return Operation(self.operation.operator, self.operation.right, self.operation.left)

    def words(self, case: Case) -> str:
        stands, belongs = self.operation, self.belongs
        sign = "the sign is wrong: " if stands.operator == "-" else ""
        return f"{sign}{stands.text()} stands where {belongs.text()} belongs"


@dataclass(frozen=True)
class ExtraSign(StructuralSlip):
    """A minus sign before something that should have none."""

    code = "extra-sign"
    meaning = "a minus sign does not belong"
    repeats = True

    negation: Expression

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        for part, _ in formula.parts:
            if isinstance(part.expression, Negation):
                sign_at = part.operands[0].start - 1
                slip = cls(formula.means(part.expression))
                yield Rearrangement(slip, formula.with_span(sign_at, sign_at + 1))

    def words(self, case: Case) -> str:
        return f"the minus sign of {self.negation.text()} does not belong"


@dataclass(frozen=True)
class MissingSign(StructuralSlip):
    """Something without the minus sign that it should have."""

    code = "missing-sign"
    meaning = "a minus sign is missing"

    subject: Expression

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        for part, _ in formula.parts:
            single = part.operator is None or formula.is_enclosed(part)
            if single or part.start == 0:
                span = (Token("-", "-"), *enclosed(range(part.start, part.end), not single))
                items = formula.with_span(part.start, part.end, span)
                yield Rearrangement(cls(formula.means(part.expression)), items)

    def words(self, case: Case) -> str:
        subject = bracketed(self.subject)
        return f"the sign is wrong: −{subject} belongs where {subject} stands"


def _is_idle(left: Expression, sign: str, right: Expression) -> bool:
    """Whether an operation would leave its other operand as it is: nobody means 1·a."""
    one = Number(1.0)
    return (sign == "*" and one in (left, right)) or (sign in "/^" and right == one)
