"""The marks of a submission by recalculation: with its own start values, and with others.

What the file says of its marks counts for nothing, and neither does what it has cached, as long as
an engine can read it.
"""

from __future__ import annotations

import math

from backprop_xlsx.exercise.filling import Filling
from backprop_xlsx.exercise.grading.submission import Numbers, Submission
from backprop_xlsx.exercise.layout import CORRECT, EXERCISE, NOT_DONE, WRONG
from backprop_xlsx.exercise.start_values import Row, drawn
from backprop_xlsx.spreadsheet.engines import LiveWorkbook, engines, open_live
from backprop_xlsx.spreadsheet.errors import FileError

OTHER_STARTS = "start values that no student has"


def marks_of(submission: Submission) -> tuple[dict[str, str], bool]:
    """The mark of each blank, and whether an engine has recalculated it.

    A blank is right if it is so for one of the engines: none knows every function.
    """
    found: dict[str, str] | None = None
    for engine in engines():
        try:
            marks = _recalculated(submission, engine)
        except FileError:
            continue
        found = marks if found is None else _better(found, marks)
        if WRONG not in found.values():
            break
    if found is None:
        return _marks(submission, submission.numbers()), False
    return found, True


def _recalculated(submission: Submission, engine: str) -> dict[str, str]:
    """The marks by one engine: right with the book's start values and with others."""
    practice = submission.layout.practice
    with open_live(submission.path, engine) as live:
        live.recalculate()
        own = _marks(submission, _numbers(submission, live))
        for row, start in enumerate(drawn(practice, OTHER_STARTS)):
            _type(submission, live, row, start)
        live.recalculate()
        other = _marks(submission, _numbers(submission, live))
    # With other start values a formula may have no number where it was right before.
    return {
        name: WRONG if mark == CORRECT and other[name] == WRONG else mark
        for name, mark in own.items()
    }


def _marks(submission: Submission, numbers: Numbers) -> dict[str, str]:
    practice = submission.layout.practice
    marks = Filling(practice, numbers).marks
    return {
        blank.name: WRONG if submission.peeks(blank) else marks[blank.name]
        for blank in practice.blanks
    }


def _numbers(submission: Submission, live: LiveWorkbook) -> Numbers:
    rows: Numbers = ({}, {})
    for (cell, row), place in submission.places.items():
        if submission.content(cell, row) is not None:
            value = live.value(EXERCISE, *place)
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            rows[row][cell] = float(value) if number else math.nan
    return rows


def _type(submission: Submission, live: LiveWorkbook, row: int, start: Row) -> None:
    for cell, number in start.items():
        live.type(EXERCISE, *submission.places[cell, row], number)


def _better(one: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    order = (WRONG, NOT_DONE, CORRECT)
    return {name: max(mark, other[name], key=order.index) for name, mark in one.items()}
