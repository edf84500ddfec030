"""What runs the checks of many files: processes of this machine, or a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from backprop_xlsx.check.many.checker import end_all
from backprop_xlsx.check.many.files import EARLY
from backprop_xlsx.spreadsheet.errors import InputError

PATIENCE = 10
"""Seconds in which a cluster is to answer."""
EARLY_OF_EACH = 4
"""Reports of each worker that may be ready before it is their turn."""


@dataclass(frozen=True)
class Workers:
    """An executor, and how many reports may be ready early so that none of its workers waits."""

    executor: Executor
    early: int


@contextmanager
def pool(jobs: int) -> Iterator[Workers]:
    """A pool of so many processes on this machine; a thread of this one feeds each."""
    executor = ThreadPoolExecutor(jobs)
    try:
        yield Workers(executor, max(EARLY, EARLY_OF_EACH * jobs))
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        end_all()
        executor.shutdown()


@contextmanager
def cluster(address: str) -> Iterator[Workers]:
    """The workers of a Dask cluster, by the address of its scheduler.

    Raises InputError if Dask is not installed, or nothing answers there.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise InputError(
            "--scheduler needs Dask, which is not installed: pip install 'backprop-xlsx[cluster]'"
        ) from None
    try:
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        text = " ".join(str(error).split())
        raise InputError(f"--scheduler {address}: no scheduler answers there ({text})") from None
    with client:
        executor = client.get_executor()
        threads = sum(client.nthreads().values())
        try:
            yield Workers(executor, max(EARLY, EARLY_OF_EACH * threads))
        finally:
            executor.shutdown(wait=False)
