"""A cell outside the table where a quantity of its own belongs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from backprop_xlsx.check.reading.meanings import Outside
from backprop_xlsx.check.repair.changes import Replacement
from backprop_xlsx.check.repair.slips.operands.operand import OperandSlip
from backprop_xlsx.check.repair.slips.slip import Case
from backprop_xlsx.check.repair.slips.wording import named


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
    kind, said = "blank", "the blank cell"


class TextCell(_Elsewhere):
    """A cell with a text."""

    code = "text-cell"
    meaning = "a formula refers to a text"
    kind, said = "text", "the text in"


class ErrorCell(_Elsewhere):
    """An error, as #REF!, or a cell that holds one."""

    code = "error"
    meaning = "a formula holds an error, as #REF!, or refers to one"
    kind, said = "error", "the error"


class OtherTable(_Elsewhere):
    """A cell that another table computes."""

    code = "other-table"
    meaning = "a formula refers to another table"
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
