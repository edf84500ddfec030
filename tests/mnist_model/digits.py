"""Small data and a quick recipe, to train on for real."""

from __future__ import annotations

import functools
from dataclasses import replace

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


def quick(epochs: int = 2, **changes: object) -> Recipe:
    """The recipe with the quickest network, in small batches."""
    return replace(RECIPES["fast"], epochs=epochs, batch_size=64, **changes)  # type: ignore[arg-type]
