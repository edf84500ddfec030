"""How far a long piece of work has come, shown on a terminal to whoever waits for it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Work that is shorter shows nothing.
PATIENCE = 2.0  # seconds

Report = Callable[[str, float], None]
"""Told what is being done now, and how much of all is done, from 0 to 1."""


def silent(doing: str, done: float) -> None:
    """A report that nobody reads."""


def part_of(report: Report, start: float, stop: float) -> Report:
    """The report of a part of the work, which lasts from ``start`` to ``stop`` of the whole."""
    return lambda doing, done: report(doing, start + (stop - start) * done)


@contextmanager
def shown_progress() -> Iterator[Report]:
    """A report that a terminal shows on standard error once the work has taken two seconds."""
    if not sys.stderr.isatty():
        yield silent
        return
    # Only here: what writes a workbook where there is no terminal does without.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = progress.add_task("", total=1.0)
    timer = threading.Timer(PATIENCE, progress.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda doing, done: progress.update(task, description=doing, completed=done)
    finally:
        timer.cancel()
        timer.join()
        progress.stop()
