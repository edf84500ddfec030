"""The key of a class: whose book has which start values; written as CSV, and read again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backprop_xlsx.exercise.practice import ROWS, Practice
from backprop_xlsx.exercise.start_values import Row
from backprop_xlsx.exercise.students.roster import Student
from backprop_xlsx.model.description import from_text, text_of
from backprop_xlsx.spreadsheet.csv_text import (
    BYTE_ORDER_MARK,
    as_it_was,
    harmless,
    rows_of,
    written,
)
from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.text_files import read_text

LARGEST_FILE = 64 * 2**20  # bytes
COLUMNS = ("name", "identifier", "number", "file", "book")
BLANK, NETWORK = "blank", "network"


@dataclass(frozen=True)
class Handed:
    """A book that was handed out: to whom, under which name, with which start values."""

    student: Student
    file: str
    rows: tuple[Row, Row]


@dataclass(frozen=True)
class Key:
    """What is practised, and the books that were handed out."""

    practice: Practice
    books: tuple[Handed, ...]


def key_text(key: Key) -> str:
    """The key as CSV: a line for each book."""
    practice = key.practice
    book = json.dumps({BLANK: practice.blank, NETWORK: _described(practice)}, ensure_ascii=False)
    cells = _cells(practice)
    lines = [[*COLUMNS, *(f"{name}, row {row + 1}" for row, name in cells)]]
    for handed in key.books:
        student = handed.student
        words = (student.name, student.identifier, str(student.number), handed.file, book)
        numbers = [repr(handed.rows[row][name]) for row, name in cells]
        lines.append([*map(harmless, words), *numbers])
    return BYTE_ORDER_MARK + written(lines)


def read_key(path: Path) -> Key:
    """The key that a file holds.

    Raises FileError if it cannot be read, InputError if it is no key.
    """
    try:
        lines = [row for _, row in rows_of(path, read_text(path, LARGEST_FILE), ",")]
        if len(lines) < 2 or tuple(lines[0][: len(COLUMNS)]) != COLUMNS:
            raise ValueError
        practice = _practice(as_it_was(lines[1][len(COLUMNS) - 1]))
        books = tuple(_handed(practice, line) for line in lines[1:] if line)
    except (InputError, ValueError, KeyError, TypeError, RecursionError):
        raise InputError(
            f"{path}: is no key; expected the file that --roster wrote beside the books"
        ) from None
    return Key(practice, books)


def _described(practice: Practice) -> object:
    return json.loads(text_of(practice.network, [practice.optimiser], practice.samples))


def _practice(text: str) -> Practice:
    said = json.loads(text)
    described = from_text(json.dumps(said[NETWORK]))
    (optimiser,) = described.optimisers
    return Practice(described.network, optimiser, described.samples, tuple(said[BLANK]))


def _handed(practice: Practice, line: Sequence[str]) -> Handed:
    name, identifier, number, file, _ = map(as_it_was, line[: len(COLUMNS)])
    rows: tuple[Row, Row] = ({}, {})
    for (row, cell), text in zip(_cells(practice), line[len(COLUMNS) :], strict=True):
        rows[row][cell] = float(text)
    return Handed(Student(name, identifier, int(number)), file, rows)


def _cells(practice: Practice) -> list[tuple[int, str]]:
    """Every start value's row and name, in the order in which they stand in the key."""
    names = [cell for quantity in practice.given for cell in quantity.cells]
    return [(row, name) for row in range(ROWS) for name in names]
