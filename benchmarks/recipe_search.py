"""Candidate recipes on the validation split, over several seeds; prints a table in markdown.

    python benchmarks/recipe_search.py --data FOLDER --runs FOLDER [--seeds 4] [NAME ...]

Without names, all candidates are trained, seed by seed, so that an interrupted search has compared
all of them on as many seeds; the same command goes on with it. The test set is not touched: what
is chosen here is measured once by ``benchmarks/mnist.py seeds``. It wants a machine without other
work, and says how loaded this one was.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from mnist_model.training import networks
from mnist_model.training.data import load_digits
from mnist_model.training.loop import TrainingRun
from mnist_model.training.machine.threads import usable_processors
from mnist_model.training.networks.blocks import Layers, conv_norm_relu, separable
from mnist_model.training.recipes import RECIPES, Recipe
from mnist_model.training.record import Record
from mnist_model.training.session import complete

FAST, STANDARD, TINY, MINI = (RECIPES[name] for name in ("fast", "standard", "tiny", "mini"))


def separable_network(stem: int, before: Sequence[int], after: Sequence[int]) -> Layers:
    """A 5 × 5 convolution with stride 2, then separable ones before and after the pooling."""
    layers = conv_norm_relu(1, stem, kernel=5, stride=2)
    channels = stem
    for out in before:
        layers += separable(channels, out)
        channels = out
    layers.append(nn.MaxPool2d(2))
    for out in after:
        layers += separable(channels, out)
        channels = out
    return [*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10)]


def pooled_twice(stem: int, before: Sequence[int], after: Sequence[int], last: int) -> Layers:
    """The same with another pooling and separable convolution, and a weight for each place."""
    *layers, _, _, _ = separable_network(stem, before, after)
    return [
        *layers,
        nn.MaxPool2d(2),
        *separable(after[-1], last),
        nn.Conv2d(last, last, 3, groups=last, bias=False),
        nn.Flatten(),
        nn.Linear(last, 10),
    ]


def as_fast(first: Layers, last: int) -> Layers:
    """As the network of `fast`, behind another first layer or wider at its end."""
    return [
        *first,
        *conv_norm_relu(16, 16),
        *conv_norm_relu(16, 16),
        nn.MaxPool2d(2),
        *conv_norm_relu(16, 24, padding=1),
        *conv_norm_relu(24, last, padding=1),
        nn.Flatten(),
        nn.Dropout(0.05),
        nn.Linear(16 * last, 10),
    ]


NETWORKS = {
    "18530": lambda: as_fast([*conv_norm_relu(1, 8), *conv_norm_relu(8, 16, stride=2)], 24),
    "19202": lambda: as_fast(conv_norm_relu(1, 16, kernel=5, stride=2), 28),
    "4964": lambda: pooled_twice(16, (20, 24), (24, 28), 26),
    "4818": lambda: pooled_twice(16, (24, 24), (28,), 36),
    "1964": lambda: pooled_twice(8, (12, 12), (14, 14), 14),
    "1774": lambda: separable_network(8, (12, 16), (16, 16)),
}
HALF = replace(
    STANDARD, network="17690", label_smoothing=0.1, weight_decay=1e-3, hardest=0.5, fewest=15_000
)
CANDIDATES: dict[str, Recipe] = {
    "fast": FAST,
    "fast-all-images": replace(FAST, epochs=4, hardest=1.0),
    "fast-fifth": replace(FAST, epochs=15, hardest=0.2),
    "standard": STANDARD,
    "standard-14392": replace(STANDARD, network="14392"),
    "standard-half": HALF,
    "standard-third": replace(HALF, hardest=0.3, batch_size=256),
    "standard-18530": replace(HALF, network="18530"),
    "standard-18530-all-images": replace(HALF, network="18530", hardest=1.0),
    "standard-19202": replace(HALF, network="19202"),
    "standard-14392-half": replace(HALF, network="14392"),
    "standard-19626-half": replace(HALF, network="19626"),
    "tiny": TINY,
    "tiny-half": replace(TINY, hardest=0.5, fewest=15_000),
    "tiny-4964": replace(TINY, network="4964", augmentation=STANDARD.augmentation, hardest=0.4),
    "tiny-4818": replace(TINY, network="4818", augmentation=STANDARD.augmentation, hardest=0.4),
    "mini": MINI,
    "mini-third": replace(MINI, hardest=0.3),
    "mini-gentle": replace(MINI, augmentation=FAST.augmentation),
    "mini-1964": replace(MINI, network="1964"),
    "mini-1774": replace(MINI, network="1774"),
}


def row(name: str, records: Sequence[Record]) -> str:
    """A candidate's line of the table."""
    last = [record.last_accuracy for record in records]
    errors = statistics.mean(record.test_images - record.right for record in records)
    spread = f"{statistics.stdev(last):.3f}" if len(last) > 1 else "–"
    seconds = statistics.mean(record.train_seconds for record in records)
    return (
        f"| {name} | {records[0].parameters:,} | {len(records[0].epochs)} | {len(last)} "
        f"| {statistics.mean(last):.3f} | {spread} | {min(last):.2f} | {errors:.1f} "
        f"| {seconds:.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(CANDIDATES))
    parser.add_argument("--data")
    parser.add_argument("--runs", type=Path, default=Path("runs/search"))
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--epochs", type=int, help="instead of the candidates' own, to try it out")
    parser.add_argument("--threads", type=int, default=usable_processors())
    options = parser.parse_args()
    unknown = set(options.names) - set(CANDIDATES)
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: expected some of {', '.join(CANDIDATES)}")
    torch.set_num_threads(options.threads)
    networks.add_networks(NETWORKS)
    digits = load_digits(options.data).held_out()
    print(f"torch {torch.__version__}, {options.threads} threads; {digits.source}", flush=True)
    records: dict[str, list[Record]] = {name: [] for name in options.names or CANDIDATES}
    for seed in range(options.seeds):
        for name, done in records.items():
            recipe = replace(CANDIDATES[name], name=name)
            recipe = replace(recipe, epochs=options.epochs or recipe.epochs)
            folder = options.runs / f"{name}-seed{seed}"
            folder.mkdir(parents=True, exist_ok=True)
            done.append(complete(TrainingRun(recipe, digits, seed, folder, torch.device("cpu"))))
            load = os.getloadavg()[0]
            print(f"{folder.name}: {done[-1].last_accuracy:.2f} % (load {load:.1f})", flush=True)
    print(
        "| candidate | parameters | epochs | seeds | mean | std. dev. | worst | errors | seconds |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name, done in records.items():
        print(row(name, done))


if __name__ == "__main__":
    main()
