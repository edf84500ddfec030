"""Check many files, in order, by whatever runs them; none of the reports is kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from itertools import islice
from pathlib import Path

from backprop_xlsx.check.book_check import check_safely
from backprop_xlsx.check.findings import FileReport
from backprop_xlsx.check.many.checker import Limited

EARLY = 64
"""Reports that may be ready before it is their turn."""

Check = Callable[[Path], FileReport]


def check_files(
    paths: Iterable[Path | str],
    executor: Executor | None = None,
    *,
    check: Check | None = None,
    early: int = EARLY,
) -> Iterator[FileReport]:
    """A report on each file, in the order of the paths; one bad file never stops the others.

    Without an executor the files are checked here, one by one. With one, which may be any of
    ``concurrent.futures`` or one like them, each is checked in a process beside its worker, which
    holds it to its limits (:class:`Limited`). ``check`` takes the place of either, and goes to the
    workers by pickling. ``paths`` are asked for as they are needed, and at most ``early`` reports
    wait for their turn.
    """
    rest = map(Path, paths)
    if executor is None:
        yield from map(check or check_safely, rest)
        return
    check = check or Limited()
    waiting = deque(_submitted(executor, check, path) for path in islice(rest, early))
    try:
        while waiting:
            path, future = waiting.popleft()
            yield _report(path, future, check)
            waiting += (_submitted(executor, check, path) for path in islice(rest, 1))
    finally:
        for _, future in waiting:
            if future is not None:
                future.cancel()


Waiting = tuple[Path, "Future[FileReport] | None"]


def _submitted(executor: Executor, check: Check, path: Path) -> Waiting:
    try:
        return path, executor.submit(check, path)
    except RuntimeError:  # the pool is broken: what is left is checked without it
        return path, None


def _report(path: Path, future: Future[FileReport] | None, check: Check) -> FileReport:
    """What became of a file; one whose worker died is checked again, by a process from here."""
    if future is not None:
        try:
            return future.result()
        except Exception:
            pass
    try:
        return check(path)
    except Exception as error:
        reason = " ".join(f"{type(error).__name__} {error}".split())
        return FileReport(path, error=f"{path}: could not be checked ({reason})")
