"""The tables of a book: by headers where these settle it, else by what formulas refer to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from enum import Enum, auto
from itertools import pairwise

from backprop_xlsx.check.reading.arranging.headings import combined, headers_above, numbers_at_ends
from backprop_xlsx.check.reading.arranging.likewise import named_alike
from backprop_xlsx.check.reading.arranging.network.structure import named_columns
from backprop_xlsx.check.reading.arranging.strands import (
    FEWEST_COLUMNS,
    Run,
    partners,
    runs,
    runs_across,
)
from backprop_xlsx.check.reading.arranging.views import (
    FIRST_COLUMN,
    Closed,
    Joined,
    Move,
    Turned,
    View,
)
from backprop_xlsx.check.reading.arranging.whole import is_whole
from backprop_xlsx.check.reading.arranging.wires.wiring import Wiring
from backprop_xlsx.check.reading.exercise import CLASS_EXERCISE
from backprop_xlsx.check.reading.tables import Table, find_tables, suffices
from backprop_xlsx.formula.names import TOTAL_LOSS
from backprop_xlsx.spreadsheet.ooxml.book import Book, Sheet

MOST_RUNS = 60
"""Of a book, that are read by their formulas alone."""
LOSSES = {*CLASS_EXERCISE.network.losses, CLASS_EXERCISE.loss}
NARROW = 6
"""Columns from one of a run to the next, between which more of it may stand."""


class Trust(Enum):
    """What names the columns of a table: both as far as they agree, or one alone."""

    BOTH = auto()
    FORMULAS = auto()
    HEADERS = auto()


def arranged(book: Book, trust: Trust = Trust.BOTH) -> tuple[View, list[Table]]:
    """The tables of a book that does not describe itself, and the view in which they stand."""
    named = [table for sheet in book.sheets for table in find_tables(sheet)]
    if trust is Trust.BOTH and named and _are_whole(book, named):
        return View(book), named
    view = _opened(book, named)
    found = _tables(view, trust)
    if not found and view.moves:
        view = View(book)
        found = _tables(view, trust)
    if not found:
        return View(book), named
    return view, found


def _are_whole(book: Book, tables: Sequence[Table]) -> bool:
    """Whether the headers settle it."""
    whole = all(is_whole(table, tables) for table in tables)
    return whole and not _has_other_runs(book, tables)


def _has_other_runs(book: Book, tables: Sequence[Table]) -> bool:
    """Whether a sheet without a table holds formulas that could be one."""
    with_tables = {table.sheet.name for table in tables}
    return any(
        _could_hold_a_run(sheet) and runs(sheet)
        for sheet in book.sheets
        if sheet.name not in with_tables
    )


def _could_hold_a_run(sheet: Sheet) -> bool:
    count = 0
    for cell in sheet.cells.values():
        count += cell.formula is not None and not cell.formula.isalnum()
        if count >= FEWEST_COLUMNS:
            return True
    return False


def _opened(book: Book, named: Sequence[Table]) -> View:
    """The book with its tables turned, joined and closed."""
    view = View(book)
    holding = {table.sheet.name for table in named}
    turned = [
        Turned(sheet.name.casefold())
        for sheet in book.sheets
        if sheet.name not in holding and _could_hold_a_run(sheet) and runs_across(sheet)
    ]
    view = view.with_moves(*turned) if turned else view
    joined = list(_joined(view, {move.sheet for move in turned}))
    view = view.with_moves(*joined) if joined else view
    closed: list[Move] = []
    for sheet in view.book.sheets:
        if _could_hold_a_run(sheet):
            closed += _closed(sheet, list(_with_given(view.book, sheet)))
    return view.with_moves(*closed) if closed else view


def _joined(view: View, turned: Set[str]) -> Iterator[Joined]:
    """What puts the sheets that go on with another's tables beside these."""
    places: dict[str, int] = {}
    for one, other, rows in partners(view.book.sheets):
        first, second = one.name.casefold(), other.name.casefold()
        if (first in turned) != (second in turned):
            continue
        shift = FIRST_COLUMN if first in turned else 0
        at = places.get(first, _widest(one) - shift)
        places[first] = at + _widest(other) - shift
        yield Joined(second, first, rows, at)


def _closed(sheet: Sheet, found: Sequence[Run]) -> Iterator[Closed]:
    """What closes the runs of a sheet: their columns, and those between that no other has.

    And those of numbers beside them that leave out the same rows, or head losses: these may be
    pasted.
    """
    for run in found:
        if not run.gaps:
            continue
        others = {c for other in found if other is not run for c in other.columns}
        _, hints = headers_above(sheet, run, beside := _beside(sheet, run, run.columns))
        pasted = {
            column
            for column in beside
            if hints.get(column) in LOSSES
            or not any((row, column) in sheet.cells for row in run.gaps)
        }
        columns = {*run.columns, *({*_between(run.columns), *pasted} - others)}
        yield Closed(sheet.name.casefold(), frozenset(columns), run.gaps, run.rows[-1])


def _widest(sheet: Sheet) -> int:
    return max((column for _, column in sheet.cells), default=0) + 5


def _with_given(book: Book, sheet: Sheet) -> Iterator[Run]:
    """The runs of a sheet, their columns of numbers among the others.

    What several refer to, some by mistake, belongs to that with the most formulas that do, then to
    the nearest.
    """
    found = runs(sheet)[:MOST_RUNS]
    wirings = [Wiring(book, sheet, run) for run in found]
    for run, own in zip(found, wirings, strict=True):
        beside = [other for other in wirings if set(other.run.rows) & set(run.rows)]
        given = {
            column
            for column in own.given
            if max(beside, key=lambda w: (w.uses[column], -_distance(column, w.run))) is own
        }
        yield Run(tuple(sorted({*run.columns, *given})), run.rows)


def _distance(column: int, run: Run) -> int:
    return min(abs(column - other) for other in run.columns)


def _tables(view: View, trust: Trust) -> list[Table]:
    found: list[Table] = []
    for sheet in view.book.sheets:
        by_header = find_tables(sheet)
        by_formula = list(_by_formula(view.book, sheet, trust))
        rest = [
            table for table in by_header if not any(_overlap(table, other) for other in by_formula)
        ]
        found += sorted([*rest, *by_formula], key=lambda t: (t.first_row, min(t.quantities)))
    return list(named_alike(found))


def _by_formula(book: Book, sheet: Sheet, trust: Trust) -> Iterator[Table]:
    if not _could_hold_a_run(sheet):
        return
    for run in runs(sheet)[:MOST_RUNS]:
        if run.gaps:
            run = Run(run.columns, tuple(range(run.rows[0], run.rows[-1] + 1)))
        wiring = Wiring(book, sheet, run)
        known = _with_filled_between(sheet, run, wiring.given)
        row, hints = headers_above(sheet, run, [*known, *_beside(sheet, run, known)])
        hints = {c: name for c, name in hints.items() if c in known or name in LOSSES}
        numbers = numbers_at_ends(sheet, run, row, known)
        told = {} if trust is Trust.HEADERS else named_columns(wiring, hints, numbers)
        columns = told if trust is Trust.FORMULAS else combined(told, hints)
        if suffices(columns, CLASS_EXERCISE) or _is_small_network(told):
            yield Table(sheet, CLASS_EXERCISE, columns, row, run.rows[0], run.rows[-1])


def _with_filled_between(sheet: Sheet, run: Run, given: Iterable[int]) -> list[int]:
    """The columns of a run, and those close between them: a weight to which nothing refers."""
    known = {*run.columns, *given}
    return sorted(known | {c for c in _between(known) if (run.rows[0], c) in sheet.cells})


def _beside(sheet: Sheet, run: Run, columns: Sequence[int]) -> list[int]:
    """The columns of numbers close to a run: losses may be pasted, to which nothing refers."""
    first, last = min(columns), max(columns)
    near = [*range(max(first - NARROW, 1), first), *range(last + 1, last + NARROW + 1)]

    def is_pasted(column: int) -> bool:
        cells = [sheet.cells.get((row, column)) for row in run.rows]
        return all(c is not None and c.formula is None and type(c.value) is float for c in cells)

    return list(filter(is_pasted, near))


def _between(columns: Iterable[int]) -> Iterator[int]:
    """The columns between others that stand close together."""
    for left, right in pairwise(sorted(columns)):
        if right - left <= NARROW:
            yield from range(left + 1, right)


def _is_small_network(told: Mapping[str, int]) -> bool:
    """Whether the wires alone show parameters, neurons and losses."""
    letters = [name.rstrip("0123456789") for name in told]
    neurons = "a_o" in letters and ("o" in letters or TOTAL_LOSS in letters)
    return letters.count("w") >= 2 and neurons and len(told) >= 6


def _overlap(one: Table, other: Table) -> bool:
    rows = one.first_row <= other.last_row and other.first_row <= one.last_row
    return rows and bool(set(one.quantities) & set(other.quantities))
