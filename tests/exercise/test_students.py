"""The roster, the names of the books, and the key: whatever a school's list holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_xlsx import InputError
from backprop_xlsx.exercise.practice import Practice
from backprop_xlsx.exercise.start_values import drawn
from backprop_xlsx.exercise.students.key import Handed, Key, key_text, read_key
from backprop_xlsx.exercise.students.roster import Student, file_names, read_roster
from backprop_xlsx.spreadsheet.errors import FileError
from tests.exercise.books import CLASS

PRACTICE = Practice.of(CLASS, ["loss"])
NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=200)


def roster(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "students.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_names_as_schools_have_them(tmp_path: Path) -> None:
    long = "Ä" * 200
    text = (
        '\ufeffName;Matrikel\r\n"Müller; Anna";1\r\n\r\n=1+1;2\r\n"He said ""hi""";3\r\n'
        f"{long};4\r\nJörg Ünal\r\nJörg Ünal\r\n"
    )
    assert read_roster(roster(tmp_path, text)) == (
        Student("Müller; Anna", "1"),
        Student("=1+1", "2"),
        Student('He said "hi"', "3"),
        Student(long, "4"),
        Student("Jörg Ünal", "", 1),
        Student("Jörg Ünal", "", 2),
    )
    assert read_roster(roster(tmp_path, '"Müller, Anna"\nNameless Ned,7\n')) == (
        Student("Müller, Anna"),
        Student("Nameless Ned", "7"),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no students"),
        ("name,id\n\n", "has no students"),
        ("a,b,c\n", "line 1: 3 values given, expected a name"),
        ("Ann\n,7\n", "line 2: has no name"),
        ("Ann,7\nBob,7\n", "line 2: identifier '7' is that of line 1 too"),
        ('"Ann"x\n', "line 1: is not CSV"),
        ('"Ann\n', "is not CSV"),
        ("<html><body>Ann</body></html>", "is not CSV"),
        ('{"students": []}', "is not CSV"),
        ("Ann\x07\n", "no sheet can show"),
        ("A" * 256, "256 characters given"),
        (b"PK\x03\x04\x00\xff\xfe", "is not text in UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "is not text in UTF-8"),
    ],
)
def test_what_is_no_roster_is_refused_in_one_line(
    text: str | bytes, words: str, tmp_path: Path
) -> None:
    with pytest.raises((InputError, FileError)) as refused:
        read_roster(roster(tmp_path, text))
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@given(st.lists(st.builds(Student, NAMES), min_size=1, max_size=12))
def test_books_have_different_names_within_their_folder(students: list[Student]) -> None:
    names = file_names(students, "Exercise")
    assert len({name.casefold() for name in names}) == len(students)
    for name in names:
        assert (Path("folder") / name).resolve().parent == Path("folder").resolve()
        assert len(name.encode()) <= 255
        assert name.startswith("Exercise-")
        assert not set(name) & set('/\\:*?"<>|')


@given(st.lists(st.tuples(NAMES, st.text("=+-@'7", max_size=3)), min_size=1, max_size=4))
def test_a_key_comes_back_as_it_was_and_holds_no_formula(
    tmp_path_factory: pytest.TempPathFactory, students: list[tuple[str, str]]
) -> None:
    handed = tuple(
        Handed(Student(name, identifier), "=file.xlsx", drawn(PRACTICE, name))
        for name, identifier in students
    )
    path = tmp_path_factory.mktemp("key") / "key.csv"
    text = key_text(Key(PRACTICE, handed))
    path.write_bytes(text.encode())
    assert read_key(path) == Key(PRACTICE, handed)
    for line in text.splitlines()[1:]:
        assert not line.startswith(("=", "+", "-", "@", '"='))


@pytest.mark.parametrize(
    "text", ["", "name\nAnn\n", "name,identifier,number,file,book\na,b,c,d,e\n"]
)
def test_what_is_no_key_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no key; expected the file that --roster wrote"):
        read_key(roster(tmp_path, text))
