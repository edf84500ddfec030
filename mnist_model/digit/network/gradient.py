"""How much more the winner's output would grow than the runner-up's: gradients, stage by stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mnist_model.digit.network.stages import Stage
from mnist_model.digit.network.steps import Array

ROUNDED = 11
"""Decimals of what max pooling compares, in the reference."""


@dataclass(frozen=True, eq=False)
class Gradient:
    """Of a stage: with respect to the sums before its steps, and to what it reads."""

    sums: Array
    inputs: Array


def contest(outputs: Tensor) -> tuple[int, int | None]:
    """The places of the largest output and of the next, the first of equal ones; None if alone."""
    values = outputs.flatten()
    winner = int(values.argmax())
    if len(values) == 1:
        return winner, None
    others = values.clone()
    others[winner] = -torch.inf
    return winner, int(others.argmax())


def seed(outputs: Tensor) -> Tensor:
    """1 for the winner, −1 for the runner-up, 0 for all others."""
    winner, runner_up = contest(outputs)
    signs = torch.zeros_like(outputs).flatten()
    signs[winner] = 1
    if runner_up is not None:
        signs[runner_up] = -1
    return signs.reshape(outputs.shape)


def gradients(stages: Sequence[Stage], values: Sequence[Tensor]) -> list[Gradient]:
    """Of each stage, in order; ``values`` are the input and what each stage gives."""
    upstream, found = seed(values[-1]), []
    for stage, reads in zip(reversed(stages), reversed(values[:-1]), strict=True):
        inputs = reads.detach().reshape(stage.input_shape).requires_grad_()
        sums = stage.core_values(inputs)
        outputs = sums
        for step in stage.steps:
            outputs = step.values(outputs)
        wanted = torch.autograd.grad(outputs, (sums, inputs), upstream.reshape(outputs.shape))
        upstream = wanted[1]
        found.append(Gradient(wanted[0].numpy(), upstream.numpy()))
    return found[::-1]


def speakers(evidence: Array, count: int) -> list[tuple[int, float]]:
    """The places, from 0, and the evidence of the squares that speak most for the runner-up.

    A square that was named counts as 0 from then on, so that one without evidence may follow.
    """
    left, found = evidence.flatten().copy(), []
    for _ in range(count):
        place = int(left.argmin())
        found.append((place, float(left[place])))
        left[place] = 0
    return found


def evidence(module: torch.nn.Module, inputs: Tensor) -> Tensor:
    """Gradient times input for one input, by torch.autograd through the module itself.

    Equal windows of paper are to give max pooling equal values: torch's convolutions round them
    differently at different places, and its first largest would be the one rounded up.
    """
    reads = inputs.detach().clone().requires_grad_()
    pools = [
        one for one in module.modules() if isinstance(one, torch.nn.MaxPool1d | torch.nn.MaxPool2d)
    ]
    hooks = [pool.register_forward_pre_hook(_even_out) for pool in pools]
    try:
        outputs = module(reads[None])
    finally:
        for hook in hooks:
            hook.remove()
    signs = seed(outputs.detach())
    (gradient,) = torch.autograd.grad(outputs, reads, signs)
    return gradient * inputs


def _even_out(_: torch.nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The same values, those that differ by rounding alone made equal; gradients pass through."""
    (values,) = inputs
    return (values.detach().round(decimals=ROUNDED) + (values - values.detach()),)
