"""What is seen of a training: a line an epoch, and a progress bar on a terminal.

No line is wider than a terminal's 80 columns, unless a folder's name is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from mnist_model.training.loop import TrainingRun, ignore
from mnist_model.training.record import Epoch

Watchers = tuple[Callable[[int, int], None], Callable[[Epoch], None]]


@contextlib.contextmanager
def watched(run: TrainingRun) -> Iterator[Watchers]:
    """What is to be called after each step and each epoch; nothing on processes that are silent."""
    if not run.world.writes:
        yield ignore, ignore
        return
    console = Console(highlight=False, soft_wrap=True)
    digits = run.digits
    console.print(
        f"{run.folder.name}: {len(digits.train_images):,} images to train, "
        f"{len(digits.test_images):,} {digits.scored} images"
        f"{' (sample)' if digits.is_sample else ''}"
    )
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        images = len(digits.train_images)
        steps = [run.recipe.steps(epoch, images) for epoch in range(1, run.recipe.epochs + 1)]
        task = progress.add_task(run.folder.name, total=sum(steps))

        def on_step(epoch: int, step: int) -> None:
            progress.update(task, completed=sum(steps[: epoch - 1]) + step)

        def on_epoch(epoch: Epoch) -> None:
            console.print(
                f"epoch {epoch.epoch:2}/{run.recipe.epochs}  "
                f"train {epoch.train_loss:.4f} {epoch.train_accuracy:6.2f} %  "
                f"{digits.scored} {epoch.test_loss:.4f} {epoch.test_accuracy:6.2f} %  "
                f"{epoch.seconds:5.1f} s"
            )

        yield on_step, on_epoch
