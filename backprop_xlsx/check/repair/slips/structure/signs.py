"""A minus sign before something that is missing, or one too many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backprop_xlsx.check.repair.changes import Rearrangement
from backprop_xlsx.check.repair.slips.slip import Case
from backprop_xlsx.check.repair.slips.structure.formula import (
    CLOSE,
    OPEN,
    StructuralSlip,
    WrongFormula,
)
from backprop_xlsx.check.repair.slips.wording import bracketed
from backprop_xlsx.formula.expression import Expression, Negation
from backprop_xlsx.formula.tokens import Token

_MINUS = Token("-", "-")


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
                before, after = ((), ()) if single else ((OPEN,), (CLOSE,))
                span = (_MINUS, *before, *range(part.start, part.end), *after)
                items = formula.with_span(part.start, part.end, span)
                yield Rearrangement(cls(formula.means(part.expression)), items)

    def words(self, case: Case) -> str:
        subject = bracketed(self.subject)
        return f"the sign is wrong: −{subject} belongs where {subject} stands"
