"""What the check found as CSV: a line for each file, for a teacher's mark sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from backprop_xlsx.check.findings import FileReport
from backprop_xlsx.check.report import phrases

COLUMNS = (
    "file",
    "tables",
    "faults",
    "wrong_cells",
    "warnings",
    "verdict",
    "worst_mistakes",
    "coverage",
)
MISTAKES_NAMED = 3

_BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for the code page of the country
_FORMULA_STARTS = ("=", "+", "-", "@")


def grades(reports: Sequence[FileReport]) -> str:
    """The CSV text: a header, then a line for each file."""
    text = io.StringIO(newline="")
    text.write(_BYTE_ORDER_MARK)
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for name, report in zip(phrases.names(reports), reports, strict=True):
        if report.error is not None:
            remark = phrases.reason(report)
        else:
            remark = "; ".join(map(str, phrases.mistakes(report)[:MISTAKES_NAMED]))
        writer.writerow(
            [
                _harmless(name),
                len(report.tables),
                report.faults,
                sum(table.wrong_cells for table in report.tables),
                report.warnings,
                phrases.verdict(report).word,
                _harmless(remark),
                _harmless(phrases.coverage(report)),
            ]
        )
    return text.getvalue()


def _harmless(text: str) -> str:
    # A spreadsheet would compute what begins like a formula.
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) else text
