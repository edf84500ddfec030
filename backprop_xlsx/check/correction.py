"""Write a corrected copy: right formulas, the values that follow, every other byte as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path

from backprop_xlsx.check.doubts.references import Corrections
from backprop_xlsx.check.findings import FileReport, TableReport
from backprop_xlsx.check.proof import require_verified
from backprop_xlsx.check.report.phrases import cells, printable, tally
from backprop_xlsx.formula.names import label
from backprop_xlsx.formula.tokens import reference_of
from backprop_xlsx.spreadsheet.engines import Recalculated, engines, recalculate
from backprop_xlsx.spreadsheet.errors import FileError, VerificationError
from backprop_xlsx.spreadsheet.files import Placed, beside, place
from backprop_xlsx.spreadsheet.ooxml.book import Book, ErrorValue, Position, Sheet, Value, read_book
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name
from backprop_xlsx.spreadsheet.ooxml.patching.new_cells import with_cells
from backprop_xlsx.spreadsheet.ooxml.patching.patch import Change, patch_chart, patch_sheet

STALE = 1e-6
"""A table's cached number further off than this, relatively, is no rounding of any program."""
LARGEST_SERIES = 100_000
"""Points of a chart's series; Excel draws no more than 32,000."""

ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}


@dataclass
class Copy:
    """A corrected copy in the making: the changed cells of each sheet."""

    book: Book
    changes: dict[str, dict[Position, Change]] = field(default_factory=dict)

    def values(self, reference: str) -> list[float | str | None] | None:
        """The values of a chart's reference, cell by cell; None if none of them changes."""
        sheet_name, _, text = reference.rpartition("!")
        found = reference_of(text)
        sheet = self._sheet(sheet_name.removeprefix("'").removesuffix("'").replace("''", "'"))
        if found is None or sheet is None:
            return None
        rows, columns = found.area
        changes = self.changes.get(sheet.name, {})
        shows_a_change = any(row in rows and column in columns for row, column in changes)
        if not shows_a_change or len(rows) * len(columns) > LARGEST_SERIES:
            return None
        values = []
        for position in product(rows, columns):
            cell = sheet.cells.get(position)
            change = changes.get(position)
            value = change.value if change else cell.value if cell else None
            values.append(float(value) if isinstance(value, bool) else value)
        return values

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
        before, after = _recalculated(book, temporary, corrections, target, by or _installed())
        for sheet in book.sheets:
            copy.changes[sheet.name] = _changes(
                sheet, corrections.get(sheet.name, {}), report.tables, before, after
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
    corrections: dict[str, dict[Position, str]] = {}
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
    original: Book, corrected: Path, corrections: Corrections, target: Path, by: Recalculations
) -> tuple[Recalculated, Recalculated]:
    """Both files, recalculated by the engine that understands the corrected cells and most others.

    The first that understands all is taken, and no other asked.
    """
    problems, found = [], []
    for engine, recalculation in by.items():
        try:
            after, before = recalculation(corrected), recalculation(original.path)
        except FileError:
            problems.append(f"{engine} cannot recalculate the file")
            continue
        unknown = _first_without_number(after, corrections)
        if unknown is not None:
            problems.append(f"{engine} gives no number for {unknown}")
            continue
        errors = _errors(original, after)
        found.append((errors, before, after))
        if not errors:
            break
    if not found:
        reasons = "; ".join(problems) or "install ironcalc or formualizer to recalculate with"
        raise VerificationError(f"{target}: not written, its values cannot be computed ({reasons})")
    _, before, after = min(found, key=lambda each: each[0])
    return before, after


def _errors(book: Book, values: Recalculated) -> int:
    """How many formulas of a book come to no number, as of a function that is not known."""
    return sum(
        not isinstance(values.value(sheet.name, *position), (int, float))
        for sheet in book.sheets
        for position, cell in sheet.cells.items()
        if cell.formula is not None
    )


def _first_without_number(after: Recalculated, corrections: Corrections) -> str | None:
    for sheet, formulas in corrections.items():
        for position in formulas:
            if not isinstance(after.value(sheet, *position), (int, float)):
                return f"{sheet}!{cell_name(*position)}"
    return None


def _changes(
    sheet: Sheet,
    formulas: Mapping[Position, str],
    tables: Sequence[TableReport],
    before: Recalculated,
    after: Recalculated,
) -> dict[Position, Change]:
    """The cells of a sheet that change: by a right formula, or by the values that follow.

    What follows is what one engine computes differently before and after: a cell that does not
    depend on a correction is left alone, even where the engine would round it differently, or
    not know its function.
    """
    found = [reference_of(table.range) for table in tables if table.sheet == sheet.name]
    areas = [reference.area for reference in found if reference is not None]
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
        in_a_table = any(position[0] in rows and position[1] in columns for rows, columns in areas)
        stale = in_a_table and _is_stale(cell.value, value)
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
