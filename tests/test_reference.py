"""The reference against torch's autograd and optimiser, and against the published values."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given

from backprop_xlsx import reference
from backprop_xlsx.equations import EQUATIONS, forward, gradients
from backprop_xlsx.experiment import Experiment
from backprop_xlsx.expression import Expression, Symbol
from backprop_xlsx.network import INPUTS, TARGETS, WEIGHTS
from tests.oracles import torch_network
from tests.oracles.known_values import LOSSES, START_LOSSES, shows
from tests.strategies import CHAOTIC, experiments


@pytest.mark.parametrize("preset", LOSSES)
def test_known_losses_are_met_to_every_digit(preset: str) -> None:
    experiment = Experiment.preset(preset)
    losses = reference.train(experiment)["E_total"]
    assert shows(losses[0, 0], START_LOSSES[preset])
    for rate, (after_1, after_100) in LOSSES[preset].items():
        run = losses[:, experiment.learning_rates.index(rate)]
        assert shows(run[1], after_1)
        assert shows(run[100], after_100)


@given(experiments())
def test_gradients_equal_autograd(experiment: Experiment) -> None:
    weights = torch.tensor(experiment.weights, dtype=torch.float64)
    loss, expected = torch_network.loss_and_gradients(
        experiment.inputs, experiment.targets, weights
    )
    found = reference.quantities(
        np.array(experiment.inputs), np.array(experiment.targets), np.array(experiment.weights)
    )
    assert found["E_total"] == pytest.approx(loss, rel=1e-12, abs=1e-14)
    for name, gradient in expected.items():
        assert found[name] == pytest.approx(gradient, rel=1e-11, abs=1e-14), name


@given(experiments(largest=1.0, learning_rate=2.0))
def test_training_equals_torch_step_by_step(experiment: Experiment) -> None:
    found = reference.train(experiment)
    for run, rate in enumerate(experiment.learning_rates):
        for step, (weights, loss) in enumerate(torch_network.train(experiment, rate)):
            assert found["E_total"][step, run] == pytest.approx(loss, rel=1e-10, abs=1e-12)
            row = [found[name][step, run] for name in WEIGHTS]
            assert row == pytest.approx(weights, rel=1e-10, abs=1e-12)


@given(experiments())
def test_equations_equal_autograd(experiment: Experiment) -> None:
    starts = dict(
        zip(
            INPUTS + TARGETS + WEIGHTS,
            experiment.inputs + experiment.targets + experiment.weights,
            strict=True,
        )
    )
    values: dict[str, float] = dict(starts)

    def lookup(leaf: Expression) -> float:
        assert isinstance(leaf, Symbol)
        return values[leaf.name]

    for name, equation in (forward() | gradients()).items():
        values[name] = float(equation.value(lookup))
    weights = torch.tensor(experiment.weights, dtype=torch.float64)
    loss, expected = torch_network.loss_and_gradients(
        experiment.inputs, experiment.targets, weights
    )
    assert values["E_total"] == pytest.approx(loss, rel=1e-12, abs=1e-14)
    for name, gradient in expected.items():
        assert values[name] == pytest.approx(gradient, rel=1e-11, abs=1e-14), name


def test_every_computed_column_has_an_equation() -> None:
    computed = set(reference.train(Experiment.preset())) - {*INPUTS, *TARGETS}
    assert computed == set(EQUATIONS)


def test_extreme_pre_activations_do_not_overflow() -> None:
    values = np.array([-1e300, -800.0, -700.0, 0.0, 700.0, 1e300])
    weights = np.zeros((len(values), 8))
    weights[:, 0] = values
    with np.errstate(all="raise", under="ignore"):
        found = reference.quantities(np.array([1.0, 0.0]), np.array([0.0, 1.0]), weights)
    expected = torch.sigmoid(torch.tensor(values)).tolist()
    assert found["a_h1"].tolist() == pytest.approx(expected, rel=1e-12, abs=1e-300)


def test_rounding_is_negligible_for_presets_and_large_for_a_chaotic_run() -> None:
    assert reference.run_rounding(Experiment.preset()).max() < 1e-14
    assert reference.run_rounding(CHAOTIC)[0] > 1e-12
