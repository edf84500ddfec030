"""The cells that the defined names of a book stand for."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import openpyxl
from openpyxl.utils.cell import coordinate_to_tuple


def named_cells(path: Path) -> dict[str, tuple[str, int, int]]:
    """The sheet, row and column of each defined name of a single cell, from 1."""
    found = {}
    with closing(openpyxl.load_workbook(path, read_only=True)) as book:  # which reads no sheet
        for name, defined in book.defined_names.items():
            sheet, address = next(iter(defined.destinations))
            found[name] = (sheet, *coordinate_to_tuple(address.replace("$", "")))
    return found
