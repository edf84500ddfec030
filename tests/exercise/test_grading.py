"""A class from roster to grades, by the commands that a teacher types."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import openpyxl
import pytest

from backprop_xlsx import __main__ as write
from backprop_xlsx.check import __main__ as check
from backprop_xlsx.exercise.filling import Filling
from backprop_xlsx.exercise.layout import EXERCISE, Layout
from backprop_xlsx.exercise.students.key import Key, read_key
from tests.exercise.books import right_formulas, save_filled_in

LONG_NAME = "Maximiliane " * 16
ROSTER = (
    'name,id\n"Ünal, Ayşe",1\n=HYPERLINK("x"),2\nAnn Lee,3\nAnn Lee,4\n../../Bob,5\nCleo,6\n'
    f"{LONG_NAME},7\n"
)
AYSE, LINK, ANN, OTHER_ANN, BOB, CLEO, MAX = range(7)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the class's books were written."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "students.csv").write_text(ROSTER, encoding="utf-8")
    out = ["--out", str(folder / "Exercise.xlsx")]
    blank = ["--blank", "forward,gradients", "--seed", "7"]
    arguments = ["--exercise", "--roster", str(folder / "students.csv"), *blank, *out]
    assert write.main(arguments) == 0
    return folder


@pytest.fixture(scope="module")
def key(folder: Path) -> Key:
    return read_key(folder / "Exercise-key.csv")


def handed_in(folder: Path, key: Key, whose: int, name: str | None = None, **changes: str) -> Path:
    """A student's book with right formulas but for some, saved under a name."""
    submissions = folder / "submissions"
    submissions.mkdir(exist_ok=True)
    file = key.books[whose].file
    target = submissions / (name or file)
    templates = right_formulas(key.practice) | changes
    save_filled_in(folder / "Exercise" / file, key.practice, templates, target)
    return target


def graded(folder: Path, key: Key, *paths: Path, status: int = 0) -> list[dict[str, str]]:
    out = folder / "grades.csv"
    arguments = ["--key", str(folder / "Exercise-key.csv"), "--csv", str(out)]
    assert check.main([*map(str, paths), *arguments]) == status
    with out.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_student_has_a_book_of_their_own(folder: Path, key: Key) -> None:
    books = sorted(path.name for path in (folder / "Exercise").iterdir())
    assert books == sorted(handed.file for handed in key.books)
    assert [str(handed.student) for handed in key.books][:2] == [
        "Ünal, Ayşe (1)",
        '=HYPERLINK("x") (2)',
    ]
    assert len({str(handed.rows) for handed in key.books}) == 7
    for handed in key.books:
        sheet = openpyxl.load_workbook(folder / "Exercise" / handed.file)[EXERCISE]
        who = sheet["B2"]
        assert (who.value, who.data_type) == (str(handed.student), "s")


def test_a_class_is_graded(folder: Path, key: Key, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [
        handed_in(folder, key, AYSE, **{"dE/dw5": "({a_o1}-{t2})*{a_o1}*(1-{a_o1})*{a_h1}"}),
        handed_in(folder, key, AYSE, key.books[LINK].file),
        handed_in(folder, key, OTHER_ANN, o1="0.5"),
        handed_in(folder, key, CLEO, "homework.xlsx", a_h1="'Expected'!$C$12"),
        folder / "Exercise" / key.books[BOB].file,
    ]
    found = graded(folder, key, *paths)
    assert [row["identifier"] for row in found] == ["1", "2", "4", "6", "5"]
    assert [row["points"] for row in found] == ["15", "16", "15", "15", "0"]
    assert [row["start_values"] for row in found] == ["own", "of Ünal, Ayşe (1)", *["own"] * 3]
    assert [row["copied_from"] for row in found] == ["", "Ünal, Ayşe (1)", "", "", ""]
    assert found[0]["first_mistake"] == "∂E/∂w5: uses t2 where t1 belongs"
    assert found[1]["student"] == '\'=HYPERLINK("x")'
    assert found[1]["remarks"] == f"same start values as {paths[0].name}"
    assert found[2]["first_mistake"] == "o1: a number is typed in where a formula belongs"
    assert "hidden sheet" in found[3]["first_mistake"]
    assert (found[4]["not_done"], found[4]["first_mistake"]) == ("16", "")
    assert "1 with another student's start values" in capsys.readouterr().out


def test_each_cell_with_a_number_typed_to_fit_is_wrong(folder: Path, key: Key) -> None:
    """Right in both rows of this book; the grading tries other start values."""
    path = handed_in(folder, key, ANN)
    book = openpyxl.load_workbook(path)
    layout, handed = Layout(key.practice), key.books[ANN]
    for number, right in enumerate(Filling.of(key.practice, handed.rows).rows):
        at = layout.position("a_h2", number)
        book[EXERCISE].cell(at[0] + 1, at[1] + 1).value = right["a_h2"]
    book.save(path)
    (row,) = graded(folder, key, path)
    assert (row["points"], row["first_mistake"]) == (
        "15",
        "a_h2: a number is typed in where a formula belongs",
    )


def test_edited_start_values_and_rows_put_in_do_no_harm(folder: Path, key: Key) -> None:
    path = handed_in(folder, key, BOB, "Bob, my homework.xlsx")
    book = openpyxl.load_workbook(path)
    layout = Layout(key.practice)
    for name, number in (("w1", 3.5), ("i2", -2.0)):
        at = layout.position(name, 0)
        book[EXERCISE].cell(at[0] + 1, at[1] + 1).value = number
    book[EXERCISE]["ZZ1"] = "=H99"
    book.save(path)
    (row,) = graded(folder, key, path)
    assert (row["identifier"], row["points"], row["start_values"]) == ("5", "16", "own, 2 edited")


def test_start_values_may_be_a_million_millionth_off(folder: Path, key: Key) -> None:
    """As programs save them; what is further off was edited."""
    paths = []
    for whose, share in ((BOB, 0.5), (CLEO, 2.0)):
        path = handed_in(folder, key, whose)
        book = openpyxl.load_workbook(path)
        row, column = Layout(key.practice).position("w1", 0)
        cell = book[EXERCISE].cell(row + 1, column + 1)
        cell.value *= 1 + share * 1e-12
        book.save(path)
        paths.append(path)
    assert [row["start_values"] for row in graded(folder, key, *paths)] == ["own", "own, 1 edited"]


def test_the_sender_is_the_first_name_of_the_file(folder: Path, key: Key) -> None:
    """As a learning platform has it: the sender's name, then the file as it was."""
    copied = handed_in(folder, key, ANN, f"Cleo_4711_{key.books[ANN].file}")
    own = handed_in(folder, key, OTHER_ANN, f"leeann_4712_90_{key.books[OTHER_ANN].file}")
    turned = handed_in(folder, key, AYSE, "Ayşe Ünal, my homework.xlsx")
    long = handed_in(folder, key, BOB, key.books[MAX].file)
    found = graded(folder, key, copied, own, turned, long)
    assert [row["identifier"] for row in found] == ["6", "4", "1", "7"]
    assert [row["copied_from"] for row in found] == ["Ann Lee (3)", "", "", "../../Bob (5)"]


def test_nobody_is_accused_for_a_number_that_a_browser_puts_behind_a_name(
    folder: Path, key: Key
) -> None:
    """The second Ann Lee has a file with that very number."""
    assert key.books[OTHER_ANN].file == "Exercise-Ann-Lee-2.xlsx"
    (row,) = graded(folder, key, handed_in(folder, key, ANN, "Exercise-Ann-Lee (2).xlsx"))
    assert (row["identifier"], row["start_values"]) == ("3", "own")
    (row,) = graded(folder, key, handed_in(folder, key, ANN, "Exercise-Ann-Lee-2.xlsx"))
    assert (row["identifier"], row["start_values"]) == ("4", "of Ann Lee (3)")


def test_what_cannot_be_graded_is_told_and_the_others_are(
    folder: Path, key: Key, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 no book")
    other = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(other)
    renamed = tmp_path / "renamed.xlsx"
    shutil.copy(folder / "Exercise" / key.books[ANN].file, renamed)
    book = openpyxl.load_workbook(renamed)
    at = Layout(key.practice).rows["h1"]
    book[EXERCISE].cell(at + 1, Layout(key.practice).name_column + 1).value = "mine"
    book.save(renamed)
    fine = handed_in(folder, key, CLEO)
    paths = [tmp_path / "broken.xlsx", other, renamed, tmp_path / "missing.xlsx", fine]
    found = graded(folder, key, *paths, status=2)
    assert [row["points"] for row in found] == ["0", "0", "0", "0", "16"]
    assert not any("please report it" in row["remarks"] for row in found)
    assert "has no sheet 'Exercise'" in found[1]["remarks"]
    assert "has no cell 'h1 ='" in found[2]["remarks"]
    assert "1 book graded; 4 not graded" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--report", "page.html"], "--report: is not for practice books"),
        (["--class-page", "page.html"], "--class-page: is not for practice books"),
        (["--key", "students.csv"], "is no key"),
        (["--csv", "Exercise-key.csv"], "is the key; choose another name"),
    ],
)
def test_wrong_options_are_refused_in_one_line(
    arguments: list[str],
    words: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder)
    assert check.main(["x.xlsx", "--key", "Exercise-key.csv", *arguments]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_the_same_seed_gives_the_same_key(folder: Path, tmp_path: Path) -> None:
    before = (folder / "Exercise-key.csv").read_bytes()
    out = ["--out", str(tmp_path / "Exercise.xlsx"), "--blank", "forward,gradients"]
    roster = ["--roster", str(folder / "students.csv")]
    assert write.main(["--exercise", *roster, *out, "--seed", "7"]) == 0
    assert (tmp_path / "Exercise-key.csv").read_bytes() == before
    assert write.main(["--exercise", *roster, *out, "--seed", "8"]) == 0
    assert (tmp_path / "Exercise-key.csv").read_bytes() != before
    assert (tmp_path / "Exercise-key-1.csv").read_bytes() == before
