"""What the check found as JSON, for programs: an object for each table."""

from __future__ import annotations

import json
from collections.abc import Sequence

from backprop_xlsx.check.findings import FileReport
from backprop_xlsx.check.report.phrases import names


def to_json(reports: Sequence[FileReport]) -> str:
    """The tables of all files in one list, each with the name of its file."""
    tables = [
        table.as_json(name)
        for name, report in zip(names(reports), reports, strict=True)
        for table in report.tables
    ]
    return json.dumps(tables, ensure_ascii=False, indent=1) + "\n"
