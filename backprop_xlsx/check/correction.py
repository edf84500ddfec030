"""Write a corrected copy: right formulas, the values that follow, every other byte as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from backprop_xlsx.check.findings import FileReport, TableReport
from backprop_xlsx.check.proof import require_verified
from backprop_xlsx.check.report.phrases import cells, printable, tally
from backprop_xlsx.formula.names import label
from backprop_xlsx.spreadsheet.engines import Recalculated, engines, recalculate
from backprop_xlsx.spreadsheet.errors import FileError, VerificationError
from backprop_xlsx.spreadsheet.files import Placed, beside, place
from backprop_xlsx.spreadsheet.ooxml.book import Book, ErrorValue, Position, Sheet, Value, read_book
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name, column_number
from backprop_xlsx.spreadsheet.ooxml.patching.new_cells import with_cells
from backprop_xlsx.spreadsheet.ooxml.patching.patch import Change, patch_chart, patch_sheet

STALE = 1e-6
"""A table's cached number further off than this, relatively, is no rounding of any program."""
LARGEST_SERIES = 100_000
"""Points of a chart's series; Excel draws no more than 32,000."""

ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}

_CELL = r"\$?([A-Za-z]{1,3})\$?([0-9]+)"
_AREA = re.compile(rf"{_CELL}(?::{_CELL})?")

Corrections = dict[str, dict[Position, str]]
"""The right formula of each wrong cell, without "=", by the name of the sheet."""


@dataclass(frozen=True)
class Area:
    """A rectangle of cells; the last row and column belong to it."""

    first: Position
    last: Position

    @classmethod
    def parse(cls, text: str) -> Area | None:
        """The rectangle of ``A1:B2``, ``$A$1`` …; None for anything else."""
        match = _AREA.fullmatch(text)
        if match is None:
            return None
        left, top, right, bottom = match.groups()
        first = int(top), column_number(left)
        return cls(first, (int(bottom), column_number(right)) if right else first)

    def __contains__(self, position: Position) -> bool:
        return all(
            low <= at <= high for low, at, high in zip(self.first, position, self.last, strict=True)
        )

    def positions(self) -> list[Position]:
        """All cells, row by row."""
        rows = range(self.first[0], self.last[0] + 1)
        columns = range(self.first[1], self.last[1] + 1)
        if len(rows) * len(columns) > LARGEST_SERIES:
            return []
        return [(row, column) for row in rows for column in columns]


@dataclass
class Copy:
    """A corrected copy in the making: the changed cells of each sheet."""

    book: Book
    changes: dict[str, dict[Position, Change]] = field(default_factory=dict)

    def values(self, reference: str) -> list[float | str | None] | None:
        """The values of a chart's reference, cell by cell; None if none of them changes."""
        sheet_name, _, text = reference.rpartition("!")
        area = Area.parse(text)
        sheet = self._sheet(sheet_name.removeprefix("'").removesuffix("'").replace("''", "'"))
        if area is None or sheet is None:
            return None
        changes = self.changes.get(sheet.name, {})
        if not any(position in area for position in changes):
            return None
        values = []
        for position in area.positions():
            cell = sheet.cells.get(position)
            change = changes.get(position)
            value = change.value if change else cell.value if cell else None
            values.append(float(value) if isinstance(value, bool) else value)
        return values or None

    def write(self, target: Path) -> None:
        """Write the package with the changed cells and the charts that show them."""
        archive = self.book.archive
        parts = {}
        for sheet in self.book.sheets:
            if changes := self.changes.get(sheet.name):
                content = archive.read(sheet.part)
                blank = changes.keys() - sheet.cells.keys()
                content = with_cells(content, blank) if blank else content
                parts[sheet.part] = patch_sheet(content, changes)
            for chart in sheet.charts:
                content = archive.read(chart.part)
                refreshed = patch_chart(content, self.values)
                if refreshed != content:
                    parts[chart.part] = refreshed
        archive.rewrite(parts, target)

    def _sheet(self, name: str) -> Sheet | None:
        return next((sheet for sheet in self.book.sheets if sheet.name == name), None)


@dataclass(frozen=True)
class Fixed:
    """A corrected copy: how many cells were corrected, and how many values follow from them."""

    placed: Placed
    corrected: int
    followed: int

    def __str__(self) -> str:
        text = (
            f"{printable(str(self.placed.path))}: {tally(self.corrected, 'cell')} corrected, "
            f"{tally(self.followed, 'further value')} recalculated"
        )
        if self.placed.unchanged:
            return f"{text}; the same file stood there already"
        if self.placed.kept is not None:
            return f"{text}; what stood there is now {printable(self.placed.kept.name)}"
        return text


Recalculations = Mapping[str, Callable[[Path], Recalculated]]
"""What recalculates a workbook, by its name."""


def fix(report: FileReport, target: Path | str, by: Recalculations | None = None) -> Fixed:
    """Write a copy of the file of a report in which the wrong formulas are right.

    The cached values that follow from them are recalculated, in all sheets and charts; every
    other byte stays.

    The copy is verified before it is given out, see :func:`require_verified
    <backprop_xlsx.check.proof.require_verified>`. ``by`` names what recalculates it, the engines
    that are installed unless given. Raises VerificationError, and writes
    nothing, if a fault has no known correction, no engine computes the corrected cells, or the copy
    cannot be verified; FileError if the file cannot be read or the copy not be written.
    """
    target = Path(target)
    corrections = _corrections(report, target)
    book = read_book(report.path)
    copy = Copy(book)
    copy.changes = {
        name: {position: Change(formula, 0.0) for position, formula in formulas.items()}
        for name, formulas in corrections.items()
    }
    with beside(target) as temporary:
        copy.write(temporary)
        before, after = _recalculated(
            report.path, temporary, corrections, target, by or _installed()
        )
        for sheet in book.sheets:
            areas = _areas(report.tables, sheet.name)
            copy.changes[sheet.name] = _changes(
                sheet, corrections.get(sheet.name, {}), areas, before, after
            )
        copy.write(temporary)
        try:
            require_verified(temporary, book, report.tables, corrections, after)
        except VerificationError as error:
            raise VerificationError(f"{target}: not written, {error}") from None
        placed = place(temporary, target)
    corrected = sum(map(len, corrections.values()))
    return Fixed(placed, corrected, sum(map(len, copy.changes.values())) - corrected)


def _corrections(report: FileReport, target: Path) -> Corrections:
    corrections: Corrections = {}
    for table in report.tables:
        for fault in table.faults:
            if not fault.corrections or not all(fault.corrections.values()):
                raise VerificationError(
                    f"{target}: not written, no correction is known for "
                    f"{label(fault.quantity)} in {table.sheet}!{cells(fault)}"
                )
            corrections.setdefault(fault.sheet or table.sheet, {}).update(fault.corrections)
    return corrections


def _installed() -> Recalculations:
    return {engine: partial(recalculate, engine=engine) for engine in engines()}


def _recalculated(
    original: Path, corrected: Path, corrections: Corrections, target: Path, by: Recalculations
) -> tuple[Recalculated, Recalculated]:
    """Both files, recalculated by the first engine that understands the corrected cells."""
    problems = []
    for engine, recalculation in by.items():
        try:
            after, before = recalculation(corrected), recalculation(original)
        except FileError:
            problems.append(f"{engine} cannot recalculate the file")
            continue
        unknown = _first_without_number(after, corrections)
        if unknown is None:
            return before, after
        problems.append(f"{engine} gives no number for {unknown}")
    reasons = "; ".join(problems) or "install ironcalc or formualizer to recalculate with"
    raise VerificationError(f"{target}: not written, its values cannot be computed ({reasons})")


def _first_without_number(after: Recalculated, corrections: Corrections) -> str | None:
    for sheet, formulas in corrections.items():
        for position in formulas:
            if not isinstance(after.value(sheet, *position), (int, float)):
                return f"{sheet}!{cell_name(*position)}"
    return None


def _changes(
    sheet: Sheet,
    formulas: dict[Position, str],
    areas: list[Area],
    before: Recalculated,
    after: Recalculated,
) -> dict[Position, Change]:
    """The cells of a sheet that change: by a right formula, or by the values that follow.

    What follows is what one engine computes differently before and after: a cell that does not
    depend on a correction is left alone, even where the engine would round it differently, or
    not know its function.
    """
    changes = {
        position: Change(formula, _cached(after.value(sheet.name, *position)))
        for position, formula in formulas.items()
        if position not in sheet.cells
    }
    for position, cell in sheet.cells.items():
        formula = formulas.get(position)
        if formula is None and cell.formula is None and not cell.array:
            continue
        computed = after.value(sheet.name, *position)
        follows = computed != before.value(sheet.name, *position)
        value = _cached(computed)
        stale = any(position in area for area in areas) and _is_stale(cell.value, value)
        if follows or stale:
            changes[position] = Change(formula, value)
        elif formula is not None:
            changes[position] = Change(formula, cell.value)
    return changes


def _cached(computed: object) -> Value:
    """An engine's value as it is cached; None, to be computed on opening, for what has no form."""
    if isinstance(computed, str) and computed in ERRORS:
        return ErrorValue(computed)
    return computed if isinstance(computed, (bool, int, float, str)) else None


def _is_stale(cached: Value, computed: Value) -> bool:
    if not isinstance(computed, (int, float)):
        return False
    if not isinstance(cached, (int, float)):
        return True
    return abs(cached - computed) > STALE * abs(computed)


def _areas(tables: tuple[TableReport, ...], sheet: str) -> list[Area]:
    areas = (Area.parse(table.range) for table in tables if table.sheet == sheet)
    return [area for area in areas if area is not None]
