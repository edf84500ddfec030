"""One at a time: a lock on a file for as long as it is being changed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from backprop_xlsx.spreadsheet.errors import FileError, closed_folder

PATIENCE = 60.0
"""Seconds to wait for another run; a change takes one or two, with a new default book ten."""


@contextlib.contextmanager
def locked(target: Path) -> Iterator[None]:
    """Hold a file, which need not be there yet, against all other runs of this project.

    Who holds it may ask for it again. The lock stands beside the file, as other machines see that
    folder too, and is gone at the end; a run that was killed leaves nothing that counts.

    Raises FileError if another run holds the file for too long, or the folder takes no lock.
    """
    if sys.platform == "emscripten":  # in a browser's page: its files are nobody else's
        yield
        return
    from filelock import FileLock, Timeout

    name = hashlib.sha256(target.name.casefold().encode()).hexdigest()[:16]
    path = target.with_name(f".backprop-{name}.lock")
    lock = FileLock(path, timeout=PATIENCE, is_singleton=True)
    try:
        lock.acquire()
    except Timeout:
        raise FileError(
            f"{target}: another run has been changing it for {PATIENCE:g} seconds; try again later"
        ) from None
    except OSError as error:
        raise closed_folder(target, error) from error
    try:
        yield
    finally:
        if lock.lock_counter == 1 and os.name != "nt":
            # Still held: whoever waits for it finds the file gone, and makes a new one.
            path.unlink(missing_ok=True)
        lock.release()
