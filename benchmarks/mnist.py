"""Accuracy over seeds, and speed against a published loop; prints tables in markdown.

    python benchmarks/mnist.py seeds --recipe standard --seeds 10 --data FOLDER
    python benchmarks/mnist.py published --data FOLDER [--epochs 12]
    python benchmarks/mnist.py loops --data FOLDER

``seeds``: the last epoch over several seeds. ``published``: the recipe `fast` against 12 epochs of
network 15738, trained as published, side by side. ``loops``: one epoch of 15738 in both loops, and
where our time goes, against the convolution peak that is measured here. With fewer than 12 epochs
``published`` extrapolates, and says so. Both loops are timed in processes of their own
(``published-epoch`` and ``own``).
"""

from __future__ import annotations

import argparse
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
import torchvision  # type: ignore[import-untyped]
from torch import nn
from torch.nn import functional

from measuring import clock_seconds, printed_numbers
from mnist_model.training.data import Digits, load_digits
from mnist_model.training.loop import TrainingRun, train
from mnist_model.training.machine.processor import has_bfloat16
from mnist_model.training.networks import build_network
from mnist_model.training.networks.architecture import layer_table
from mnist_model.training.recipes import RECIPES, Recipe, choose_recipe
from mnist_model.training.record import Epoch
from mnist_model.training.session import complete

CPU = torch.device("cpu")
PUBLISHED_EPOCHS = 12


def in_our_loop(recipe: Recipe, digits: Digits, seed: int) -> tuple[Epoch, ...]:
    """Trains in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        return train(TrainingRun(recipe, digits, seed, Path(folder), CPU))[1]


def seeds(options: argparse.Namespace, digits: Digits) -> None:
    """A line of the table for the recipe; with --runs the folders are kept."""
    recipe = choose_recipe(options.recipe, options.network, options.epochs)
    runs = []
    for seed in range(options.seed, options.seed + options.seeds):
        if options.runs is None:
            runs.append(in_our_loop(recipe, digits, seed))
        else:
            folder = options.runs / f"{recipe.name or recipe.network}-seed{seed}"
            folder.mkdir(parents=True, exist_ok=True)
            runs.append(complete(TrainingRun(recipe, digits, seed, folder, CPU)).epochs)
        print(f"seed {seed}: {runs[-1][-1].test_accuracy:.2f}", flush=True)
    last = [run[-1].test_accuracy for run in runs]
    best = [max(epoch.test_accuracy for epoch in run) for run in runs]
    seconds = [sum(epoch.seconds for epoch in run) for run in runs]
    spread = statistics.stdev(last) if len(last) > 1 else float("nan")
    print(
        "| recipe | epochs | seeds | last epoch, mean | standard deviation | worst | at or above "
        "99.4 | best epoch on the test set, mean (not a result) | seconds of training |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    print(
        f"| {recipe.name or recipe.network} | {recipe.epochs} | {len(last)} "
        f"| {statistics.mean(last):.3f} | {spread:.3f} | {min(last):.2f} "
        f"| {sum(accuracy >= 99.4 for accuracy in last)} | {statistics.mean(best):.3f} "
        f"| {statistics.mean(seconds):.1f} (longest {max(seconds):.1f}) |"
    )


class PublishedLoop:
    """Network 15738 trained as its author does: image by image through torchvision's transforms."""

    def __init__(self, folder: Path) -> None:
        transforms = torchvision.transforms
        steps = [transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))]
        pictures = torchvision.datasets.MNIST(
            str(folder), train=True, transform=transforms.Compose(steps)
        )
        self.batches = torch.utils.data.DataLoader(pictures, batch_size=128, shuffle=True)
        torch.manual_seed(0)
        self.network = build_network("15738")
        self.optimiser = torch.optim.SGD(self.network.parameters(), lr=0.01, momentum=0.9)

    def epoch(self) -> float:
        """Trains one epoch; its seconds."""
        start = time.perf_counter()
        self.network.train()
        for images, targets in self.batches:
            self.optimiser.zero_grad()
            loss = functional.nll_loss(self.network(images).log_softmax(1), targets)
            torch.autograd.backward(loss)
            self.optimiser.step()
        return time.perf_counter() - start


def published(options: argparse.Namespace, digits: Digits) -> None:
    """The recipe `fast` and the published training, side by side."""
    loop = PublishedLoop(Path(options.data))
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(options.epochs or PUBLISHED_EPOCHS):
        theirs.append(loop.epoch())
        if number % 4 == 0:
            ours.append(in_its_own_process(options, "own", "--recipe", "fast"))
        print(f"published epoch {number + 1}: {theirs[-1]:.1f} s; fast so far: {ours}", flush=True)
    whole = statistics.mean(theirs) * PUBLISHED_EPOCHS
    how = "measured" if len(theirs) == PUBLISHED_EPOCHS else f"{len(theirs)} epochs extrapolated"
    print("| what | seconds of training | ratio |")
    print("|---|---|---|")
    print(f"| 15738 as published, {PUBLISHED_EPOCHS} epochs ({how}) | {whole:.1f} | 1 |")
    mean = statistics.mean(ours)
    print(
        f"| `fast`, {RECIPES['fast'].epochs} epochs, mean of {len(ours)} runs in between "
        f"| {mean:.1f} | {whole / mean:.1f} |"
    )


def seconds_of(call: Callable[[], object], repeats: int = 5) -> float:
    """The median time of a call, after one that warms up."""
    call()
    return statistics.median(clock_seconds(call) for _ in range(repeats))


def convolution_peak() -> float:
    """Multiply-adds a second of the fastest of some large 3 × 3 convolutions, forward."""
    kind = torch.bfloat16 if has_bfloat16(CPU) else torch.float32
    best = 0.0
    for channels in (64, 128, 256):
        layer = nn.Conv2d(channels, channels, 3, padding=1, bias=False).to(kind)
        layer = layer.to(memory_format=torch.channels_last)
        values = torch.zeros(32, channels, 28, 28, dtype=kind)
        values = values.to(memory_format=torch.channels_last)
        with torch.no_grad():
            seconds = seconds_of(lambda: layer(values))  # noqa: B023
        best = max(best, 32 * 28 * 28 * 9 * channels**2 / seconds)
    return best


def in_its_own_process(options: argparse.Namespace, *arguments: str) -> float:
    """The seconds that this program prints with these arguments.

    In one process ours would make the published loop faster: it tells the C library to keep freed
    memory, where the published loop fetches it anew at each step.
    """
    threads = str(options.threads)
    (seconds,) = printed_numbers(__file__, *arguments, "--data", options.data, "--threads", threads)
    return seconds


def published_epoch(options: argparse.Namespace, digits: Digits) -> None:
    """Prints the seconds of one published epoch."""
    print(PublishedLoop(Path(options.data)).epoch())


def own(options: argparse.Namespace, digits: Digits) -> None:
    """Prints the seconds of a training in our loop."""
    recipe = choose_recipe(options.recipe, options.network, options.epochs)
    print(sum(epoch.seconds for epoch in in_our_loop(recipe, digits, options.seed)))


def loops(options: argparse.Namespace, digits: Digits) -> None:
    """One epoch in both loops, in turn, each in a process of its own; our time by operation."""
    theirs, ours = [], []
    for _ in range(options.repeats):
        theirs.append(in_its_own_process(options, "published-epoch"))
        ours.append(in_its_own_process(options, "own", "--network", "15738", "--epochs", "1"))
        print(f"published {theirs[-1]:.1f} s, ours {ours[-1]:.1f} s", flush=True)
    ratio = statistics.median(theirs) / statistics.median(ours)
    print("| loop | seconds an epoch | ratio |")
    print("|---|---|---|")
    print(f"| published | {statistics.median(theirs):.1f} | 1 |")
    print(f"| ours | {statistics.median(ours):.1f} | {ratio:.2f} |")
    peak = convolution_peak()
    multiply_adds = sum(row.multiply_adds for row in layer_table(build_network("15738")))
    # The backward pass computes two gradients, each as dear as the forward pass.
    floor = 3 * multiply_adds * len(digits.train_images) / peak
    print(f"\nConvolution peak {2 * peak / 1e9:.0f} GFLOP/s; floor of an epoch {floor:.2f} s.\n")
    few = replace(
        digits, train_images=digits.train_images[:5120], train_targets=digits.train_targets[:5120]
    )
    with torch.profiler.profile() as profile:
        in_our_loop(replace(choose_recipe(None, "15738"), epochs=1), few, 0)
    rows = sorted(profile.key_averages(), key=lambda row: -row.self_cpu_time_total)
    total = sum(row.self_cpu_time_total for row in rows)
    print("| operation (40 steps and the scoring) | share of the time |")
    print("|---|---|")
    for row in rows[:12]:
        print(f"| {row.key} | {row.self_cpu_time_total / total:.1%} |")


COMMANDS = {
    "seeds": seeds,
    "published": published,
    "loops": loops,
    "published-epoch": published_epoch,
    "own": own,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=tuple(COMMANDS))
    parser.add_argument("--recipe")
    parser.add_argument("--network")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--runs", type=Path)
    parser.add_argument("--data")
    parser.add_argument("--validate", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    digits = load_digits(options.data)
    digits = digits.held_out() if options.validate else digits
    print(
        f"Python {platform.python_version()}, torch {torch.__version__}, {options.threads} "
        f"threads, {'bfloat16' if has_bfloat16(CPU) else 'float32'}; {digits.source}\n"
    )
    COMMANDS[options.what](options, digits)


if __name__ == "__main__":
    main()
