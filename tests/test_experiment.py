"""Experiments refuse what cannot be written into a book, and say why."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from backprop_xlsx.errors import InputError
from backprop_xlsx.experiment import Experiment, preset_names

CLASSROOM = Experiment.preset()


def test_presets_hold_the_values_of_the_exercise() -> None:
    assert preset_names() == ("classroom", "eva", "eva6")
    weights = (0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55)
    assert CLASSROOM.weights == weights
    assert CLASSROOM.inputs == (0.05, 0.10)
    assert CLASSROOM.targets == (0.5, 0.5)
    assert CLASSROOM.learning_rates == (0.1, 0.2, 0.5, 0.8, 1.0, 2.0)
    assert CLASSROOM.steps == 100
    assert Experiment.preset("eva").targets == (0.01, 0.99)
    assert Experiment.preset("eva6").weights == (0.3, 0.5, -0.2, 0.7, 0.1, -0.6, 0.3, -0.9)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weights": (0.1,) * 7}, "weights: 7 numbers given, expected 8"),
        ({"inputs": (0.1,)}, "inputs: 1 numbers given, expected 2"),
        ({"targets": (0.1, 0.2, 0.3)}, "targets: 3 numbers given, expected 2"),
        ({"inputs": (math.nan, 0.1)}, "inputs: nan is not a finite number"),
        ({"weights": (math.inf,) * 8}, "weights: inf is not a finite number"),
        ({"weights": (1e300,) * 8}, "weights: 1e+300 is too large, expected at most 1e+40"),
        ({"weights": ("0.1",) * 8}, "weights: '0.1' is not a number"),
        ({"inputs": (True, 0.1)}, "inputs: True is not a number"),
        ({"learning_rates": ()}, "learning rates: 0 given, expected 1 to 12"),
        ({"learning_rates": (0.1,) * 13}, "learning rates: 13 given, expected 1 to 12"),
        ({"learning_rates": (0.1, 0.0)}, "learning rates: 0 given, expected a number above 0"),
        ({"learning_rates": (-1.0,)}, "learning rates: -1 given, expected a number above 0"),
        ({"steps": 0}, "steps: 0 given, expected 1 to"),
        ({"steps": 2_000_000}, "steps: 2000000 given, expected 1 to"),
        ({"steps": 1.5}, "steps: 1.5 is not a whole number"),
    ],
)
def test_unusable_values_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        dataclasses.replace(CLASSROOM, **changes)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unknown_preset_names_those_there_are() -> None:
    with pytest.raises(InputError, match="'eva5' is unknown, expected one of: classroom, eva"):
        Experiment.preset("eva5")


def test_numbers_keep_the_digits_that_a_spreadsheet_keeps() -> None:
    experiment = dataclasses.replace(CLASSROOM, inputs=(1 / 3, 2e-9 / 7))
    assert experiment.inputs == (0.333333333333333, 2.85714285714286e-10)
