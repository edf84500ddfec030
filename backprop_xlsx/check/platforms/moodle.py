"""Marks as Moodle imports them: its grading worksheet, with grades and comments filled in.

Source: "Offline grading worksheet" in https://docs.moodle.org/en/Assignment_settings, and
mod/assign/feedback/offline/importgradeslib.php of Moodle itself: the columns Identifier, Grade and
"Last modified (grade)" have to be there; a row is found by the number at the end of its
Identifier, as "Participant 4711"; a column "Feedback comments", if there is one, is taken as HTML.
A worksheet in another language has other headings and is refused.
"""

from __future__ import annotations

import html

from backprop_xlsx.check.platforms.comments import Marks
from backprop_xlsx.check.platforms.roster import Roster, number_in
from backprop_xlsx.spreadsheet.csv_text import written
from backprop_xlsx.spreadsheet.errors import InputError

NEEDED = ("Identifier", "Grade", "Last modified (grade)")
MAXIMUM, COMMENTS = "Maximum grade", "Feedback comments"


def require_worksheet(roster: Roster, points: float) -> None:
    """Raise InputError unless the list is a grading worksheet, and the marks fit into it."""
    missing = [name for name in NEEDED if roster.column(name) is None]
    if missing:
        raise InputError(
            f"--roster {roster.path}: has no column {missing[0]!r}, expected the grading worksheet "
            "that Moodle lets you download, in English"
        )
    maximum = roster.column(MAXIMUM)
    for row in roster.rows:
        most = None if maximum is None else number_in(row[maximum])
        if most is not None and most != points:
            raise InputError(
                f"--points {points:g}: the maximum grade in {roster.path} is {most:g}; "
                f"give --points {most:g}"
            )


def moodle_marks(roster: Roster, marks: Marks) -> str:
    """The CSV text; ``marks`` by the number of a row, each with a comment.

    What comes from a workbook is never markup in the comment. The rows without a mark stay as they
    are, and so do all other columns.
    """
    grade, comments = roster.column("Grade"), roster.column(COMMENTS)
    assert grade is not None
    lines = [[*roster.header]]
    for number, row in enumerate(roster.rows):
        cells = [*row]
        if number in marks:
            mark, comment = marks[number]
            cells[grade] = f"{mark.earned:.2f}"
            if comments is not None:
                cells[comments] = f"<p>{html.escape(comment)}</p>"
        lines.append(cells)
    return written(lines)
