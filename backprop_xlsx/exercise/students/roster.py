"""The students of a class, read from a CSV file, and the names of their books."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from backprop_xlsx.model.valid import check_text
from backprop_xlsx.spreadsheet.csv_text import rows_of, separator_of
from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.text_files import read_text

LARGEST_FILE = 2 * 2**20  # bytes
MOST_STUDENTS = 2_000
LONGEST_NAME = 255
LONGEST_IN_FILE = 50
"""Characters of a name in that of a file, which may have 255 bytes in all."""
HEADERS = ("name", "student")
_OTHER_KINDS = ("<", "{", "[")
"""What a page or JSON begins with, and no name."""


@dataclass(frozen=True)
class Student:
    """A student: a name, the identifier that a school gives, if any.

    ``number`` tells students of the same name and identifier apart, from 1.
    """

    name: str
    identifier: str = ""
    number: int = 1

    def __str__(self) -> str:
        return f"{self.name} ({self.identifier})" if self.identifier else self.name

    @property
    def seed(self) -> str:
        """What start values are drawn from, beside the seed of the class."""
        return "\n".join((self.name, self.identifier, str(self.number)))


def read_roster(path: Path) -> tuple[Student, ...]:
    """The students of a CSV file: on each line a name, or a name and an identifier.

    Commas separate the two, or semicolons or tabs if the first line has any. A first line that
    begins with "name" or "student" is a header. Raises FileError if the file cannot be read,
    InputError, naming the line, for what is no such list, for an empty one, and where two
    students have one identifier.
    """
    students: list[Student] = []
    lines_of: dict[str, int] = {}
    for line, cells in _lines(path, read_text(path, LARGEST_FILE)):
        place = f"{path}, line {line}"
        if len(cells) > 2:
            raise InputError(
                f"{place}: {len(cells)} values given, expected a name, or a name and an "
                "identifier; a name with a comma needs quotes"
            )
        name, identifier = (*cells, "")[:2]
        if not name:
            raise InputError(f"{place}: has no name")
        check_text(f"{place}: name", name, LONGEST_NAME)
        check_text(f"{place}: identifier", identifier, LONGEST_NAME)
        if identifier and identifier in lines_of:
            raise InputError(
                f"{place}: identifier {identifier!r:.40} is that of line {lines_of[identifier]} "
                "too; give each student one of their own"
            )
        lines_of[identifier] = line
        same = sum((other.name, other.identifier) == (name, identifier) for other in students)
        students.append(Student(name, identifier, same + 1))
        if len(students) > MOST_STUDENTS:
            raise InputError(f"{path}: has more than {MOST_STUDENTS:,} students; split it")
    if not students:
        raise InputError(f"{path}: has no students; expected a line for each, with a name")
    return tuple(students)


def file_names(students: Sequence[Student], stem: str) -> tuple[str, ...]:
    """The name of each student's book, all different on any system, and none a path."""
    taken: set[str] = set()
    found = []
    for student in students:
        words = re.sub(r"[^\w]+", "-", unicodedata.normalize("NFC", student.name))
        base = f"{stem}-{words.strip('-_')[:LONGEST_IN_FILE] or 'student'}"
        name, number = base, 1
        while unicodedata.normalize("NFKD", name.casefold()) in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(unicodedata.normalize("NFKD", name.casefold()))
        found.append(f"{name}.xlsx")
    return tuple(found)


def _lines(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Every line that is not empty but a header, with its number."""
    if text.lstrip().startswith(_OTHER_KINDS) or "\0" in text:
        raise InputError(f"{path}: is not CSV; expected a line for each student, with a name")
    first = True
    for line, row in rows_of(path, text, separator_of(text), strict=True):
        cells = [cell.strip() for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells and not (first and cells[0].casefold() in HEADERS):
            yield line, cells
        first = first and not cells
