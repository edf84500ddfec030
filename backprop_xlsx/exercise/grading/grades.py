"""The grades of a class: each submission's points and remarks, on the terminal and as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from backprop_xlsx.check.report.phrases import printable, tally
from backprop_xlsx.exercise.students.key import Handed, Key
from backprop_xlsx.spreadsheet.csv_text import BYTE_ORDER_MARK, harmless, written

OWN = "own"


@dataclass(frozen=True)
class Grade:
    """What a submission got; ``error`` says in one line why it got nothing.

    ``parts`` has the points of each part and how many there are. ``sender`` handed it in and
    ``owner`` has its start values, of which ``changed`` were edited.
    """

    path: Path
    parts: dict[str, tuple[int, int]] = field(default_factory=dict)
    not_done: int = 0
    mistake: str = ""
    sender: Handed | None = None
    owner: Handed | None = None
    changed: int = 0
    remarks: tuple[str, ...] = ()
    error: str = ""

    @property
    def points(self) -> int:
        """The points of all parts."""
        return sum(points for points, _ in self.parts.values())

    @property
    def of(self) -> int:
        """How many points there are."""
        return sum(of for _, of in self.parts.values())

    @property
    def start_values(self) -> str:
        """Whose start values they are, in words."""
        if self.error:
            return ""
        if self.owner is None:
            return "of nobody in the key"
        edited = f", {self.changed} edited" if self.changed else ""
        own = self.sender == self.owner
        return (OWN if own else f"of {self.owner.student}") + edited

    @property
    def is_copied(self) -> bool:
        """Whether the start values are another student's than the sender's."""
        return self.owner is not None and self.sender is not None and self.owner != self.sender

    @property
    def summary(self) -> str:
        """The grade in one line."""
        if self.error:
            return printable(self.error)
        who = "unknown sender" if self.sender is None else str(self.sender.student)
        said = [f"{self.points} of {tally(self.of, 'point')}", f"start values {self.start_values}"]
        said += [self.mistake] if self.mistake else []
        return printable("; ".join((f"{self.path}: {who}, {said[0]}", *said[1:], *self.remarks)))


def with_same_starts(grades: Sequence[Grade]) -> list[Grade]:
    """The grades, each with a remark on the other files that have the same student's start values.

    Which of them is the copy nobody can tell where both name the same sender.
    """
    found = []
    for grade in grades:
        others = [
            other.path.name
            for other in grades
            if other is not grade and grade.owner is not None and other.owner == grade.owner
        ]
        if others:
            more = f"same start values as {', '.join(others)}"
            grade = replace(grade, remarks=(*grade.remarks, more))
        found.append(grade)
    return found


def grades_text(key: Key, grades: Sequence[Grade]) -> str:
    """The grades as CSV: a header, then a line for each file."""
    parts = key.practice.blank
    lines: list[list[object]] = [
        [
            *("file", "student", "identifier", "points", "of", *parts, "not_done"),
            *("first_mistake", "start_values", "copied_from", "remarks"),
        ]
    ]
    for grade in grades:
        sender = None if grade.sender is None else grade.sender.student
        copied = str(grade.owner.student) if grade.is_copied and grade.owner else ""
        words = (
            grade.mistake,
            grade.start_values,
            copied,
            grade.error.removeprefix(f"{grade.path}: ") or "; ".join(grade.remarks),
        )
        lines.append(
            [
                harmless(printable(grade.path.name)),
                harmless("" if sender is None else sender.name),
                harmless("" if sender is None else sender.identifier),
                grade.points,
                grade.of,
                *(grade.parts.get(part, (0, 0))[0] for part in parts),
                grade.not_done,
                *(harmless(printable(word)) for word in words),
            ]
        )
    return BYTE_ORDER_MARK + written(lines)
