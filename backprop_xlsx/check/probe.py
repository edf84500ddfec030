"""Random states that satisfy the network's equations, and whether a formula is right at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from backprop_xlsx.block import Block
from backprop_xlsx.check.meanings import Outside
from backprop_xlsx.equations import EQUATIONS
from backprop_xlsx.expression import Expression, Symbol, Value
from backprop_xlsx.network import INPUTS, LEARNING_RATE, TARGETS, WEIGHTS
from backprop_xlsx.reference import quantities, update

Array = NDArray[np.float64]

NUMBER = 3
"""Of probes: one would do for all but a formula that branches."""
TOLERANCE = 1e-9
"""Relative: rounding stays five orders below it, a mistake that is none of these states above."""
OTHER_STATES = 61
"""States of rows further away than the row above; unrelated, as far as one formula can tell."""


class Probes:
    """States of a row (0 steps back), of the row above it (1), and unrelated ones of any other.

    ``fixed`` gives the values of constants that are typed into the table's formulas: at every
    probe they have just these. Everything else is an array of shape (NUMBER,).
    """

    def __init__(self, fixed: Mapping[str, float]) -> None:
        self._random = np.random.default_rng(1986)
        self._inputs = self._constants(INPUTS, fixed, 0.4, 1.3)
        self._targets = self._constants(TARGETS, fixed, 0.15, 0.85)
        self._rate = self._constants((LEARNING_RATE,), fixed, 0.5, 2.0)[:, 0]
        weights = self._weights()
        self._states = {1: self._state(weights)}
        following = update(self._inputs, self._targets, weights, self._rate)
        self._states[0] = self._state(following)

    def value(self, leaf: Expression) -> Value:
        """The values of a leaf: of a quantity, or the number of a cell outside the table."""
        if isinstance(leaf, Outside):
            return leaf.number
        assert isinstance(leaf, Symbol)
        if leaf.name == LEARNING_RATE:
            return self._rate
        steps_back = leaf.steps_back
        if steps_back not in (0, 1):
            steps_back = 2 + steps_back % OTHER_STATES
        if steps_back not in self._states:
            self._states[steps_back] = self._state(self._weights())
        return self._states[steps_back][leaf.name]

    def right(self, quantity: str, value: Value) -> bool:
        """Whether a value equals that of a quantity at every probe."""
        return bool(np.all(self.agrees(value, self._states[0][quantity])))

    @staticmethod
    def agrees(value: Value, expected: Value) -> NDArray[np.bool_]:
        """Whether values agree with expected ones, one by one."""
        if isinstance(value, Block):
            value = value.at(0, 0)
        with np.errstate(all="ignore"):
            difference = np.abs(np.asarray(value) - expected)
            return np.asarray(difference <= TOLERANCE * np.abs(expected))

    def _constants(
        self, names: Sequence[str], fixed: Mapping[str, float], low: float, high: float
    ) -> Array:
        values = self._random.uniform(low, high, (NUMBER, len(names)))
        for index, name in enumerate(names):
            values[:, index] = fixed.get(name, values[:, index])
        return values

    def _weights(self) -> Array:
        shape = (NUMBER, len(WEIGHTS))
        signs = self._random.choice([-1.0, 1.0], shape)
        return signs * self._random.uniform(0.3, 1.4, shape)

    def _state(self, weights: Array) -> dict[str, Array]:
        return quantities(self._inputs, self._targets, weights)


@lru_cache(maxsize=64)
def probes(fixed: tuple[tuple[str, float], ...] = ()) -> Probes:
    """The probes for a table in whose formulas these constants are typed."""
    return Probes(dict(fixed))


@lru_cache(maxsize=1)
def dependents() -> dict[str, frozenset[str]]:
    """For each quantity, itself and what is computed from it within a row."""
    direct = {
        name: {
            leaf.name
            for leaf in equation.leaves()
            if isinstance(leaf, Symbol) and leaf.steps_back == 0
        }
        for name, equation in EQUATIONS.items()
    }
    found: dict[str, frozenset[str]] = {}
    for name in EQUATIONS:
        reached = {name}
        for other in EQUATIONS:  # in order of computation
            if direct[other] & reached:
                reached.add(other)
        found[name] = frozenset(reached)
    return found


def circular(quantity: str, expression: Expression) -> bool:
    """Whether a quantity's formula refers, in its own row, to what is computed from it."""
    after = dependents()[quantity]
    return any(
        isinstance(leaf, Symbol) and leaf.steps_back == 0 and leaf.name in after
        for leaf in expression.leaves()
    )
