"""Gnumeric, a fourth engine: what its command line makes of a workbook's formulas."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from backprop_xlsx.spreadsheet.ooxml.book import Book, read_book
from tests.optional import require


def require_gnumeric() -> None:
    """Skips the test where Gnumeric is not installed."""
    require(shutil.which("ssconvert"), "Gnumeric")


def recalculated(path: Path, folder: Path) -> Book:
    """A copy of a workbook with every formula computed anew, in an empty folder."""
    copy = folder / "gnumeric.xlsx"
    subprocess.run(
        ["ssconvert", "--recalc", "--export-type=Gnumeric_Excel:xlsx2", path, copy],
        env={**os.environ, "HOME": str(folder)},
        capture_output=True,
        check=True,
    )
    return read_book(copy)
