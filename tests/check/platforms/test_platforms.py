"""Marks in the forms that platforms import, held against what the platforms document."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from backprop_xlsx.check import __main__ as command
from backprop_xlsx.check.marking.mark import Mark, Marking
from backprop_xlsx.check.platforms.canvas import canvas_marks, require_gradebook
from backprop_xlsx.check.platforms.gradescope import results
from backprop_xlsx.check.platforms.moodle import moodle_marks, require_worksheet
from backprop_xlsx.check.platforms.roster import read_roster
from backprop_xlsx.check.report.entry import Entry
from backprop_xlsx.spreadsheet.errors import InputError
from tests.check.homework import SIBLING, write_homework
from tests.check.report.test_page import RIGHT, UNREAD, WRONG

GRADEBOOK = """\
Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (101),Homework 3 (103),Current Score
    Points Possible,,,,,10,20,(read only)
"Lovelace, Ada",4711,s-1,ada,A,9,,90
"Babbage, Charles",4712,s-2,charles,A,8,5,80
"Student, Test",4713,,test,A,,,
"""
WORKSHEET = """\
Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 4711,Ada Lovelace,ada@example.org,Submitted for grading,,20.00,Yes,"Monday, 2 March",-,
Participant 4712,Charles Babbage,cb@example.org,Draft,5.00,20.00,Yes,-,"Monday, 2 March",Kept
"""


@pytest.fixture
def gradebook(tmp_path: Path) -> Path:
    path = tmp_path / "gradebook.csv"
    path.write_text(GRADEBOOK, encoding="utf-8")
    return path


@pytest.fixture
def worksheet(tmp_path: Path) -> Path:
    path = tmp_path / "worksheet.csv"
    path.write_text(WORKSHEET, encoding="utf-8-sig")
    return path


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


MARK = Mark(25, 27, 25 / 27, 20.0)


def test_canvas_gets_the_columns_that_its_importer_asks_for(gradebook: Path) -> None:
    roster = read_roster(gradebook)
    require_gradebook(roster, "Homework 3", 20)
    header, points, ada, charles, test = rows(
        canvas_marks(roster, "Homework 3", 20, {1: (MARK, "")})
    )
    assert header == [
        *("Student", "ID", "SIS User ID", "SIS Login ID", "Section"),
        "Homework 3 (103)",
    ]
    assert points == ["    Points Possible", "", "", "", "", "20"]
    assert ada == ["Lovelace, Ada", "4711", "s-1", "ada", "A", "18.51"]
    assert charles[-1] == "5", "a blank would take the mark away that is there"
    assert test[-1] == ""


def test_an_assignment_that_canvas_does_not_know_gets_its_points(gradebook: Path) -> None:
    roster = read_roster(gradebook)
    require_gradebook(roster, "Project", 40)
    header, points, ada, *_ = rows(canvas_marks(roster, "Project", 40, {1: (MARK, "")}))
    assert (header[-1], points[-1], ada[-1]) == ("Project", "40", "18.51")


@pytest.mark.parametrize(
    ("assignment", "points", "message"),
    [(None, 20, "name the assignment"), ("Homework 3", 100, "'Homework 3' has 20 points")],
)
def test_what_does_not_fit_into_the_gradebook_is_refused(
    assignment: str | None, points: float, message: str, gradebook: Path, worksheet: Path
) -> None:
    with pytest.raises(InputError, match=message):
        require_gradebook(read_roster(gradebook), assignment, points)
    with pytest.raises(InputError, match="expected the gradebook"):
        require_gradebook(read_roster(worksheet), "Homework 3", 20)


def test_a_roster_with_a_field_longer_than_csv_takes_gets_one_line(
    gradebook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gradebook.write_text(GRADEBOOK + "A" * 200_000 + ",4714,,,,,,\n", encoding="utf-8")
    book = tmp_path / "theirs.xlsx"
    write_homework(book, steps=3, chart=False)
    assert command.main([str(book), "--roster", str(gradebook)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "gradebook.csv, line 6: is not CSV" in line


def test_moodle_gets_its_worksheet_back_with_grades_and_comments(worksheet: Path) -> None:
    roster = read_roster(worksheet)
    require_worksheet(roster, 20)
    header, ada, charles = rows(moodle_marks(roster, {0: (MARK, "uses <b>a_h1</b> & h")}))
    before = rows(WORKSHEET)
    assert header == before[0]
    assert ada[:4] == before[1][:4]
    assert ada[4] == "18.51"
    assert ada[5:9] == before[1][5:9]
    assert ada[9] == "<p>uses &lt;b&gt;a_h1&lt;/b&gt; &amp; h</p>"
    assert charles == before[2]


def test_what_does_not_fit_into_the_worksheet_is_refused(worksheet: Path, gradebook: Path) -> None:
    with pytest.raises(InputError, match="maximum grade in .* is 20"):
        require_worksheet(read_roster(worksheet), 100)
    with pytest.raises(InputError, match="no column 'Identifier'"):
        require_worksheet(read_roster(gradebook), 20)


# The keys of the example in Gradescope's specification, and what may stand there.
RESULT = {"score": float, "output": str, "tests": list}
TEST = {"name": str, "score": float, "max_score": float}


@pytest.mark.parametrize("report", [RIGHT, WRONG], ids=["right", "wrong"])
def test_the_result_for_gradescope_has_the_keys_of_its_example(report: Any) -> None:
    marking = Marking({"forward": 2, "loss": 1, "gradients": 4, "updates": 1}, 20)
    mark = marking.of(report)
    assert mark is not None
    found = json.loads(results(Entry("a.xlsx", report, mark), marking))
    assert {key: type(value) for key, value in found.items()} == RESULT
    for test in found["tests"]:
        assert {key: type(value) for key, value in test.items()} == TEST
        assert 0 <= test["score"] <= test["max_score"]
    assert found["score"] == mark.earned
    assert sum(test["max_score"] for test in found["tests"]) == pytest.approx(20, abs=1e-3)
    assert sum(test["score"] for test in found["tests"]) == pytest.approx(mark.earned, abs=0.01)
    assert ("Uses a_h1 where a_h2 belongs." in found["output"]) == (report is WRONG)


def test_gradescope_is_told_why_a_file_was_not_checked() -> None:
    found = json.loads(results(Entry("dee.xlsx", UNREAD, None), Marking()))
    assert found == {"score": 0.0, "output": "the file is cut short"}


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("Ada Lovelace_4711_assignsubmission_file_/homework.xlsx", 0),
        ("Ada Lovelace_4711_assignsubmission_file_homework.xlsx", 0),
        ("x/Charles Babbage_4712_assignsubmission_file_/4711.xlsx", 1),
        ("Ada Lovelace.xlsx", 0),
        ("Lovelace_Ada.xlsx", 0),
        ("lovelace, ada/homework.xlsx", 0),
        ("cb@example.org.xlsx", 1),
        ("homework.xlsx", None),
        ("Ada_9999_assignsubmission_file_/homework.xlsx", None),
    ],
)
def test_whose_file_it_is_in_moodle(name: str, row: int | None, worksheet: Path) -> None:
    roster = read_roster(worksheet)
    assert roster.row_of(Path("folder") / name) == row
    assert roster.name_of(Path("folder") / name) == (
        "" if row is None else ("Ada Lovelace", "Charles Babbage")[row]
    )


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("lovelaceada_4711_90210_homework.xlsx", 1),
        ("babbagecharles_LATE_4712_90211_Kopie von 4711.xlsx", 2),
        ("charles.xlsx", 2),
        ("4711.xlsx", 1),
        ("lovelaceada_1_2_homework.xlsx", None),
    ],
)
def test_whose_file_it_is_in_canvas(name: str, row: int | None, gradebook: Path) -> None:
    assert read_roster(gradebook).row_of(Path("folder") / name) == row


def test_a_list_of_ones_own_and_a_name_that_fits_two(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name;file\nAda;a.xlsx\nJo;b\nJo;c/hw.xlsx\n", encoding="utf-8")
    roster = read_roster(path)
    found = [roster.row_of(Path(name)) for name in ("z/a.xlsx", "b/hw.xlsx", "c/hw.xlsx", "jo/x")]
    assert found == [0, 1, 2, None]


@pytest.mark.parametrize("text", ["", "Student,ID\n", "name\nAda\n"])
def test_what_is_no_list_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(f"{path}: expected a CSV file")):
        read_roster(path)


def test_from_the_command_line(
    gradebook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "submissions"
    folder.mkdir()
    for name, slip in (("lovelaceada_4711_1_a", SIBLING), ("lovelaceada_4711_2_a-1", {})):
        write_homework(folder / f"{name}.xlsx", slip, steps=3, chart=False, cached=False)
    write_homework(folder / "unknown.xlsx", steps=3, chart=False, cached=False)
    target = tmp_path / "import.csv"
    options = ["--roster", str(gradebook), "--canvas", str(target), "--points", "20"]
    files = sorted(map(str, folder.iterdir()))
    assert command.main([*files, *options, "--assignment", "Homework 3"]) == 1
    assert rows(target.read_text(encoding="utf-8"))[2][-1] == "20", "the better of two files"
    assert f"1 file of nobody in {gradebook}: unknown.xlsx" in capsys.readouterr().err
    assert command.main([*files, *options]) == 2
    assert "name the assignment" in capsys.readouterr().err
    assert command.main([*files, "--moodle", str(target)]) == 2
    assert "--roster" in capsys.readouterr().err
    result = tmp_path / "results.json"
    assert command.main([files[0], "--gradescope", str(result)]) == 1
    assert json.loads(result.read_text(encoding="utf-8"))["score"] == 92.59
    assert command.main([*files, "--gradescope", str(result)]) == 2
