"""A factor too many, twice, or missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backprop_xlsx.check.repair.changes import Item, Rearrangement
from backprop_xlsx.check.repair.slips.slip import Case
from backprop_xlsx.check.repair.slips.structure.formula import (
    CLOSE,
    OPEN,
    Gap,
    MissingOperand,
    StructuralSlip,
    WrongFormula,
    factors,
)
from backprop_xlsx.check.repair.slips.wording import bracketed
from backprop_xlsx.formula.expression import Expression
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
        for factor, sign, twice, items in _without_a_factor(formula):
            if not twice:
                yield Rearrangement(cls(factor, sign == "/"), items)

    def words(self, case: Case) -> str:
        return f"{'divides' if self.divides else 'multiplies'} by {bracketed(self.factor)}"


@dataclass(frozen=True)
class RepeatedFactor(StructuralSlip):
    """A factor that stands twice in a product."""

    code = "repeated-factor"
    meaning = "the same factor stands twice"
    repeats = True

    factor: Expression

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        for factor, _, twice, items in _without_a_factor(formula):
            if twice:
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
            inner: tuple[Item, ...] = tuple(range(part.start, part.end))
            inner = inner if single else (OPEN, *inner, CLOSE)
            added = (*inner, Token("*", "*"), Token("name", "x"))
            items = formula.with_span(part.start, part.end, added)
            yield Gap(items, part.start + len(added) - 1, part.end, cls)

    def words(self, case: Case) -> str:
        return f"the factor {bracketed(self.factor)} is missing"


def _without_a_factor(
    formula: WrongFormula,
) -> Iterator[tuple[Expression, str, bool, tuple[Item, ...]]]:
    """Each factor or divisor, its sign, whether it stands twice, and the formula without it."""
    for part, product in formula.parts:
        sign = formula.sign(part)
        if sign not in ("*", "/"):
            continue
        left, right = part.operands
        spans = [(right, left.end, right.end)]
        if sign == "*":
            spans.append((left, left.start, right.start))
        for removed, start, end in spans:
            factor = formula.means(removed.expression)
            twice = sign == "*" and factors(formula.means(product)).count(factor) > 1
            yield factor, sign, twice, formula.with_span(start, end)
