"""The CSV for a teacher's mark sheet: a line for each file, blank where there is no mark."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.report.mark_sheet import grades
from tests.oracles.class_table import ClassTable


def test_a_file_that_cannot_be_read_has_no_mark_and_a_right_one_has_them_all(
    tmp_path: Path,
) -> None:
    nothing, right = tmp_path / "nothing.xlsx", ClassTable().write(tmp_path / "right.xlsx")
    nothing.write_bytes(b"")
    reports = [check_file(nothing), check_file(right)]
    rows = list(csv.DictReader(io.StringIO(grades(reports).lstrip("\ufeff"))))
    marks = [(row["columns_right"], row["columns"], row["mark"]) for row in rows]
    assert marks == [("", "", ""), ("27", "27", "100")]
    assert [row["file"] for row in rows] == ["nothing.xlsx", "right.xlsx"]
    assert "empty" in rows[0]["worst_mistakes"]
