"""Real workbooks are read as openpyxl reads them: every cell, and every chart."""

from __future__ import annotations

import pytest

from backprop_xlsx.spreadsheet.ooxml.book import read_book
from tests.optional import WORKBOOKS, require
from tests.spreadsheet.ooxml.by_openpyxl import assert_same_as_openpyxl


@pytest.mark.slow
def test_real_books_are_read_as_openpyxl_reads_them() -> None:
    require(WORKBOOKS.is_dir(), "the folder of real workbooks")
    counts = [assert_same_as_openpyxl(read_book(path)) for path in WORKBOOKS.glob("*.xlsx")]
    cells, charts = zip(*counts, strict=True)
    assert len(counts) == 12
    assert sum(cells) > 60_000
    assert sum(charts) == 31
