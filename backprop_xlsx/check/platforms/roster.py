"""Whose file it is: by a list of the class, from the names that files and folders have.

What Canvas and Moodle rename the files to that are handed in, both say with the download itself:
Moodle "Ada Lovelace_4711_assignsubmission_file_", a folder, or the beginning of the file's name;
4711 is the number of the participant in the grading worksheet (https://docs.moodle.org/en/
Assignment_activity). Canvas "lovelaceada_4711_90210_homework.xlsx", with LATE_ after the name if
so; 4711 is the ID in the exported gradebook.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from backprop_xlsx.spreadsheet.csv_text import rows_of
from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.text_files import read_text

LARGEST = 20_000_000
"""Bytes of a list; one of a hundred thousand students has a tenth of it."""
NAMES = (
    *("student", "name", "full name", "email", "email address", "username", "login"),
    *("sis login id", "sis user id", "id number", "id"),
)
"""Columns, in small letters, of which one may be what a file or its folder is called."""

_MOODLE = re.compile(r"_(\d+)_assignsubmission_")
_CANVAS = re.compile(r"^[^_]+_(?:LATE_)?(\d+)_\d+_", re.IGNORECASE)


@dataclass(frozen=True)
class Roster:
    """A list of a class, from a file: a row for each person below the names of the columns.

    No row is shorter than the header.
    """

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> int | None:
        """The number of a column, from 0, whatever its capitals; None if there is none."""
        return self._columns.get(name.casefold())

    def row_of(self, path: Path) -> int | None:
        """The number, from 0, of the row of whom a file is; None if none or several fit."""
        folder = path.absolute().parent.name
        for key in self._keys(path.name, folder):
            found = self._rows.get(key)
            if found is not None:
                return found if found >= 0 else None
        return None

    def name_of(self, path: Path) -> str:
        """What the list calls whoever's file it is; empty if it does not tell."""
        number = self.row_of(path)
        if number is None:
            return ""
        columns = (self.column(name) for name in NAMES[:3])
        return next((self.rows[number][i].strip() for i in columns if i is not None), "")

    @staticmethod
    def _keys(name: str, folder: str) -> Iterator[tuple[str, str]]:
        """What a file's name and folder say, the surest first."""
        yield "file", _plain(f"{folder}/{name}")
        yield "file", _plain(name)
        yield "file", _plain(folder)
        for text in (name, folder):
            if match := _MOODLE.search(text):
                yield "participant", match[1]
        if match := _CANVAS.match(name):
            yield "id", match[1]
        for text in (Path(name).stem, folder):
            yield "name", _plain(text)
            yield "words", _words(text)

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {name.strip().casefold(): index for index, name in enumerate(self.header)}

    @cached_property
    def _rows(self) -> dict[tuple[str, str], int]:
        """The row for each key; −1 where it fits several."""
        found: dict[tuple[str, str], int] = {}
        for number, row in enumerate(self.rows):
            for key in set(self._keys_of(row)):
                found[key] = -1 if key in found else number
        return found

    def _keys_of(self, row: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        for name, index in self._columns.items():
            text = row[index].strip()
            if not text:
                continue
            if name == "file":
                yield "file", _plain(text)
            elif name == "identifier" and (match := re.search(r"(\d+)$", text)):
                yield "participant", match[1]
            if name == "id":
                yield "id", text
            if name in NAMES:
                yield "name", _plain(text)
                yield "words", _words(text)


def read_roster(path: Path) -> Roster:
    """The list in a CSV file with a header, as a platform exports it or as somebody writes it.

    Raises FileError if it cannot be read, InputError if it is no such list.
    """
    text = read_text(path, LARGEST)
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    lines = (tuple(row) for _, row in rows_of(path, text, separator))
    rows = [row for row in lines if any(cell.strip() for cell in row)]
    if len(rows) < 2 or len(rows[0]) < 2:
        raise InputError(
            f"{path}: expected a CSV file with a line of headings and one for each student"
        )
    header, *others = rows
    return Roster(path, header, tuple(row + ("",) * (len(header) - len(row)) for row in others))


def number_in(text: str) -> float | None:
    """The number in a cell of a list, in whatever country; None if there is none."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _plain(text: str) -> str:
    return " ".join(re.split(r"[\s_]+", text.casefold())).strip()


def _words(text: str) -> str:
    """The words of a name in the order of the alphabet: first and last name may change places."""
    return " ".join(sorted(re.findall(r"\w+", text.casefold().replace("_", " "))))
