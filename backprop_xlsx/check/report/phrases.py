"""What the check found, in words: verdicts, lines and phrases that every report shares."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from itertools import groupby
from pathlib import Path

from backprop_xlsx.check.findings import Caution, Fault, FileReport, TableReport
from backprop_xlsx.model.words import plural

_TOKEN = re.compile(r"(\s*)(\$?[A-Za-z]+\$?\d+|[A-Za-z_.]+|\d+\.?\d*|\S|$)")
_SHORT_WORDS = ("a", "an", "as", "in", "is", "it", "no", "of", "on", "so")
"""Words, where other short ones are names."""
Run = tuple[str, bool]
"""A piece of a formula, and whether it is marked."""


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


def names(paths: Sequence[Path]) -> list[str]:
    """What to call each file: its name without the folder, where that tells them apart."""
    unique = len({path.name for path in paths}) == len(paths)
    return [printable(path.name if unique else str(path)) for path in paths]


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
        parts.append(f"{tally(report.faults, 'fault')} in {tally(report.wrong_cells, 'cell')}")
    if report.warnings:
        parts.append(tally(report.warnings, "warning"))
    return f"{printable(str(report.path))}: {verdict(report).word} ({', '.join(parts)})"


def totals(verdicts: Mapping[Verdict, int]) -> str:
    """How many files have which verdict, in one line."""
    parts = [f"{verdicts[kind]} {kind.word}" for kind in Verdict if verdicts.get(kind)]
    return f"{tally(sum(verdicts.values()), 'file')}: {'; '.join(parts)}"


def heading(table: TableReport) -> str:
    """Where a table is and what it computes, in one line."""
    return printable(f"{table.sheet}!{table.range}: {about(table)}")


def about(table: TableReport) -> str:
    """What a table computes, in how many steps."""
    return printable(f"{tally(table.steps, 'step')}, {learning_rate(table)}, {table.network}")


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


def cautions(report: FileReport) -> list[str]:
    """The different warnings of a file, each with how often it is given."""
    counts = Counter(warning.text for table in report.tables for warning in table.warnings)
    return [
        printable(text) + (f" ({times} times)" if times > 1 else "")
        for text, times in counts.items()
    ]


def sentence(text: str) -> str:
    """A remark as a sentence: with a capital, unless a name stands first, and a full stop."""
    text = printable(text)
    first = text.split(" ")[0]
    is_word = first in _SHORT_WORDS or (first.isalpha() and len(first) > 2)
    capital = text[:1].upper() + text[1:] if is_word else text
    return capital if capital.endswith((".", "!", "?")) else f"{capital}."


def difference(found: str, expected: str) -> tuple[list[Run], list[Run]]:
    """Both formulas cut into runs of text, each with whether the other formula lacks it.

    Blanks are not compared, and never marked.
    """
    before, after = (_TOKEN.findall(printable(text)) for text in (found, expected))
    marks: tuple[list[Run], list[Run]] = ([], [])
    steps = difflib.SequenceMatcher(
        None, [token for _, token in before], [token for _, token in after], autojunk=False
    ).get_opcodes()
    for step, first, last, other_first, other_last in steps:
        for side, tokens in zip(
            marks, (before[first:last], after[other_first:other_last]), strict=True
        ):
            for blank, token in tokens:
                side += [(blank, False), (token, step != "equal")]
    return _joined(marks[0]), _joined(marks[1])


def _joined(runs: Iterable[Run]) -> list[Run]:
    joined: list[Run] = []
    for changed, group in groupby((run for run in runs if run[0]), key=lambda run: run[1]):
        joined.append(("".join(text for text, _ in group), changed))
    return joined


def tally(number: int, noun: str) -> str:
    """A number with its noun: ``1 cell``, ``2 cells``."""
    return f"{number:,} {plural(number, noun)}"


def printable(text: str) -> str:
    """Text of a stranger's file on one line, without the characters that control a terminal."""
    return "".join(
        character if character.isprintable() else " " if character.isspace() else "\ufffd"
        for character in text
    )
