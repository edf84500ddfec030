"""Checks in processes of their own, which hold a file to its limits and may die for it alone."""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from backprop_xlsx.check.findings import FileReport


@dataclass(frozen=True)
class Limits:
    """What the check of one file may take: seconds, and megabytes of memory (where POSIX is)."""

    seconds: float = 300.0
    megabytes: int = 2000


@dataclass(frozen=True)
class Limited:
    """The check of a file within limits; ``folder`` is where relative paths begin.

    Each worker keeps the process that it started for the next file. It goes to other processes by
    pickling, and to other machines, which see the files under the same paths.
    """

    limits: Limits = Limits()
    folder: Path = field(default_factory=Path.cwd)

    def __call__(self, path: Path) -> FileReport:
        """The report; with ``error`` where a limit was reached, or the process died."""
        checker = _taken(self.limits)
        try:
            report = checker.check(self.folder / path)
        finally:
            _give_back(checker)
        return report.renamed(path)


class Checker:
    """A process that checks one file after the other."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._process = subprocess.Popen(
            [sys.executable, "-m", "backprop_xlsx.check.many.child", str(limits.megabytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )

    @property
    def is_alive(self) -> bool:
        """Whether it can check another file."""
        return self._process.poll() is None

    def check(self, path: Path) -> FileReport:
        """The report on a file, by an absolute path."""
        late = threading.Event()
        timer = threading.Timer(self.limits.seconds, self._expire, [late])
        timer.daemon = True
        timer.start()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            pickle.dump(path, self._process.stdin)
            self._process.stdin.flush()
            found: FileReport = pickle.load(self._process.stdout)
            if found.unfinished:  # what it did half may be amiss for the next file
                self.end()
            return found
        except (OSError, EOFError, pickle.UnpicklingError):
            self.end()
            if late.is_set():
                reason = f"was not checked within {self.limits.seconds:g} s"
            else:
                reason = f"could not be checked: its process ended ({_ending(self._process)})"
            return FileReport(path, error=f"{path}: {reason}", unfinished=True)
        finally:
            timer.cancel()

    def _expire(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was not yet sent is not wanted
                    pipe.close()


def end_all() -> None:
    """End every checking process of this one, those at work too."""
    with _lock:
        checkers = [*_busy, *(checker for idle in _idle.values() for checker in idle)]
        _busy.clear()
        _idle.clear()
    for checker in checkers:
        checker.end()


_lock = threading.Lock()
_busy: set[Checker] = set()
_idle: defaultdict[Limits, list[Checker]] = defaultdict(list)
atexit.register(end_all)


def _forget() -> None:
    # A forked process must not speak through the pipes of the one that it comes from.
    global _lock
    _lock = threading.Lock()
    _busy.clear()
    _idle.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _taken(limits: Limits) -> Checker:
    with _lock:
        checker = _idle[limits].pop() if _idle[limits] else None
    if checker is None or not checker.is_alive:
        checker = Checker(limits)
    with _lock:
        _busy.add(checker)
    return checker


def _give_back(checker: Checker) -> None:
    with _lock:
        _busy.discard(checker)
        if checker.is_alive:
            _idle[checker.limits].append(checker)


def _environment() -> dict[str, str]:
    """That of this process, with its import path, and one thread where a library takes several."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def _ending(process: subprocess.Popen[bytes]) -> str:
    status = process.returncode
    if status is not None and status < 0:
        return signal.Signals(-status).name
    return f"status {status}"
