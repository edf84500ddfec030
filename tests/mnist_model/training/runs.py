"""Runs to be trained in a folder, and what the loop is compared with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from mnist_model.training import loop
from mnist_model.training import score as score_module
from mnist_model.training.loop import TrainingRun
from mnist_model.training.machine import processor
from mnist_model.training.recipes import Recipe
from tests.mnist_model.digits import few, quick

CPU = torch.device("cpu")
Weights = dict[str, torch.Tensor]


def same(one: Weights, other: Weights) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


def run_in(folder: Path, recipe: Recipe | None = None, seed: int = 3) -> TrainingRun:
    folder.mkdir(exist_ok=True)
    return TrainingRun(recipe or quick(), few(), seed, folder, CPU)


def in_double_precision(setter: Callable[[object, str, object], None]) -> None:
    """Makes the loop compute in double precision and without dropout, to be compared."""

    def initial(recipe: Recipe, seed: int, device: torch.device) -> nn.Sequential:
        return real(recipe, seed, device).double()

    def scaled(images: torch.Tensor) -> torch.Tensor:
        return images.double() / 255

    real = loop.initial_network
    setter(loop, "initial_network", initial)
    setter(loop, "scaled", scaled)
    setter(score_module, "scaled", scaled)
    setter(loop, "has_bfloat16", lambda _: False)
    setter(processor, "dropout", lambda values, _: values)
