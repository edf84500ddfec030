"""A square too many, or missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backprop_xlsx.check.repair.changes import Rearrangement
from backprop_xlsx.check.repair.slips.slip import Case
from backprop_xlsx.check.repair.slips.structure.formula import StructuralSlip, WrongFormula
from backprop_xlsx.check.repair.slips.wording import bracketed
from backprop_xlsx.formula.expression import Call, Expression
from backprop_xlsx.formula.tokens import Token

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

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        for part, _ in formula.parts:
            base = formula.means(part.expression)
            single = part.operator is None or formula.is_enclosed(part)
            if single and not isinstance(base, Call):
                yield Rearrangement(cls(base), formula.with_span(part.end, part.end, _SQUARE))

    def words(self, case: Case) -> str:
        return f"the square of {bracketed(self.base)} is missing"
