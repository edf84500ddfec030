"""One book made, checked and scored."""

from __future__ import annotations

import math
import re
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..mutations.literature import LITERATURE
from ..mutations.mutation import Operator, WrongBook, wrong_book
from ..mutations.slips import SLIPS
from ..writing.book import Book
from ..writing.files import Opened, recalculated, written
from ..writing.layout import Place
from ..writing.making import right_book
from .judged import Judgement, corrected, judged


@dataclass
class Score:
    """What became of one book. ``fix`` is "equal", "wrong", "refused" or "not tried"."""

    kind: str
    seed: str
    held_out: bool
    convention: str
    styles: list[str]
    operator: str = ""
    words: list[str] = field(default_factory=list)
    accused: bool = False
    error: str | None = None
    tables: int = 0
    runs: int = 0
    exact: bool = False
    named: bool = False
    fix: str = "not tried"
    missed: list[str] = field(default_factory=list)
    innocent: list[str] = field(default_factory=list)
    explanations: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Whether the check did what it should."""
        if self.kind == "right":
            return not self.accused and self.error is None and self.tables == self.runs
        return self.accused and self.exact and self.named and self.fix == "equal"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def operators(held_out: bool) -> list[Operator]:
    """Those for development, or all if held-out ones are allowed."""
    return [op for op in (*LITERATURE, *SLIPS) if op.held_out <= held_out]


@dataclass(frozen=True)
class Job:
    """Which book: ``kind`` is "right" or "wrong"."""

    kind: str
    seed: int
    number: int
    held_out: bool = False
    wanted: tuple[tuple[str, str], ...] = ()
    operator: str = ""
    keep: Path | None = None

    @property
    def name(self) -> str:
        set_apart = "held-out " if self.held_out else ""
        return f"{set_apart}{self.kind}-{self.seed}-{self.number}"

    def make(self) -> tuple[Book, WrongBook | None]:
        """The book, and how it was made wrong."""
        wanted = dict(self.wanted)
        if self.kind == "right":
            return right_book(self.name, self.held_out, wanted), None
        chosen = [op for op in operators(self.held_out) if self.operator in op.name]
        wrong = wrong_book(self.name, chosen, self.held_out, wanted)
        return wrong.book, wrong


def scored(job: Job) -> Score:
    """Make, write, check and score one book; one that cannot be made counts against the check."""
    try:
        book, wrong = job.make()
    except Exception as error:  # the other thousands are to be judged
        return Score(job.kind, job.name, job.held_out, "", [], error=f"not made: {error!r}")
    cells = book.cells()
    if wrong is not None:
        cells = recalculated(book, cells)
    score = Score(
        job.kind,
        job.name,
        job.held_out,
        book.convention.name,
        book.style.names,
        runs=len(book.runs),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = (job.keep or Path(folder)) / f"{job.name}.xlsx"
        path.write_bytes(written(book, cells))
        start = time.process_time()
        judgement = judged(path)
        score.seconds = time.process_time() - start
        score.accused, score.error = bool(judgement.accusations), judgement.error
        score.tables = judgement.tables
        score.explanations = [accusation.words for accusation in judgement.accusations][:6]
        if wrong is None:
            score.innocent = _named_cells(judgement.cells)
        else:
            _score_wrong(score, wrong, judgement)
        if score.accused:
            right = book if wrong is None else wrong.right
            score.fix = _fixed(right, judgement, path.with_suffix(".fixed.xlsx"))
    return score


def _score_wrong(score: Score, wrong: WrongBook, judgement: Judgement) -> None:
    score.operator = wrong.operator
    changed, accused = wrong.changed, judgement.cells
    score.exact = changed == accused
    score.missed = _named_cells(changed - accused)
    score.innocent = _named_cells(accused - changed)
    for change in wrong.changes:
        owner, content = next(iter(change.overrides.items()))
        score.changes.append(f"{change.operator}: {owner} {content} ×{len(change.overrides)}")
        score.words += change.words
    score.named = bool(wrong.changes) and all(
        any(
            accusation.cells & {wrong.book.place(owner) for owner in change.overrides}
            and _matches(change.words, accusation.words)
            for accusation in judgement.accusations
        )
        for change in wrong.changes
    )


def _matches(words: tuple[str, ...], text: str) -> bool:
    explanation = text.partition(": ")[2]
    if explanation.startswith("computes something else"):
        return False
    return any(re.search(word, explanation) for word in words)


def _named_cells(cells: set[Place]) -> list[str]:
    return [f"{sheet}!R{row}C{column}" for sheet, row, column in sorted(cells)[:12]]


SHIFT = 0.07


def _fixed(book: Book, judgement: Judgement, target: Path) -> str:
    """Whether the corrected copy equals the right book, with other start weights too."""
    reason = corrected(judgement, target)
    if reason is not None:
        return f"refused: {reason}"[:160]
    fixed = Opened(target.read_bytes())
    cells = book.cells()
    right = Opened(written(book, cells))
    for moved in (False, True):
        if moved:
            for place, number in _start_cells(book).items():
                for opened in (fixed, right):
                    opened.type(place, number + SHIFT)
        fixed.recalculate()
        right.recalculate()
        for place, cell in cells.items():
            # A corrected weight at the start stays as it was typed.
            if cell.is_formula and not _same(fixed.value(place), right.value(place)):
                return f"wrong at {_named_cells({place})[0]}"
    return "equal"


def _start_cells(book: Book) -> dict[Place, float]:
    """The cells in which one start weight of each run is typed."""
    found = {}
    for run, layout in enumerate(book.layouts):
        name = book.convention.weights[0]
        place = layout.place(name, 0)
        if layout.start_line is not None:
            place = layout.cell(layout.start_line, layout.slots[name])
        elif name in layout.parameters:
            place = layout.parameters[name]
        found[place] = book.runs[run][name]
    return found


def _same(one: float | str | None, other: float | str | None) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return one == other
