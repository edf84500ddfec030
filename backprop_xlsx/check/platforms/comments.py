"""A mark and its mistakes in a line or two, as a platform shows them to a student."""

from __future__ import annotations

from collections.abc import Mapping

from backprop_xlsx.check.marking.mark import Mark
from backprop_xlsx.check.report import phrases
from backprop_xlsx.check.report.entry import Entry
from backprop_xlsx.check.report.mistakes import mistakes

MOST_TOLD = 5
"""Mistakes of a file."""

Marks = Mapping[int, tuple[Mark, str]]
"""By the number of a row of a list: the mark, and a comment on it."""


def comment(entry: Entry) -> str:
    """How many columns are right, then the mistakes, the one in most cells first."""
    found = mistakes(entry.report)
    told = [phrases.sentence(mistake.title) for mistake in found[:MOST_TOLD]]
    more = len(found) - len(told)
    rest = [f"And {phrases.tally(more, 'more mistake')}."] if more else []
    return " ".join([f"{entry.mark}.", *told, *rest])
