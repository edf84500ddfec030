"""A cell outside the table, or a typed number, where a quantity belongs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.check.reading.meanings import Outside
from backprop_xlsx.check.repair.changes import Replacement
from backprop_xlsx.check.repair.slips.quantities import OperandSlip
from backprop_xlsx.check.repair.slips.slip import Case
from backprop_xlsx.check.repair.slips.wording import named
from backprop_xlsx.formula.expression import Number, Symbol
from backprop_xlsx.formula.names import LEARNING_RATE
from backprop_xlsx.model.words import first_of


class _Elsewhere(OperandSlip):
    """A cell outside the table; ``kind`` is what it holds, ``said`` what stands before its name."""

    kind: ClassVar[str]
    said: ClassVar[str]

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        (change,) = changes
        old = change.old.expression
        return isinstance(old, Outside) and old.kind == cls.kind

    def words(self, case: Case) -> str:
        return f"{self.said} {named(self.old)} stands where {named(self.new)} belongs"


class BlankCell(_Elsewhere):
    """A blank cell."""

    code = "blank-cell"
    meaning = "a formula refers to a blank cell"
    why = "a blank cell counts as 0, so that part of the formula is lost without any message"
    kind, said = "blank", "the blank cell"


class TextCell(_Elsewhere):
    """A cell with a text."""

    code = "text-cell"
    meaning = "a formula refers to a text"
    why = "a text has no value to compute with"
    kind, said = "text", "the text in"


class ErrorCell(_Elsewhere):
    """An error, as #REF!, or a cell that holds one."""

    code = "error"
    meaning = "a formula holds an error, as #REF!, or refers to one"
    why = "an error spreads to every cell that depends on it"
    kind, said = "error", "the error"


class OtherTable(_Elsewhere):
    """A cell that another table computes."""

    code = "other-table"
    meaning = "a formula refers to another table"
    why = "a table is a run of its own, with its own learning rate, and lives on its own cells"
    kind = "run"

    def words(self, case: Case) -> str:
        return f"uses {named(self.old)} of another table where {named(self.new)} belongs"


class ForeignCell(_Elsewhere):
    """A cell with a number of no known meaning."""

    code = "foreign-cell"
    meaning = "a formula refers to a number outside the table that is none of its inputs"
    kind = "number"

    def words(self, case: Case) -> str:
        assert isinstance(self.old, Outside)
        number = f"{self.old.number:.15g}"
        return f"uses {named(self.old)} ({number}) where {named(self.new)} belongs"


class TypedOperand(OperandSlip):
    """A number instead of the cell of a quantity, of a target or of the learning rate, say."""

    code = "typed-operand"
    meaning = "a number is typed into a formula that should refer to a cell"
    why = (
        "what is typed in stays as it is when a start value or the learning rate changes; a "
        "reference follows"
    )

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


_MOST_LISTED = 3
"""Cells of a drifting reference that are named."""


class DriftingLearningRate(OperandSlip):
    """A reference without ``$`` that moves on from row to row."""

    code = "drifting-learning-rate"
    meaning = "the learning rate's reference moves on from row to row, for want of a `$`"
    why = (
        "the learning rate is one cell for the whole run: a $ before its row, as in $B$2, "
        "holds the reference when the formula is filled down"
    )

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        from_its_cell = case.learning_rate in case.names
        is_quantity = isinstance(changes[0].old.expression, Symbol)
        several = len(case.names) > 1
        return _is_of_learning_rate(changes) and several and (from_its_cell or not is_quantity)

    def words(self, case: Case) -> str:
        cells = first_of(case.names, _MOST_LISTED)
        return f"the learning rate's reference drifts: {cells}"


class WrongLearningRate(OperandSlip):
    """One other cell, or another quantity, in the place of the learning rate."""

    code = "wrong-learning-rate"
    meaning = "something else stands where the learning rate belongs"
    why = "one η scales every update of a run, and it is read from the one cell that holds it"

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        known = bool(case.names) and case.learning_rate is not None
        is_quantity = isinstance(changes[0].old.expression, Symbol)
        return _is_of_learning_rate(changes) and (known or is_quantity)

    def words(self, case: Case) -> str:
        if len(case.names) == 1 and case.learning_rate:
            return f"uses {case.names[0]} where the learning rate ({case.learning_rate}) belongs"
        return f"uses {named(self.old)} as learning rate"


def _is_of_learning_rate(changes: Sequence[Replacement]) -> bool:
    (change,) = changes
    is_cell = isinstance(change.old.expression, (Outside, Symbol))
    return is_cell and change.new == Symbol(LEARNING_RATE)
