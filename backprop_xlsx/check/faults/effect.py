"""What one mistake does to the final loss: the run with it alone, against the right run."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

import numpy as np

from backprop_xlsx.check.judging.verdicts import safely
from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.check.reading.meanings import Outside
from backprop_xlsx.formula.block import as_number
from backprop_xlsx.formula.expression import (
    OPERATIONS,
    Call,
    Expression,
    Negation,
    Number,
    Operation,
    OverSamples,
    Symbol,
    Value,
)
from backprop_xlsx.formula.functions import FUNCTIONS

MOST_STEPS = 30_000
"""Of all runs of a book that are followed, of a class network: about two seconds."""
QUANTITIES = 27
"""That are computed in a step of a class network; other networks' steps count accordingly."""

Evaluate = Callable[["Step"], float]
Wrong = Mapping[tuple[str, int], Expression]
"""The wrong formula of a quantity at a step, its operands filled in."""
Own = Mapping[str, Expression]
"""How a table computes quantities by way of further columns, its operands filled in."""


@dataclass(frozen=True)
class Start:
    """What a run begins with: constants and start values by name, and how many steps it takes."""

    exercise: Exercise
    values: tuple[tuple[str, float], ...]
    steps: int


class Circle(Exception):
    """A wrong formula that needs its own result."""


class Step(dict[str, float]):
    """The quantities of one step, each computed when it is first asked for."""

    def __init__(
        self,
        right: Mapping[str, Evaluate],
        number: int,
        run: list[Step],
        wrong: Wrong,
        known: dict[str, float],
    ) -> None:
        super().__init__(known)
        self.right = right
        self.number = number
        self.run = run
        self.wrong = wrong
        self.open: set[str] = set()

    def __missing__(self, name: str) -> float:
        if name in self.open:
            raise Circle
        self.open.add(name)
        formula = self.wrong.get((name, self.number))
        if formula is None:
            result = self.right[name](self)
        else:
            result = as_number(safely(formula, self.value))
        self.open.discard(name)
        self[name] = result
        return result

    def value(self, leaf: Expression) -> float:
        """A leaf's value as seen from this step."""
        if isinstance(leaf, Outside):
            return leaf.number
        assert isinstance(leaf, Symbol)
        number = self.number - leaf.steps_back
        if not 0 <= number <= self.number:
            raise Circle
        return self.run[number][leaf.name]


class Simulator:
    """Follows the runs of a book; ``left`` is how many steps it may still take."""

    def __init__(self) -> None:
        self.left = MOST_STEPS
        self._right: dict[Start, tuple[float, ...] | None] = {}

    def effect(self, start: Start, wrong: Wrong, own: Own) -> str:
        """What a mistake does to the final loss, in words; none if the run is too long."""
        losses = self.right_losses(start)
        wrong_losses = self.losses(start, wrong, [start.steps], own)
        right = losses[-1] if losses else math.nan
        if not math.isfinite(right) or self.left < 0:
            return ""
        if wrong_losses is None:
            return "the formulas go in a circle"
        (found,) = wrong_losses
        if not math.isfinite(found):
            return f"the final loss is no number instead of {right:.4g}"
        if abs(found - right) <= 1e-12 * abs(right):
            return "does not change the final loss with these start values"
        digits = 4
        while f"{found:.{digits}g}" == f"{right:.{digits}g}" and digits < 15:
            digits += 1
        text = f"final loss {found:.{digits}g} instead of {right:.{digits}g}"
        return f"{text} ({_percentage(found / right - 1)})" if right else text

    def right_losses(self, start: Start) -> tuple[float, ...] | None:
        """The losses of the right run, step by step; None if the run is too long."""
        if start not in self._right:
            self._right[start] = self.losses(start, {}, range(start.steps + 1), {})
        return self._right[start]

    def losses(
        self, start: Start, wrong: Wrong, at: Iterable[int], own: Own
    ) -> tuple[float, ...] | None:
        """The losses at these steps; None for formulas in a circle, or a run that is too long."""
        exercise = start.exercise
        self.left -= start.steps * max(len(exercise.equations) // QUANTITIES, 1)
        if self.left < 0:
            return None
        values = dict(start.values)
        constants = {name: values[name] for name in exercise.ordered_constants}
        right = _right(exercise) | {name: _compiled(formula) for name, formula in own.items()}
        run: list[Step] = []
        try:
            with np.errstate(all="ignore"):
                run.append(Step(right, 0, run, wrong, values))
                for number in range(1, start.steps + 1):
                    step = Step(right, number, run, wrong, constants)
                    run.append(step)
                    for name in exercise.starts:
                        step[name]
                return tuple(run[number][exercise.loss] for number in at)
        except Circle:
            return None
        except (ArithmeticError, TypeError, ValueError):
            return tuple(math.nan for _ in at)


def _percentage(part: float) -> str:
    size = abs(part) * 100
    if size < 0.001:
        return "less than 0.001 %"
    text = f"{size:.2g}" if size < 100 else f"{size:.0f}"
    return f"{'+' if part > 0 else '−'}{text} %"


@lru_cache(maxsize=64)
def _right(exercise: Exercise) -> dict[str, Evaluate]:
    return {name: _compiled(equation) for name, equation in exercise.equations.items()}


def _compiled(expression: Expression) -> Evaluate:
    """An expression as nested functions of a step: a tenth of the time of walking the tree."""
    if isinstance(expression, Number):
        constant = expression.constant
        return lambda step: constant
    if isinstance(expression, Symbol):
        name = expression.name
        if expression.steps_back:
            return lambda step: step.run[step.number - 1][name]
        return itemgetter(name)
    if isinstance(expression, Negation):
        operand = _compiled(expression.operand)
        return lambda step: -operand(step)
    if isinstance(expression, Call):
        return _called(FUNCTIONS[expression.name].value, expression.arguments)
    if isinstance(expression, Operation):
        operation = OPERATIONS[expression.operator]
        left, right = _compiled(expression.left), _compiled(expression.right)
        return lambda step: operation(left(step), right(step))
    return lambda step: as_number(expression.value(step.value))


def _called(function: Callable[..., Value], arguments: Sequence[Expression]) -> Evaluate:
    if any(isinstance(argument, OverSamples) for argument in arguments):
        return lambda step: float(function(*(a.value(step.value) for a in arguments)))
    compiled = [_compiled(argument) for argument in arguments]
    if len(compiled) == 1:
        (only,) = compiled
        return lambda step: float(function(only(step)))
    return lambda step: float(function(*(argument(step) for argument in compiled)))
