"""Optimisers: their equations against torch.optim, and what they refuse."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from backprop_xlsx.formula.expression import Expression, Symbol, Value
from backprop_xlsx.model.optimisers import (
    OPTIMISERS,
    SYMBOLS,
    Adam,
    Momentum,
    Optimiser,
    RMSprop,
    optimiser,
)
from backprop_xlsx.reference.optimisers import nothing_yet, updated
from backprop_xlsx.spreadsheet.errors import InputError
from tests.oracles.torch_network import optimiser_in_torch
from tests.strategies import optimisers

# Gradients as they come one after the other; 0 is that of a ReLU at rest.
GRADIENTS = st.lists(
    st.one_of(st.just(0.0), st.floats(-1e3, 1e3), st.floats(-1e-12, 1e-12)), min_size=1, max_size=8
)


def by_torch(optimiser: Optimiser, start: float, gradients: list[float]) -> list[float]:
    """The weight after each update."""
    weight = torch.tensor([start], dtype=torch.float64, requires_grad=True)
    stepper = optimiser_in_torch([weight], optimiser)
    weights = []
    for gradient in gradients:
        weight.grad = torch.tensor([gradient], dtype=torch.float64)
        stepper.step()
        weights.append(weight.item())
    return weights


def by_equations(optimiser: Optimiser, start: float, gradients: list[float]) -> list[float]:
    row: dict[str, float] = {"w1": start} | dict.fromkeys(optimiser.state_names("w1"), 0.0)
    weights = []
    for step, gradient in enumerate(gradients, start=1):
        above = row | {"dE/dw1": gradient}
        row = {"step": float(step)} | optimiser.constants

        def lookup(
            leaf: Expression, row: dict[str, float] = row, above: dict[str, float] = above
        ) -> Value:
            assert isinstance(leaf, Symbol)
            return (above if leaf.steps_back else row)[leaf.name]

        with np.errstate(over="raise", invalid="raise", divide="raise"):
            for name, equation in optimiser.updates("w1").items():
                row[name] = float(equation.value(lookup))
        weights.append(row["w1"])
    return weights


def by_reference(optimiser: Optimiser, start: float, gradients: list[float]) -> list[float]:
    values, kept = np.array([start]), nothing_yet(optimiser, (1,))
    weights = []
    for step, gradient in enumerate(gradients, start=1):
        values, kept = updated(optimiser, values, np.array([gradient]), kept, np.asarray(step))
        weights.append(float(values[0]))
    return weights


@given(optimisers(), st.floats(-10, 10), GRADIENTS)
def test_updates_are_those_of_torch(
    optimiser: Optimiser, start: float, gradients: list[float]
) -> None:
    expected = by_torch(optimiser, start, gradients)
    # Where an update cancels a weight nearly to 0, its last digits are amplified.
    moved = by_torch(optimiser, float(np.nextafter(start, np.inf)), gradients)
    amplified = max(abs(a - b) for a, b in zip(moved, expected, strict=True))
    largest = max(map(abs, (start, *expected)))
    for found in (by_equations, by_reference):
        assert found(optimiser, start, gradients) == pytest.approx(
            expected, rel=1e-11, abs=1e-14 * largest + 100 * amplified
        ), found.__name__


@pytest.mark.parametrize("kind", OPTIMISERS)
def test_every_constant_has_a_letter_and_every_state_words(kind: str) -> None:
    chosen = optimiser(kind, learning_rate=0.1, weight_decay=0.01)
    assert list(chosen.constants.values()) == [getattr(chosen, f.name) for f in fields(chosen)]
    assert list(chosen.constants) == [SYMBOLS[field.name] for field in fields(chosen)]
    assert len(chosen.state_names("w1")) == len(chosen.states)
    used = {leaf.text() for equation in chosen.updates("w1").values() for leaf in equation.leaves()}
    assert set(chosen.constants) <= used
    assert "λ" not in optimiser(kind, learning_rate=0.1).constants


def test_the_defaults_are_those_of_torch() -> None:
    weight = [torch.zeros(1)]
    (adam,) = torch.optim.Adam(weight).param_groups
    assert (Adam(1).beta1, Adam(1).beta2, Adam(1).epsilon) == (*adam["betas"], adam["eps"])
    (rms,) = torch.optim.RMSprop(weight).param_groups
    assert (RMSprop(1).smoothing, RMSprop(1).epsilon) == (rms["alpha"], rms["eps"])


def test_optimisers_are_found_by_name() -> None:
    assert optimiser("Momentum", learning_rate=0.1, momentum=0.5) == Momentum(0.1, momentum=0.5)
    assert optimiser("RMSprop", learning_rate=0.1) == optimiser("rmsprop", learning_rate=0.1)


@pytest.mark.parametrize(
    ("kind", "constants", "message"),
    [
        ("sgd", {}, "optimiser: 'sgd' is unknown, expected one of: gradient descent, momentum"),
        ("adam", {}, "Adam: no learning_rate given"),
        ("adam", {"learning_rate": 0}, "learning rates: 0 given, expected a number above 0"),
        ("adam", {"learning_rate": "fast"}, "learning rates: 'fast' is not a number"),
        ("adam", {"learning_rate": 1e41}, "learning rates: 1e+41 is too large"),
        ("adam", {"beta1": 1}, "beta1: 1 given, expected a number from 0 and below 1"),
        ("adam", {"beta2": 1 - 1e-16}, "beta2: 1 given, expected a number from 0 and below 1"),
        ("adam", {"beta2": -0.1}, "beta2: -0.1 given, expected a number from 0 and below 1"),
        ("adam", {"epsilon": 0}, "epsilon: 0 given, expected a number above 0"),
        ("rmsprop", {"smoothing": 1}, "smoothing: 1 given, expected a number from 0 and below 1"),
        ("momentum", {"momentum": 1}, "momentum: 1 given, expected a number from 0 and below 1"),
        ("momentum", {"weight_decay": -1}, "weight decay: -1 given, expected a number from 0"),
        ("momentum", {"beta1": 0.9}, "momentum has no 'beta1', expected some of: learning_rate"),
        ("momentum", {"kind": 1}, "momentum has no 'kind', expected some of: learning_rate"),
    ],
)
def test_unusable_constants_are_refused(kind: str, constants: dict[str, Any], message: str) -> None:
    given = constants if message.startswith("Adam: no") else {"learning_rate": 0.1} | constants
    with pytest.raises(InputError) as caught:
        optimiser(kind, **given)
    assert message in str(caught.value)
