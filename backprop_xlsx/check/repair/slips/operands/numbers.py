"""A number in a formula where something else belongs."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.check.repair.changes import Replacement
from backprop_xlsx.check.repair.slips.operands.operand import OperandSlip
from backprop_xlsx.check.repair.slips.slip import Case
from backprop_xlsx.check.repair.slips.wording import named
from backprop_xlsx.formula.expression import Number, Symbol
from backprop_xlsx.model.names import LEARNING_RATE


class TypedOperand(OperandSlip):
    """A number instead of the cell of a quantity, of a target or of the learning rate, say."""

    code = "typed-operand"
    meaning = "a number is typed into a formula that should refer to a cell"

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        (change,) = changes
        return isinstance(change.old.expression, Number) and isinstance(change.new, Symbol)

    def words(self, case: Case) -> str:
        assert isinstance(self.old, Number)
        assert isinstance(self.new, Symbol)
        typed = f"typed in ({self.old.constant:.15g})"
        if self.new.name == LEARNING_RATE:
            origin = f" from {case.learning_rate}" if case.learning_rate else ""
            return f"the learning rate is {typed} instead of taken{origin}"
        role = _role(case.exercise, self.new.name)
        if role is None:
            return f"{named(self.new)} is {typed}"
        return f"the {role} is {typed} instead of {named(self.new)}"


class WrongNumber(OperandSlip):
    """A number where another one, or a whole term, belongs."""

    code = "wrong-number"
    meaning = "a number stands where another one belongs"

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        (change,) = changes
        return isinstance(change.old.expression, Number)

    def words(self, case: Case) -> str:
        assert isinstance(self.old, Number)
        return f"{self.old.constant:.15g} stands where {named(self.new)} belongs"


def _role(exercise: Exercise, name: str) -> str | None:
    if name in exercise.targets:
        return "target"
    if name in exercise.inputs:
        return "input"
    return "bias" if name in exercise.biases else None
