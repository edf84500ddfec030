"""A workbook of XlsxWriter's that writes formulas as they are.

XlsxWriter looks through each formula for some thirty functions younger than Excel 2007, to mark
them, and that takes more than half of the time of a book. None of ours is.
"""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet


class _PlainWorksheet(Worksheet):  # type: ignore[misc]
    # Not part of XlsxWriter's interface: where a version does without it, books only take longer.
    def _prepare_formula(self, formula: str, *_: Any, **__: Any) -> str:
        return formula.removeprefix("=")


class PlainWorkbook(Workbook):  # type: ignore[misc]
    """A workbook whose formulas have no function younger than Excel 2007."""

    worksheet_class = _PlainWorksheet
