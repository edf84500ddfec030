"""What one mistake does to the final loss: the run with it alone, against the right run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from backprop_xlsx.check.meanings import Outside
from backprop_xlsx.check.verdicts import as_number, safely
from backprop_xlsx.equations import EQUATIONS
from backprop_xlsx.expression import (
    Call,
    Expression,
    Negation,
    Number,
    Operation,
    Symbol,
)
from backprop_xlsx.functions import FUNCTIONS
from backprop_xlsx.network import INPUTS, LEARNING_RATE, TARGETS, TOTAL_LOSS, WEIGHTS

MOST_STEPS = 30_000
"""Of all runs of a book that are followed: about two seconds."""

Evaluate = Callable[["Step"], float]
Wrong = Mapping[tuple[str, int], Expression]
"""The wrong formula of a quantity at a step, its operands filled in."""


@dataclass(frozen=True)
class Start:
    """What a run begins with: inputs, targets, learning rate and start weights by name."""

    values: tuple[tuple[str, float], ...]
    steps: int


class Circle(Exception):
    """A wrong formula that needs its own result."""


class Step(dict[str, float]):
    """The quantities of one step, each computed when it is first asked for."""

    def __init__(self, number: int, run: list[Step], wrong: Wrong, known: dict[str, float]) -> None:
        super().__init__(known)
        self.number = number
        self.run = run
        self.wrong = wrong
        self.open: set[str] = set()

    def __missing__(self, name: str) -> float:
        if name in self.open:
            raise Circle
        self.open.add(name)
        formula = self.wrong.get((name, self.number))
        result = _right(name)(self) if formula is None else self._evaluated(formula)
        self.open.discard(name)
        self[name] = result
        return result

    def _evaluated(self, formula: Expression) -> float:
        def lookup(leaf: Expression) -> float:
            if isinstance(leaf, Outside):
                return leaf.number
            assert isinstance(leaf, Symbol)
            number = self.number - leaf.steps_back
            if not 0 <= number <= self.number:
                raise Circle
            return self.run[number][leaf.name]

        return as_number(safely(formula, lookup))


class Simulator:
    """Follows the runs of a book; ``left`` is how many steps it may still take."""

    def __init__(self) -> None:
        self.left = MOST_STEPS
        self._right: dict[Start, float | None] = {}

    def effect(self, start: Start, wrong: Wrong) -> str:
        """What a mistake does to the final loss, in words; none if the run is too long."""
        if start not in self._right:
            self._right[start] = self._final_loss(start, {})
        right = self._right[start]
        found = self._final_loss(start, wrong)
        if right is None or not math.isfinite(right) or self.left < 0:
            return ""
        if found is None:
            return "the formulas go in a circle"
        if not math.isfinite(found):
            return f"the final loss is no number instead of {right:.4g}"
        if abs(found - right) <= 1e-12 * abs(right):
            return "does not change the final loss with these start values"
        digits = 4
        while f"{found:.{digits}g}" == f"{right:.{digits}g}" and digits < 15:
            digits += 1
        text = f"final loss {found:.{digits}g} instead of {right:.{digits}g}"
        return f"{text} ({_percentage(found / right - 1)})" if right else text

    def _final_loss(self, start: Start, wrong: Wrong) -> float | None:
        """The loss after the last step; None if the formulas go in a circle."""
        self.left -= start.steps
        if self.left < 0:
            return None
        values = dict(start.values)
        constants = {name: values[name] for name in (*INPUTS, *TARGETS, LEARNING_RATE)}
        run: list[Step] = []
        try:
            with np.errstate(all="ignore"):
                run.append(Step(0, run, wrong, values))
                for number in range(1, start.steps + 1):
                    step = Step(number, run, wrong, constants)
                    run.append(step)
                    for weight in WEIGHTS:
                        step[weight]
                return run[-1][TOTAL_LOSS]
        except Circle:
            return None
        except (ArithmeticError, TypeError, ValueError):
            return math.nan


def _percentage(part: float) -> str:
    size = abs(part) * 100
    if size < 0.001:
        return "less than 0.001 %"
    text = f"{size:.2g}" if size < 100 else f"{size:.0f}"
    return f"{'+' if part > 0 else '−'}{text} %"


@lru_cache(maxsize=64)
def _right(name: str) -> Evaluate:
    return _compiled(EQUATIONS[name])


def _compiled(expression: Expression) -> Evaluate:
    """An expression as nested functions of a step: a tenth of the time of walking the tree."""
    if isinstance(expression, Number):
        constant = expression.constant
        return lambda step: constant
    if isinstance(expression, Symbol):
        name = expression.name
        if expression.steps_back:
            return lambda step: step.run[step.number - 1][name]
        return lambda step: step[name]
    if isinstance(expression, Negation):
        operand = _compiled(expression.operand)
        return lambda step: -operand(step)
    if isinstance(expression, Call):
        function = FUNCTIONS[expression.name].value
        (argument,) = (_compiled(argument) for argument in expression.arguments)
        return lambda step: float(function(argument(step)))
    assert isinstance(expression, Operation)
    return _joined(expression.operator, _compiled(expression.left), _compiled(expression.right))


def _joined(operator: str, left: Evaluate, right: Evaluate) -> Evaluate:
    operations: dict[str, Evaluate] = {
        "+": lambda step: left(step) + right(step),
        "-": lambda step: left(step) - right(step),
        "*": lambda step: left(step) * right(step),
        "/": lambda step: left(step) / right(step),
        "^": lambda step: left(step) ** right(step),
    }
    return operations[operator]
