"""The file of a digit workbook: sound, always the same, and what is wrong with it is found."""

from __future__ import annotations

import re
from pathlib import Path

import numpy
import pytest
import torch
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
from torch import nn

from backprop_xlsx.spreadsheet.engines import ENGINES, LiveWorkbook, engines, open_live, recalculate
from backprop_xlsx.spreadsheet.errors import VerificationError
from backprop_xlsx.spreadsheet.ooxml.book import Book, read_book
from backprop_xlsx.spreadsheet.ooxml.cells import Cell
from backprop_xlsx.spreadsheet.ooxml.patching.cell_patch import Change
from backprop_xlsx.spreadsheet.ooxml.patching.patch import patch_sheet, spoil
from mnist_model.digit import Examples, to_workbook, verify
from mnist_model.digit.mnist import SCALING
from mnist_model.digit.sheets.proof_sheet import AGREES, DIFFERS, Proof
from tests.mnist_model.digit.as_seen import AsSeen
from tests.optional import require, require_libreoffice
from tests.oracles.formula_lint import PORTABLE_FUNCTIONS
from tests.oracles.workbook_lint import lint

SHAPE = (1, 28, 28)


def test_only_functions_that_agree_everywhere_are_used(read: Book, tmp_path: Path) -> None:
    network = nn.Sequential(
        nn.BatchNorm1d(3), nn.Linear(3, 3), nn.Sigmoid(), nn.Linear(3, 2), nn.Tanh(),
        nn.LogSoftmax(dim=1),
    )  # fmt: skip
    to_workbook(network, (3,), tmp_path / "small.xlsx", batch_norm="show")
    for seen in (read, read_book(tmp_path / "small.xlsx")):
        for sheet in seen.sheets:
            for cell in sheet.cells.values():
                used = re.findall(r"([A-Z][A-Z.]*)\(", cell.formula or "")
                assert set(used) <= PORTABLE_FUNCTIONS.keys()


def test_lint_and_openxml_audit_find_nothing(
    network: nn.Sequential, examples: Examples, tmp_path: Path
) -> None:
    from openxml_audit import OpenXmlValidator

    path = tmp_path / "Digit.xlsx"
    pages = (examples.values[:4], examples.names[:4], examples.targets[:4])
    to_workbook(network, SHAPE, path, Examples(*pages, noun="digit", scaling=SCALING))
    assert lint(path) == []
    assert OpenXmlValidator().validate(str(path)).errors == []


def test_the_same_network_gives_the_same_bytes(
    book: Path, network: nn.Sequential, examples: Examples, tmp_path: Path
) -> None:
    again = tmp_path / "again.xlsx"
    again.write_bytes(book.read_bytes())
    assert to_workbook(network, SHAPE, again, examples).unchanged
    assert again.read_bytes() == book.read_bytes()


def test_every_sheet_prints_one_page_wide_and_nothing_is_cut_at_its_right(seen: AsSeen) -> None:
    for sheet in seen.book.worksheets:
        if sheet.sheet_state != "visible" or sheet.title == "Digits":  # whose pages have breaks
            continue
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        assert (sheet.page_setup.fitToWidth or 1) == 1, sheet.title
        _, top, right, bottom = range_boundaries(sheet.print_area.rpartition("!")[2])
        rows = sheet.iter_rows(min_row=top, max_row=bottom)
        filled = {cell.column for row in rows for cell in row if cell.value is not None}
        assert max(filled) <= right, sheet.title


def test_a_list_of_inputs_numbers_them_beside_the_cells_to_type_into(tmp_path: Path) -> None:
    to_workbook(nn.Sequential(nn.Linear(3, 2)), (3,), tmp_path / "book.xlsx")
    seen = AsSeen(tmp_path / "book.xlsx")
    row, column = seen.find(seen.first, "type here")
    labels = [seen.first.cell(row + 1 + offset, column - 1).value for offset in range(4)]
    assert labels == ["i1", "i2", "i3", None]


def test_another_networks_book_is_not_verified(tmp_path: Path) -> None:
    networks = [nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2)) for _ in range(2)]
    path = tmp_path / "book.xlsx"
    to_workbook(networks[0], (2,), path)
    assert verify(path, networks[0], (2,)).inputs == 11
    with pytest.raises(VerificationError, match=r"^'2 Linear'!E8, input .* gives .*, torch "):
        verify(path, networks[1], (2,))


def place_of_a_bias(cells: dict[tuple[int, int], Cell]) -> tuple[int, int]:
    """What the first output adds last: unlike a weight it counts for every digit."""
    formulas = [cell.formula or "" for _, cell in sorted(cells.items())]
    first = next(formula for formula in formulas if "SUMPRODUCT" in formula)
    return coordinate_to_tuple(first.rsplit("+", 1)[1])


def test_the_sheet_proof_sees_a_changed_bias(
    read: Book, seen: AsSeen, live: LiveWorkbook, examples: Examples
) -> None:
    seen.choose(live, examples.names[30])
    assert seen.verdict(live) == "✓ agrees with torch"
    cells = read.sheet("3 Linear").cells
    row, column = place_of_a_bias(cells)
    bias = cells[row, column].value
    assert isinstance(bias, float)
    live.type("3 Linear", row, column, bias + 0.001)
    live.recalculate()
    assert seen.verdict(live) == "✗ differs from torch"
    live.type("3 Linear", row, column, bias)
    live.recalculate()
    assert seen.verdict(live) == "✓ agrees with torch"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("last", [nn.Identity(), nn.LogSoftmax(dim=1)])
def test_nothing_overflows(engine: str, last: nn.Module, tmp_path: Path) -> None:
    require(engine in engines(), engine)
    linear = nn.Linear(1, 3).double()
    with torch.no_grad():
        linear.weight.copy_(torch.tensor([[2000.0], [-2000.0], [1999.0]]))
        linear.bias.zero_()
    network = nn.Sequential(linear, last)
    examples = Examples(torch.tensor([[1.0], [-1.0], [0.5]]))
    to_workbook(network, (1,), tmp_path / "book.xlsx", examples)
    squashed = nn.Sequential(linear, nn.Sigmoid())
    to_workbook(squashed, (1,), tmp_path / "sigmoid.xlsx", examples)
    for path, module in (("book.xlsx", network), ("sigmoid.xlsx", squashed)):
        seen = AsSeen(tmp_path / path)
        row, column = seen.find(seen.first, "probability")
        with open_live(tmp_path / path, engine) as live:
            for number, value in enumerate((1.0, -1.0, 0.5), start=1):
                seen.choose(live, f"input {number}")
                outputs = module(torch.tensor([[value]]).double())[0]
                assert seen.outputs(live, 3) == pytest.approx(outputs.tolist(), abs=1e-9)
                shares = [live.value("Input", row + 1 + index, column) for index in range(3)]
                assert shares == pytest.approx(outputs.softmax(0).tolist(), abs=1e-9)


SHOWN = Examples(torch.tensor([[0.5, 0.25], [1.0, -1.0]]))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, nn.Sequential]:
    """A book of two outputs, both above 1 in the input that is shown, and its network."""
    linear = nn.Linear(2, 2).double()
    with torch.no_grad():
        linear.weight.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
        linear.bias.copy_(torch.tensor([2.0, 3.0]))
    network = nn.Sequential(linear)
    path = tmp_path_factory.mktemp("tiny") / "book.xlsx"
    to_workbook(network, (2,), path, SHOWN)
    return path, network


BOTH_SIDES = pytest.mark.parametrize(("share", "agrees"), [(0.5, True), (2.0, False)])


@BOTH_SIDES
def test_a_cached_output_may_be_a_thousand_millionth_off(
    tiny: tuple[Path, nn.Sequential], tmp_path: Path, share: float, agrees: bool
) -> None:
    path, network = tiny
    book = read_book(path)
    proof, seen = book.sheet("Proof"), AsSeen(path)
    row, column = seen.find(seen.proof, "this workbook, now")
    cell = proof.cells[row, column + 2]
    assert cell.value == 3.0
    off = Change(cell.formula, 3.0 * (1 + share * 1e-9))
    changed = patch_sheet(book.archive.read(proof.part), {(row, column + 2): off})
    book.archive.rewrite({proof.part: changed}, tmp_path / "off.xlsx")
    if agrees:
        verify(tmp_path / "off.xlsx", network, (2,), SHOWN)
    else:
        with pytest.raises(VerificationError, match=r"gives 3\.0, the cached value is 3\.0000"):
            verify(tmp_path / "off.xlsx", network, (2,), SHOWN)


@pytest.mark.parametrize("engine", ENGINES)
@BOTH_SIDES
def test_torch_may_be_a_thousand_millionth_off_on_the_sheet_proof(
    tiny: tuple[Path, nn.Sequential], engine: str, share: float, agrees: bool
) -> None:
    """Of the largest output, 5.5 here, in a book's formula and in what is cached."""
    require(engine in engines(), engine)
    path, _ = tiny
    seen = AsSeen(path)
    row, column = seen.find(seen.proof, "input 1")
    off = 3.0 + 5.5 * share * 1e-9
    with open_live(path, engine) as live:
        live.type("Proof", row, column + 2, off)
        live.recalculate()
        assert seen.verdict(live) == (AGREES if agrees else DIFFERS)
    proof = Proof(SHOWN, numpy.array([[off, 5.5], [1.0, 2.0]]))
    assert proof.verdict_of(numpy.array([3.0, 5.5])) == (AGREES if agrees else DIFFERS)


def test_a_wrong_bias_is_found(
    read: Book, network: nn.Sequential, examples: Examples, tmp_path: Path
) -> None:
    sheet = read.sheet("3 Linear")
    row, column = place_of_a_bias(sheet.cells)
    xml = read.archive.read(sheet.part)
    value = sheet.cells[row, column].value
    assert isinstance(value, float)
    changed = patch_sheet(xml, {(row, column): Change(None, value + 1e-6)})
    read.archive.rewrite({sheet.part: changed}, tmp_path / "wrong.xlsx")
    with pytest.raises(VerificationError, match=r"^'.*'![A-Z]+\d+: \w+ gives .*cached value"):
        verify(tmp_path / "wrong.xlsx", network, SHAPE, examples)


def test_the_workbook_reads_a_hundred_digits_as_torch_does(
    seen: AsSeen, live: LiveWorkbook, network: nn.Sequential, examples: Examples
) -> None:
    with torch.no_grad():
        expected = network(examples.scaled[1:]).argmax(1).tolist()
    assert set(expected) == set(range(10))
    read = []
    for name in examples.names[1:]:
        seen.choose(live, name)
        read.append(seen.told(live)[0])
    assert read == expected
    right = sum(a == b for a, b in zip(read, examples.targets[1:], strict=True))
    assert 50 < right < 100  # it neither guesses nor is it so sure that anything would agree


def test_a_digit_is_right_in_libreoffice(
    network: nn.Sequential, examples: Examples, tmp_path: Path
) -> None:
    require_libreoffice()
    path = tmp_path / "Digit.xlsx"
    images = examples.values[5::40]
    to_workbook(network, SHAPE, path, Examples(images, noun="digit", scaling=SCALING, chosen=1))
    spoil(read_book(path), tmp_path / "spoilt.xlsx")
    found = recalculate(tmp_path / "spoilt.xlsx", "libreoffice")
    seen = AsSeen(path)
    row, column = seen.find(seen.proof, "this workbook, now")
    outputs = [found.value("Proof", row, column + 2 + digit) for digit in range(10)]
    with torch.no_grad():
        expected = network(SCALING.scaled(images))[1].tolist()
    assert outputs == pytest.approx(expected, rel=1e-9, abs=1e-9)
