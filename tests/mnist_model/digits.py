"""Small data and a quick recipe, to train on for real."""

from __future__ import annotations

import functools
from dataclasses import replace

import torch
from torch import nn

from mnist_model.digit.mnist import SCALING
from mnist_model.training.data import Digits, load_sample
from mnist_model.training.recipes import RECIPES, Recipe


@functools.cache
def sample() -> Digits:
    """The whole sample, read once."""
    return load_sample()


def few(train: int = 320, test: int = 100) -> Digits:
    """Evenly spread pictures of the sample (it is sorted by class)."""
    whole = sample()
    train_step, test_step = len(whole.train_images) // train, len(whole.test_images) // test
    return replace(
        whole,
        train_images=whole.train_images[::train_step][:train],
        train_targets=whole.train_targets[::train_step][:train],
        test_images=whole.test_images[::test_step][:test],
        test_targets=whole.test_targets[::test_step][:test],
    )


def learn(network: nn.Sequential, optimiser: torch.optim.Optimizer, steps: int, every: int) -> None:
    """Trains a network for some steps, each on every n-th digit from the next one on."""
    kind = next(network.parameters()).dtype
    for step in range(steps):
        batch = slice(step, None, every)
        outputs = network(SCALING.scaled(sample().train_images[batch].to(kind)))
        optimiser.zero_grad()
        torch.autograd.backward(nn.functional.cross_entropy(outputs, sample().train_targets[batch]))
        optimiser.step()


def quick(epochs: int = 2, **changes: object) -> Recipe:
    """The recipe with the quickest network, in small batches of all images, with hard targets."""
    plain = {
        "epochs": epochs,
        "batch_size": 64,
        "label_smoothing": 0.0,
        "hardest": 1.0,
        "fewest": 0,
    }
    return replace(RECIPES["fast"], **(plain | changes))  # type: ignore[arg-type]
