"""What a column that no header explains may be: a missing quantity, or an auxiliary one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from backprop_xlsx.check.judging.verdicts import Judge, evaluated
from backprop_xlsx.check.reading.auxiliary import catalogue, with_auxiliary
from backprop_xlsx.equations import Equations
from backprop_xlsx.formula.block import as_number
from backprop_xlsx.formula.expression import Expression, Symbol, Value
from backprop_xlsx.formula.names import LEARNING_RATE

NEAR = 1e-6
"""Relative: values so near at the first probe are compared at all others, too."""


class Possible:
    """The quantities without a column, with their ``equations``; ``exercise`` knows all of them."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        exercise = judge.exercise
        self.equations: Equations = {
            name: exercise.equations[name]
            for name in exercise.computed
            if name not in judge.table.columns and name not in exercise.starts
        } | catalogue(exercise)
        auxiliary = {n: e for n, e in self.equations.items() if n not in exercise.equations}
        self.exercise = with_auxiliary(exercise, auxiliary)
        self.probes = judge.probes
        self._ends = {*exercise.starts}
        for neuron in exercise.network.neurons:
            self._ends |= {neuron.pre_activation, neuron.activation}
        self._values = {
            name: evaluated(equation, self.probes) for name, equation in self.equations.items()
        }
        self._firsts = np.array([as_number(value) for value in self._values.values()])

    def equal(self, value: Value) -> Iterator[str]:
        """The quantities that a value may be."""
        first = as_number(value)
        near = np.abs(self._firsts - first) <= NEAR * abs(first)
        for name in itertools.compress(self._values, near):
            if self.is_value_of(name, value):
                yield name

    def is_value_of(self, name: str, value: Value) -> bool:
        """Whether a quantity has this value."""
        return self.probes.agree(value, self._values[name])

    @property
    def knows_learning_rate(self) -> bool:
        """Whether a column, a cell or a typed number is known as the learning rate."""
        roles = self._judge.roles
        known = {*self._judge.table.columns, *roles.cells.values(), *dict(roles.numbers)}
        return LEARNING_RATE in known

    def takes_learning_rate(self, name: str) -> bool:
        """Whether a quantity is a step of a parameter."""
        return Symbol(LEARNING_RATE) in self.equations[name].leaves()

    def sources(self, expression: Expression) -> set[Symbol]:
        """What an expression is computed from: neurons, parameters and what is given."""
        found: set[Symbol] = set()
        for leaf in expression.leaves():
            if not isinstance(leaf, Symbol):
                continue
            equation = None if leaf.name in self._ends else self.exercise.equations.get(leaf.name)
            found |= {leaf} if equation is None else self.sources(equation)
        return found
