"""A quantity of the exercise where another one belongs."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_xlsx.check.repair.changes import Replacement
from backprop_xlsx.check.repair.slips.operands.operand import OperandSlip
from backprop_xlsx.check.repair.slips.slip import Case
from backprop_xlsx.check.repair.slips.wording import named, of_row
from backprop_xlsx.formula.expression import Symbol
from backprop_xlsx.model.names import gradient_name


class SwappedOperands(OperandSlip):
    """Two operands, each in the other's place."""

    code = "swapped-operands"
    meaning = "two quantities stand in each other's place"

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        if len(changes) != 2:
            return False
        one, other = changes
        return one.old.expression == other.new and other.old.expression == one.new

    def words(self, case: Case) -> str:
        first, second = sorted(named(change.old.expression) for change in self.changes)
        return f"{first} and {second} are swapped"


class WrongGradient(OperandSlip):
    """An update with the gradient of something else."""

    code = "wrong-gradient"
    meaning = "a weight is updated with the gradient of another one"

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        (change,) = changes
        old = change.old.expression
        return (
            case.quantity in case.exercise.parameters
            and isinstance(old, Symbol)
            and old.name in case.exercise.gradients
            and change.new == Symbol(gradient_name(case.quantity)).before
        )

    def words(self, case: Case) -> str:
        assert isinstance(self.old, Symbol)
        row = of_row(self.old) if self.old.steps_back != 1 else ""
        of_what = self.old.name.removeprefix(gradient_name(""))
        return f"{case.quantity} is updated with the gradient of {of_what}{row}"


class WrongWeight(OperandSlip):
    """An update that starts from something else than the weight itself."""

    code = "wrong-weight"
    meaning = "a weight is updated from another quantity than itself"

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        (change,) = changes
        return (
            case.quantity in case.exercise.parameters
            and isinstance(change.old.expression, Symbol)
            and change.new == Symbol(case.quantity).before
        )

    def words(self, case: Case) -> str:
        return f"{case.quantity} is updated from {named(self.old)} instead of from {case.quantity}"


class WrongOperand(OperandSlip):
    """One operand where another belongs: what is left when nothing better is known."""

    code = "wrong-operand"
    meaning = "one quantity stands where another belongs"

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        return True

    def words(self, case: Case) -> str:
        old, new = self.old, self.new
        row = ""
        if isinstance(old, Symbol) and isinstance(new, Symbol) and old.steps_back != new.steps_back:
            row = of_row(old)
        return f"uses {named(old)}{row} where {named(new)} belongs"
