"""A term too many, or missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from backprop_xlsx.check.repair.changes import Item, Rearrangement
from backprop_xlsx.check.repair.slips.slip import Case
from backprop_xlsx.check.repair.slips.structure.formula import (
    CLOSE,
    OPEN,
    Gap,
    MissingOperand,
    StructuralSlip,
    WrongFormula,
)
from backprop_xlsx.check.repair.slips.wording import SIGNS, bracketed
from backprop_xlsx.formula.expression import Expression
from backprop_xlsx.formula.tokens import Token


@dataclass(frozen=True)
class ExtraTerm(StructuralSlip):
    """A term that does not belong."""

    code = "extra-term"
    meaning = "adds or subtracts something that does not belong"

    sign: str
    term: Expression

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        for part, _ in formula.parts:
            sign = formula.sign(part)
            if sign not in ("+", "-"):
                continue
            left, right = part.operands
            spans = [(right, left.end, right.end)]
            if sign == "+":
                spans.append((left, left.start, right.start))
            for removed, start, end in spans:
                slip = cls(sign, formula.means(removed.expression))
                yield Rearrangement(slip, formula.with_span(start, end))

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
            whole = part.start == 0 and part.end == len(formula.tokens) - 1
            for sign in ("+", "-"):
                inner: tuple[Item, ...] = tuple(range(part.start, part.end))
                new_ones: tuple[Item, ...] = (Token(sign, sign), Token("name", "x"))
                added = (*inner, *new_ones) if whole else (OPEN, *inner, *new_ones, CLOSE)
                position = part.start + len(added) - 1 - (not whole)
                items = formula.with_span(part.start, part.end, added)
                yield Gap(items, position, part.end, partial(cls, sign))

    def words(self, case: Case) -> str:
        return f"the term {SIGNS[self.sign]} {bracketed(self.term)} is missing"
