"""The sheet that compares: every run in its sums, and what others publish beside it."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from backprop_xlsx.spreadsheet.ooxml.book import Cell, read_book
from mnist_model.sheets.comparison.published import PUBLISHED
from tests.mnist_model.records import record

pytestmark = pytest.mark.filterwarnings("ignore:.*xtension is not supported")


def test_what_others_publish_is_in_the_chart_with_its_source(book: Path) -> None:
    sheet: Any = openpyxl.load_workbook(book)["MNIST comparison"]
    rows = [
        tuple(sheet.cell(row, column).value for column in (2, 3, 4, 5, 7))
        for row in range(1, sheet.max_row + 1)
    ]
    for other in PUBLISHED:
        assert (other.name, other.parameters, other.best, other.last, other.source) in rows
    (chart,) = sheet._charts
    names = [
        texts_at(sheet, series.tx.strRef.f) for series in chart.series if series.marker.size == 7
    ]
    assert names == [
        "last epoch, mean of our runs",
        "best epoch of our runs",
        "last epoch, published",
        "best epoch, published",
    ]


def texts_at(sheet: Any, address: str) -> Any:
    """The value of the cell that a chart refers to."""
    return sheet[address.split("!")[1].replace("$", "")].value


def test_the_comparison_sums_up_its_runs(book: Path) -> None:
    sheet = read_book(book).sheet("MNIST comparison")
    row = min(at[0] for at, cell in sheet.cells.items() if cell.value == "ours")
    last = [record(seed=seed).last_accuracy for seed in range(3)]
    best = max(record(seed=seed).best_accuracy for seed in range(3))
    head = row - 1
    while sheet.cells.get((head, 2), Cell(None, None)).value != "network":
        head -= 1
    column = {cell.value: c for (r, c), cell in sheet.cells.items() if r == head}
    assert sheet.cells[row, column["mean, %"]].value == pytest.approx(statistics.mean(last))
    deviation = sheet.cells[row, column["std. dev."]].value
    assert deviation == pytest.approx(statistics.stdev(last), rel=1e-9)
    assert sheet.cells[row, column["worst, %"]].value == min(last)
    assert sheet.cells[row, column["best epoch*"]].value == best
    assert sheet.cells[row, column["runs"]].value == 3
    published = min(at[0] for at, cell in sheet.cells.items() if cell.value == "14392")
    assert published < row  # what has a claim comes first
    assert sheet.cells[published, column["claim, %"]].value == 99.43
    assert sheet.cells[published, column["at epoch"]].value == 14
    assert sheet.cells[published, column["std. dev."]].value == "–"
    step = min(at[0] for at, cell in sheet.cells.items() if cell.value == "+ BatchNorm")
    means = [
        statistics.mean(record(network, seed).last_accuracy for seed in seeds)
        for network, seeds in (("17578", (0, 1)), ("17626", (0,)))
    ]
    assert sheet.cells[step, 5].value == pytest.approx(means[1] - means[0])
