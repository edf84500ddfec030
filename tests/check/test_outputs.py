"""What grows does so file by file; what is long is split; nothing is half-written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from backprop_xlsx.check import outputs
from backprop_xlsx.check.findings import FileReport
from backprop_xlsx.check.marking.mark import Marking
from backprop_xlsx.check.report import mark_sheet
from backprop_xlsx.check.report.entry import Entry, entries
from backprop_xlsx.check.report.mark_sheet import grades
from backprop_xlsx.check.report.pages.page import page
from backprop_xlsx.check.report.programs import to_json
from backprop_xlsx.spreadsheet.errors import FileError
from tests.check.report.test_page import RIGHT, UNREAD, WARNED, WRONG, Reader

REPORTS = [RIGHT, WRONG, WARNED, UNREAD]
ENTRIES = entries(REPORTS, Marking())


def many(number: int) -> list[Entry]:
    reports = [replace(WRONG, path=Path(f"{index:04}.xlsx")) for index in range(number)]
    return entries(reports, Marking())


def test_a_mark_sheet_grows_by_a_line_for_each_file(tmp_path: Path) -> None:
    target = tmp_path / "grades.csv"
    target.write_text("what stood there before, and is longer than a line" * 10)
    with outputs.growing(target, mark_sheet.heading(), mark_sheet.line) as add:
        for number, entry in enumerate(ENTRIES, start=1):
            add(entry)
            assert target.read_bytes().count(b"\n") == number + 1
    assert target.read_bytes() == grades(REPORTS).encode()


def test_the_list_for_programs_is_there_at_the_end_alone(tmp_path: Path) -> None:
    target = tmp_path / "found.json"
    with outputs.json_list(target) as add:
        for entry in ENTRIES:
            add(entry)
            assert not target.exists()
    assert target.read_text(encoding="utf-8") == to_json(REPORTS)
    assert list(tmp_path.iterdir()) == [target]


def test_the_list_of_no_table_is_one(tmp_path: Path) -> None:
    target = tmp_path / "found.json"
    with outputs.json_list(target) as add:
        add(ENTRIES[3])
    assert json.loads(target.read_text(encoding="utf-8")) == []


def test_a_report_that_ends_early_is_not_written(tmp_path: Path) -> None:
    for output in (outputs.json_list, outputs.on_the_class):
        with pytest.raises(KeyboardInterrupt), output(tmp_path / "report") as add:
            add(ENTRIES[0])
            raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_few_files_stand_on_one_page(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    with outputs.pages(target, len(ENTRIES)) as add:
        for entry in ENTRIES:
            add(entry)
    assert target.read_text(encoding="utf-8") == page(REPORTS)


def test_many_files_stand_on_several_pages_that_the_report_lists(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    number = 2 * outputs.MOST_ON_A_PAGE + 1
    with outputs.pages(target, number) as add:
        for entry in many(number):
            add(entry)
    contents = Reader(target.read_text(encoding="utf-8"))
    links = [attributes["href"] for tag, attributes in contents.tags if tag == "a"]
    assert links == ["report-1.html", "report-2.html", "report-3.html"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [*links, "report.html"]
    assert f"{number} files" in contents.text
    sections = []
    for link in links:
        reader = Reader((tmp_path / str(link)).read_text(encoding="utf-8"))
        assert {"href": "report.html"} in [attributes for _, attributes in reader.tags]
        sections += [attributes["id"] for tag, attributes in reader.tags if tag == "section"]
    assert sections == [f"file-{index}" for index in range(1, number + 1)]


def test_a_target_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(FileError, match="cannot be written"),
        outputs.growing(tmp_path, "", lambda entry: "x") as add,
    ):
        add(Entry("a.xlsx", FileReport(Path("a.xlsx")), None))
