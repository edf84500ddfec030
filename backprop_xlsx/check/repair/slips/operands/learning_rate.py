"""Another cell where that of the learning rate belongs."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_xlsx.check.reading.meanings import Outside
from backprop_xlsx.check.repair.changes import Replacement
from backprop_xlsx.check.repair.slips.operands.operand import OperandSlip
from backprop_xlsx.check.repair.slips.slip import Case
from backprop_xlsx.check.repair.slips.wording import named
from backprop_xlsx.formula.expression import Symbol
from backprop_xlsx.model.names import LEARNING_RATE

_MOST_LISTED = 3
"""Cells of a drifting reference that are named."""


class DriftingLearningRate(OperandSlip):
    """A reference without ``$`` that moves on from row to row."""

    code = "drifting-learning-rate"
    meaning = "the learning rate's reference moves on from row to row, for want of a `$`"

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        from_its_cell = case.learning_rate in case.names
        is_quantity = isinstance(changes[0].old.expression, Symbol)
        several = len(set(case.names)) > 1
        return _is_of_learning_rate(changes) and several and (from_its_cell or not is_quantity)

    def words(self, case: Case) -> str:
        names = list(dict.fromkeys(case.names))
        listed = ", ".join(names[:_MOST_LISTED])
        more = " …" if len(names) > _MOST_LISTED else ""
        return f"the learning rate's reference drifts: {listed}{more}"


class WrongLearningRate(OperandSlip):
    """One other cell, or another quantity, in the place of the learning rate."""

    code = "wrong-learning-rate"
    meaning = "something else stands where the learning rate belongs"

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        known = bool(case.names) and case.learning_rate is not None
        is_quantity = isinstance(changes[0].old.expression, Symbol)
        return _is_of_learning_rate(changes) and (known or is_quantity)

    def words(self, case: Case) -> str:
        if len(set(case.names)) == 1 and case.learning_rate:
            return f"uses {case.names[0]} where the learning rate ({case.learning_rate}) belongs"
        return f"uses {named(self.old)} as learning rate"


def _is_of_learning_rate(changes: Sequence[Replacement]) -> bool:
    (change,) = changes
    is_cell = isinstance(change.old.expression, (Outside, Symbol))
    return is_cell and change.new == Symbol(LEARNING_RATE)
