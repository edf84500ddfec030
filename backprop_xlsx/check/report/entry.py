"""A file as every report tells of it: what to call it, what was found, and its mark."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from backprop_xlsx.check.findings import FileReport
from backprop_xlsx.check.marking.mark import Mark, Marking
from backprop_xlsx.check.report.phrases import names


@dataclass(frozen=True)
class Entry:
    """A checked file: its ``name`` tells it from the others of its run; one unread has no mark.

    ``student`` is whose it is, as far as a list tells.
    """

    name: str
    report: FileReport
    mark: Mark | None
    student: str = ""


def entries(reports: Iterable[FileReport], marking: Marking) -> list[Entry]:
    """The files of a run."""
    found = list(reports)
    called = names([report.path for report in found])
    return [
        Entry(name, report, marking.of(report)) for name, report in zip(called, found, strict=True)
    ]
