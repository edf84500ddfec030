"""What the check found as JSON, for programs: an object for each table, or a line for each file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from backprop_xlsx.check.findings import FileReport
from backprop_xlsx.check.marking.mark import ALIKE
from backprop_xlsx.check.report import phrases
from backprop_xlsx.check.report.entry import Entry, entries


def to_json(reports: Sequence[FileReport]) -> str:
    """The tables of all files in one list, each with the name of its file."""
    found = [each for entry in entries(reports, ALIKE) for each in tables(entry)]
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def tables(entry: Entry) -> list[dict[str, Any]]:
    """The tables of a file, each with its name."""
    return [table.as_json(entry.name) for table in entry.report.tables]


def json_line(entry: Entry) -> str:
    """All of a file on one line."""
    report, mark = entry.report, entry.mark
    found: dict[str, Any] = {
        "file": entry.name,
        "student": entry.student or None,
        "verdict": phrases.verdict(report).word,
        "mark": None if mark is None else mark.earned,
        "columns_right": None if mark is None else mark.right,
        "columns": None if mark is None else mark.there,
        "error": None if report.error is None else phrases.reason(report),
        "tables": tables(entry),
    }
    return json.dumps(found, ensure_ascii=False) + "\n"
