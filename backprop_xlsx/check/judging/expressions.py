"""What the form of an expression alone says: whether it branches, whether it goes in a circle."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.formula.choices import Choice, Comparison
from backprop_xlsx.formula.expression import Call, Expression, Operation, Symbol

BRANCHES = frozenset(
    ("ABS", "IF", "IFERROR", "MAX", "MIN", "ROUND", "SIGN", "SQRT", "LOG", "LOG10")
)
"""Functions of which a probe may see one side only; a root is that of a square."""


def branches(expression: Expression) -> bool:
    """Whether an expression has several ways to go, of which a few probes may see one only."""
    if isinstance(expression, (Comparison, Choice)):
        return True
    if isinstance(expression, Call) and expression.name in BRANCHES:
        return True
    if isinstance(expression, Operation) and expression.operator == "^" and _root(expression.right):
        return True
    if isinstance(expression, Call) and expression.name == "POWER":
        return any(map(_root, expression.arguments[1:])) or branches(expression.arguments[0])
    return any(map(branches, expression.children()))


@lru_cache(maxsize=1024)
def dependents(exercise: Exercise, quantity: str) -> frozenset[str]:
    """A quantity and what is computed from it within a row."""
    reached = {quantity}
    for name in exercise.computed:  # in order of computation
        if _sources(exercise, name) & reached:
            reached.add(name)
    return frozenset(reached)


@lru_cache(maxsize=32_768)
def _sources(exercise: Exercise, name: str) -> frozenset[str]:
    """What a quantity is computed from in its own row."""
    return frozenset(
        leaf.name
        for leaf in exercise.equations[name].leaves()
        if isinstance(leaf, Symbol) and leaf.steps_back == 0
    )


def circular(exercise: Exercise, quantity: str, expression: Expression) -> bool:
    """Whether a quantity's formula refers, in its own row, to what is computed from it."""
    named = {
        leaf.name
        for leaf in expression.leaves()
        if isinstance(leaf, Symbol) and leaf.steps_back == 0
    }
    return not named <= _sources(exercise, quantity) and not named.isdisjoint(
        dependents(exercise, quantity)
    )


def _root(exponent: Expression) -> bool:
    """Whether an exponent takes a root: ½ and the like, which of a square has two signs."""
    if any(True for _ in exponent.leaves()):
        return False
    return not float(exponent.value(lambda leaf: np.nan)).is_integer()
