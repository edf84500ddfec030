"""A formula that computes something else than its quantity, not by a slip in its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from backprop_xlsx.check.judging.verdicts import Judge, evaluated
from backprop_xlsx.check.repair.slips.slip import Case, Slip
from backprop_xlsx.check.repair.slips.wording import joined
from backprop_xlsx.formula.expression import Call, Expression, Negation, Symbol, Value
from backprop_xlsx.formula.names import activation_name, gradient_name, label
from backprop_xlsx.model.activations import ACTIVATIONS

PART = re.compile(r"∂E[0-9]+/∂(?P<parameter>.+)")
"""What one output's loss alone adds to a gradient."""


@dataclass(frozen=True)
class UpdatedLikeAWeight(Slip):
    """A quantity of the row that is updated instead of computed."""

    code = "updated-like-a-weight"
    meaning = "a computed quantity is updated from the row above, as a weight is"
    why = (
        "only the weights are carried on from step to step; everything else is computed anew "
        "from the weights of its row"
    )

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
        part = PART.fullmatch(self.quantity)
        if part is not None and gradient_name(part["parameter"]) == case.quantity:
            return f"is {self.quantity} alone: what the other losses add is missing"
        return f"copies {label(self.quantity)}"


@dataclass(frozen=True)
class OtherActivation(Slip):
    """An activation by another function than the network's."""

    code = "other-activation"
    meaning = "another activation function is computed, as tanh for σ"

    function: Expression

    def words(self, case: Case) -> str:
        right = case.exercise.equations[case.quantity].text()
        return f"computes {self.function.text()} where {right} belongs"

    @classmethod
    def computed(cls, judge: Judge, quantity: str, value: Value) -> Slip | None:
        """The activation that a value is instead of that of the network, if any."""
        equation = judge.exercise.equations[quantity]
        leaves = set(equation.leaves())
        if len(leaves) == 1 and quantity.startswith(activation_name("")):
            for activation in ACTIVATIONS.values():
                function = activation.function(*leaves)
                if function != equation and _agrees(judge, function, value):
                    return cls(function)
        return None


@dataclass(frozen=True)
class OtherLoss(Slip):
    """The loss of an output by another measure than the network's."""

    code = "other-loss"
    meaning = "another loss is computed, as cross-entropy for the half squared error"

    loss: Expression

    def words(self, case: Case) -> str:
        right = case.exercise.equations[case.quantity].text()
        return f"computes another loss, {self.loss.text()}, where {right} belongs"

    @classmethod
    def computed(cls, judge: Judge, quantity: str, value: Value) -> Slip | None:
        """The loss that a value is instead of that of the network, if any."""
        leaves = list(dict.fromkeys(judge.exercise.equations[quantity].leaves()))
        targets = [leaf for leaf in leaves if _is_target(judge, leaf)]
        if len(leaves) == 2 and len(targets) == 1 and quantity.startswith("E"):
            (target,) = targets
            (activation,) = (leaf for leaf in leaves if leaf != target)
            for loss in _other_losses(target, activation):
                if _agrees(judge, loss, value):
                    return cls(loss)
        return None


@dataclass(frozen=True)
class AveragedGradients(Slip):
    """The average of other gradients."""

    code = "averaged-gradients"
    meaning = "the average of other gradients stands where a gradient belongs"
    why = "each weight has a gradient of its own: how the loss moves with that weight alone"

    gradients: tuple[Expression, ...]

    def words(self, case: Case) -> str:
        return f"is the average of {joined(self.gradients)}: {_should_be(case)}"

    @classmethod
    def computed(
        cls, judge: Judge, quantity: str, expression: Expression, leaves: Sequence[Expression]
    ) -> bool:
        """Whether a formula of a gradient averages others."""
        gradients = judge.exercise.gradients
        averages = isinstance(expression, Call) and expression.name == "AVERAGE"
        return (
            averages
            and quantity in gradients
            and all(isinstance(leaf, Symbol) and leaf.name in gradients for leaf in leaves)
        )


@dataclass(frozen=True)
class Circular(Slip):
    """The quantity from itself."""

    code = "circular"
    meaning = "the formula refers to its own cell"
    why = "no spreadsheet can compute a cell from itself"

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
    if AveragedGradients.computed(judge, quantity, expression, leaves):
        return AveragedGradients(tuple(dict.fromkeys(leaves)))
    value = evaluated(expression, judge.probes)
    for other in exercise.computed:
        if other != quantity and judge.probes.right(other, value):
            return OtherQuantity(other)
    for slip in (OtherActivation, OtherLoss):
        found = slip.computed(judge, quantity, value)
        if found is not None:
            return found
    return None


def _should_be(case: Case) -> str:
    equation = case.exercise.equations[case.quantity]
    return f"{label(case.quantity)} should be {equation.text()}"


def _agrees(judge: Judge, expression: Expression, value: Value) -> bool:
    return bool(np.all(judge.probes.agrees(value, evaluated(expression, judge.probes))))


def _is_target(judge: Judge, leaf: Expression) -> bool:
    return isinstance(leaf, Symbol) and leaf.name in judge.exercise.targets


def _other_losses(target: Expression, activation: Expression) -> Iterator[Expression]:
    """Losses of one output as textbooks write them; the half squared error is none of them."""
    logarithm = Call("LN", (activation,))
    yield Negation(target * logarithm)
    yield Negation(target * logarithm + (1 - target) * Call("LN", (1 - activation,)))
    yield Call("ABS", (target - activation,))
