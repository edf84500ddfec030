"""Whether one rule that remembers updates all parameters, each from its own gradient.

So do RMSprop, Adam, and a momentum that is the last change of a weight. The rule is read from the
formulas, not known by name: it is the same for all parameters, and its first step goes down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from typing import TypeGuard

import numpy as np

from backprop_xlsx.check.reading.arranging.wires.wiring import Wiring, column_of, name_of
from backprop_xlsx.check.reading.meanings import Outside, Place
from backprop_xlsx.formula.block import as_number
from backprop_xlsx.formula.expression import Expression, Symbol

WEIGHT, SLOPE, MEMORY = "w", "g", "m"
FEWEST_ROWS = 4
MOST = 6
"""Columns between a parameter and its gradient."""
SLOPES = (-0.3, -0.05, 0.02, 0.4)
"""At which a first step is tried."""
PLACE = 0.5
"""Of a parameter before its first step."""
ROUNDING = 1e-12
"""How far first rows may be off what a rule says, by rounding."""


@dataclass(frozen=True)
class Rule:
    """A parameter's update, then what it goes through, numbered as they come: m0, m1 …

    ``start`` is the update in the second row, ``starts`` the others in the first: None where the
    number 0 is typed.
    """

    steps: tuple[Expression, ...]
    start: Expression
    starts: tuple[Expression | None, ...]

    @property
    def cells(self) -> set[Place]:
        """The cells outside the table that it uses."""
        leaves = (leaf for step in self.steps for leaf in step.leaves())
        return {leaf.place for leaf in leaves if isinstance(leaf, Outside)}

    @property
    def remembers(self) -> bool:
        """Whether it uses what it has once computed, or how a parameter has last changed."""
        again = any(
            Symbol(f"{MEMORY}{number}", 1) in set(step.leaves())
            for number, step in enumerate(self.steps[1:])
        )
        weights = {leaf for leaf in self.steps[0].leaves() if _is(leaf, WEIGHT)}
        return again or weights == {Symbol(WEIGHT, 1), Symbol(WEIGHT, 2)}


class Updating:
    """How the parameters of a table are updated; ``rate`` is what a label calls the rate."""

    def __init__(self, wiring: Wiring, parameters: Set[int], rate: Place | None) -> None:
        self._wiring, self._rows = wiring, wiring.run.rows
        self._parameters = parameters
        self._rate = rate

    @cached_property
    def remembers(self) -> bool:
        """Whether anything but a parameter goes on from itself, or that from two rows above."""
        return len(self._rows) >= FEWEST_ROWS and any(map(self._goes_on, self._wiring.written))

    def _goes_on(self, column: int) -> bool:
        wire = self._wiring.in_row(column, self._rows[-1])
        itself = Symbol(name_of(column), 2 if column in self._parameters else 1)
        return wire is not None and itself in set(wire.expression.leaves())

    def remembering(self, gradients: Mapping[int, int]) -> Mapping[int, int] | None:
        """The columns of a rule that updates each parameter by its gradient, None if none does.

        With how many rows each may begin otherwise. ``gradients`` has each parameter's, in a table
        that ``remembers``.
        """
        read = [self._read(parameter, gradient) for parameter, gradient in gradients.items()]
        rules = {rule for rule, _ in read}
        rule = rules.pop()
        if rules or rule is None or not rule.remembers or self._rate not in (None, *rule.cells):
            return None
        if not all(self._steps_down(rule, slope) for slope in SLOPES):
            return None
        passed = {column for _, columns in read for column in columns}
        leaves = (leaf for step in rule.steps for leaf in step.leaves())
        counted = {column_of(leaf.name) for leaf in leaves if _is_column(leaf)}
        return {**dict.fromkeys(gradients, 2), **dict.fromkeys(passed | counted, 1)}

    def _read(self, parameter: int, gradient: int) -> tuple[Rule | None, list[int]]:
        """The rule by which a parameter is updated, and the columns that it goes through."""
        own = {parameter: WEIGHT, gradient: SLOPE}
        passed: list[int] = []

        def named(leaf: Expression) -> Expression:
            if not isinstance(leaf, Symbol) or column_of(leaf.name) not in self._wiring.written:
                return leaf
            column = column_of(leaf.name)
            if column not in own:
                own[column] = f"{MEMORY}{len(passed)}"
                passed.append(column)
            return Symbol(own[column], leaf.steps_back)

        def read(column: int, row: int) -> Expression | None:
            wire = self._wiring.in_row(column, row)
            return None if wire is None else wire.expression.rebuilt(named)

        first, second, *_, last = self._rows
        steps = [read(parameter, last)]
        while len(steps) <= min(len(passed), MOST):
            steps.append(read(passed[len(steps) - 1], last))
        start = read(parameter, second)
        starts = tuple(read(column, first) for column in passed)
        typed = [column for column, own in zip(passed, starts, strict=True) if own is None]
        blank = all(self._wiring.number(column, first) == 0.0 for column in typed)
        known = [step for step in steps if step is not None]
        if start is None or len(passed) >= len(known) or not blank:
            return None, passed
        return Rule(tuple(known), start, starts), passed

    def _steps_down(self, rule: Rule, slope: float) -> bool:
        """Whether the first step leads down a slope, and the first rows are as the rule says."""
        beginning = _Beginning(self, rule, slope)
        try:
            with np.errstate(all="raise"):
                down, starts = beginning.moved, [*beginning.differences()]
        except (ArithmeticError, TypeError, ValueError, IndexError, RecursionError):
            return False
        return down * slope < 0 and all(abs(difference) < ROUNDING for difference in starts)

    def number(self, leaf: Expression, time: int) -> float:
        """What is given to a rule: in its cell, or in its column at the time of a row."""
        if isinstance(leaf, Symbol):
            row = self._rows[1 + time - leaf.steps_back]
            number = self._wiring.number(column_of(leaf.name), row)
        else:
            number = leaf.number if isinstance(leaf, Outside) and leaf.kind == "number" else None
        if number is None:
            raise ValueError
        return number


class _Beginning:
    """A rule's first step: before time 0 nothing is remembered, at 0 there is a slope."""

    def __init__(self, updating: Updating, rule: Rule, slope: float) -> None:
        self._updating = updating
        self._rule = rule
        self._slope = slope

    @property
    def moved(self) -> float:
        """By how much the parameter moves."""
        return self._value(self._rule.steps[0], 1) - PLACE

    def differences(self) -> Iterator[float]:
        """How far the first rows are off what the rule says from there on."""
        yield self._value(self._rule.start, 1) - self._value(self._rule.steps[0], 1)
        for first, step in zip(self._rule.starts, self._rule.steps[1:], strict=True):
            if first is not None:
                yield self._value(first, 0) - self._value(step, 0)

    def _value(self, expression: Expression, time: int) -> float:
        return as_number(expression.value(lambda leaf: self._leaf(leaf, time)))

    def _leaf(self, leaf: Expression, time: int) -> float:
        if not isinstance(leaf, Symbol) or _is_column(leaf):
            return self._updating.number(leaf, time)
        at = time - leaf.steps_back
        if leaf.name == WEIGHT:
            return PLACE
        if leaf.name == SLOPE:
            return self._slope if at == 0 else 0.0
        return 0.0 if at < 0 else self._value(self._rule.steps[1 + int(leaf.name[1:])], at)


def _is(leaf: Expression, name: str) -> TypeGuard[Symbol]:
    return isinstance(leaf, Symbol) and leaf.name == name


def _is_column(leaf: Expression) -> TypeGuard[Symbol]:
    """Whether what a rule refers to is a column that all share: the steps, counted."""
    return isinstance(leaf, Symbol) and leaf.name not in (WEIGHT, SLOPE) and leaf.name[0] != MEMORY
