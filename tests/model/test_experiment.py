"""Experiments refuse what cannot be written into a book, and say why; presets hold their values."""

from __future__ import annotations

import dataclasses
import math
from contextlib import nullcontext
from typing import Any

import pytest

from backprop_xlsx import reference
from backprop_xlsx.formula.names import sampled
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.optimisers import GradientDescent
from backprop_xlsx.model.samples import Sample
from backprop_xlsx.model.settings import preset_names
from backprop_xlsx.model.valid import LARGEST_NUMBER_OF_SAMPLES
from backprop_xlsx.spreadsheet.errors import InputError

CLASSROOM = Experiment.preset()
(SAMPLE,) = CLASSROOM.samples


def test_presets_hold_the_values_of_the_exercise() -> None:
    assert preset_names() == ("classroom", "eva", "eva6", "mazur", "spiral", "xor")
    weights = (0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55)
    assert CLASSROOM.weights == weights
    assert Sample((0.05, 0.10), (0.5, 0.5)) == SAMPLE
    rates = [optimiser.learning_rate for optimiser in CLASSROOM.optimisers]
    assert rates == [0.1, 0.2, 0.5, 0.8, 1.0, 2.0]
    assert all(type(optimiser) is GradientDescent for optimiser in CLASSROOM.optimisers)
    assert CLASSROOM.steps == 100
    assert CLASSROOM.network == Network((2, 2, 2), ("sigmoid", "sigmoid"), "none")
    for name in ("eva", "eva6", "mazur"):
        assert Experiment.preset(name).samples == (Sample((0.05, 0.10), (0.01, 0.99)),)
    assert Experiment.preset("eva").weights == weights
    assert Experiment.preset("mazur").weights == weights
    assert Experiment.preset("mazur").biases == (0.35, 0.35, 0.60, 0.60)
    assert Experiment.preset("eva6").weights == (0.3, 0.5, -0.2, 0.7, 0.1, -0.6, 0.3, -0.9)


def test_mazur_meets_the_published_values() -> None:
    experiment = Experiment.preset("mazur")
    run = reference.train(experiment)[0]
    assert experiment.optimisers[0].learning_rate == 0.5
    assert run["E_total"][0] == pytest.approx(0.29837110876000272, rel=1e-15)
    assert run["E_total"][1] == pytest.approx(0.29102777369359933, rel=1e-15)
    assert run["dE/dw5"][0] == pytest.approx(0.08216704056423077, rel=1e-14)
    assert run["dE/dw1"][0] == pytest.approx(0.0004385677344743465, rel=1e-14)
    assert run["w1"][1] == pytest.approx(0.1497807161327628, rel=1e-15)
    assert run["w5"][1] == pytest.approx(0.35891647971788465, rel=1e-15)
    assert (run["b1"] == 0.35).all()
    trained = reference.train(Experiment.preset("mazur", biases="trained"))[0]
    assert trained["E_total"][1] == pytest.approx(0.28047144679143016, rel=1e-15)


def test_the_number_that_mazur_is_quoted_with_comes_from_weights_already_updated() -> None:
    """His hidden gradients with the new w5 … w8: what the note on the sheet says of 0.291027924."""
    experiment = Experiment.preset("mazur")
    run = {name: values[:2] for name, values in reference.train(experiment)[0].items()}
    later = dict(zip(experiment.network.weights, experiment.weights, strict=True))
    later |= {name: run[name][1] for name in ("w5", "w6", "w7", "w8")}
    for hidden, (inner, outer) in {"h1": ("w1 w2", "w5 w7"), "h2": ("w3 w4", "w6 w8")}.items():
        back = sum(
            run[f"dE/d{output}"][0] * later[weight]
            for output, weight in zip(("o1", "o2"), outer.split(), strict=True)
        )
        activation = run[f"a_{hidden}"][0]
        for weight, source in zip(inner.split(), ("i1", "i2"), strict=True):
            gradient = back * activation * (1 - activation) * run[source][0]
            later[weight] = run[weight][0] - 0.5 * gradient
    quoted = dataclasses.replace(
        experiment, weights=tuple(later.values()), optimisers=experiment.optimisers[:1], steps=1
    )
    loss = reference.train(quoted)[0]["E_total"][0]
    assert f"{loss:.9f}" == "0.291027924"
    assert "0.291027924" in experiment.note
    assert f"{run['E_total'][1]:.11f}" in experiment.note


@pytest.mark.parametrize(
    ("preset", "solved_by"),
    [
        ("xor", ["gradient descent", "momentum", "RMSprop", "Adam"]),
        ("spiral", ["momentum", "Adam"]),
    ],
)
def test_presets_of_several_samples_are_solved_within_their_steps(
    preset: str, solved_by: list[str]
) -> None:
    experiment = Experiment.preset(preset)
    solved = []
    for optimiser, run in zip(experiment.optimisers, reference.train(experiment), strict=True):
        errors = [
            abs(run[sampled("a_o1", index)][-1] - sample.targets[0])
            for index, sample in enumerate(experiment.samples)
        ]
        if max(errors) < 0.5:
            solved.append(optimiser.title)
            assert run["E_mean"][-1] < 0.1
    assert solved == solved_by


def test_drawn_presets_start_from_the_same_weights_everywhere() -> None:
    assert Experiment.preset("xor").weights[:3] == (0.61, 0.6159, 0.0307)
    assert Experiment.preset("spiral").weights[:3] == (-0.4129, -0.349, 0.5443)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weights": (0.1,) * 7}, "weights: 7 numbers given, expected 8"),
        ({"samples": (Sample((0.1,), (0.5, 0.5)),)}, "inputs: 1 numbers given, expected 2"),
        ({"samples": (Sample((0.1, 0.2), (0.5,) * 3),)}, "targets: 3 numbers given, expected 2"),
        (
            {"samples": (SAMPLE, Sample((0.1, 0.2), (0.5,)))},
            "targets of sample 2: 1 numbers given, expected 2",
        ),
        ({"samples": ()}, "samples: 0 given, expected 1 to 16,000"),
        (
            {"samples": (SAMPLE,) * (LARGEST_NUMBER_OF_SAMPLES + 1)},
            "samples: 16,001 given, expected 1 to 16,000 (each has a column of a worksheet)",
        ),
        (
            {"samples": (Sample((math.nan, 0.1), (0.5, 0.5)),)},
            "inputs: nan is not a finite number",
        ),
        ({"weights": (math.inf,) * 8}, "weights: inf is not a finite number"),
        ({"weights": (1e300,) * 8}, "weights: 1e+300 is too large, expected at most 1e+40"),
        ({"weights": (10**400,) * 8}, "is too large, expected at most 1e+40"),
        ({"weights": (-(10**5000),) * 8}, "weights: a int with thousands of digits is too large"),
        ({"weights": ("0.1",) * 8}, "weights: '0.1' is not a number"),
        ({"weights": "12345678"}, "weights: '12345678' is not a list of numbers"),
        ({"weights": None}, "weights: None is not a list of numbers"),
        ({"weights": (True,) * 8}, "weights: True is not a number"),
        ({"biases": (0.1,)}, "biases: 1 numbers given, expected 0"),
        ({"optimisers": ()}, "learning rates: 0 given, expected 1 to 12"),
        (
            {"optimisers": (GradientDescent(0.1),) * 13},
            "learning rates: 13 given, expected 1 to 12, counted with each optimiser",
        ),
        ({"steps": 0}, "steps: 0 given, expected 1 to 1048544 (a worksheet has 1,048,576 rows)"),
        ({"steps": 2_000_000}, "steps: 2000000 given, expected 1 to"),
        ({"steps": 10**5000}, "steps: a int with thousands of digits given, expected 1 to"),
        ({"steps": 1.5}, "steps: 1.5 is not a whole number"),
        ({"steps": True}, "steps: True is not a whole number"),
        ({"batch": "some"}, "batch: 'some' is unknown, expected one of: full, one"),
        ({"batch": ["full"]}, "batch: ['full'] is unknown"),
        ({"title": 3}, "title: 3 given, expected a text"),
        ({"title": "x" * 121}, "title: 121 characters given, expected at most 120"),
        ({"note": "x" * 2001}, "note: 2,001 characters given, expected at most 2,000"),
        ({"note": "bell\a"}, r"note: 'bell\x07' has characters that no sheet can show"),
        ({"title": "\ud800"}, "has characters that no sheet can show"),
    ],
)
def test_unusable_values_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        dataclasses.replace(CLASSROOM, **changes)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("output", "loss", "targets", "message"),
    [
        ("softmax", "cross-entropy", (0.5, 0.4), "targets: sum to 0.9; for cross-entropy they"),
        ("softmax", "cross-entropy", (-0.5, 1.5), "targets: -0.5 given, expected numbers from 0"),
        ("sigmoid", "binary cross-entropy", (1, 1.01), "targets: 1.01 given, expected numbers"),
    ],
)
def test_targets_that_are_no_probabilities_are_refused(
    output: str, loss: str, targets: tuple[float, float], message: str
) -> None:
    network = Network((2, 2), (output,), "none", loss)
    with pytest.raises(InputError) as caught:
        Experiment((Sample((1, 1), targets),), (0.1,) * 4, (GradientDescent(0.1),), network)
    assert message in str(caught.value)


def test_probabilities_may_be_rounded() -> None:
    network = Network((1, 3), ("softmax",), "none", "cross-entropy")
    thirds = (0.3333333333, 0.3333333333, 0.3333333333)
    run = Experiment((Sample((1,), thirds),), (0.1,) * 3, (GradientDescent(0.1),), network)
    assert run.samples[0].targets == thirds


@pytest.mark.parametrize(("share", "refused"), [(0.5, False), (2.0, True)])
def test_probabilities_may_sum_to_a_thousand_millionth_more(share: float, refused: bool) -> None:
    network = Network((1, 2), ("softmax",), "none", "cross-entropy")
    sample = Sample((1,), (0.5, 0.5 + share * 1e-9))
    with pytest.raises(InputError) if refused else nullcontext():
        Experiment((sample,), (0.1,) * 2, (GradientDescent(0.1),), network)


def test_unknown_preset_names_those_there_are() -> None:
    with pytest.raises(InputError, match="'eva5' is unknown, expected one of: classroom, eva"):
        Experiment.preset("eva5")


def test_numbers_keep_the_digits_that_a_spreadsheet_keeps() -> None:
    sample = Sample((1 / 3, 2e-9 / 7), (0.5, 0.5))
    experiment = dataclasses.replace(CLASSROOM, samples=(sample,))
    assert experiment.samples[0].inputs == (0.333333333333333, 2.85714285714286e-10)


@pytest.mark.parametrize(
    ("samples", "batch", "a_step", "in_turn"),
    [(1, "full", 1, False), (1, "one", 1, False), (3, "full", 3, False), (3, "one", 1, True)],
)
def test_a_step_sees_all_samples_or_one_of_them_in_turn(
    samples: int, batch: str, a_step: int, in_turn: bool
) -> None:
    experiment = dataclasses.replace(CLASSROOM, samples=(SAMPLE,) * samples, batch=batch)
    assert (experiment.samples_a_step, experiment.in_turn) == (a_step, in_turn)
    named = {"i1", "i2", "t1", "t2"} if samples == 1 else set()
    assert set(experiment.start_values) == named | {f"w{index}" for index in range(1, 9)}
