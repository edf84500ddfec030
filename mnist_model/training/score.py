"""How well a network reads pictures that it was not trained on."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from mnist_model.training.networks import device_of
from mnist_model.training.record import CLASSES, Misreading, nested

MEAN, STANDARD_DEVIATION = 0.1307, 0.3081
BATCH = 500
WORST = 24
SURE = 0.6  # of MNIST's test pictures all but one in a hundred are read with more


@dataclass(frozen=True)
class Score:
    """Mean loss, accuracy in per cent."""

    loss: float
    accuracy: float


def scaled(images: Tensor) -> Tensor:
    """Pictures 0 … 255 as values 0 … 1."""
    return images.float().mul_(1 / 255)


def normalised(images: Tensor) -> Tensor:
    """Values 0 … 1 as the networks take them: with MNIST's mean and standard deviation."""
    return (images - MEAN) / STANDARD_DEVIATION


@torch.no_grad()
def logits_of(network: nn.Module, images: Tensor) -> Tensor:
    """The network's outputs [count, 10] in float32 for pictures [count, 1, 28, 28] uint8."""
    was_training = network.training
    network.eval()
    device = device_of(network)
    parts = [
        network(
            normalised(scaled(part.to(device))).contiguous(memory_format=torch.channels_last)
        ).float()
        for part in torch.split(images, BATCH)
    ]
    network.train(was_training)
    return torch.cat(parts)


def score(logits: Tensor, targets: Tensor) -> Score:
    """Loss and accuracy of outputs [count, 10]."""
    targets = targets.to(logits.device)
    correct = (logits.argmax(1) == targets).sum().item()
    loss = functional.cross_entropy(logits.double(), targets).item()
    return Score(loss, 100 * correct / len(targets))


def confusion(logits: Tensor, targets: Tensor) -> tuple[tuple[int, ...], ...]:
    """How often each target (row) was read as each class (column)."""
    pairs = targets.cpu() * CLASSES + logits.argmax(1).cpu()
    counts = torch.bincount(pairs, minlength=CLASSES**2).reshape(CLASSES, CLASSES)
    return tuple(tuple(row) for row in counts.tolist())


def misread(logits: Tensor, targets: Tensor) -> Tensor:
    """The indices of the pictures that were read wrongly, the most certain first."""
    probabilities, predicted = logits.softmax(1).max(1)
    wrong = (predicted != targets).nonzero().flatten()
    return wrong[probabilities[wrong].argsort(descending=True, stable=True)]


def worst_mistakes(logits: Tensor, targets: Tensor, images: Tensor) -> tuple[Misreading, ...]:
    """The pictures that were read wrongly, the most certain first, at most 24 of them."""
    logits, targets = logits.cpu(), targets.cpu()
    probabilities, predicted = logits.softmax(1).max(1)
    return tuple(
        Misreading(
            index,
            int(targets[index]),
            int(predicted[index]),
            float(probabilities[index]),
            nested(images[index, 0].cpu().numpy()),
        )
        for index in misread(logits, targets)[:WORST].tolist()
    )
