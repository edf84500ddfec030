"""What the check found as CSV: a line for each file, for a teacher's mark sheet."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_xlsx.check.findings import FileReport
from backprop_xlsx.check.marking.mark import ALIKE, Marking
from backprop_xlsx.check.report import phrases
from backprop_xlsx.check.report.entry import Entry, entries
from backprop_xlsx.check.report.mistakes import mistakes
from backprop_xlsx.spreadsheet.csv_text import BYTE_ORDER_MARK, harmless, written

COLUMNS = (
    "file",
    "tables",
    "faults",
    "wrong_cells",
    "warnings",
    "verdict",
    "worst_mistakes",
    "coverage",
    "columns_right",
    "columns",
    "mark",
    "student",
)
MISTAKES_NAMED = 3


def grades(reports: Sequence[FileReport], marking: Marking = ALIKE) -> str:
    """The CSV text: a header, then a line for each file."""
    return heading() + "".join(map(line, entries(reports, marking)))


def heading() -> str:
    """The first line, with the names of the columns."""
    return BYTE_ORDER_MARK + written([COLUMNS])


def line(entry: Entry) -> str:
    """The line of a file."""
    report, mark = entry.report, entry.mark
    if report.error is not None:
        remark = phrases.reason(report)
    else:
        remark = "; ".join(map(str, mistakes(report)[:MISTAKES_NAMED]))
    cells = (
        harmless(entry.name),
        len(report.tables),
        report.faults,
        report.wrong_cells,
        report.warnings,
        phrases.verdict(report).word,
        harmless(remark),
        harmless(phrases.coverage(report)),
        *(("", "", "") if mark is None else (mark.right, mark.there, f"{mark.earned:g}")),
        harmless(phrases.printable(entry.student)),
    )
    return written([cells])
