"""Random states that satisfy the network's equations, and whether a formula is right at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from backprop_xlsx import equations
from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.check.reading.meanings import Outside
from backprop_xlsx.formula.block import Block
from backprop_xlsx.formula.expression import Expression, Symbol, Value
from backprop_xlsx.formula.names import LEARNING_RATE, SAMPLE, STEP, sampled
from backprop_xlsx.model.activations import SOFTMAX
from backprop_xlsx.model.optimisers import Momentum

Array = NDArray[np.float64]
State = dict[str, Value]


@dataclass(frozen=True)
class Span:
    """How many probes there are, and between what their numbers lie.

    Of ``weights`` and ``inputs`` it is the size that is drawn; inputs are above zero unless they
    are ``signed``. ``near`` is the share of the probes whose targets are all but reached.
    """

    number: int
    weights: tuple[float, float] = (0.3, 1.4)
    inputs: tuple[float, float] = (0.4, 1.3)
    targets: tuple[float, float] = (0.15, 0.85)
    rates: tuple[float, float] = (0.5, 2.0)
    signed: bool = False
    near: float = 0.0
    saturation: float = np.inf
    rounding: float = 0.0


SMOOTH = frozenset(("sigmoid", "tanh", "linear"))
"""Activations without branches."""
SATURATING = frozenset(("sigmoid", "tanh", SOFTMAX))
"""Activations with a limit."""
NARROW = Span(3)
"""Of probes one would do for all but a formula that branches."""
BRANCHED = Span(64, rates=(0.02, 0.1))
"""Where the equations branch, as ReLU does: each way is taken by some of them.

A large step would take every probe to where a neuron is switched off, or none.
"""
WIDE = Span(
    2048,
    weights=(0.05, 6.0),
    inputs=(0.02, 2.0),
    targets=(0.01, 0.99),
    rates=(0.01, 3.0),
    signed=True,
    near=0.25,
    saturation=10.0,
    rounding=1e-14,
)
"""Where a formula itself branches: neurons all but saturated, losses that all but vanish."""
FAR = (1.0, 1.0, 3.0)
"""By what the weights of wide probes are multiplied, each by one of these."""
FEWEST, MOST_NUMBERS = 64, 400_000
"""Probes of a large network, and numbers of a state of them."""
NEAREST, FURTHEST = -5.0, -0.5
"""Powers of ten: how far an activation is from a target that is all but reached."""
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

    def __init__(self, exercise: Exercise, fixed: Mapping[str, Value], span: Span) -> None:
        self._exercise = exercise
        self._random = np.random.default_rng(1986)
        self._span = span
        self._constants: State = self._drawn(exercise.inputs, *span.inputs)
        if span.signed:
            self._constants = self._signed(self._constants)
        self._constants |= self._drawn(exercise.targets, *span.targets)
        fixed_biases = [name for name in exercise.biases if name in exercise.constants]
        self._constants |= self._signed(self._drawn(fixed_biases, *span.weights))
        for name in exercise.hyperparameters:
            limits = span.rates if name == LEARNING_RATE else (0.1, 0.9)
            self._constants |= self._drawn([name], *limits)
        self._constants |= {name: np.full(span.number, number) for name, number in fixed.items()}
        self._states = {1: self._state(None)}
        if span.near:
            self._approach_targets(fixed)
        self._states[0] = self._state(self._states[1])
        self._counted = self._unsaturated(0) & self._unsaturated(1)

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
        return self.agree(value, self._states[0][quantity])

    def agree(self, value: Value, expected: Value) -> bool:
        """Whether two values are the same at every probe at which that can be told."""
        agreeing = self.agrees(value, expected, self._span.rounding)
        return bool(np.all(agreeing | ~self._counted))

    @staticmethod
    def agrees(value: Value, expected: Value, rounding: float = 0.0) -> NDArray[np.bool_]:
        """Whether values agree with expected ones, one by one."""
        if isinstance(value, Block):
            value = value.at(0, 0)
        with np.errstate(all="ignore"):
            difference = np.abs(np.asarray(value) - expected)
            return np.asarray(difference <= TOLERANCE * np.abs(expected) + rounding)

    def _unsaturated(self, steps_back: int) -> NDArray[np.bool_]:
        """At which probes no neuron is so far gone that its slope is but rounding."""
        counted = np.full(self._span.number, True)
        if self._span.saturation < np.inf:
            state = self._states[steps_back]
            for layer in self._exercise.network.layers:
                for neuron in layer.neurons if layer.activation in SATURATING else ():
                    for sample in equations.each(self._exercise.samples_a_step):
                        size = np.abs(state[sampled(neuron.pre_activation, sample)])
                        counted &= size <= self._span.saturation
        return counted

    def _drawn(self, names: Sequence[str], low: float, high: float) -> State:
        return {name: self._random.uniform(low, high, self._span.number) for name in names}

    def _parameters(self) -> State:
        """Weights and biases of both signs."""
        found: State = {}
        low, high = self._span.weights
        inputs = np.mean([np.mean(np.abs(self._constants[i])) for i in self._exercise.inputs])
        for number, layer in enumerate(self._exercise.network.layers):
            # Wider layers have smaller weights, lest their neurons saturate.
            scale = min(1.0, 2 / len(layer.neurons[0].sources))
            if self._span.signed and number == 0:
                # Of small inputs that are typed, too, the sums are to be large.
                scale *= max(1.0, 1 / inputs)
            found |= self._drawn(layer.weights, scale * low, scale * high)
        found |= self._drawn(self._exercise.parameters[len(found) :], low, high)
        if self._span.signed:
            # What only a large weight brings about is seen by some.
            found = {
                name: sizes * self._random.choice(FAR, self._span.number)
                for name, sizes in found.items()
            }
        return self._signed(found)

    def _signed(self, found: State) -> State:
        """The same with random signs; among many probes from all above zero to all below."""
        number = self._span.number
        few = number == NARROW.number
        above = np.full(number, 0.5) if few else np.linspace(1.0, 0.0, number)
        return {
            name: np.where(self._random.random(number) < above, values, -values)
            for name, values in found.items()
        }

    def _approach_targets(self, fixed: Mapping[str, Value]) -> None:
        """Let the targets of some probes be what the activations are, but for very little."""
        network, number = self._exercise.network, self._span.number
        chosen = self._random.random(number) < self._span.near
        for target, neuron in zip(network.targets, network.outputs, strict=True):
            for sample in equations.each(self._exercise.samples_a_step):
                name, reached = sampled(target, sample), sampled(neuron.activation, sample)
                if name not in self._constants or name in fixed:
                    continue
                away = 10.0 ** self._random.uniform(NEAREST, FURTHEST, number)
                away *= self._random.choice((-1.0, 1.0), number)
                values = self._states[1][reached] + away
                # A cross-entropy has no target below 0 or above 1.
                within = chosen & (values > 0.0) & (values < 1.0)
                self._constants[name] = np.where(within, values, self._constants[name])
        self._states[1] = self._state(None, self._states[1])

    def _start(self) -> State:
        """What a row takes from the one above it."""
        found, count = self._parameters(), np.arange(float(self._span.number))
        for name in self._exercise.starts:
            if name == STEP:
                found[name] = 1.0 + count % LONGEST_RUN
            elif name == SAMPLE:
                # The last sample of all comes first: after it the turns begin again.
                found[name] = self._exercise.samples - count % self._exercise.samples
            elif name not in found:
                found |= self._drawn([name], 0.05, 0.5)
                # Of RMSprop and Adam these are means of squares.
                if self._span.signed and isinstance(self._exercise.optimiser, Momentum):
                    found |= self._signed({name: found[name]})
        return found

    def _state(self, above: State | None, start: State | None = None) -> State:
        """A row that follows from the one above it, or one from anywhere or from a start."""
        state: State = {}
        if above is None:
            start = self._start() if start is None else start
            state = {name: start[name] for name in self._exercise.starts}

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


class OwnRows(Probes):
    """The rows of a table themselves: each with the parameters that it has, and what follows.

    ``constants`` and ``starts`` give an array (rows,) each.
    """

    def __init__(self, exercise: Exercise, constants: State, starts: State) -> None:
        self._starts = starts
        rows = len(next(iter(starts.values())))
        super().__init__(exercise, constants, Span(rows, rounding=WIDE.rounding))

    def _start(self) -> State:
        return super()._start() | self._starts


@lru_cache(maxsize=512)
def probes(exercise: Exercise, fixed: tuple[tuple[str, float], ...] = ()) -> Probes:
    """The probes for a table in whose formulas these constants are typed."""
    network = exercise.network
    smooth = SMOOTH.issuperset(network.activations) and not network.fused
    with np.errstate(all="ignore"):
        return Probes(exercise, dict(fixed), NARROW if smooth else BRANCHED)


@lru_cache(maxsize=16)
def wide_probes(exercise: Exercise, fixed: tuple[tuple[str, float], ...] = ()) -> Probes:
    """Those for a formula that branches: there are many, and each may be far from the others."""
    number = max(FEWEST, min(WIDE.number, MOST_NUMBERS // len(exercise.equations)))
    with np.errstate(all="ignore"):
        return Probes(exercise, dict(fixed), replace(WIDE, number=number))
