"""The training loop: the whole data in memory, batches distorted and trained on as tensors."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from backprop_xlsx.spreadsheet.errors import InputError
from mnist_model.training.checkpoint import Identity, load_checkpoint, restore, save_checkpoint
from mnist_model.training.data import Digits
from mnist_model.training.errors import DivergedError
from mnist_model.training.machine.distributed import World
from mnist_model.training.machine.memory import kept_memory
from mnist_model.training.machine.processor import OnProcessor, has_bfloat16
from mnist_model.training.networks import build_network
from mnist_model.training.recipes import Recipe
from mnist_model.training.record import Epoch, write_epochs
from mnist_model.training.score import logits_of, normalised, scaled, score


@dataclass(frozen=True)
class TrainingRun:
    """One training: what, on what, from which seed, and the folder for its state and log."""

    recipe: Recipe
    digits: Digits
    seed: int
    folder: Path
    device: torch.device
    world: World = World()

    def identity(self) -> Identity:
        """All that decides the weights at the end, but for the processor's kind."""
        return {
            **{key: str(value) for key, value in asdict(self.recipe).items()},
            "seed": self.seed,
            "threads": torch.get_num_threads(),
            "device": self.device.type,
            "version of torch": str(torch.__version__),
            "processes": self.world.size,
            "data": self.digits.sha256,
            "validation": self.digits.is_validation,
        }


def ignore(*_: object) -> None:
    """Stands where nobody watches."""


def train(
    run: TrainingRun,
    on_step: Callable[[int, int], None] = ignore,
    on_epoch: Callable[[Epoch], None] = ignore,
) -> tuple[nn.Sequential, tuple[Epoch, ...]]:
    """Trains from where the run's folder stands, or from the start; the network and its epochs.

    The folder has a checkpoint and epochs.csv after every epoch. ``on_step`` is told the epoch
    and the step after each step, ``on_epoch`` each finished epoch. With the same number of
    threads on the same machine a seed gives the same weights, to the bit.

    Raises InputError if there are too few pictures or the folder's run was started differently,
    FileError if the folder cannot be read or written, DivergedError if the loss is not finite.
    """
    recipe, digits, world = run.recipe, run.digits, run.world
    if recipe.steps(1, len(digits.train_images)) == 0:
        raise InputError(
            f"{len(digits.train_images)} training images: expected at least a batch of "
            f"{recipe.batch_size}"
        )
    network = initial_network(recipe, run.seed, run.device)
    trained = world.wrap(OnProcessor(*network) if run.device.type == "cpu" else network)
    optimiser = recipe.build_optimiser(network)
    # Of each image when it was last trained on; one that never was comes first.
    losses = torch.full((len(digits.train_images),), math.inf, device=run.device)
    epochs: list[Epoch] = []
    checkpoint = load_checkpoint(run.folder, run.identity())
    if checkpoint is not None:
        restore(checkpoint, run.folder, network, optimiser, losses)
        epochs = list(checkpoint.epochs)
    with kept_memory():
        for number in range(len(epochs) + 1, recipe.epochs + 1):
            train_loss, train_accuracy, seconds = _epoch(
                run, trained, optimiser, losses, number, on_step
            )
            world.average_buffers(network)
            tested = score(logits_of(network, digits.test_images), digits.test_targets)
            steps = recipe.steps(number, len(digits.train_images))
            rate = recipe.learning_rate_at(number * steps - 1, steps)
            epoch = Epoch(
                number, rate, train_loss, train_accuracy, tested.loss, tested.accuracy, seconds
            )
            epochs.append(epoch)
            if world.writes:
                save_checkpoint(run.folder, run.identity(), epochs, network, optimiser, losses)
                write_epochs(run.folder, epochs)
            on_epoch(epoch)
    return network, tuple(epochs)


def initial_network(recipe: Recipe, seed: int, device: torch.device) -> nn.Sequential:
    """The recipe's network with the seed's initial weights, laid out for speed."""
    torch.manual_seed(seed)
    network = build_network(recipe.network).to(device)
    return network.to(memory_format=torch.channels_last)


def _epoch(
    run: TrainingRun,
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    losses: Tensor,
    number: int,
    on_step: Callable[[int, int], None],
) -> tuple[float, float, float]:
    """Trains one epoch and puts its losses among all; mean loss, accuracy in per cent, seconds."""
    recipe, world = run.recipe, run.world
    images, targets = run.digits.train_images, run.digits.train_targets
    start = time.perf_counter()
    steps = recipe.steps(number, len(images))
    torch.manual_seed(_seed(run.seed, number))
    order = _drawn(recipe, number, losses)
    torch.manual_seed(_seed(run.seed, number, world.rank))
    latest = torch.zeros_like(losses)
    correct = torch.zeros((), dtype=torch.int64, device=run.device)
    network.train()
    for step in range(steps):
        rate = recipe.learning_rate_at((number - 1) * steps + step, steps)
        for group in optimiser.param_groups:
            group["lr"] = rate
        batch = order[step * recipe.batch_size : (step + 1) * recipe.batch_size]
        batch = batch[world.rank :: world.size]
        # Whole pictures are copied; indexing would go value by value.
        chosen = images.index_select(0, batch)
        latest[batch], loss, right = _step(run, network, optimiser, chosen, targets[batch])
        if not math.isfinite(loss):
            raise DivergedError(
                f"{run.folder.name}: the loss is {loss} at step {step + 1} of epoch {number} "
                f"(learning rate {rate:.4g}); the run stopped before this step"
            )
        correct += right
        on_step(number, step + 1)
    # Each image was one process's, and has a loss of 0 with all others.
    losses[order] = world.total(latest)[order]
    correct = world.total(correct)
    seconds = time.perf_counter() - start
    return losses[order].double().mean().item(), 100 * correct.item() / len(order), seconds


def _drawn(recipe: Recipe, number: int, losses: Tensor) -> Tensor:
    """The images of an epoch in random order; those left over by its last batch are left out."""
    count = recipe.steps(number, len(losses)) * recipe.batch_size
    if number == 1 or recipe.hardest == 1:
        return torch.randperm(len(losses))[:count].to(losses.device)
    return losses.topk(count).indices[torch.randperm(count).to(losses.device)]


def _step(
    run: TrainingRun,
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    images: Tensor,
    targets: Tensor,
) -> tuple[Tensor, float, Tensor]:
    """One step of the optimiser: each image's loss, their mean, and how many were read rightly."""
    values = scaled(images)
    if run.recipe.augmentation is not None:
        values = run.recipe.augmentation(values)
    values = normalised(values).contiguous(memory_format=torch.channels_last)
    with torch.autocast(run.device.type, torch.bfloat16, enabled=has_bfloat16(run.device)):
        logits = network(values)
    logits = logits.float()
    losses = functional.cross_entropy(
        logits, targets, label_smoothing=run.recipe.label_smoothing, reduction="none"
    )
    loss = losses.mean()
    value = loss.item()
    if math.isfinite(value):
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        optimiser.step()
    return losses.detach(), value, (logits.argmax(1) == targets).sum()


def _seed(*numbers: int) -> int:
    # Neighbouring seeds, epochs and ranks get unrelated random numbers.
    digest = hashlib.sha256(" ".join(map(str, numbers)).encode()).digest()
    return int.from_bytes(digest[:7], "big")
