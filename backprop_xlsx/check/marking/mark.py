"""The mark of a file: columns right of those there are, all parts alike or weighted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from backprop_xlsx.check.findings import FileReport

PARTS = ("forward", "loss", "gradients", "updates")
"""The parts of the exercise that may be weighted, in its order."""


@dataclass(frozen=True)
class Mark:
    """How many columns are right of how many, and what that makes of all ``points``.

    ``share`` is from 0 to 1.
    """

    right: int
    there: int
    share: float
    points: float

    @property
    def earned(self) -> float:
        """The points, to two decimals; all of them only where everything is right."""
        hundredths = self.share * self.points * 100
        return round(hundredths) / 100 if self.share == 1 else math.floor(hundredths + 1e-9) / 100

    def __str__(self) -> str:
        return f"{self.earned:g} of {self.points:g}: {self.right} of {self.there} columns right"


@dataclass(frozen=True)
class MarkedPart:
    """A part of the exercise in all tables of a file: columns, and the points that it may give."""

    name: str
    there: int
    right: int
    points: float


@dataclass(frozen=True)
class Marking:
    """How files are marked: the weights of the parts, none for columns that count alike."""

    weights: Mapping[str, float] | None = None
    points: float = 100.0

    def of(self, report: FileReport) -> Mark | None:
        """The mark of a file; None for one that was not checked.

        A column is judged by the cells that it refers to, so a wrong one costs itself alone, and
        not what follows from it. Of the weighted parts those count that there are.
        """
        parts = self.parts_of(report)
        if not parts:
            return None
        right, there = sum(part.right for part in parts), sum(part.there for part in parts)
        earned = sum(part.points * part.right / part.there for part in parts)
        return Mark(right, there, 1.0 if right == there else earned / self.points, self.points)

    def parts_of(self, report: FileReport) -> list[MarkedPart]:
        """The parts of the exercise that there are; none in a file that was not checked."""
        there: Counter[str] = Counter()
        right: Counter[str] = Counter()
        for table in report.tables:
            for part in table.parts:
                there[part.name] += part.there
                right[part.name] += part.right
        weights = dict(there) if self.weights is None else self.weights
        total = sum(weights[name] for name in there)
        if report.error is not None or not total:
            return []
        return [
            MarkedPart(name, there[name], right[name], self.points * weights[name] / total)
            for name in PARTS
            if there[name]
        ]


ALIKE = Marking()
"""All columns count alike, for a hundred points."""
