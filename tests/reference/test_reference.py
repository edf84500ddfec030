"""The reference against torch's autograd and optimisers, and against the published values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from backprop_xlsx import reference
from backprop_xlsx.equations import equations, forward, gradients
from backprop_xlsx.formula.expression import Expression, Symbol, Value
from backprop_xlsx.formula.names import gradient_name, sampled, step_loss
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.optimisers import GradientDescent
from backprop_xlsx.model.samples import Sample
from backprop_xlsx.model.settings import preset_names
from tests.oracles import torch_network
from tests.oracles.known_values import LOSSES, START_LOSSES, shows
from tests.strategies import CHAOTIC, any_experiments, experiments


def start_rows(experiment: Experiment) -> dict[str, float]:
    """Every quantity of step 0."""
    run = replace(experiment, optimisers=(GradientDescent(1e-3),), steps=1)
    return {name: float(values[0]) for name, values in reference.train(run)[0].items()}


def by_equations(experiment: Experiment) -> dict[str, Value]:
    """Every quantity of step 0, from the equations one after the other."""
    network, samples = experiment.network, experiment.samples_a_step
    values: dict[str, Value] = dict(zip(network.weights, experiment.weights, strict=True))
    values |= dict(zip(network.bias_names, experiment.biases, strict=True))
    for index in range(samples):
        sample = experiment.samples[index]
        for name, number in zip(
            network.inputs + network.targets, sample.inputs + sample.targets, strict=True
        ):
            values[sampled(name, index if samples > 1 else None)] = number

    def lookup(leaf: Expression) -> Value:
        assert isinstance(leaf, Symbol)
        return values[leaf.name]

    optimiser = experiment.optimisers[0]
    for name, equation in equations(network, samples, optimiser).items():
        if name not in values and not name.startswith(tuple(f"{s}_" for s in optimiser.states)):
            with np.errstate(over="raise", invalid="raise", divide="raise"):
                values[name] = float(equation.value(lookup))
    return values


@pytest.mark.parametrize("preset", LOSSES)
def test_known_losses_are_met_to_every_digit(preset: str) -> None:
    experiment = Experiment.preset(preset)
    runs = reference.train(experiment)
    assert shows(runs[0]["E_total"][0], START_LOSSES[preset])
    rates = [optimiser.learning_rate for optimiser in experiment.optimisers]
    for rate, (after_1, after_100) in LOSSES[preset].items():
        run = runs[rates.index(rate)]
        assert shows(run["E_total"][1], after_1)
        assert shows(run["E_total"][100], after_100)


@settings(deadline=None)
@given(any_experiments())
@pytest.mark.parametrize("computed", [start_rows, by_equations])
def test_reference_and_equations_equal_autograd(
    computed: Callable[[Experiment], Mapping[str, Value]], experiment: Experiment
) -> None:
    loss, expected = torch_network.loss_and_gradients(experiment)
    found = computed(experiment)
    name = step_loss(experiment.samples_a_step)
    assert found[name] == pytest.approx(loss, rel=1e-11, abs=1e-13)
    for name, gradient in expected.items():
        assert found[name] == pytest.approx(gradient, rel=1e-11, abs=1e-13), name


@settings(deadline=None)
@given(any_experiments())
def test_equations_equal_the_reference_in_every_quantity(experiment: Experiment) -> None:
    expected = start_rows(experiment)
    for name, value in by_equations(experiment).items():
        assert value == pytest.approx(expected[name], rel=1e-11, abs=1e-13), name


@settings(deadline=None)
@given(any_experiments(largest=1.0))
def test_training_equals_torch_step_by_step(experiment: Experiment) -> None:
    check_training(experiment)


@settings(deadline=None)
@given(experiments(largest=1.0, learning_rate=2.0))
def test_training_of_the_class_network_equals_torch_step_by_step(experiment: Experiment) -> None:
    check_training(experiment)


@pytest.mark.parametrize("preset", preset_names())
def test_training_of_the_presets_equals_torch_step_by_step(preset: str) -> None:
    check_training(Experiment.preset(preset))


def check_training(experiment: Experiment) -> None:
    """Holds every weight and loss of every step against torch."""
    trained = reference.train(experiment)
    rounding = reference.run_rounding(experiment, trained)
    for run, optimiser, moved in zip(trained, experiment.optimisers, rounding, strict=True):
        # Where the run itself amplifies rounding, no two computations agree to the last digits.
        allowed = 1e-12 + 100 * moved
        loss_name = step_loss(experiment.samples_a_step)
        for step, (values, loss) in enumerate(torch_network.train(experiment, optimiser)):
            assert run[loss_name][step] == pytest.approx(loss, rel=1e-11, abs=allowed)
            row = [run[name][step] for name in experiment.network.parameters]
            assert row == pytest.approx(values, rel=1e-11, abs=allowed)


def test_a_rectified_neuron_at_exactly_zero_has_the_slope_that_torch_gives_it() -> None:
    for activation in ("relu", "leaky relu"):
        network = Network((1, 2, 1), (activation, "linear"), "trained")
        experiment = Experiment(
            (Sample((1.0,), (1.0,)),),
            (0.5, 0.25, 1.0, 1.0),
            (GradientDescent(0.1),),
            network,
            (-0.5, 0.25, 0.0),
        )
        found = by_equations(experiment)
        assert found["h1"] == 0
        assert start_rows(experiment)["dE/dw1"] == found["dE/dw1"]
        _, expected = torch_network.loss_and_gradients(experiment)
        assert found["dE/dw1"] == expected["dE/dw1"]


@pytest.mark.parametrize("logit", [30.0, 750.0, 1000.0, 1e6])
@pytest.mark.parametrize(
    ("output", "loss"),
    [
        ("softmax", "cross-entropy"),
        ("softmax", "half squared error"),
        ("sigmoid", "binary cross-entropy"),
        ("sigmoid", "mean squared error"),
        ("tanh", "half squared error"),
    ],
)
def test_large_outputs_overflow_in_no_cell(logit: float, output: str, loss: str) -> None:
    network = Network((1, 3), (output,), "none", loss)
    for signs in ((1, -1, 1), (-1, 1, 0)):
        experiment = Experiment(
            (Sample((1.0,), (0.0, 1.0, 0.0)),),
            tuple(sign * logit for sign in signs),
            (GradientDescent(0.1),),
            network,
        )
        found, expected_rows = by_equations(experiment), start_rows(experiment)
        loss_value, expected = torch_network.loss_and_gradients(experiment)
        assert found["E_total"] == pytest.approx(loss_value, rel=1e-12, abs=1e-14)
        for name, gradient in expected.items():
            assert found[name] == pytest.approx(gradient, rel=1e-11, abs=1e-15)
            assert expected_rows[name] == pytest.approx(gradient, rel=1e-11, abs=1e-15)


def test_every_computed_quantity_has_an_equation() -> None:
    experiment = Experiment.preset()
    network = experiment.network
    computed = set(reference.train(experiment)[0]) - {*network.inputs, *network.targets}
    inner = {gradient_name(neuron.pre_activation) for neuron in network.neurons}
    assert computed - inner == set(equations(network, 1, experiment.optimisers[0]))
    assert set(forward(network)) | set(gradients(network)) < computed


def test_rounding_is_negligible_for_presets_and_large_for_a_chaotic_run() -> None:
    classroom = Experiment.preset()
    assert reference.run_rounding(classroom, reference.train(classroom)).max() < 1e-14
    assert reference.run_rounding(CHAOTIC, reference.train(CHAOTIC))[0] > 1e-12
