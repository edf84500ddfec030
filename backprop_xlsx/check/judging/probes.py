"""Random states that satisfy the network's equations, and whether a formula is right at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.check.reading.meanings import Outside
from backprop_xlsx.formula.block import Block
from backprop_xlsx.formula.expression import Expression, Symbol, Value
from backprop_xlsx.model.names import LEARNING_RATE, SAMPLE, STEP

Array = NDArray[np.float64]
State = dict[str, Value]

NUMBER = 3
"""Of probes: one would do for all but a formula that branches."""
NUMBER_WITH_BRANCHES = 64
"""Where the equations branch, as ReLU does: each way is taken by some of them."""
SMOOTH = frozenset(("sigmoid", "tanh", "linear"))
"""Activations without branches."""
TOLERANCE = 1e-9
"""Relative: rounding stays five orders below it, a mistake that is none of these states above."""
OTHER_STATES = 61
"""States of rows further away than the row above; unrelated, as far as one formula can tell."""
LONGEST_RUN = 9
"""Steps that a probe may have behind it."""


class Probes:
    """States of a row (0 steps back), of the row above it (1), and unrelated ones of any other.

    ``fixed`` gives the values of constants that are typed into the table's formulas: at every
    probe they have just these. Everything else is an array (number of probes,).
    """

    def __init__(self, exercise: Exercise, fixed: Mapping[str, float]) -> None:
        self._exercise = exercise
        self._random = np.random.default_rng(1986)
        network = exercise.network
        self._smooth = SMOOTH.issuperset(network.activations) and not network.fused
        self._number = NUMBER if self._smooth else NUMBER_WITH_BRANCHES
        # A large step would take every probe to where a neuron is switched off, or none.
        rates = (0.5, 2.0) if self._smooth else (0.02, 0.1)
        self._constants: State = self._drawn(exercise.inputs, 0.4, 1.3)
        self._constants |= self._drawn(exercise.targets, 0.15, 0.85)
        fixed_biases = [name for name in exercise.biases if name in exercise.constants]
        self._constants |= self._signed(self._drawn(fixed_biases, 0.3, 1.4))
        for name in exercise.hyperparameters:
            limits = rates if name == LEARNING_RATE else (0.1, 0.9)
            self._constants |= self._drawn([name], *limits)
        self._constants |= {name: np.full(self._number, number) for name, number in fixed.items()}
        self._states = {1: self._state(None)}
        self._states[0] = self._state(self._states[1])

    def value(self, leaf: Expression) -> Value:
        """The values of a leaf: of a quantity, or the number of a cell outside the table."""
        if isinstance(leaf, Outside):
            return leaf.number
        assert isinstance(leaf, Symbol)
        if leaf.name in self._exercise.constants:
            return self._constants[leaf.name]
        steps_back = leaf.steps_back
        if steps_back not in (0, 1):
            steps_back = 2 + steps_back % OTHER_STATES
        if steps_back not in self._states:
            self._states[steps_back] = self._state(None)
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

    def _drawn(self, names: Sequence[str], low: float, high: float) -> State:
        return {name: self._random.uniform(low, high, self._number) for name in names}

    def _parameters(self) -> State:
        """Weights and biases of both signs."""
        found: State = {}
        for layer in self._exercise.network.layers:
            # Wider layers have smaller weights, lest their neurons saturate.
            scale = min(1.0, 2 / len(layer.neurons[0].sources))
            found |= self._drawn(layer.weights, scale * 0.3, scale * 1.4)
        found |= self._drawn(self._exercise.parameters[len(found) :], 0.3, 1.4)
        return self._signed(found)

    def _signed(self, found: State) -> State:
        """The same with random signs; among many probes from all above zero to all below."""
        above = np.full(self._number, 0.5) if self._smooth else np.linspace(1.0, 0.0, self._number)
        return {
            name: np.where(self._random.random(self._number) < above, values, -values)
            for name, values in found.items()
        }

    def _start(self) -> State:
        """What a row takes from the one above it."""
        found, count = self._parameters(), np.arange(float(self._number))
        for name in self._exercise.starts:
            if name == STEP:
                found[name] = 1.0 + count % LONGEST_RUN
            elif name == SAMPLE:
                # The last sample of all comes first: after it the turns begin again.
                found[name] = self._exercise.samples - count % self._exercise.samples
            elif name not in found:
                found |= self._drawn([name], 0.05, 0.5)
        return found

    def _state(self, above: State | None) -> State:
        """A row that follows from the one above it, or one from anywhere."""
        state = {} if above is not None else self._start()

        def lookup(leaf: Expression) -> Value:
            assert isinstance(leaf, Symbol)
            if leaf.name in self._exercise.constants:
                return self._constants[leaf.name]
            if leaf.steps_back:
                assert above is not None
                return above[leaf.name]
            return state[leaf.name]

        for name, equation in self._exercise.equations.items():
            if name not in state:
                state[name] = equation.value(lookup)
        return state


@lru_cache(maxsize=64)
def probes(exercise: Exercise, fixed: tuple[tuple[str, float], ...] = ()) -> Probes:
    """The probes for a table in whose formulas these constants are typed."""
    with np.errstate(all="ignore"):
        return Probes(exercise, dict(fixed))


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
