"""Memory that the process keeps: how often the system has to clear a page anew."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from mnist_model.training.machine import memory
from tests.mnist_model.processes import ROOT

PROGRAM = """
import resource
import torch
from mnist_model.training.machine.memory import kept_memory

def faults(size=2**24, steps=10):
    for step in range(2 * steps):
        if step == steps:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        large = torch.ones(size)
        del large
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

print(faults())
with kept_memory() as kept:
    print(int(kept))
    print(faults())
    resident = int(open("/proc/self/statm").read().split()[1])
# Larger than anything that lies free, as it may where the heap has grown in several pieces.
print(faults(2**27, 2))
print(resident - int(open("/proc/self/statm").read().split()[1]))
"""


def said(**environment: str) -> list[int]:
    command = [sys.executable, "-c", PROGRAM]
    # A machine may set thresholds of its own: here only those of the test are said.
    others = {name: text for name, text in os.environ.items() if name not in memory.OF_THE_USER}
    environment = {**others, **environment}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, env=environment)
    return [int(line) for line in done.stdout.split()]


# 64 MB a step: sixteen thousand pages of 4 kB. glibc never keeps that much by itself.
PAGES = 2**14


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told anything")
def test_steps_find_their_memory_where_earlier_ones_left_it_and_then_it_is_handed_back() -> None:
    before, taken, meanwhile, afterwards, handed_back = said()
    assert taken == 1
    assert meanwhile < 100 < before
    assert afterwards > 100
    assert handed_back > PAGES / 2


@pytest.mark.slow
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told anything")
def test_what_the_environment_says_of_memory_stands() -> None:
    before, taken, meanwhile, _, _ = said(MALLOC_TRIM_THRESHOLD_="131072")
    assert taken == 0
    assert meanwhile > before / 2


class Library:
    """A C library that takes no value above a limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.taken: dict[int, int] = {}

    def mallopt(self, name: int, value: int) -> int:
        if value <= self.limit:
            self.taken[name] = value
        return int(value <= self.limit)

    def malloc_trim(self, _: int) -> int:
        return 1


@pytest.mark.parametrize(("limit", "kept"), [(2**30, True), (2**29, False), (2**20, False)])
def test_a_refusal_is_noticed(limit: int, kept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(limit)
    monkeypatch.setattr(memory, "_glibc", lambda: library)
    with memory.kept_memory() as answer:
        assert answer is kept
    assert library.taken == {memory.TRIM_THRESHOLD: 2**17, memory.MMAP_THRESHOLD: 2**17}
