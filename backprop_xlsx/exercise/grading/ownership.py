"""Whose start values a submission has, and who handed it in."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from backprop_xlsx.exercise.grading.submission import Submission
from backprop_xlsx.exercise.students.key import Handed, Key

_WORD = re.compile(r"[^\W_]+")

FEWEST_EQUAL = 0.5
"""Of the start values, for a book to be somebody's: some may have been edited, as is allowed."""


@dataclass(frozen=True)
class Owner:
    """The book that was handed out with a submission's start values; ``changed`` ones differ."""

    handed: Handed
    changed: int


def owner_of(submission: Submission, key: Key) -> Owner | None:
    """Whose start values those of a submission are; None if they are nobody's."""
    numbers = submission.numbers()
    found: Owner | None = None
    for handed in key.books:
        pairs = [
            (number, numbers[row].get(cell, math.nan))
            for row, start in enumerate(handed.rows)
            for cell, number in start.items()
        ]
        changed = sum(not math.isclose(one, other, rel_tol=1e-12) for one, other in pairs)
        near = changed <= (1 - FEWEST_EQUAL) * len(pairs)
        if near and (found is None or changed < found.changed):
            found = Owner(handed, changed)
    return found


def sender_of(submission: Submission, path: Path, key: Key, owner: Owner | None) -> Handed | None:
    """Who handed a submission in: whose name its file or folder has, else the name on the book.

    A learning platform puts the sender's name before that of the file, as "Ada Lovelace" or
    "lovelaceada", so the first name counts. Of students of one name it is the one whose file it
    is to the letter, else the one who has its start values: a browser numbers files, too.
    """
    for text in (f"{path.parent.name} {path.stem}", submission.who):
        words = _words(text)
        places = {each.file: _place(each, words) for each in key.books}
        known = [each for each in key.books if places[each.file] is not None]
        if known:
            first = min(known, key=lambda each: (places[each.file], -len(each.student.name)))
            named = [each for each in known if each.student.name == first.student.name]
            by_owner = [each for each in named if owner is not None and each == owner.handed]
            by_file = [each for each in named if _plain(path.name).endswith(_plain(each.file))]
            by_book = [each for each in named if str(each.student) == submission.who]
            return next(iter((*by_file, *by_owner, *by_book, first)))
    return None


def _place(handed: Handed, words: str) -> int | None:
    """Where a student's name stands among words, None if nowhere.

    Also with its last part first, or in one word; a name that is too long for a file as it stands
    in that of the student's book.
    """
    first, *others = _words(handed.student.name).split() or [""]
    orders = ([first, *others], [*others[-1:], first, *others[:-1]])
    written = [joint.join(order) for order in orders for joint in (" ", "")]
    places = [words.find(f" {each} ") for each in written if each.strip()]
    found = [place for place in places if place >= 0]
    if not found and _words(Path(handed.file).stem) in words:
        found = [words.find(_words(Path(handed.file).stem))]
    return min(found, default=None)


def _words(text: str) -> str:
    """A text in words of letters and digits alone, each with a blank on both sides."""
    return f" {' '.join(_WORD.findall(_plain(text)))} "


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
