"""Threads that wait asleep, and how many there can be.

Knows nothing of torch: the OpenMP runtime that comes with it reads its settings once, when torch
is first imported.
"""

from __future__ import annotations

import os

WAITING = "GOMP_SPINCOUNT"
WAITING_OF_THE_USER = (WAITING, "OMP_WAIT_POLICY")
# Turns that a thread waits awake, a tenth of a millisecond. GNU's runtime takes 300,000 by itself:
# where other work has the other thread's processor, each of a step's hundreds of waits burns
# milliseconds of the very time that the other thread needs.
TURNS = 3_000


def wait_asleep() -> None:
    """Lets threads that wait for each other sleep soon, in a process that has not imported torch.

    What the user's environment says of it stands. Concerns GNU's OpenMP, as Linux has it.
    """
    if not any(name in os.environ for name in WAITING_OF_THE_USER):
        os.environ[WAITING] = str(TURNS)


def usable_processors() -> int:
    """How many of the machine's processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
