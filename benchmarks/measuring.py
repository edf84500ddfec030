"""What a piece of work costs: seconds of the clock and of processors, here or elsewhere."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """What a command takes: on the clock, and of the processors, its children's too."""

    seconds: float
    processor_seconds: float


def cost(command: list[str], folder: Path | None = None) -> Cost:
    """What a command takes; its exit status says what it found, not whether it worked."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, check=False, cwd=folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.perf_counter() - start, used)


def median(costs: Sequence[Cost]) -> Cost:
    """The medians of both figures."""
    return Cost(*(statistics.median(figures) for figures in zip(*costs, strict=True)))


def clock_seconds(work: Callable[[], object]) -> float:
    """How long something takes, other processes that it starts or waits for included."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def processor_seconds(work: Callable[[], object]) -> float:
    """How long this process computes: other work on the machine does not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


def printed_numbers(script: str, *arguments: str) -> list[float]:
    """The numbers in the last line that a script prints, which runs in a process of its own."""
    command = [sys.executable, script, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(word) for word in result.stdout.splitlines()[-1].split()]
