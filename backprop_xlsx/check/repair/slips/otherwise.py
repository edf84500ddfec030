"""A formula that computes something else than its quantity, not by a slip in its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backprop_xlsx.check.judging.verdicts import Judge, evaluated
from backprop_xlsx.check.repair.slips.slip import Case, Slip
from backprop_xlsx.formula.expression import Expression, Symbol
from backprop_xlsx.model.names import label


@dataclass(frozen=True)
class UpdatedLikeAWeight(Slip):
    """A quantity of the row that is updated instead of computed."""

    code = "updated-like-a-weight"
    meaning = "a computed quantity is updated from the row above, as a weight is"

    def words(self, case: Case) -> str:
        leaves = case.exercise.equations[case.quantity].leaves()
        names = dict.fromkeys(leaf.text() for leaf in leaves)
        sources = ", ".join(sorted(names, key=lambda name: name not in case.exercise.weights))
        name = label(case.quantity)
        return f"{name} is updated like a weight instead of computed from {sources}"


@dataclass(frozen=True)
class RepeatedRow(Slip):
    """The number of another row, as it is."""

    code = "repeated-row"
    meaning = "a quantity repeats the number of another row; a weight is not updated"

    def words(self, case: Case) -> str:
        updated = case.quantity in case.exercise.parameters
        done = "is not updated: it repeats" if updated else "repeats"
        return f"{label(case.quantity)} {done} the number of another row"


@dataclass(frozen=True)
class OtherQuantity(Slip):
    """Another quantity, computed right."""

    code = "other-quantity"
    meaning = "the formula computes another quantity of the exercise"

    quantity: str

    def words(self, case: Case) -> str:
        return f"copies {label(self.quantity)}"


@dataclass(frozen=True)
class Circular(Slip):
    """The quantity from itself."""

    code = "circular"
    meaning = "the formula refers to its own cell"

    def words(self, case: Case) -> str:
        return f"refers to its own cell: {_should_be(case)}"


@dataclass(frozen=True)
class Other(Slip):
    """Nothing that is known here."""

    code = "other"
    meaning = "the formula computes something else, and no small edit makes it right"

    def words(self, case: Case) -> str:
        return f"computes something else: {_should_be(case)}"


def computed_instead(
    judge: Judge, quantity: str, expression: Expression, leaves: Sequence[Expression]
) -> Slip | None:
    """What a formula computes instead of its quantity, where that has a name."""
    exercise = judge.exercise
    if quantity not in exercise.starts and Symbol(quantity).before in leaves:
        names = {leaf.name for leaf in leaves if isinstance(leaf, Symbol)}
        if names & set(exercise.gradients):
            return UpdatedLikeAWeight()
    if isinstance(expression, Symbol) and expression.name == quantity:
        return RepeatedRow() if expression.steps_back else Circular()
    value = evaluated(expression, judge.probes)
    for other in exercise.computed:
        if other != quantity and judge.probes.right(other, value):
            return OtherQuantity(other)
    return None


def _should_be(case: Case) -> str:
    equation = case.exercise.equations[case.quantity]
    return f"{label(case.quantity)} should be {equation.text()}"
