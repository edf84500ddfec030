"""Marks as Canvas imports them: its exported gradebook, with one assignment's column filled in.

Source: "How do I import grades in the Gradebook?" of the Canvas Instructor Guide
(https://community.canvaslms.com/t5/Instructor-Guide/How-do-I-import-grades-in-the-Gradebook/
ta-p/807), and lib/gradebook_importer.rb of Canvas itself: the columns Student, ID, SIS User ID,
SIS Login ID, Section, in this order and up to Section; an assignment is found by the number in
parentheses after its title, or by its title; a row "Points Possible" describes it. A blank mark
would take away one that is there, so those without a file keep theirs.
"""

from __future__ import annotations

import re

from backprop_xlsx.check.platforms.comments import Marks
from backprop_xlsx.check.platforms.roster import Roster, number_in
from backprop_xlsx.spreadsheet.csv_text import written
from backprop_xlsx.spreadsheet.errors import InputError

POINTS_POSSIBLE = "Points Possible"


def require_gradebook(roster: Roster, assignment: str | None, points: float) -> None:
    """Raise InputError unless the list is a gradebook of Canvas, and the marks fit into it."""
    header = roster.header
    section = roster.column("Section")
    if len(header) < 4 or "Student" not in header[0] or "ID" not in header[1] or section is None:
        raise InputError(
            f"--roster {roster.path}: expected the gradebook that Canvas exports, with the columns "
            "Student, ID … Section"
        )
    if assignment is None:
        raise InputError("--canvas: name the assignment too: --assignment TITLE")
    column = _column_of(roster, assignment)
    described = (row for row in roster.rows if POINTS_POSSIBLE in row[0])
    possible = None if column is None else next((number_in(row[column]) for row in described), None)
    if possible is not None and possible != points:
        raise InputError(
            f"--points {points:g}: {assignment!r} has {possible:g} points in {roster.path}; "
            f"give --points {possible:g}"
        )


def canvas_marks(roster: Roster, assignment: str, points: float, marks: Marks) -> str:
    """The CSV text; ``marks`` by the number of a row of the gradebook."""
    section = roster.column("Section")
    column = _column_of(roster, assignment)
    assert section is not None
    title = assignment if column is None else roster.header[column]
    width = section + 1
    lines = [[*roster.header[:width], title]]
    if not any(POINTS_POSSIBLE in row[0] for row in roster.rows):
        lines.append([f"    {POINTS_POSSIBLE}", *[""] * section, f"{points:g}"])
    for number, row in enumerate(roster.rows):
        kept = row[column] if column is not None else ""
        if POINTS_POSSIBLE in row[0]:
            kept = kept or f"{points:g}"
        elif number in marks:
            kept = f"{marks[number][0].earned:g}"
        lines.append([*row[:width], kept])
    return written(lines)


def _column_of(roster: Roster, assignment: str) -> int | None:
    """The column of an assignment, by its title with or without its number."""
    for index, name in enumerate(roster.header):
        if assignment.strip() in (name.strip(), re.sub(r"\s*\(\d+\)\s*$", "", name).strip()):
            return index
    return None
