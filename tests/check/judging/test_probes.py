"""The states at which formulas are probed take every branch, so that no formula passes unseen."""

from __future__ import annotations

import numpy as np
import pytest

from backprop_xlsx.check.judging.probes import Probes, probes
from backprop_xlsx.check.reading.exercise import CLASS_EXERCISE, Exercise, with_biases
from backprop_xlsx.equations import each
from backprop_xlsx.formula.expression import Symbol
from backprop_xlsx.formula.names import sampled
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.optimisers import OPTIMISERS

SHAPES = ((1, 2, 1), (2, 3, 1), (2, 3, 3, 2), (5, 8, 8, 3), (10, 10, 10, 10))
ENDS = (
    ("half squared error", "relu"),
    ("mean squared error", "softmax"),
    ("cross-entropy", "softmax"),
    ("binary cross-entropy", "sigmoid"),
)
BATCHES = ((1, False), (3, False), (3, True))


def exercise(
    shape: tuple[int, ...], end: tuple[str, str], batch: tuple[int, bool], optimiser: str
) -> Exercise:
    loss, output = end
    hidden = ("relu", "leaky relu", "relu")[: len(shape) - 2]
    network = Network(shape, (*hidden, output), "trained", loss)
    return Exercise(network, *batch, OPTIMISERS[optimiser](1.0), described=True)


def value(states: Probes, name: str, sample: int | None, steps_back: int = 0) -> np.ndarray:
    return np.asarray(states.value(Symbol(sampled(name, sample), steps_back)))


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_branch_is_taken(
    shape: tuple[int, ...], end: tuple[str, str], batch: tuple[int, bool]
) -> None:
    for optimiser in OPTIMISERS:
        held = exercise(shape, end, batch, optimiser)
        states = probes(held)
        network, samples = held.network, each(held.samples_a_step)
        for sample in samples:
            for neuron in network.neurons:
                pre = value(states, neuron.pre_activation, sample)
                assert (pre > 0).any()
                assert (pre < 0).any()
            if network.has_softmax and len(network.outputs) > 1:
                outputs = [value(states, n.pre_activation, sample) for n in network.outputs]
                assert set(np.argmax(outputs, axis=0)) == set(range(len(outputs)))
        for name in (*held.gradients, *held.equations):
            assert np.isfinite(value(states, name, None)).all()
        for name in held.gradients:
            assert value(states, name, None).any() or len(network.outputs) == 1


@pytest.mark.parametrize("steps_back", [0, 1])
def test_the_turns_reach_the_last_sample(steps_back: int) -> None:
    held = exercise((2, 3, 1), ENDS[0], (3, True), "adam")
    turns = value(probes(held), "sample", None, steps_back)
    assert set(turns) == {1.0, 2.0, 3.0}
    assert len(set(value(probes(held), "step", None, steps_back))) > 2
    before = value(probes(held), "sample", None, 1)
    assert ((before == 3) == (value(probes(held), "sample", None) == 1)).all()


@pytest.mark.parametrize(
    "held",
    [
        CLASS_EXERCISE,
        with_biases(shared=True, trained=True),
        with_biases(shared=False, trained=False),
    ],
)
def test_no_two_quantities_are_alike(held: Exercise) -> None:
    """Else one could stand where another belongs."""
    states = probes(held)
    values = [tuple(np.ravel(states.value(Symbol(name)))) for name in held.names]
    assert len(set(values)) == len(values)
