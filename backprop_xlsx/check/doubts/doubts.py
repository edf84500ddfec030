"""Refuses a corrected copy that could be explained otherwise."""

from __future__ import annotations

from itertools import combinations, permutations, product

from backprop_xlsx.check.book_check import JudgedBook
from backprop_xlsx.check.doubts.columns import require_explained, require_innocent, retyped_cells
from backprop_xlsx.check.doubts.conventions import require_convention
from backprop_xlsx.check.doubts.numbers import require_numbers
from backprop_xlsx.check.doubts.references import Corrections, address_of, changed_cells, used_cells
from backprop_xlsx.check.reading.arranging.views import View
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.names import label
from backprop_xlsx.spreadsheet.errors import VerificationError
from backprop_xlsx.spreadsheet.ooxml.book import Book, Position


def require_undoubted(checked: JudgedBook, original: Book, corrections: Corrections) -> None:
    """Refuse a copy, as it was judged, whose reading hangs on a guess.

    Raises VerificationError if two tables stand in the same cells, if wrong formulas used what
    nobody knows or what only they use, if what nobody knows uses them, if as many formulas bear
    another number as the one that is to be typed, or if a whole layer computed another activation,
    or all losses another loss.
    """
    _require_apart(checked)
    retyped = retyped_cells(original, corrections)
    require_explained(
        checked, used_cells(original, corrections), changed_cells(corrections), retyped
    )
    require_innocent(checked, original, corrections)
    require_numbers(checked, original, corrections)
    require_convention(checked, corrections, retyped)


def require_in_order(before: JudgedBook) -> None:
    """Refuse to correct a book in which two columns computed each other's quantities.

    What they use may be misread. So it may where one computes what the other is, in a table of one
    row that does not say by its headings, nor by what uses them, which is which; or where such a
    table has formulas that nobody knows. Raises VerificationError.
    """
    for table in before.tables:
        if len(table.table.rows) == 1 and table.unexplained:
            place = (table.surroundings.home, table.table.first_row, table.unexplained[0])
            where = address_of(before.view, before.view.back(place))
            raise VerificationError(f"nobody knows what stands in {where}")
        for one, other in permutations(table.columns, 2):
            alike = table.computes(one, other) and (
                table.computes(other, one) or not table.is_told(one)
            )
            if alike or table.turns_round(one, other):
                raise VerificationError(f"{label(one)} and {label(other)} may be each other")


def _require_apart(checked: JudgedBook) -> None:
    """Of two tables in the same cells at least one is misread."""
    boxes = [_boxes(table.table, checked.view) for table in checked.tables]
    for one, other in combinations(boxes, 2):
        for sheet in one.keys() & other.keys():
            (first, last), (other_first, other_last) = one[sheet], other[sheet]
            if all(
                first[axis] <= other_last[axis] and other_first[axis] <= last[axis]
                for axis in (0, 1)
            ):
                raise VerificationError("two of its tables stand in the same cells")


def _boxes(table: Table, view: View) -> dict[str, tuple[Position, Position]]:
    """From which cell to which a table stands, on each of its sheets."""
    places: dict[str, list[Position]] = {}
    for row, column in product((table.first_row, table.last_row), table.columns.values()):
        sheet, *position = view.back((table.sheet.name.casefold(), row, column))
        places.setdefault(sheet, []).append((position[0], position[1]))
    return {
        sheet: (
            (min(row for row, _ in found), min(column for _, column in found)),
            (max(row for row, _ in found), max(column for _, column in found)),
        )
        for sheet, found in places.items()
    }
