"""The digits that a trained network's workbook offers: a hundred test digits and a blank page."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mnist_model.digit.examples import Examples, Scaling
from mnist_model.training.data import Digits
from mnist_model.training.record import CLASSES, IMAGE_SIDE
from mnist_model.training.score import MEAN, STANDARD_DEVIATION, logits_of, misread

COUNT = 100
MOST_MISTAKES = 20
SCALING = Scaling(255, MEAN, STANDARD_DEVIATION)


def mnist_examples(network: nn.Module, digits: Digits) -> Examples:
    """A blank page, up to twenty digits that the network reads wrongly, and others of each class.

    The blank page is shown at first. The mistakes follow it, the most certain on top; the others
    are as many of each class, the first of the test set that are read rightly.
    """
    images, targets = digits.test_images, digits.test_targets
    logits = logits_of(network, images).cpu()
    predicted = logits.argmax(1)
    wrong = misread(logits, targets)[:MOST_MISTAKES]
    right = _spread((predicted == targets).nonzero().flatten(), targets, COUNT - len(wrong))
    names = [f"a {targets[i]} it reads as {predicted[i]} (image {i})" for i in wrong.tolist()] + [
        f"{targets[i]} (image {i})" for i in right.tolist()
    ]
    order = torch.cat([wrong, right])
    blank = torch.zeros(1, 1, IMAGE_SIDE, IMAGE_SIDE)
    return Examples(
        torch.cat([blank, images[order].cpu()]),
        ("blank page", *names),
        (None, *targets[order].tolist()),
        noun="digit",
        scaling=SCALING,
    )


def _spread(candidates: Tensor, targets: Tensor, count: int) -> Tensor:
    """As many of each class as there can be, sorted by class."""
    by_class = [candidates[targets[candidates] == digit].tolist() for digit in range(CLASSES)]
    chosen: list[list[int]] = [[] for _ in range(CLASSES)]
    while count > 0 and any(by_class):
        for digit in range(CLASSES):
            if by_class[digit] and count > 0:
                chosen[digit].append(by_class[digit].pop(0))
                count -= 1
    return torch.tensor([index for indices in chosen for index in indices], dtype=torch.int64)
