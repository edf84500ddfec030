"""What python -m backprop_xlsx.check … --key key.csv does: grade the practice books of a class."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from backprop_xlsx.check.report.phrases import tally
from backprop_xlsx.exercise.grading.first_mistake import first_mistake
from backprop_xlsx.exercise.grading.grades import Grade, grades_text, with_same_starts
from backprop_xlsx.exercise.grading.ownership import owner_of, sender_of
from backprop_xlsx.exercise.grading.recalculation import marks_of
from backprop_xlsx.exercise.grading.submission import Submission, read_submission
from backprop_xlsx.exercise.layout import CORRECT, NOT_DONE, Layout
from backprop_xlsx.exercise.mistakes.bench import Bench
from backprop_xlsx.exercise.practice import points_by_part
from backprop_xlsx.exercise.students.key import Key, read_key
from backprop_xlsx.spreadsheet import files, libreoffice
from backprop_xlsx.spreadsheet.command_line import expanded
from backprop_xlsx.spreadsheet.errors import FileError, ForeignFileError, InputError

ALL_GRADED, NOT_GRADED = 0, 2
OPTIONS = ("files", "key", "csv", "convert", "verbose", "points", "seconds", "megabytes")
"""Of the check: those that are of use here, and those that always have a value."""
NOT_RECALCULATED = "not recalculated here: by the values that the file has"


def run(options: argparse.Namespace) -> int:
    """Grades the files, prints a line for each, and writes the CSV file if that is asked for.

    The exit status is 0, or 2 if a file could not be graded. Raises InputError for an option that
    is of no use here or a key that is none, FileError for what cannot be read or written.
    """
    for name, value in vars(options).items():
        if value and name not in OPTIONS:
            option = name.replace("_", "-")
            raise InputError(f"--{option}: is not for practice books; leave it out, or --key")
    key = read_key(options.key)
    if options.csv is not None:
        files.require_writable(options.csv)
        if options.csv.resolve() == options.key.resolve():
            raise InputError(f"--csv {options.csv}: is the key; choose another name")
    paths = list(dict.fromkeys(expanded(options.files)))
    grades = with_same_starts(grade_files(paths, key, options.convert))
    for grade in grades:
        print(grade.summary)
    if options.csv is not None:
        files.write(options.csv, grades_text(key, grades).encode())
    failed = sum(bool(grade.error) for grade in grades)
    copied = sum(grade.is_copied for grade in grades)
    said = [f"{tally(len(grades) - failed, 'book')} graded"]
    said += [f"{copied} with another student's start values"] if copied else []
    said += [f"{failed} not graded"] if failed else []
    print("; ".join(said))
    return NOT_GRADED if failed else ALL_GRADED


def grade_files(paths: Sequence[Path], key: Key, convert: bool = False) -> list[Grade]:
    """The grade of each file; one bad file never stops the others."""
    bench = Bench(key.practice)
    return [_graded(path, key, bench, convert) for path in paths]


def _graded(path: Path, key: Key, bench: Bench, convert: bool) -> Grade:
    layout = Layout(key.practice)
    with tempfile.TemporaryDirectory() as folder:
        try:
            try:
                submission = read_submission(path, layout)
            except ForeignFileError as error:
                if not convert:
                    raise
                book = libreoffice.converted(path, Path(folder), error.suffix)
                submission = read_submission(book, layout)
            return _grade(path, submission, key, bench)
        except (FileError, InputError) as error:
            return Grade(path, error=str(error))
        except Exception as error:  # whatever it is, the next file is to be graded
            fault = " ".join(f"{type(error).__name__} {error}".split())
            return Grade(path, error=f"{path}: could not be graded, please report it ({fault})")


def _grade(path: Path, submission: Submission, key: Key, bench: Bench) -> Grade:
    marks, recalculated = marks_of(submission)
    right = [name for name, mark in marks.items() if mark == CORRECT]
    owner = owner_of(submission, key)
    return Grade(
        path,
        points_by_part(key.practice, right),
        list(marks.values()).count(NOT_DONE),
        first_mistake(submission, bench, marks),
        sender_of(submission, path, key, owner),
        None if owner is None else owner.handed,
        0 if owner is None else owner.changed,
        () if recalculated else (NOT_RECALCULATED,),
    )
