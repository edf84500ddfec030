"""Drawn start values: spread as torch spreads them, the same for the same seed, short to read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from backprop_xlsx.model.network import Network
from backprop_xlsx.model.start_values import DECIMALS, draw_weights
from backprop_xlsx.model.valid import DRAWS
from backprop_xlsx.spreadsheet.errors import InputError
from tests.strategies import networks

WIDTHS = (40, 80, 20)


def he(matrix: torch.Tensor) -> torch.Tensor:
    return torch.nn.init.kaiming_uniform_(matrix, nonlinearity="relu")


def uniform(matrix: torch.Tensor) -> torch.Tensor:
    return torch.nn.init.uniform_(matrix, -0.5, 0.5)


PARTNERS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "xavier": torch.nn.init.xavier_uniform_,
    "he": he,
    "uniform": uniform,
}


def by_layer(network: Network, weights: tuple[float, ...]) -> list[torch.Tensor]:
    """The weights into each layer."""
    sizes = [len(layer.weights) for layer in network.layers]
    return list(torch.split(torch.tensor(weights, dtype=torch.float64), sizes))


@pytest.mark.parametrize("draw", DRAWS)
def test_each_layer_is_spread_as_torch_spreads_it(draw: str) -> None:
    assert draw in PARTNERS, f"{draw}: give the function of torch.nn.init that spreads alike"
    network = Network(WIDTHS, ("tanh", "tanh"))
    torch.manual_seed(0)
    layers = by_layer(network, draw_weights(network, draw, 0))
    for drawn, sources, neurons in zip(layers, WIDTHS, WIDTHS[1:], strict=False):
        expected = PARTNERS[draw](torch.empty(neurons, sources, dtype=torch.float64))
        reach = expected.abs().max().item()
        assert drawn.abs().max().item() == pytest.approx(reach, rel=0.01)
        assert drawn.std().item() == pytest.approx(expected.std().item(), rel=0.05)
        assert abs(drawn.mean().item()) < 0.08 * reach
        # Neither neurons nor halves of the range are favoured.
        assert abs((drawn > 0).double().mean().item() - 0.5) < 0.06


@given(networks(), st.sampled_from(DRAWS), st.integers(0, 2**32 - 1))
def test_a_seed_gives_the_same_short_numbers_again(network: Network, draw: str, seed: int) -> None:
    weights = draw_weights(network, draw, seed)
    assert weights == draw_weights(network, draw, seed)
    assert len(weights) == len(network.weights)
    for weight in weights:
        assert isinstance(weight, float)
        assert len(f"{abs(weight):.15g}".partition(".")[2]) <= DECIMALS


def test_other_seeds_give_other_numbers() -> None:
    drawn = {draw_weights(Network(), "xavier", seed) for seed in range(50)}
    assert len(drawn) == 50


def test_weights_of_a_layer_stay_when_layers_are_added_behind() -> None:
    short, long = Network((2, 3), ("tanh",)), Network((2, 3, 4), ("tanh", "tanh"))
    drawn = draw_weights(short, "he", 7)
    assert draw_weights(long, "he", 7)[: len(drawn)] == drawn


@pytest.mark.parametrize(
    ("draw", "seed", "message"),
    [
        ("normal", 0, "draw: 'normal' is unknown, expected one of: xavier, he, uniform"),
        (["he"], 0, r"draw: \['he'\] is unknown, expected one of: xavier, he, uniform"),
        ("he", -1, "seed: -1 given, expected a whole number from 0 to 4294967295"),
        ("he", 1.0, "seed: 1.0 given, expected a whole number"),
        ("he", True, "seed: True given, expected a whole number"),
        ("he", "1", "seed: '1' given, expected a whole number"),
        ("he", 2**32, "seed: 4294967296 given, expected a whole number"),
        pytest.param("he", 10**5000, "seed: .* given, expected a whole number", id="huge"),
    ],
)
def test_unusable_draws_are_refused(draw: Any, seed: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        draw_weights(Network(), draw, seed)
