"""Pictures and their targets as tensors in memory, to train on and to be scored on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from mnist_model.training.record import scored_on

VALIDATION_IMAGES = 5_000


@dataclass(frozen=True)
class Digits:
    """Pictures [count, 1, 28, 28] uint8 and their targets [count] int64, to train and to score.

    ``sha256`` is of the four files' bytes one after the other, or of the sample's one file.
    """

    train_images: Tensor
    train_targets: Tensor
    test_images: Tensor
    test_targets: Tensor
    source: str
    sha256: str
    is_sample: bool
    is_validation: bool = False

    @property
    def scored(self) -> str:
        """What the pictures are called that a run is scored on."""
        return scored_on(self.is_validation)

    def held_out(self) -> Digits:
        """The same without its test set: scored on pictures held out of the training set.

        Of MNIST the last 5,000, of the sample every tenth (its pictures are sorted by class).
        """
        count = len(self.train_images)
        positions = torch.arange(count)
        held = positions % 10 == 9 if self.is_sample else positions >= count - VALIDATION_IMAGES
        return replace(
            self,
            train_images=self.train_images[~held],
            train_targets=self.train_targets[~held],
            test_images=self.train_images[held],
            test_targets=self.train_targets[held],
            source=f"{'the sample' if self.is_sample else 'MNIST'}'s training images: "
            f"{int((~held).sum()):,} to train, {int(held.sum()):,} to validate",
            is_validation=True,
        )

    def to(self, device: torch.device) -> Digits:
        """The same on a device."""
        tensors = {name: it.to(device) for name, it in vars(self).items() if isinstance(it, Tensor)}
        return replace(self, **tensors)  # type: ignore[arg-type]
