"""How a network is trained: this project's recipes and the published ones, as plain data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from backprop_xlsx.spreadsheet.errors import InputError
from mnist_model.training.data.augment import Affine, Published
from mnist_model.training.networks import network_names
from mnist_model.training.record import Setting

Augmentation = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Recipe:
    """A network and everything that decides how it is trained, but for the seed.

    ``schedule`` is "cosine" (linear warm-up from 5 % over the first ``warm_up`` of all steps,
    then a half cosine to 0), "constant", or "step" (times ``decay`` after every ``decay_epochs``).
    ``weight_decay`` holds for weights with more than one dimension. ``label_smoothing`` is the
    part of each target that is spread over all classes. ``hardest`` is the part of the images
    that each epoch after the first trains on: those whose loss was highest when last trained on;
    ``fewest`` of them at least, lest few images become too few.
    """

    name: str
    network: str
    epochs: int
    optimiser: str
    learning_rate: float
    schedule: str
    augmentation: Augmentation | None
    batch_size: int = 128
    weight_decay: float = 0.0
    warm_up: float = 0.2
    decay: float = 1.0
    decay_epochs: int = 1
    label_smoothing: float = 0.0
    hardest: float = 1.0
    fewest: int = 0

    def steps(self, number: int, images: int) -> int:
        """How many batches of so many training images the epoch of that number has, from 1 on."""
        # Few images make at least one batch, if they are enough for one at all.
        hardest = min(images, max(round(images * self.hardest), self.fewest, self.batch_size))
        return (images if number == 1 else hardest) // self.batch_size

    def learning_rate_at(self, step: int, steps_per_epoch: int) -> float:
        """The learning rate of a step of a run whose epochs are equally long, the first being 0.

        Where they are not, each goes as far through the schedule as the others.
        """
        if self.schedule == "cosine":
            steps = self.epochs * steps_per_epoch
            rising = max(1.0, self.warm_up * steps)
            if step < rising:
                return self.learning_rate * (0.05 + 0.95 * step / rising)
            progress = (step - rising) / max(1.0, steps - rising)
            return self.learning_rate * 0.5 * (1 + math.cos(math.pi * progress))
        if self.schedule == "step":
            return self.learning_rate * self.decay ** (step // steps_per_epoch // self.decay_epochs)
        return self.learning_rate

    def learning_rates(self, images: int) -> tuple[tuple[float, float], ...]:
        """The first rate, each epoch's last and the highest, with the epochs trained by then."""
        rates = [
            (step / steps, self.learning_rate_at(step - 1, steps))
            for number in range(1, self.epochs + 1)
            for steps in [self.steps(number, images)]
            for step in range((number - 1) * steps + 1, number * steps + 1)
        ]
        highest = max(rates, key=lambda point: point[1])
        shown = {rates[0], highest, *(point for point in rates if point[0].is_integer())}
        return tuple(sorted(shown))

    def build_optimiser(self, network: nn.Module) -> torch.optim.Optimizer:
        """The optimiser over a network's parameters, at the peak learning rate."""
        parameters = list(network.parameters())
        groups = [
            {"params": [p for p in parameters if p.ndim > 1], "weight_decay": self.weight_decay},
            {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
        ]
        if self.optimiser == "AdamW":
            return torch.optim.AdamW(groups, lr=self.learning_rate)
        if self.optimiser == "Adam":
            return torch.optim.Adam(groups, lr=self.learning_rate)
        return torch.optim.SGD(
            groups, lr=self.learning_rate, momentum=0.9, nesterov=self.optimiser == "Nesterov"
        )

    def settings(self) -> dict[str, Setting]:
        """The recipe in words and numbers, for a record and for showing."""
        schedules = {
            "cosine": f"linear warm-up over {self.warm_up * 100:g} % of the steps, cosine to 0",
            "constant": "constant",
            "step": f"times {self.decay:g} after every {self.decay_epochs} epochs",
        }
        optimisers = {"SGD": "SGD, momentum 0.9", "Nesterov": "SGD, Nesterov momentum 0.9"}
        return {
            "optimiser": optimisers.get(self.optimiser, self.optimiser),
            "peak learning rate": self.learning_rate,
            "schedule": schedules[self.schedule],
            "batch size": self.batch_size,
            "weight decay": self.weight_decay,
            "augmentation": str(self.augmentation or "none"),
            **({"label smoothing": self.label_smoothing} if self.label_smoothing else {}),
            **({"images": self._images_in_words()} if self.hardest < 1 else {}),
        }

    def _images_in_words(self) -> str:
        least = f", {self.fewest:,} at least" if self.fewest else ""
        return f"all in epoch 1, then the {self.hardest * 100:g} % with the highest loss{least}"


_SGD = Recipe("", "", 20, "SGD", 0.01, "constant", None)

PUBLISHED = {
    recipe.network: recipe
    for recipe in (
        replace(_SGD, network="14392"),
        replace(_SGD, network="15738", epochs=19),
        replace(
            _SGD,
            network="16050",
            schedule="step",
            decay=0.1,
            decay_epochs=5,
            augmentation=Published(),
        ),
        replace(_SGD, network="18738"),
        replace(
            _SGD,
            network="19512",
            optimiser="Adam",
            schedule="step",
            decay=0.8,
            augmentation=Published(jitter=0.2),
        ),
    )
}

_STANDARD = Recipe(
    "standard",
    network="19626",
    epochs=19,
    optimiser="Nesterov",
    learning_rate=0.3,
    schedule="cosine",
    augmentation=Affine(rotation=8, scale=0.08, shear=0.08, shift=1.5),
    weight_decay=5e-4,
)
_FAST = replace(
    _STANDARD,
    name="fast",
    network="17690",
    epochs=11,
    batch_size=256,
    augmentation=Affine(rotation=5, scale=0.05, shear=0.05, shift=1),
    weight_decay=1e-3,
    label_smoothing=0.1,
    hardest=0.25,
    fewest=15_000,
)
_TINY = replace(
    _STANDARD,
    name="tiny",
    network="4838",
    augmentation=Affine(rotation=10, scale=0.1, shear=0.1, shift=2),
    weight_decay=2e-4,
)
_MINI = replace(
    _STANDARD,
    name="mini",
    network="1914",
    weight_decay=2e-4,
    hardest=0.5,
    fewest=15_000,
)
RECIPES = {recipe.name: recipe for recipe in (_STANDARD, _FAST, _TINY, _MINI)}
DEFAULT_RECIPE = "standard"


def choose_recipe(recipe: str | None, network: str | None, epochs: int | None = None) -> Recipe:
    """The recipe of that name, with another network or number of epochs if they are given.

    A network without a recipe is trained as published. Raises InputError for names that there
    are not, for a network of this project without a recipe, and for epochs under 1.
    """
    if network is not None and network not in network_names():
        raise InputError(f"network {network}: expected one of {', '.join(network_names())}")
    if recipe is None and network is not None:
        if network not in PUBLISHED:
            raise InputError(
                f"network {network}: has no published recipe; expected one of "
                f"{', '.join(PUBLISHED)}, or name a recipe too"
            )
        chosen = PUBLISHED[network]
    else:
        name = DEFAULT_RECIPE if recipe is None else recipe
        if name not in RECIPES:
            raise InputError(f"recipe {name}: expected one of {', '.join(RECIPES)}")
        chosen = RECIPES[name]
    if epochs is not None and epochs < 1:
        raise InputError(f"epochs {epochs}: expected 1 or more")
    return replace(chosen, network=network or chosen.network, epochs=epochs or chosen.epochs)


def run_name(recipe: Recipe, seed: int) -> str:
    """The name of a run's folder: the recipe, or the network where there is no recipe of ours."""
    if not recipe.name:
        return f"{recipe.network}-seed{seed}"
    if recipe.network != RECIPES.get(recipe.name, recipe).network:
        return f"{recipe.network}-{recipe.name}-seed{seed}"
    return f"{recipe.name}-seed{seed}"
