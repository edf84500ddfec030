"""What the tests of splicing share: the sheet that is put into a workbook."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.spreadsheet.books_to_splice import addition


@pytest.fixture
def added(tmp_path: Path) -> Path:
    return addition(tmp_path / "addition.xlsx")
