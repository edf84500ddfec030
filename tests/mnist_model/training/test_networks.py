"""The networks against their published counts, and the layer table against torch's own counters."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from backprop_xlsx.spreadsheet.errors import InputError
from mnist_model.training.networks import build_network, network_names, parameter_count
from mnist_model.training.networks.architecture import layer_table
from mnist_model.training.recipes import PUBLISHED, RECIPES


@pytest.mark.parametrize("name", network_names())
def test_a_network_has_as_many_parameters_as_its_name_says(name: str) -> None:
    network = build_network(name)
    assert parameter_count(network) == int(name) < 20_000
    assert network(torch.zeros(2, 1, 28, 28)).shape == (2, 10)


def test_an_unknown_network_is_named() -> None:
    with pytest.raises(InputError, match="network 4711: expected one of 14392"):
        build_network("4711")


def test_every_recipe_names_a_network() -> None:
    assert {recipe.network for recipe in (*RECIPES.values(), *PUBLISHED.values())} <= set(
        network_names()
    )


@pytest.mark.parametrize(
    ("name", "millions"),
    [("14392", 1.66), ("15738", 2.23), ("16050", 2.23), ("18738", 5.06), ("19512", 3.06)],
)
def test_multiply_adds_are_the_published_ones(name: str, millions: float) -> None:
    rows = layer_table(build_network(name))
    assert sum(row.multiply_adds for row in rows) / 1e6 == pytest.approx(millions, abs=0.005)


@pytest.mark.parametrize("name", network_names())
def test_the_layer_table_agrees_with_hooks_and_the_flop_counter(name: str) -> None:
    network = build_network(name).eval()
    shapes = []
    for layer in network:
        layer.register_forward_hook(lambda _, __, output: shapes.append(tuple(output.shape[1:])))
    with FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, 1, 28, 28))
    seen = list(shapes)
    rows = layer_table(network)
    assert [row.output_shape for row in rows] == seen
    assert [row.input_shape for row in rows] == [(1, 28, 28), *seen[:-1]]
    assert 2 * sum(row.multiply_adds for row in rows) == counter.get_total_flops()
    assert [row.parameters for row in rows] == [
        sum(parameter.numel() for parameter in layer.parameters()) for layer in network
    ]


@pytest.mark.parametrize("name", ["14392", "15738", "16050", "19626", "17690", "4838", "1914"])
def test_the_receptive_field_is_what_a_gradient_reaches(name: str) -> None:
    # All weights 1 and everything linear: no path cancels, none is cut off.
    network = build_network(name)
    linear: list[nn.Module] = []
    rows = layer_table(network)
    for layer, row in zip(network, rows, strict=True):
        if isinstance(layer, nn.Conv2d):
            layer.weight.data.fill_(1)
        if isinstance(layer, nn.MaxPool2d):
            linear.append(nn.AvgPool2d(layer.kernel_size))
        elif isinstance(layer, nn.Conv2d | nn.AvgPool2d | nn.AdaptiveAvgPool2d):
            linear.append(layer)
        else:
            continue
        # On a picture large enough, so that no border cuts the field short.
        image = torch.ones(1, 1, 140, 140, requires_grad=True)
        if isinstance(layer, nn.AdaptiveAvgPool2d):
            break
        output = nn.Sequential(*linear)(image)
        middle = output.shape[-1] // 2
        (gradient,) = torch.autograd.grad(output[0, 0, middle, middle], image)
        reached = int((gradient[0, 0].abs().sum(0) > 0).sum())
        assert row.receptive_field == min(reached, 28), row.operation


def test_an_unknown_layer_is_refused() -> None:
    network = nn.Sequential(nn.Conv2d(1, 1, 3), nn.Tanh())
    with pytest.raises(InputError, match=r"layer Tanh\(\): expected one of"):
        layer_table(network)
