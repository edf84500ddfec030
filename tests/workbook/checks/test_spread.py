"""How far a central difference may be off: no number that somebody types makes it differ.

The numbers are those that the book holds; that its formulas give the same is verified elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backprop_xlsx import Experiment, reference
from backprop_xlsx.formula.names import gradient_name
from backprop_xlsx.model.samples import Sample
from backprop_xlsx.workbook.checks.central_differences import CentralDifferences, checked_parameters
from backprop_xlsx.workbook.checks.column_checks import LARGEST_JUDGED
from tests.strategies import any_experiments

# With a bias of 8,875 a step of 1e-5 is far too large for the weights behind that activation.
FAR_OUT = Experiment.preset(
    layers="4-3-1-3",
    activation=["leaky relu", "tanh"],
    output_activation="leaky relu",
    biases="fixed",
    inputs=[0, 0.681424, 1.349409, 0.333333],
    targets=[-1.479239, 0.308715, 0.452082],
    weights=[
        *(0.99999, 0, -0.99999, 0.04, -1.953376, -0.849329, 0.04, 0.501, -0.858919),
        *(-0.380957, 0, 0, -1.065831, -0.860391, 0, 0.32072, 0, 0),
    ],
    bias_values=[-0.180476, 0.742164, 8875.052168, -1.177702, -0.381853, -1.50451, 0.99999],
)
EXTREMES = st.one_of(
    st.floats(-3, 3),
    st.sampled_from([0.0, 1e-8, 40.0, -40.0, 800.0, 1e6, -1e6]),
    st.builds(lambda sign, power: sign * 10**power, st.sampled_from([-1.0, 1.0]), st.floats(-8, 6)),
)


@st.composite
def edited(draw: st.DrawFn) -> Experiment:
    """An experiment of which a weight, a bias, an input or any of them is another number."""
    experiment = draw(any_experiments(steps=1, runs=1))
    for _ in range(draw(st.integers(1, 3))):
        kinds = ["weights", "inputs", *(["biases"] if experiment.biases else [])]
        kind, number = draw(st.sampled_from(kinds)), draw(EXTREMES)
        sample = experiment.samples[0]
        numbers = list(sample.inputs if kind == "inputs" else getattr(experiment, kind))
        numbers[draw(st.integers(0, len(numbers) - 1))] = number
        if kind == "inputs":
            samples = (Sample(tuple(numbers), sample.targets), *experiment.samples[1:])
            experiment = replace(experiment, samples=samples)
        elif kind == "weights":
            experiment = replace(experiment, weights=tuple(numbers))
        else:
            experiment = replace(experiment, biases=tuple(numbers))
    return experiment


def judged(experiment: Experiment) -> Iterator[tuple[float, float, float]]:
    """The gradient, the central difference and the margin of each weight that is judged."""
    inputs, targets = (numbers[0] for numbers in reference.samples_of_rows(experiment))
    parameters = np.array(experiment.weights + experiment.biases)
    with np.errstate(all="ignore"):
        found = reference.quantities(experiment.network, inputs, targets, parameters)
        if max(np.abs(number).max() for number in found.values()) > LARGEST_JUDGED:
            return
        differences = CentralDifferences(experiment, 0)
        for weight in differences.parameters:
            if not any(applies for _, applies, _ in differences.obstacles(weight)):
                gradient = float(found[gradient_name(weight)])
                margin = differences.margin(weight, gradient)
                yield gradient, differences.value(weight), margin


@settings(max_examples=150, deadline=None)
@example(FAR_OUT)
@given(edited())
def test_a_derivative_is_within_the_margin_whatever_is_typed(experiment: Experiment) -> None:
    for gradient, difference, margin in judged(experiment):
        assert abs(gradient - difference) <= margin


@pytest.mark.parametrize("preset", ["classroom", "mazur", "xor", "spiral"])
def test_the_margin_sees_what_is_off_by_a_ten_thousandth_of_the_largest(preset: str) -> None:
    """And judges every weight of the presets."""
    experiment = Experiment.preset(preset, steps=1)
    found = list(judged(experiment))
    assert len(found) == len(checked_parameters(experiment))
    largest = max(abs(gradient) for gradient, _, _ in found)
    assert all(margin < 1e-4 * largest for _, _, margin in found)


def test_of_a_large_network_the_weights_of_one_neuron_a_layer_are_judged() -> None:
    large = Experiment.of({"layers": "9-8-2", "biases": "trained", "steps": 1})
    first, last = (layer.neurons[0] for layer in large.network.layers)
    expected = {*first.weights, first.bias, *last.weights, last.bias}
    assert set(checked_parameters(large)) == expected
    assert not CentralDifferences(large, 0).complete
    assert len(list(judged(large))) == len(expected)


def test_a_step_that_cannot_be_small_enough_is_not_judged() -> None:
    """A weight of 1e35 has no digit left for a step that its source of 1e20 does not blow up."""
    experiment = Experiment.preset(inputs=[1e20, 0.1], weights=[1e35, *[0.1] * 7])
    words = [list(CentralDifferences(experiment, 0).obstacles(name)) for name in ("w1", "w4")]
    assert [[applies for _, applies, _ in found] for found in words] == [[True], [False]]
