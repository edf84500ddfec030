"""Layers as the processor computes them: exact to rounding, and random as they should be."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from mnist_model.training.machine import processor
from mnist_model.training.machine.processor import OnProcessor, dropout
from tests.mnist_model.training.runs import CPU


@pytest.mark.parametrize("channels", [3, 8, 15, 20])
def test_batch_norm_is_exact_to_rounding_where_channels_leave_a_gap(channels: int) -> None:
    torch.manual_seed(channels)
    values = (torch.randn(32, channels, 26, 26) * 2 + 1).relu()
    gradient = torch.randn_like(values)
    expected = values.double().requires_grad_()
    outputs = nn.BatchNorm2d(channels, dtype=torch.float64)(expected)
    torch.autograd.backward(outputs, gradient.double())
    seen = values.to(memory_format=torch.channels_last).requires_grad_()
    inside: list[torch.Tensor] = []
    norm = nn.BatchNorm2d(channels)
    norm.register_forward_pre_hook(lambda _, inputs: inside.append(inputs[0]))
    norm.register_full_backward_pre_hook(lambda _, gradients: inside.extend(gradients))
    ours = OnProcessor(norm)(seen)
    torch.autograd.backward(ours, gradient.to(memory_format=torch.channels_last))
    assert [tensor.is_contiguous() for tensor in inside] == [True, True]
    assert seen.grad is not None
    assert expected.grad is not None
    assert torch.allclose(ours.double(), outputs, atol=2e-6)
    assert torch.allclose(seen.grad.double(), expected.grad, atol=2e-6)
    for tensor in (ours, seen.grad):
        assert tensor.is_contiguous(memory_format=torch.channels_last)


def test_the_gradient_of_a_flattened_map_has_the_layout_of_the_map() -> None:
    values = torch.rand(6, 5, 4, 3).to(memory_format=torch.channels_last).requires_grad_()
    layouts: list[bool] = []
    values.register_hook(  # type: ignore[no-untyped-call]
        lambda gradient: layouts.append(gradient.is_contiguous(memory_format=torch.channels_last))
    )
    outputs = OnProcessor(nn.Flatten())(values)
    gradient = torch.rand_like(outputs)
    torch.autograd.backward(outputs, gradient)
    assert layouts == [True]
    assert torch.equal(outputs, values.flatten(1))
    assert values.grad is not None
    assert torch.equal(values.grad, gradient.view_as(values))


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("probability", [0.01, 0.05, 0.2])
def test_dropout_draws_each_value_alone(probability: float, kind: torch.dtype) -> None:
    torch.manual_seed(1)
    shape = (63, 7, 15, 15)
    values = torch.ones(shape, dtype=kind).to(memory_format=torch.channels_last).requires_grad_()
    dropped = []
    for _ in range(8):
        outputs = dropout(values, probability)
        (gradient,) = torch.autograd.grad(outputs.sum(), values)
        assert torch.equal(gradient, outputs)
        kept = outputs[outputs != 0].double()
        assert kept.min() == kept.max()
        tolerance = 2**-16 + torch.finfo(kind).eps
        assert kept[0].item() == pytest.approx(1 / (1 - probability), rel=tolerance)
        dropped.append((outputs == 0).double())
    draws = torch.stack(dropped)

    def within(seen: torch.Tensor, chance: float, count: int) -> None:
        # Six standard deviations of a binomial: one false alarm in a hundred million values.
        assert (seen / count - chance).abs().max() < 6 * (chance * (1 - chance) / count) ** 0.5

    within(draws.sum(), probability, draws.numel())
    # In no picture, channel, row or column more often, neither together with a neighbour, ...
    for axis in range(1, 5):
        others = [other for other in range(5) if other != axis]
        within(draws.sum(others), probability, draws.numel() // draws.shape[axis])
    for axis in range(5):
        length = draws.shape[axis] - 1
        both = draws.narrow(axis, 1, length) * draws.narrow(axis, 0, length)
        within(both.sum(), probability**2, both.numel())
    # ... nor at one of the four places in a drawn word.
    flat = draws[0].permute(0, 2, 3, 1).flatten()
    places = flat[: flat.numel() // 4 * 4].reshape(-1, 4)
    within(places.sum(0), probability, len(places))


def test_a_network_that_is_not_in_training_drops_nothing() -> None:
    network = OnProcessor(nn.Dropout(0.5), nn.Dropout2d(0.5))
    values = torch.ones(4, 6, 5, 5)
    assert torch.equal(network.eval()(values), values)
    assert not torch.equal(network.train()(values), values)


def test_bfloat16_is_asked_of_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    for capabilities, has in (
        ({"avx512_bf16": True}, True),
        ({"amx_bf16": True}, True),
        ({"avx2": True, "avx512_bf16": False}, False),
        ({}, False),
    ):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda of=capabilities: of)
        assert processor.has_bfloat16(CPU) is has
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    assert processor.has_bfloat16(CPU) is False


def test_dropout_follows_the_seed_and_lets_a_probability_of_0_pass() -> None:
    values = torch.rand(5, 13)
    torch.manual_seed(4)
    first = dropout(values, 0.5)
    torch.manual_seed(4)
    assert torch.equal(first, dropout(values, 0.5))
    assert not torch.equal(first, dropout(values, 0.5))
    assert torch.equal(dropout(values, 0.0), values)
