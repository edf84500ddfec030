"""The check as Python calls it: a path is a text or a Path, as users write it."""

from __future__ import annotations

from pathlib import Path

from backprop_xlsx.check import check_file, check_files, fix
from tests.check.homework import SIBLING, write_homework


def test_a_path_may_be_a_text(tmp_path: Path) -> None:
    book, corrected = tmp_path / "Homework.xlsx", tmp_path / "Corrected.xlsx"
    write_homework(book, SIBLING, steps=5)
    report = check_file(str(book))
    assert report == check_file(book)
    assert list(check_files([str(book), book])) == [report, report]
    fix(report, str(corrected))
    (table,) = check_file(str(corrected)).tables
    assert table.faults == ()


def test_a_text_that_names_no_file_gives_a_report_with_the_reason() -> None:
    report = check_file("nowhere.xlsx")
    assert report.path == Path("nowhere.xlsx")
    assert "nowhere.xlsx: " in str(report.error)
