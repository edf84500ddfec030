"""Headers in two lines: the lower ones count, and the table is read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_xlsx.check.book_check import check_file
from tests.oracles.class_table import ClassTable


@pytest.mark.parametrize("every", [1, 3])
def test_of_two_lines_of_headers_the_lower_counts(tmp_path: Path, every: int) -> None:
    """Each third one above is what stays of a line that was copied and cut."""
    table = ClassTable(header_row=9)
    for number, (name, column) in enumerate(table.columns.items()):
        if number % every == 0:
            table.cells[table.header_row - 1, column] = name
    report = check_file(table.write(tmp_path / "book.xlsx"))
    assert [found.header_row for found in report.tables] == [9]
    assert report.faults == 0


def test_a_mistake_below_two_lines_of_headers_is_told_once(tmp_path: Path) -> None:
    table = ClassTable(header_row=9)
    for name, column in table.columns.items():
        table.cells[table.header_row - 1, column] = name
    cells = table.put("E_total", "{E1}-{E2}", table.rows)
    report = check_file(table.write(tmp_path / "book.xlsx"))
    (found,) = report.tables
    assert found.wrong_cells == len(cells)
