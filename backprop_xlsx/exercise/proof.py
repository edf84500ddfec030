"""Whether a practice book computes what it says: recalculated by other people's engines."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

from backprop_xlsx.spreadsheet.engines import engines, recalculate
from backprop_xlsx.spreadsheet.errors import InputError, VerificationError
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name
from backprop_xlsx.spreadsheet.ooxml.patching.patch import spoil
from backprop_xlsx.spreadsheet.ooxml.values import ErrorValue, Value

RELATIVE, ABSOLUTE = 1e-9, 1e-12


def prove(path: Path) -> tuple[int, tuple[str, ...]]:
    """Recalculates a copy whose cached values are all wrong; every cell must come out as written.

    Returns how many formulas there are and which engines took part. Raises VerificationError for
    the first cell that differs, InputError if no engine is there.
    """
    by = engines()
    if not by:
        raise InputError("no engine to verify with: install ironcalc or formualizer")
    book = read_book(path)
    formulas = [
        (sheet.name, row, column, cell.value)
        for sheet in book.sheets
        for (row, column), cell in sheet.cells.items()
        if cell.formula is not None
    ]
    with tempfile.TemporaryDirectory() as folder:
        spoilt = Path(folder) / "spoilt.xlsx"
        spoil(book, spoilt)
        for engine in by:
            found = recalculate(spoilt, engine)
            for sheet, row, column, expected in formulas:
                value = found.value(sheet, row, column)
                if not _agrees(value, expected):
                    raise VerificationError(
                        f"{engine}: {sheet}!{cell_name(row, column)} is {value!r:.60}, "
                        f"expected {expected!r:.60}"
                    )
    return len(formulas), by


def _agrees(found: object, expected: Value) -> bool:
    if isinstance(expected, ErrorValue):  # each engine has words of its own for it
        return not isinstance(found, (int, float))
    if isinstance(expected, float):
        return isinstance(found, (int, float)) and math.isclose(
            found, expected, rel_tol=RELATIVE, abs_tol=ABSOLUTE
        )
    # An empty text is written as no value.
    return (found or None) == expected
