"""A factor, a term or a square too many, or missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from backprop_xlsx.check.repair.changes import Item, Rearrangement
from backprop_xlsx.check.repair.slips.slip import Case
from backprop_xlsx.check.repair.slips.structure import (
    Gap,
    MissingOperand,
    StructuralSlip,
    WrongFormula,
    enclosed,
    factors,
)
from backprop_xlsx.check.repair.slips.wording import SIGNS, bracketed
from backprop_xlsx.formula.expression import Call, Expression, Negation, Number
from backprop_xlsx.formula.tokens import Token


@dataclass(frozen=True)
class ExtraFactor(StructuralSlip):
    """A factor, or a divisor, that does not belong."""

    code = "extra-factor"
    meaning = "multiplies or divides by something that does not belong"
    repeats = True

    factor: Expression
    divides: bool

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        for factor, product, sign, items in _without_an_operand(formula, "*/"):
            if not _stands_twice(factor, sign, product):
                yield Rearrangement(cls(factor, sign == "/"), items)

    def words(self, case: Case) -> str:
        said = f"{'divides' if self.divides else 'multiplies'} by {bracketed(self.factor)}"
        turned = self.factor in (Number(-1.0), Negation(Number(1.0)))
        return f"the sign is wrong: {said}" if turned else said


@dataclass(frozen=True)
class RepeatedFactor(StructuralSlip):
    """A factor that stands twice in a product."""

    code = "repeated-factor"
    meaning = "the same factor stands twice"
    repeats = True

    factor: Expression

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        for factor, product, sign, items in _without_an_operand(formula, "*/"):
            if _stands_twice(factor, sign, product):
                yield Rearrangement(cls(factor), items)

    def words(self, case: Case) -> str:
        return f"the factor {bracketed(self.factor)} stands twice"


@dataclass(frozen=True)
class MissingFactor(MissingOperand):
    """A factor left out."""

    code = "missing-factor"
    meaning = "a factor is missing"

    factor: Expression

    @classmethod
    def gaps(cls, formula: WrongFormula) -> Iterator[Gap]:
        for part, _ in formula.parts:
            single = part.operator is None or formula.tokens[part.start].kind == "("
            inner = enclosed(range(part.start, part.end), not single)
            added = (*inner, Token("*", "*"), Token("name", "x"))
            items = formula.with_span(part.start, part.end, added)
            yield Gap(items, part.start + len(added) - 1, part.end, cls)

    def words(self, case: Case) -> str:
        return f"the factor {bracketed(self.factor)} is missing"


@dataclass(frozen=True)
class ExtraTerm(StructuralSlip):
    """A term that does not belong."""

    code = "extra-term"
    meaning = "adds or subtracts something that does not belong"

    sign: str
    term: Expression

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        for term, _, sign, items in _without_an_operand(formula, "+-"):
            yield Rearrangement(cls(sign, term), items)

    def words(self, case: Case) -> str:
        return f"the term {SIGNS[self.sign]} {bracketed(self.term)} does not belong"


@dataclass(frozen=True)
class MissingTerm(MissingOperand):
    """A term left out."""

    code = "missing-term"
    meaning = "a term is missing"

    sign: str
    term: Expression

    @classmethod
    def gaps(cls, formula: WrongFormula) -> Iterator[Gap]:
        for part, _ in formula.parts:
            whole = formula.is_whole(part)
            for sign in ("+", "-"):
                inner = (*range(part.start, part.end), Token(sign, sign), Token("name", "x"))
                added = enclosed(inner, not whole)
                position = part.start + len(added) - 1 - (not whole)
                items = formula.with_span(part.start, part.end, added)
                yield Gap(items, position, part.end, partial(cls, sign))

    def words(self, case: Case) -> str:
        return f"the term {SIGNS[self.sign]} {bracketed(self.term)} is missing"


_SQUARE = (Token("^", "^"), Token("number", "2"))


@dataclass(frozen=True)
class ExtraSquare(StructuralSlip):
    """Something squared that should not be."""

    code = "extra-square"
    meaning = "squares something that should not be squared"
    repeats = True

    base: Expression

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        for part, _ in formula.parts:
            if formula.sign(part) == "^":
                base, exponent = part.operands
                items = formula.with_span(base.end, exponent.end)
                yield Rearrangement(cls(formula.means(base.expression)), items)

    def words(self, case: Case) -> str:
        return f"squares {bracketed(self.base)}"


@dataclass(frozen=True)
class MissingSquare(StructuralSlip):
    """Something not squared that should be."""

    code = "missing-square"
    meaning = "a square is missing"

    base: Expression
    is_absolute: bool = False

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        for part, _ in formula.parts:
            base = formula.means(part.expression)
            single = part.operator is None or formula.is_enclosed(part)
            if single and not isinstance(base, Call):
                yield Rearrangement(cls(base), formula.with_span(part.end, part.end, _SQUARE))
            elif isinstance(base, Call) and base.name == "ABS" and len(base.arguments) == 1:
                span = (*range(part.start + 1, part.end), *_SQUARE)
                slip = cls(base.arguments[0], is_absolute=True)
                yield Rearrangement(slip, formula.with_span(part.start, part.end, span))

    def words(self, case: Case) -> str:
        base = bracketed(self.base)
        if self.is_absolute:
            return f"ABS of {base} stands where the square of {base} belongs"
        return f"the square of {base} is missing"


def _without_an_operand(
    formula: WrongFormula, signs: str
) -> Iterator[tuple[Expression, Expression, str, tuple[Item, ...]]]:
    """Each operand to the right of one of the signs, of the first of them to the left as well.

    With the largest product that it stands in, its sign, and the formula without it.
    """
    for part, product in formula.parts:
        sign = formula.sign(part)
        if not sign or sign not in signs:
            continue
        left, right = part.operands
        spans = [(right, left.end, right.end)]
        if sign == signs[0]:
            spans.append((left, left.start, right.start))
        for removed, start, end in spans:
            items = formula.with_span(start, end)
            yield formula.means(removed.expression), formula.means(product), sign, items


def _stands_twice(factor: Expression, sign: str, product: Expression) -> bool:
    return sign == "*" and factors(product).count(factor) > 1
