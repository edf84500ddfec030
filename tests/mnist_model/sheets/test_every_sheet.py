"""Every kind of sheet: sound, right in each engine, tidy, and none of nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from backprop_xlsx.spreadsheet.engines import engines, recalculate
from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.patching.patch import spoil
from mnist_model.sheets.comparison import ComparisonEntry, put_comparison
from mnist_model.sheets.run import put_runs
from tests.mnist_model.records import record
from tests.mnist_model.sheets.seen import SHEETS
from tests.oracles.workbook_lint import lint

pytestmark = pytest.mark.filterwarnings("ignore:.*xtension is not supported")


def test_lint_and_openxml_audit_find_nothing(book: Path, tmp_path: Path) -> None:
    from openxml_audit import OpenXmlValidator

    assert lint(book) == []
    assert OpenXmlValidator().validate(str(book)).errors == []
    made = tmp_path / "new.xlsx"
    assert put_runs(made, [record()], replace=False) == "MNIST standard"
    assert lint(made) == []
    assert [sheet.name for sheet in read_book(made).sheets][-2:] == ["Selected", "MNIST standard"]


@pytest.mark.parametrize("engine", engines())
def test_recalculated_from_spoilt_caches_all_formulas_give_what_is_cached(
    book: Path, tmp_path: Path, engine: str
) -> None:
    cached = read_book(book)
    spoil(cached, tmp_path / "spoilt.xlsx")
    value = recalculate(tmp_path / "spoilt.xlsx", engine).value
    for name in SHEETS:
        formulas = {at: c for at, c in cached.sheet(name).cells.items() if c.formula is not None}
        assert len(formulas) >= 50
        for (row, column), cell in formulas.items():
            live = value(name, row, column)
            if isinstance(cell.value, float):
                assert live == pytest.approx(cell.value, rel=1e-11, abs=1e-12), cell.formula
            else:
                assert live == cell.value, cell.formula


@pytest.mark.parametrize("name", SHEETS)
def test_nothing_overlaps_and_the_print_is_tidy(book: Path, name: str) -> None:
    sheet: Any = openpyxl.load_workbook(book)[name]
    assert sheet.freeze_panes is not None
    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    filled = {
        cell.coordinate for row in sheet.iter_rows() for cell in row if cell.value is not None
    }
    areas = []
    for drawing in [*sheet._charts, *sheet._images]:
        start, stop = drawing.anchor._from, drawing.anchor.to
        rows = range(start.row + 1, stop.row + 2)
        columns = range(start.col + 1, stop.col + 2)
        covered = {f"{get_column_letter(column)}{row}" for row in rows for column in columns}
        assert not covered & filled
        areas.append((start.row, start.col, start.colOff, stop.col, stop.colOff))
    for one in areas:
        for other in areas:
            if one is not other and one[0] == other[0]:
                assert one[3:] <= other[1:3] or other[3:] <= one[1:3]


def test_nothing_to_show_is_refused_before_the_workbook_is_touched(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with pytest.raises(InputError, match="no runs to put"):
        put_runs(path, [], replace=False)
    with pytest.raises(InputError, match="no networks to compare"):
        put_comparison(path, [], [], replace=False)
    entry = ComparisonEntry("14392", "published", ())
    with pytest.raises(InputError, match="'14392' has no runs"):
        put_comparison(path, [entry], [], replace=False)
    assert not path.exists()
