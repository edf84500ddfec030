"""A function that does not belong, or another one than the right one, or its derivative."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from backprop_xlsx.check.reading.meanings import Area
from backprop_xlsx.check.repair.changes import Rearrangement
from backprop_xlsx.check.repair.slips.slip import Case
from backprop_xlsx.check.repair.slips.structure import (
    Gap,
    MissingOperand,
    StructuralSlip,
    WrongFormula,
    enclosed,
    factors,
)
from backprop_xlsx.check.repair.slips.wording import bracketed
from backprop_xlsx.formula.expression import Call, Expression, Symbol
from backprop_xlsx.formula.parse import Part
from backprop_xlsx.formula.tokens import Token

_OF_ONE = ("EXP", "LN", "SQRT", "ABS", "TANH")
_OF_SEVERAL = ("SUM", "PRODUCT", "AVERAGE", "SUMPRODUCT", "SUMSQ", "SUMXMY2", "MAX", "MIN")


@dataclass(frozen=True)
class ExtraFunction(StructuralSlip):
    """A call of which only one argument belongs: of something rounded, limited, conditional."""

    code = "extra-function"
    meaning = "a function is called that does not belong, as ROUND, MAX or IF"
    why = (
        "training lives on small changes: what rounds, limits or interrupts a quantity changes "
        "every step after it"
    )

    function: str
    argument: Expression
    given: tuple[Expression, ...]

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        for part, _ in formula.parts:
            yield from cls.undone_at(formula, part)

    @classmethod
    def undone_at(cls, formula: WrongFormula, part: Part) -> Iterator[Rearrangement]:
        """One argument of a call alone, in the call's place; none of what is no call."""
        call = part.expression
        if not isinstance(call, Call) or part.operator is not None:
            return
        given = tuple(formula.means(argument.expression) for argument in part.operands)
        for number, argument in enumerate(part.operands):
            if call.name != "IF" or number > 0:
                inner = range(argument.start, argument.end)
                span = enclosed(inner, not formula.is_whole(part))
                slip = cls(call.name, given[number], given[: number + 1])
                yield Rearrangement(slip, formula.with_span(part.start, part.end, span))

    def words(self, case: Case) -> str:
        argument = bracketed(self.argument)
        if self.function == "IF":
            return f"IF gives {argument} only under a condition, which does not belong"
        given = " and ".join(map(bracketed, self.given))
        return f"{self.function} of {given} stands where {argument} alone belongs"


@dataclass(frozen=True)
class WrongFunction(StructuralSlip):
    """Another function than the right one, of the same arguments."""

    code = "wrong-function"
    meaning = "one function stands where another belongs, as AVERAGE for SUM"

    wrong: str
    right: str

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        for part, _ in formula.parts:
            call = part.expression
            if not isinstance(call, Call) or part.operator is not None or not part.operands:
                continue
            first = formula.means(part.operands[0].expression)
            several = len(part.operands) > 1 or isinstance(first, Area)
            for name in _OF_SEVERAL if several else _OF_ONE:
                if name != call.name:
                    token = Token("function", name, formula.tokens[part.start].space)
                    items = formula.with_span(part.start, part.start + 1, (token,))
                    yield Rearrangement(cls(call.name, name), items)

    def words(self, case: Case) -> str:
        return f"uses {self.wrong} where {self.right} belongs"


@dataclass(frozen=True)
class WrongSlope(MissingOperand):
    """The derivative of an activation, written as that of another one, or misremembered."""

    code = "wrong-slope"
    meaning = "the derivative of an activation is not the right one, as that of tanh"

    stands: Expression
    belongs: Expression

    @classmethod
    def gaps(cls, formula: WrongFormula) -> Iterator[Gap]:
        for part, _ in formula.parts:
            stands = formula.means(part.expression)
            if part.operands and len(_quantities(stands)) == 1:
                items = formula.with_span(part.start, part.end, (Token("name", "x"),))
                yield Gap(items, part.start, part.end, partial(cls, stands))

    @property
    def is_plausible(self) -> bool:
        """Whether both are of the same activation, and no factor is all that is missing."""
        missing = self.stands in factors(self.belongs)
        return not missing and _quantities(self.stands) == _quantities(self.belongs)

    def words(self, case: Case) -> str:
        stands, belongs = self.stands.text(), self.belongs.text()
        (activation,) = _quantities(self.stands)
        if isinstance(self.belongs, Symbol) or stands != f"1 − {activation.text()}²":
            return f"uses {stands} where {belongs} belongs"
        return f"uses the derivative of tanh, {stands}, where {belongs} belongs"


def _quantities(expression: Expression) -> set[Expression]:
    return set(expression.leaves())
