"""What the check of a workbook found: plain data, written as JSON, CSV, text or a page."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Fault:
    """A run of wrong cells in one column, wrong in the same way.

    ``kind`` is the code of the mistake, one of :data:`backprop_xlsx.check.repair.slips.catalogue
    .SLIPS`, of several the one told first; ``found`` the first wrong cell's formula or number as
    it stands there, ``expected`` what should stand there in that sheet's own cells,
    ``explanation`` the mistake in a sentence, ``reason`` why it is one, ``effect`` what it does to
    the final loss; ``path`` names the weights and neurons that the quantity is about;
    ``corrections`` gives every wrong cell's right formula, by (row, column), without "="; empty
    where the sheet has no cell for something in it. ``sheet`` is where they stand, None on that
    of the table; ``last_column`` is the last of their columns if they stand in a row.
    """

    quantity: str
    column: str
    first_row: int
    last_row: int
    kind: str
    found: str
    expected: str
    explanation: str
    effect: str
    corrections: dict[tuple[int, int], str]
    sheet: str | None = None
    last_column: str | None = None
    reason: str = ""
    path: tuple[str, ...] = ()

    @property
    def cells(self) -> int:
        """How many cells are wrong."""
        return len(self.corrections)

    @property
    def range(self) -> str:
        """From the first wrong cell to the last: ``AA32:AA81``, a single one as ``AA32``."""
        first = f"{self.column}{self.first_row}"
        last = f"{self.last_column or self.column}{self.last_row}"
        prefix = "" if self.sheet is None else f"'{self.sheet}'!"
        return prefix + (first if first == last else f"{first}:{last}")

    def as_json(self) -> dict[str, Any]:
        """The fault in the form of the JSON file."""
        return {
            "quantity": self.quantity,
            "column": self.column,
            "first_row": self.first_row,
            "last_row": self.last_row,
            "cells": self.cells,
            "kind": self.kind,
            "found": self.found,
            "expected": self.expected,
            "explanation": self.explanation,
            "reason": self.reason,
            "effect": self.effect,
        }


@dataclass(frozen=True)
class Caution:
    """Something apart from the formulas that deserves a look: a warning.

    ``kind`` is a short name, ``where`` a range or a part of the book, ``text`` a sentence.
    """

    kind: str
    where: str
    text: str

    def as_json(self) -> dict[str, Any]:
        """The warning in the form of the JSON file."""
        return asdict(self)


@dataclass(frozen=True)
class Coverage:
    """What a verdict on a table is about: names of columns.

    ``formulas`` were judged by their formulas, ``numbers`` hold none, ``unread`` formulas that
    cannot be evaluated here, ``blank`` nothing below their headers; ``unexplained`` columns hold
    formulas of which nobody knows what they are for.
    """

    formulas: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    unexplained: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every column was judged by its formulas."""
        return not (self.numbers or self.unread or self.blank or self.unexplained)

    def __str__(self) -> str:
        parts = [f"{len(self.formulas)} columns by their formulas"] if self.formulas else []
        for names, words in (
            (self.numbers, "numbers only"),
            (self.unread, "judged by value"),
            (self.blank, "blank"),
            (self.unexplained, "not read"),
        ):
            parts += [f"{words}: {', '.join(names)}"] if names else []
        return "; ".join(parts)


@dataclass(frozen=True)
class Part:
    """A part of the exercise in one table: how many columns there are, and how many are right.

    ``name`` is "forward", "loss", "gradients" or "updates".
    """

    name: str
    there: int
    right: int


@dataclass(frozen=True)
class LossCurve:
    """The losses that a table's formulas lead to, beside those of the right run.

    ``steps`` are those that are shown; a loss that is no number is None.
    """

    steps: tuple[int, ...]
    theirs: tuple[float | None, ...]
    right: tuple[float | None, ...]


@dataclass(frozen=True)
class Diagram:
    """A network to be drawn: its neurons, layer by layer, inputs first, then what they lead to.

    ``ways`` are (from, to, weight); ``losses`` stand beside the last layer, in its order.
    """

    layers: tuple[tuple[str, ...], ...]
    ways: tuple[tuple[str, str, str], ...]
    losses: tuple[str, ...]


@dataclass(frozen=True)
class TableReport:
    """One table: where it is, what it computes, what is wrong and what is right.

    ``learning_rate_cell`` is None where the updates hold the number itself; ``formulas`` counts
    the formula cells in the columns of computed quantities; ``right`` names the columns
    of which nothing is wrong, in one line. In a table that runs ``across`` the rows are numbers of
    columns; ``updates`` counts those of a table that something interrupts; ``coverage`` says
    what the verdict is about, ``parts`` what a mark is made of. ``curve`` and ``diagram`` are those
    of a table with a fault, where they can be told.
    """

    sheet: str
    range: str
    header_row: int
    first_row: int
    last_row: int
    network: str
    learning_rate_cell: str | None
    learning_rate: float | None
    formulas: int
    faults: tuple[Fault, ...]
    warnings: tuple[Caution, ...]
    right: str
    across: bool = False
    updates: int | None = None
    coverage: Coverage = Coverage()
    parts: tuple[Part, ...] = ()
    curve: LossCurve | None = None
    diagram: Diagram | None = None

    @property
    def steps(self) -> int:
        """The number of updates: one less than the number of rows that are steps."""
        return self.last_row - self.first_row if self.updates is None else self.updates

    @property
    def wrong_cells(self) -> int:
        """How many cells of the table are wrong."""
        return sum(fault.cells for fault in self.faults)

    def as_json(self, file: str) -> dict[str, Any]:
        """The table in the form of the JSON file."""
        return {
            "file": file,
            "sheet": self.sheet,
            "header_row": self.header_row,
            "first_row": self.first_row,
            "last_row": self.last_row,
            "learning_rate_cell": self.learning_rate_cell,
            "learning_rate": self.learning_rate,
            "formulas": self.formulas,
            "wrong_cells": self.wrong_cells,
            "wrong": [fault.as_json() for fault in self.faults],
            "warnings": [warning.as_json() for warning in self.warnings],
            "coverage": str(self.coverage),
        }


@dataclass(frozen=True)
class FileReport:
    """One file: its tables, or ``error``, one line that says why there are none.

    ``foreign`` is the suffix of a spreadsheet of another kind, as ".ods". An ``unfinished`` check
    reached a limit, or its process died: another try may find more.
    """

    path: Path
    tables: tuple[TableReport, ...] = ()
    error: str | None = None
    foreign: str | None = None
    unfinished: bool = False

    def renamed(self, path: Path) -> FileReport:
        """The same report on a file of that name."""
        error = None if self.error is None else self.error.replace(str(self.path), str(path))
        return replace(self, path=path, error=error)

    @property
    def faults(self) -> int:
        """How many runs of wrong cells the file holds."""
        return sum(len(table.faults) for table in self.tables)

    @property
    def wrong_cells(self) -> int:
        """How many cells of the file are wrong."""
        return sum(table.wrong_cells for table in self.tables)

    @property
    def warnings(self) -> int:
        """How many warnings the file holds."""
        return sum(len(table.warnings) for table in self.tables)
