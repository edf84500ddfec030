"""Memory that stays with the process from one training step to the next."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Numbers of glibc's malloc.h, what the C library starts with, and sizes that no tensor of a small
# network reaches; older versions take nothing above the lower one.
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
FROM_THE_START = 128 * 1024
ALWAYS_KEPT, MOST_OF_OLDER_VERSIONS = 2**30, 2**25
OF_THE_USER = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES")


@contextmanager
def kept_memory() -> Iterator[bool]:
    """Lets the C library keep freed memory meanwhile, where it is glibc; whether it does.

    By default it hands large blocks back to the system, which clears each page anew when the next
    step asks for it: a thousand page faults a step, a tenth of the time. Afterwards the thresholds
    are those that every process starts with, and what lies free is handed back. Thresholds that
    the environment sets are left alone.
    """
    library = _glibc()
    if library is None:
        yield False
        return
    try:
        yield _keep(library)
    finally:
        for threshold in (TRIM_THRESHOLD, MMAP_THRESHOLD):
            library.mallopt(threshold, FROM_THE_START)
        library.malloc_trim(0)


def _glibc() -> Any:
    if sys.platform != "linux" or any(name in os.environ for name in OF_THE_USER):
        return None
    library = ctypes.CDLL(None)
    return library if all(hasattr(library, name) for name in ("mallopt", "malloc_trim")) else None


def _keep(library: Any) -> bool:
    # The answer is 1 where the value was taken. With the first alone, or the second alone, a large
    # block would still be handed back.
    takes_mmap = any(
        library.mallopt(MMAP_THRESHOLD, size) for size in (ALWAYS_KEPT, MOST_OF_OLDER_VERSIONS)
    )
    return bool(takes_mmap and library.mallopt(TRIM_THRESHOLD, ALWAYS_KEPT))
