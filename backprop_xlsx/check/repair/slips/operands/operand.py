"""What a slip in operands is: the replacements that undo it, and whether it explains them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from backprop_xlsx.check.repair.changes import Replacement
from backprop_xlsx.check.repair.slips.slip import Case, Slip
from backprop_xlsx.formula.expression import Expression


@dataclass(frozen=True)
class OperandSlip(Slip):
    """One or more wrong operands, and what belongs in their place."""

    changes: tuple[Replacement, ...]

    @classmethod
    @abstractmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        """Whether replacements undo this slip."""

    @property
    def old(self) -> Expression:
        """What the first wrong operand stands for."""
        return self.changes[0].old.expression

    @property
    def new(self) -> Expression:
        """What belongs in the place of the first wrong operand."""
        return self.changes[0].new
