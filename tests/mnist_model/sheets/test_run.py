"""The sheets of runs: live, right, and labelled for what they are."""

from __future__ import annotations

import io
import statistics
from pathlib import Path
from typing import Any

import numpy
import openpyxl
import pytest
import torch
import xlsxwriter
from PIL import Image

from backprop_xlsx.spreadsheet.engines import engines, recalculate
from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from mnist_model.sheets.run import put_runs
from mnist_model.training.networks import build_network, network_names
from tests.mnist_model.records import record
from tests.mnist_model.sheets.seen import SOMEBODYS, beside, blank_book, cell_of

pytestmark = pytest.mark.filterwarnings("ignore:.*xtension is not supported")


@pytest.mark.parametrize("network", network_names())
def test_layers_of_every_network_are_live_and_right(network: str, tmp_path: Path) -> None:
    path = blank_book(tmp_path / "book.xlsx")
    run = record(network)
    name = put_runs(path, [run], replace=False)
    sheet = read_book(path).sheet(name)
    head = cell_of(sheet, "recept. field")[0]
    column = {cell.value: c for (row, c), cell in sheet.cells.items() if row == head}
    rows = range(head + 2, head + 2 + len(run.layers))
    for row, layer in zip(rows, run.layers, strict=True):
        sees = sheet.cells[row, column["recept. field"]]
        size = sheet.cells[row, column["parameters"]]
        work = sheet.cells[row, column["multiply-adds"]]
        side = sheet.cells[row, column["side out"]]
        assert (sees.value, size.value, work.value) == (
            layer.receptive_field,
            layer.parameters,
            layer.multiply_adds,
        )
        assert sees.formula
        assert bool(size.formula) == (layer.parameters > 0), layer
        assert bool(work.formula) == (layer.multiply_adds > 0), layer
        assert side.value == (layer.output_shape[-1] if len(layer.output_shape) > 1 else 1)
        assert side.formula or len(layer.output_shape) == 1
    assert sheet.cells[rows[-1] + 1, column["parameters"]].value == run.parameters
    assert beside(sheet, "layers of BatchNorm", 5).value == sum(
        layer.operation == "BatchNorm" for layer in run.layers
    )


@pytest.mark.parametrize("engine", engines())
def test_a_claim_follows_the_data(book: Path, engine: str) -> None:
    sheet = read_book(book).sheet("MNIST standard")
    assert beside(sheet, "Do the claims hold?", 3).value == "✓ all 11 claims hold"
    claim = cell_of(sheet, "test accuracy, last epoch, %")[0]
    last = cell_of(sheet, "sum")[0] - 1
    accuracy = cell_of(sheet, "test acc. %")[1]
    edits = {(sheet.name, last, accuracy): 99.39}
    value = recalculate(book, engine, edits).value
    assert value(sheet.name, claim, 8) == "✗ no"
    assert value(sheet.name, claim, 5) == 99.39
    # The matrix does not go with that accuracy any more, either.
    row = cell_of(sheet, "Do the claims hold?")[0]
    assert value(sheet.name, row, 3) == "✗ 2 of 11 claims do not hold"
    # What is asked can be edited, and all accuracies are judged by it.
    asked = {(sheet.name, claim, 7): 99.999}
    assert recalculate(book, engine, asked).value(sheet.name, row, 3).startswith("✗ 3 of 11")


@pytest.mark.parametrize("engine", engines())
@pytest.mark.parametrize(("share", "holds"), [(0.5, True), (2.0, False)])
def test_the_matrix_may_be_half_an_image_off_the_accuracy(
    book: Path, engine: str, share: float, holds: bool
) -> None:
    """Of ten thousand, one image is a hundredth of a per cent."""
    sheet = read_book(book).sheet("MNIST standard")
    last, accuracy = cell_of(sheet, "sum")[0] - 1, cell_of(sheet, "test acc. %")[1]
    claim = cell_of(sheet, "last epoch against the confusion matrix, difference, %")[0]
    off = record().last_accuracy + share * 0.005
    value = recalculate(book, engine, {(sheet.name, last, accuracy): off}).value
    assert value(sheet.name, claim, 8) == ("✓ yes" if holds else "✗ no")


@pytest.mark.parametrize("engine", engines())
def test_the_result_is_counted_beside_the_per_cent(book: Path, engine: str) -> None:
    sheet = read_book(book).sheet("MNIST standard")
    run = record()
    right = sum(run.confusion[digit][digit] for digit in range(10))
    row = cell_of(sheet, "Do the claims hold?")[0]
    said = f"{run.last_accuracy:.2f} %: {right:,} of 10,000 test images right, seed 0"
    assert sheet.cells[row, 10].value == said
    zero = cell_of(sheet, "digit, and what it was read as")[0] + 1
    value = recalculate(book, engine, {(sheet.name, zero, 3): run.confusion[0][0] - 1}).value
    assert f"{right - 1:,} of 9,999 test" in value(sheet.name, row, 10)


def test_parameters_and_maps_have_their_memory(book: Path) -> None:
    sheet = read_book(book).sheet("MNIST standard")
    row = cell_of(sheet, "memory in float32, kB")[0]
    network = build_network("19626").eval()
    numbers, values = 0, torch.zeros(1, 1, 28, 28)
    for layer in network:
        values = layer(values)
        numbers += values.numel()
    shown = [c.value for (r, _), c in sorted(sheet.cells.items()) if r == row]
    bytes_of_weights = sum(p.nbytes for p in network.parameters())
    assert shown[1:] == ["maps", numbers * 4 / 1000, bytes_of_weights / 1000]


def test_seeds_are_summed_up(book: Path) -> None:
    sheet = read_book(book).sheet("MNIST standard 2")
    runs = [record(seed=seed) for seed in range(14)]
    last = [run.epochs[-1].test_accuracy for run in runs]
    assert beside(sheet, "mean", 3).value == pytest.approx(statistics.mean(last), rel=1e-13)
    deviation = beside(sheet, "standard deviation", 3).value
    assert deviation == pytest.approx(statistics.stdev(last), rel=1e-9)
    assert beside(sheet, "worst", 3).value == min(last)
    claim = "test accuracy, last epoch, mean of 14 seeds, %"
    assert beside(sheet, claim, 5).value == beside(sheet, "mean", 3).value
    # Every number of every seed is there, beyond the first twelve too.
    typed = [cell.value for cell in sheet.cells.values() if cell.formula is None]
    assert all(epoch.test_accuracy in typed for run in runs for epoch in run.epochs)
    worst = "test accuracy, last epoch, worst of 14 seeds, %"
    assert beside(sheet, worst, 8).value == ("✓ yes" if min(last) >= 99.4 else "✗ no")


@pytest.mark.parametrize(
    ("flags", "name", "words"),
    [
        ({"is_sample": True}, "MNIST standard (sample)", "sample"),
        ({"is_validation": True}, "MNIST standard (validation)", "validation split"),
        (
            {"is_validation": True, "is_sample": True},
            "MNIST standard (sample, val.)",
            "sample",
        ),
    ],
)
def test_what_is_no_result_on_the_test_set_says_so(
    tmp_path: Path, flags: dict[str, Any], name: str, words: str
) -> None:
    path = blank_book(tmp_path / "book.xlsx")
    put_runs(path, [record()], replace=False)
    put = put_runs(path, [record(**flags)], replace=True)
    assert put == name
    book = read_book(path)
    assert len(book.sheets) == 3  # the result on the test set is not replaced
    title = book.sheet(put).cells[1, 2].value
    assert words in str(title)
    if "is_validation" in flags:
        texts = [str(cell.value) for cell in book.sheet(put).cells.values()]
        assert not any(text.startswith("test a") for text in texts)


def test_a_second_run_adds_or_replaces_as_asked(tmp_path: Path) -> None:
    path = blank_book(tmp_path / "book.xlsx")
    names = [put_runs(path, [record(seed=seed)], replace=False) for seed in (0, 1)]
    assert names == ["MNIST standard", "MNIST standard 2"]
    assert put_runs(path, [record(seed=7)], replace=True) == names[0]
    book = read_book(path)
    assert [sheet.name for sheet in book.sheets] == [SOMEBODYS, *names]
    for name, seed in zip(names, (7, 1), strict=True):
        texts = {cell.value for cell in book.sheet(name).cells.values()}
        assert f"Epoch by epoch, seed {seed}" in texts
        assert f"Epoch by epoch, seed {8 - seed}" not in texts
    assert book.sheet(SOMEBODYS).cells[1, 1].value == "mine"


def test_somebodys_sheet_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet("MNIST standard")
    before = path.read_bytes()
    with pytest.raises(InputError, match="did not write"):
        put_runs(path, [record()], replace=True)
    assert path.read_bytes() == before
    assert put_runs(path, [record()], replace=False) == "MNIST standard 2"


def test_the_pictures_are_the_mistakes(book: Path) -> None:
    sheet: Any = openpyxl.load_workbook(book)["MNIST standard"]
    run = record()
    drawing = 1
    assert len(sheet._images) == drawing + len(run.distorted) + len(run.mistakes)
    first = sheet._images[drawing + len(run.distorted)]
    image = Image.open(io.BytesIO(first._data()))
    assert image.size == (112, 112)
    shown = 255 - numpy.asarray(image)[2::4, 2::4].astype(int)
    assert shown.tolist() == [list(row) for row in run.mistakes[0].pixels]


def test_a_long_setting_has_room(book: Path) -> None:
    sheet: Any = openpyxl.load_workbook(book)["MNIST standard"]
    row = cell_of(read_book(book).sheet("MNIST standard"), "augmentation")[0]
    assert sheet.row_dimensions[row].height == 30
    assert sheet.row_dimensions[row - 1].height is None  # as high as any other
    assert sheet.cell(row, 12).alignment.wrap_text
