"""The class network in torch: its autograd knows nothing of our formulas."""

from __future__ import annotations

import torch

from backprop_xlsx.experiment import Experiment
from backprop_xlsx.network import WEIGHTS


def loss_and_gradients(
    inputs: tuple[float, ...], targets: tuple[float, ...], weights: torch.Tensor
) -> tuple[float, dict[str, float]]:
    """E_total and ∂E/∂w of every weight, by name, from reverse-mode differentiation."""
    weights = weights.detach().clone().requires_grad_()
    hidden = torch.sigmoid(weights[:4].reshape(2, 2) @ torch.tensor(inputs, dtype=torch.float64))
    output = torch.sigmoid(weights[4:].reshape(2, 2) @ hidden)
    loss = 0.5 * ((torch.tensor(targets, dtype=torch.float64) - output) ** 2).sum()
    loss.backward()  # type: ignore[no-untyped-call]
    assert weights.grad is not None
    names = [f"dE/d{name}" for name in WEIGHTS]
    return loss.item(), dict(zip(names, weights.grad.tolist(), strict=True))


def train(experiment: Experiment, learning_rate: float) -> list[tuple[list[float], float]]:
    """The weights and E_total at every step, by torch.optim.SGD."""
    weights = torch.tensor(experiment.weights, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.SGD([weights], lr=learning_rate)
    inputs = torch.tensor(experiment.inputs, dtype=torch.float64)
    targets = torch.tensor(experiment.targets, dtype=torch.float64)
    steps = []
    for _ in range(experiment.steps + 1):
        optimiser.zero_grad()
        hidden = torch.sigmoid(weights[:4].reshape(2, 2) @ inputs)
        output = torch.sigmoid(weights[4:].reshape(2, 2) @ hidden)
        loss = 0.5 * ((targets - output) ** 2).sum()
        steps.append((weights.tolist(), loss.item()))
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return steps
