"""What the check found as self-contained HTML pages, to be read, printed or sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from backprop_xlsx.check.findings import FileReport
from backprop_xlsx.check.marking.mark import ALIKE, Marking
from backprop_xlsx.check.report.entry import Entry, entries
from backprop_xlsx.check.report.pages.templates import template
from backprop_xlsx.check.report.phrases import Verdict, verdict


@dataclass(frozen=True)
class PageOf:
    """One page of several: its name, which files stand on it, and their verdicts."""

    name: str
    first: int
    last: int
    from_file: str
    to_file: str
    verdicts: Counter[Verdict]


def page(reports: Sequence[FileReport], marking: Marking = ALIKE) -> str:
    """The page: a summary of all files, then a section a file.

    Whatever comes from a workbook is escaped; the page asks for nothing from elsewhere.
    """
    return page_of(entries(reports, marking))


def page_of(found: Sequence[Entry], first: int = 1, contents: str | None = None) -> str:
    """The page of files of which the first is the ``first`` of all.

    ``contents`` is the name of the page that lists the pages, where there are several.
    """
    return template("page.html").render(
        entries=found, verdicts=verdicts(found), first=first, contents=contents
    )


def contents_of(pages: Sequence[PageOf]) -> str:
    """The page that lists the others."""
    together: Counter[Verdict] = Counter()
    for each in pages:
        together += each.verdicts
    return template("contents.html").render(pages=pages, verdicts=together)


def verdicts(found: Sequence[Entry]) -> Counter[Verdict]:
    """How many files have which verdict."""
    return Counter(verdict(entry.report) for entry in found)
