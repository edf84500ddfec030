"""What is gathered as wrong: never a cell that holds its correction already."""

from __future__ import annotations

from pathlib import Path

from backprop_xlsx.check.book_check import judged
from backprop_xlsx.check.faults.gathering import WrongCells, without_standing
from backprop_xlsx.check.reading.forms import Form
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from tests.oracles.class_table import ClassTable


def test_what_stands_there_is_no_correction(tmp_path: Path) -> None:
    table = ClassTable()
    (check,) = judged(read_book(table.write(tmp_path / "book.xlsx"))).tables
    column, (first, second, *_) = table.columns["w1"], table.rows[1:]
    formula = str(table.cells[first, column]).removeprefix("=")
    corrections: dict[int, str | None] = {first: formula.replace("$", ""), second: "E10-0.5"}
    forms = [(Form(formula, first, [first, second]), [first, second])]
    found = f"={formula}"
    cells = WrongCells("w1", column, found, "other", "", "", corrections, forms)
    left, standing = without_standing(check.judge, cells)
    assert standing == [first]
    assert left is not None
    assert (left.rows, left.forms[0][1]) == ([second], [second])
    assert left.found == table.cells[second, column]
    cells.corrections = {first: formula}
    cells.forms = [(forms[0][0], [first])]
    assert without_standing(check.judge, cells) == (None, [first])
