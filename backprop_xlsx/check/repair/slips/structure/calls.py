"""A function that should not be called."""

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
from backprop_xlsx.formula.expression import Call, Expression


@dataclass(frozen=True)
class ExtraFunction(StructuralSlip):
    """A call of which only the first argument belongs, as of something rounded, say."""

    code = "extra-function"
    meaning = "a function is called that does not belong, as ROUND"

    function: str
    argument: Expression

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        for part, _ in formula.parts:
            call = part.expression
            if isinstance(call, Call) and part.operands and part.operator is None:
                argument = part.operands[0]
                span = (OPEN, *range(argument.start, argument.end), CLOSE)
                slip = cls(call.name, formula.means(argument.expression))
                yield Rearrangement(slip, formula.with_span(part.start, part.end, span))

    def words(self, case: Case) -> str:
        argument = bracketed(self.argument)
        return f"{self.function} of {argument} stands where {argument} alone belongs"
