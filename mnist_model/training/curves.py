"""The pictures that a run leaves in its folder: its curves and its worst mistakes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from backprop_xlsx.spreadsheet.files import write
from mnist_model.training.record import Misreading, Record

GOAL = 99.4
COLUMNS = 6


def draw_curves(path: Path, record: Record) -> None:
    """Loss, accuracy with the 99.4 % line, and learning rate over the epochs, as PNG."""
    epochs, scored = record.epochs, record.scored
    numbers = [epoch.epoch for epoch in epochs]
    figure = Figure(figsize=(12, 4), layout="constrained")
    loss, accuracy, rate = figure.subplots(1, 3)
    loss.semilogy(numbers, [e.train_loss for e in epochs], ".-", label="training, as trained")
    loss.semilogy(numbers, [e.test_loss for e in epochs], ".-", label=scored)
    loss.set(title=f"{record.name}: loss", xlabel="epoch")
    accuracy.plot(numbers, [e.train_accuracy for e in epochs], ".-", label="training, as trained")
    accuracy.plot(numbers, [e.test_accuracy for e in epochs], ".-", label=scored)
    accuracy.axhline(GOAL, color="grey", linestyle="--", label=f"{GOAL} %")
    accuracy.set(title="accuracy, %", xlabel="epoch")
    # The first epochs would flatten everything that matters.
    lowest = min(sorted(e.test_accuracy for e in epochs)[len(epochs) // 4], GOAL)
    accuracy.set_ylim(lowest - 0.3, 100)
    rate.plot(*zip(*record.learning_rates, strict=True), ".-", label="learning rate")
    rate.set(title="learning rate", xlabel="epochs trained")
    for axes in (loss, accuracy, rate):
        axes.set_xlim(0, len(epochs) * 1.03)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        # Under the axes, where no curve runs.
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=3, fontsize=8)
    _save(figure, path)


def draw_mistakes(path: Path, mistakes: Sequence[Misreading]) -> None:
    """The worst mistakes, each with its target and what was predicted how surely, as PNG."""
    rows = max(1, -(-len(mistakes) // COLUMNS))
    figure = Figure(figsize=(COLUMNS * 1.5, rows * 1.8), layout="constrained")
    for place in range(rows * COLUMNS):
        axes = figure.add_subplot(rows, COLUMNS, place + 1)
        axes.set_axis_off()
        if place < len(mistakes):
            mistake = mistakes[place]
            axes.imshow(mistake.pixels, cmap="gray_r", vmin=0, vmax=255)
            axes.set_title(
                f"{mistake.target} read as {mistake.predicted}\n{mistake.probability:.1%}, "
                f"no. {mistake.index}",
                fontsize=8,
            )
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=100)
    write(path, content.getvalue())
