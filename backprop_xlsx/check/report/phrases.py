"""What the check found, in words: verdicts, lines and phrases that every report shares."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from backprop_xlsx.check.findings import Caution, Fault, FileReport, TableReport
from backprop_xlsx.formula.names import label

_TOKEN = re.compile(r"\$?[A-Za-z]+\$?\d+|[A-Za-z_.]+|\d+\.?\d*|\s+|.")


class Verdict(Enum):
    """The verdict on a file: its word, and a symbol that says the same."""

    RIGHT = ("right", "✓")
    WARNED = ("right, with warnings", "!")
    PARTLY = ("right as far as judged", "~")
    UNFINISHED = ("unfinished", "…")
    WRONG = ("wrong", "✗")
    UNREAD = ("not checked", "?")

    def __init__(self, word: str, symbol: str) -> None:
        self.word = word
        self.symbol = symbol


@dataclass(frozen=True)
class InShort:
    """One mistake of a file, however many columns and tables repeat it."""

    explanation: str
    quantities: tuple[str, ...]
    tables: int
    cells: int

    def __str__(self) -> str:
        tables = f" ({tally(self.tables, 'table')})" if self.tables > 1 else ""
        if self.explanation.split(" ")[0] in self.quantities:
            return self.explanation + tables
        return f"{_joined(self.quantities)}: {self.explanation}{tables}"


def verdict(report: FileReport) -> Verdict:
    """The verdict on a file; a file without tables is not checked.

    Where columns are blank, or not judged by their formulas, it is never plainly right.
    """
    if report.error is not None or not report.tables:
        return Verdict.UNREAD
    if report.faults:
        return Verdict.WRONG
    if any(table.coverage.blank for table in report.tables):
        return Verdict.UNFINISHED
    if not all(table.coverage.is_whole for table in report.tables):
        return Verdict.PARTLY
    return Verdict.WARNED if report.warnings else Verdict.RIGHT


def mistakes(report: FileReport) -> list[InShort]:
    """The different mistakes of a file, the one in most cells first."""
    groups: dict[str, list[tuple[int, Fault]]] = {}
    for number, table in enumerate(report.tables):
        for fault in table.faults:
            groups.setdefault(printable(fault.explanation), []).append((number, fault))
    found = [
        InShort(
            explanation,
            quantities=tuple(dict.fromkeys(label(fault.quantity) for _, fault in group)),
            tables=len({number for number, _ in group}),
            cells=sum(fault.cells for _, fault in group),
        )
        for explanation, group in groups.items()
    ]
    return sorted(found, key=lambda mistake: -mistake.cells)


def names(reports: Sequence[FileReport]) -> list[str]:
    """What to call each file: its name without the folder, where that tells them apart."""
    short = [report.path.name for report in reports]
    unique = len(set(short)) == len(short)
    return [printable(report.path.name if unique else str(report.path)) for report in reports]


def coverage(report: FileReport) -> str:
    """What the verdict on a file covers, the tables in which it is the same together."""
    texts = dict.fromkeys(str(table.coverage) for table in report.tables)
    return printable(" | ".join(texts))


def reason(report: FileReport) -> str:
    """Why a file was not checked, without its name."""
    return printable((report.error or "").removeprefix(f"{report.path}: "))


def summary(report: FileReport) -> str:
    """The file in one line: its name, its verdict, and how much was found."""
    if report.error is not None:
        return printable(report.error)
    parts = [tally(len(report.tables), "table")]
    if report.faults:
        wrong_cells = sum(table.wrong_cells for table in report.tables)
        parts.append(f"{tally(report.faults, 'fault')} in {tally(wrong_cells, 'cell')}")
    if report.warnings:
        parts.append(tally(report.warnings, "warning"))
    return f"{printable(str(report.path))}: {verdict(report).word} ({', '.join(parts)})"


def final_line(reports: Sequence[FileReport]) -> str:
    """The verdict on all files together, in one line."""
    if len(reports) == 1:
        return summary(reports[0])
    numbers = {kind: sum(verdict(report) is kind for report in reports) for kind in Verdict}
    parts = [f"{number} {kind.word}" for kind, number in numbers.items() if number]
    return f"{tally(len(reports), 'file')}: {'; '.join(parts)}"


def heading(table: TableReport) -> str:
    """Where a table is and what it computes, in one line."""
    return printable(
        f"{table.sheet}!{table.range}: {tally(table.steps, 'step')}, "
        f"{learning_rate(table)}, {table.network}"
    )


def learning_rate(table: TableReport) -> str:
    """The learning rate and its cell, as far as they are known."""
    if table.learning_rate is None and table.learning_rate_cell is None:
        return "no learning rate"
    number = "?" if table.learning_rate is None else f"{table.learning_rate:.15g}"
    where = f" in {table.learning_rate_cell}" if table.learning_rate_cell else ""
    return f"η = {number}{where}"


def cells(fault: Fault) -> str:
    """Where a fault is: ``AA32:AA81, 50 cells``."""
    return f"{fault.range}, {tally(fault.cells, 'cell')}" if ":" in fault.range else fault.range


def caution(warning: Caution) -> str:
    """A warning and where it applies, in one line."""
    return printable(f"{warning.where}: {warning.text}" if warning.where else warning.text)


def sentence(text: str) -> str:
    """A remark as a sentence: with a capital, unless a name stands first, and a full stop."""
    text = printable(text)
    first = text.split(" ")[0]
    capital = text[:1].upper() + text[1:] if first.isalpha() and len(first) > 2 else text
    return capital if capital.endswith((".", "!", "?")) else f"{capital}."


def difference(found: str, expected: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Both formulas cut into runs of text, each with whether the other formula lacks it."""
    before, after = _TOKEN.findall(found), _TOKEN.findall(expected)
    runs: tuple[list[tuple[str, bool]], list[tuple[str, bool]]] = ([], [])
    steps = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for step, first, last, other_first, other_last in steps:
        for side, tokens in zip(
            runs, (before[first:last], after[other_first:other_last]), strict=True
        ):
            if tokens:
                side.append(("".join(tokens), step != "equal"))
    return runs


def tally(number: int, noun: str) -> str:
    """A number with its noun: ``1 cell``, ``2 cells``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def printable(text: str) -> str:
    """Text of a stranger's file on one line, without the characters that control a terminal."""
    return "".join(
        character if character.isprintable() else " " if character.isspace() else "\ufffd"
        for character in text
    )


def _joined(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
