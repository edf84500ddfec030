"""The check as the benchmark sees it: the only file that knows the package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import ITIMER_REAL, SIGALRM, setitimer, signal
from typing import Any

from backprop_xlsx import BackpropError
from backprop_xlsx.check import check_file, fix

from ..writing.layout import Place

SECONDS = 60


class TooSlow(Exception):
    """The check took more than :data:`SECONDS`."""


@dataclass(frozen=True)
class Accusation:
    """One fault: its cells and its words."""

    cells: frozenset[Place]
    words: str


@dataclass(frozen=True)
class Judgement:
    """What the check says of a file; ``error`` if it could not read it, or broke."""

    accusations: tuple[Accusation, ...] = ()
    tables: int = 0
    error: str | None = None
    report: Any = None

    @property
    def cells(self) -> set[Place]:
        """All cells that are accused."""
        return set().union(*(accusation.cells for accusation in self.accusations))


def judged(path: Path) -> Judgement:
    """Check a file."""
    try:
        with _limited():
            report = check_file(path)
    except Exception as error:  # a crash is a result here
        return Judgement(error=f"{type(error).__name__}: {error}")
    accusations = [
        Accusation(
            frozenset(
                (getattr(fault, "sheet", None) or table.sheet, row, column)
                for row, column in fault.corrections
            ),
            f"{fault.quantity}: {fault.explanation}",
        )
        for table in report.tables
        for fault in table.faults
    ]
    reason = None if report.error is None else report.error.partition(": ")[2]
    return Judgement(tuple(accusations), len(report.tables), reason, report)


def corrected(judgement: Judgement, target: Path) -> str | None:
    """Write the corrected copy; gives the reason if the check refuses to."""
    try:
        with _limited():
            fix(judgement.report, target)
    except BackpropError as error:
        return str(error).partition(": ")[2]
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


@contextmanager
def _limited() -> Iterator[None]:
    def stop(number: int, frame: object) -> None:
        raise TooSlow(f"more than {SECONDS} s")

    before = signal(SIGALRM, stop)
    setitimer(ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        setitimer(ITIMER_REAL, 0)
        signal(SIGALRM, before)
