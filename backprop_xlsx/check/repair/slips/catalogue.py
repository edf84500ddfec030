"""All slips that the check knows, the likelier ones first; a new one is entered here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_xlsx.check.repair.changes import Rearrangement, Repair, Replacement
from backprop_xlsx.check.repair.slips.contents import (
    ChangingGiven,
    MissingFormula,
    TextForNumber,
    TypedNumber,
    TypedText,
    WrongStart,
    WrongValue,
)
from backprop_xlsx.check.repair.slips.operands.elsewhere import (
    BlankCell,
    ErrorCell,
    ForeignCell,
    OtherTable,
    TextCell,
)
from backprop_xlsx.check.repair.slips.operands.gradients import WeightGradient
from backprop_xlsx.check.repair.slips.operands.learning_rate import (
    DriftingLearningRate,
    WrongLearningRate,
)
from backprop_xlsx.check.repair.slips.operands.numbers import TypedOperand, WrongNumber
from backprop_xlsx.check.repair.slips.operands.operand import OperandSlip
from backprop_xlsx.check.repair.slips.operands.quantities import (
    SwappedOperands,
    WrongGradient,
    WrongOperand,
    WrongWeight,
)
from backprop_xlsx.check.repair.slips.operands.rows import WrongRow
from backprop_xlsx.check.repair.slips.otherwise import (
    Circular,
    Other,
    OtherQuantity,
    RepeatedRow,
    UpdatedLikeAWeight,
)
from backprop_xlsx.check.repair.slips.slip import Case, Slip
from backprop_xlsx.check.repair.slips.structure.calls import ExtraFunction
from backprop_xlsx.check.repair.slips.structure.factors import (
    ExtraFactor,
    MissingFactor,
    RepeatedFactor,
)
from backprop_xlsx.check.repair.slips.structure.formula import (
    MissingOperand,
    StructuralSlip,
    WrongFormula,
)
from backprop_xlsx.check.repair.slips.structure.operators import ReversedOperands, WrongOperator
from backprop_xlsx.check.repair.slips.structure.parentheses import (
    ExtraParentheses,
    MisplacedParenthesis,
    MissingParentheses,
)
from backprop_xlsx.check.repair.slips.structure.powers import ExtraSquare, MissingSquare
from backprop_xlsx.check.repair.slips.structure.signs import ExtraSign, MissingSign
from backprop_xlsx.check.repair.slips.structure.terms import ExtraTerm, MissingTerm

OF_ONE_OPERAND: tuple[type[OperandSlip], ...] = (
    DriftingLearningRate,
    WrongLearningRate,
    BlankCell,
    TextCell,
    ErrorCell,
    OtherTable,
    ForeignCell,
    TypedOperand,
    WrongNumber,
    WrongRow,
    WrongGradient,
    WrongWeight,
    WeightGradient,
    WrongOperand,
)
OF_SEVERAL_OPERANDS: tuple[type[OperandSlip], ...] = (SwappedOperands, WrongRow, WeightGradient)
IN_STRUCTURE: tuple[type[StructuralSlip], ...] = (
    ExtraFactor,
    RepeatedFactor,
    ExtraSquare,
    ExtraTerm,
    ExtraFunction,
    ExtraParentheses,
    MisplacedParenthesis,
    MissingParentheses,
    WrongOperator,
    ReversedOperands,
    ExtraSign,
    MissingSign,
    MissingSquare,
)
OF_MISSING_OPERANDS: tuple[type[MissingOperand], ...] = (MissingFactor, MissingTerm)
OF_WHOLE_CELLS: tuple[type[Slip], ...] = (
    OtherQuantity,
    RepeatedRow,
    UpdatedLikeAWeight,
    TypedNumber,
    TypedText,
    MissingFormula,
    TextForNumber,
    WrongValue,
    WrongStart,
    ChangingGiven,
    Circular,
    Other,
)
SLIPS: tuple[type[Slip], ...] = tuple(
    dict.fromkeys(
        (
            *OF_ONE_OPERAND,
            *OF_SEVERAL_OPERANDS,
            *IN_STRUCTURE,
            *OF_MISSING_OPERANDS,
            *OF_WHOLE_CELLS,
        )
    )
)


def rearrangements(formula: WrongFormula) -> list[Rearrangement]:
    """Every arrangement of a formula that undoes a slip in its structure."""
    return [change for slip in IN_STRUCTURE for change in slip.undone(formula)]


def slips_undone(repair: Repair, case: Case) -> list[Slip]:
    """The slips that a repair undoes, each once, in the order in which they are told."""
    slips = [change.slip for change in repair.rearrangements]
    return list(dict.fromkeys([*slips, *_of_operands(repair.replacements, case)]))


def _of_operands(changes: tuple[Replacement, ...], case: Case) -> Iterator[Slip]:
    if len(changes) > 1:
        together = _explaining(OF_SEVERAL_OPERANDS, changes, case)
        if together is not None:
            yield together
            return
    for change in changes:
        alone = _explaining(OF_ONE_OPERAND, (change,), case)
        assert alone is not None  # the last one explains any
        yield alone


def _explaining(
    slips: Sequence[type[OperandSlip]], changes: tuple[Replacement, ...], case: Case
) -> Slip | None:
    return next((slip(changes) for slip in slips if slip.explains(changes, case)), None)
