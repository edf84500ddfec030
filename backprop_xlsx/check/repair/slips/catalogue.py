"""All slips that the check knows, the likelier ones first; a new one is entered here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_xlsx.check.repair.changes import Rearrangement, Repair, Replacement
from backprop_xlsx.check.repair.slips import (
    arithmetic,
    contents,
    foreign,
    functions,
    operators,
    otherwise,
    parentheses,
    quantities,
)
from backprop_xlsx.check.repair.slips.quantities import OperandSlip
from backprop_xlsx.check.repair.slips.slip import Case, Slip
from backprop_xlsx.check.repair.slips.structure import MissingOperand, StructuralSlip, WrongFormula

OF_ONE_OPERAND: tuple[type[OperandSlip], ...] = (
    foreign.DriftingLearningRate,
    foreign.WrongLearningRate,
    foreign.BlankCell,
    foreign.TextCell,
    foreign.ErrorCell,
    foreign.OtherTable,
    foreign.ForeignCell,
    foreign.TypedOperand,
    foreign.WrongNumber,
    quantities.WrongRange,
    quantities.WrongRow,
    quantities.WrongGradient,
    quantities.WrongWeight,
    quantities.WeightGradient,
    quantities.WrongOperand,
)
OF_SEVERAL_OPERANDS: tuple[type[OperandSlip], ...] = (
    quantities.SwappedOperands,
    quantities.WrongRow,
    quantities.WeightGradient,
)
IN_STRUCTURE: tuple[type[StructuralSlip], ...] = (
    arithmetic.ExtraFactor,
    arithmetic.RepeatedFactor,
    arithmetic.ExtraSquare,
    arithmetic.ExtraTerm,
    functions.ExtraFunction,
    functions.WrongFunction,
    parentheses.ExtraParentheses,
    parentheses.MisplacedParenthesis,
    parentheses.MissingParentheses,
    operators.WrongComparison,
    operators.WrongOperator,
    operators.ExtraSign,
    operators.ReversedOperands,
    operators.MissingSign,
    arithmetic.MissingSquare,
)
OF_GAPS: tuple[type[MissingOperand], ...] = (
    arithmetic.MissingFactor,
    arithmetic.MissingTerm,
    functions.WrongSlope,
)
OF_WHOLE_CELLS: tuple[type[Slip], ...] = (
    otherwise.OtherActivation,
    otherwise.OtherLoss,
    otherwise.AveragedGradients,
    otherwise.OtherQuantity,
    otherwise.RepeatedRow,
    otherwise.UpdatedLikeAWeight,
    contents.TypedNumber,
    contents.TypedText,
    contents.MissingFormula,
    contents.TextForNumber,
    contents.ErrorForNumber,
    contents.WrongValue,
    contents.WrongStart,
    contents.GivenOfAnotherTable,
    contents.ChangingGiven,
    otherwise.Circular,
    otherwise.Other,
)
_ALL = (OF_ONE_OPERAND, OF_SEVERAL_OPERANDS, IN_STRUCTURE, OF_GAPS, OF_WHOLE_CELLS)
SLIPS: tuple[type[Slip], ...] = tuple(dict.fromkeys(slip for slips in _ALL for slip in slips))


def rearrangements(formula: WrongFormula) -> list[Rearrangement]:
    """Every arrangement of a formula that undoes a slip in its structure."""
    found = [change for slip in IN_STRUCTURE for change in slip.undone(formula)]
    return sorted(found, key=lambda change: not change.restores)


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
