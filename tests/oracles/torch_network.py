"""Any network in torch: its autograd and its optimisers know nothing of our formulas."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.optimisers import Adam, Momentum, Optimiser, RMSprop

# Each activation of the package by its name, on tensors (…, neurons).
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": functional.relu,
    "leaky relu": functional.leaky_relu,
    "linear": lambda values: values,
    "softmax": lambda values: values.softmax(-1),
}


class TorchNetwork:
    """A network's parameters as tensors, and its loss."""

    def __init__(self, network: Network, weights: tuple[float, ...], biases: tuple[float, ...]):
        self.network = network
        self.weights = torch.tensor(weights, dtype=torch.float64, requires_grad=True)
        self.biases = torch.tensor(
            biases, dtype=torch.float64, requires_grad=network.biases == "trained"
        )

    @property
    def trained(self) -> list[Tensor]:
        """What an optimiser may change."""
        return [self.weights] + ([self.biases] if self.biases.requires_grad else [])

    def loss(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """The mean loss over samples, inputs (samples, inputs), targets (samples, outputs)."""
        pre, values = self._forward(inputs)
        if self.network.loss_name == "half squared error":
            return 0.5 * ((targets - values) ** 2).sum(-1).mean()
        if self.network.loss_name == "mean squared error":
            return functional.mse_loss(values, targets)
        if self.network.loss_name == "binary cross-entropy":
            return functional.binary_cross_entropy_with_logits(pre, targets)
        return functional.cross_entropy(pre, targets)

    def outputs(self, inputs: Tensor) -> Tensor:
        """The last activations, (samples, outputs)."""
        return self._forward(inputs)[1]

    def _forward(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """The last pre-activations and activations, (samples, outputs)."""
        weight, bias, values = 0, 0, inputs
        pre = inputs
        widths = self.network.widths
        for sources, neurons, activation in zip(
            widths, widths[1:], self.network.activations, strict=False
        ):
            matrix = self.weights[weight : weight + sources * neurons].reshape(neurons, sources)
            weight += sources * neurons
            pre = values @ matrix.T
            if self.network.biases != "none":
                pre = pre + self.biases[bias : bias + neurons]
                bias += neurons
            values = ACTIVATIONS[activation](pre)
        return pre, values

    def gradients(self) -> dict[str, float]:
        """∂E/∂ of every trained parameter after a backward pass, by name."""
        found = [value for tensor in self.trained for value in _gradient(tensor).tolist()]
        names = [f"dE/d{name}" for name in self.network.parameters]
        return dict(zip(names, found, strict=True))


def samples_at(experiment: Experiment, step: int) -> tuple[Tensor, Tensor]:
    """The inputs and targets that a step sees."""
    samples = experiment.samples
    if experiment.batch == "one":
        samples = (samples[step % len(samples)],)
    inputs = torch.tensor([sample.inputs for sample in samples], dtype=torch.float64)
    targets = torch.tensor([sample.targets for sample in samples], dtype=torch.float64)
    return inputs, targets


def loss_and_gradients(experiment: Experiment) -> tuple[float, dict[str, float]]:
    """The loss at step 0 and ∂E/∂ of every trained parameter, from reverse-mode differentiation."""
    network = TorchNetwork(experiment.network, experiment.weights, experiment.biases)
    loss = network.loss(*samples_at(experiment, 0))
    loss.backward()  # type: ignore[no-untyped-call]
    return loss.item(), network.gradients()


def train(experiment: Experiment, optimiser: Optimiser) -> list[tuple[list[float], float]]:
    """The trained parameters and the loss at every step, by torch.optim."""
    network = TorchNetwork(experiment.network, experiment.weights, experiment.biases)
    stepper = optimiser_in_torch(network.trained, optimiser)
    steps = []
    for step in range(experiment.steps + 1):
        stepper.zero_grad()
        loss = network.loss(*samples_at(experiment, step))
        values = [value for tensor in network.trained for value in tensor.tolist()]
        steps.append((values, loss.item()))
        loss.backward()  # type: ignore[no-untyped-call]
        stepper.step()
    return steps


def optimiser_in_torch(trained: list[Tensor], optimiser: Optimiser) -> torch.optim.Optimizer:
    """The same optimiser in torch."""
    rate, decay = optimiser.learning_rate, optimiser.weight_decay
    if isinstance(optimiser, Momentum):
        return torch.optim.SGD(trained, rate, momentum=optimiser.momentum, weight_decay=decay)
    if isinstance(optimiser, RMSprop):
        return torch.optim.RMSprop(
            trained, rate, alpha=optimiser.smoothing, eps=optimiser.epsilon, weight_decay=decay
        )
    if isinstance(optimiser, Adam):
        return torch.optim.Adam(
            trained,
            rate,
            betas=(optimiser.beta1, optimiser.beta2),
            eps=optimiser.epsilon,
            weight_decay=decay,
        )
    return torch.optim.SGD(trained, rate, weight_decay=decay)


def _gradient(tensor: Tensor) -> Tensor:
    assert tensor.grad is not None
    return tensor.grad
