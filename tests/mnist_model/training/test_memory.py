"""Memory that the process keeps: how often the system has to clear a page anew."""

from __future__ import annotations

import platform
import subprocess
import sys

from tests.mnist_model.processes import ROOT

PROGRAM = """
import resource, sys
import torch
from mnist_model.training.memory import keep_memory

if sys.argv[1] == "kept":
    keep_memory()
for step in range(20):
    if step == 10:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    large = torch.ones(2**24)
    del large
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    command = [sys.executable, "-c", PROGRAM, how]
    return int(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)


def test_later_steps_find_their_memory_where_earlier_ones_left_it() -> None:
    handed_back, kept = faults("handed back"), faults("kept")
    if platform.libc_ver()[0] == "glibc":
        # 64 MB a step: sixteen thousand pages of 4 kB. glibc never keeps that much by itself.
        assert kept < 100 < handed_back
