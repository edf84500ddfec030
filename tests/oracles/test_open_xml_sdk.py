"""Microsoft's own validator over every kind of book that we write, and over broken ones."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from backprop_xlsx import Experiment, build
from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.correction import fix
from backprop_xlsx.model.setting_keys import changed
from backprop_xlsx.model.settings import preset_settings
from backprop_xlsx.spreadsheet.errors import Notice
from backprop_xlsx.spreadsheet.splice import splice
from mnist_model.digit.book import to_workbook
from mnist_model.sheets.comparison import ComparisonEntry, LadderStep, put_comparison
from mnist_model.sheets.run import put_runs
from tests.check.homework import SIBLING, write_homework
from tests.mnist_model.records import record
from tests.oracles.open_xml_sdk import findings, require_open_xml_sdk
from tests.spreadsheet.books_to_splice import NAME, addition, libreoffice_book, xlsxwriter_book
from tests.spreadsheet.books_with_traits import TRAITS, Parts, plain, without
from tests.spreadsheet.ooxml.packages import write_package

Write = Callable[[Path], object]


@pytest.fixture(scope="module", autouse=True)
def dotnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which .NET is unpacked, once for all tests."""
    require_open_xml_sdk()
    return tmp_path_factory.mktemp("dotnet")


def default_book(path: Path) -> None:
    build(Experiment.preset(), path)


def general_book(path: Path) -> None:
    """Biases, two activations, samples in a batch, four optimisers, the surface."""
    build(Experiment.of(changed(preset_settings("xor"), {"steps": 20})), path)


def run_book(path: Path) -> None:
    """The sheets of runs and of a comparison with a ladder, in a book of somebody's."""
    xlsxwriter_book(path)
    put_runs(path, [record()], replace=False)
    put_runs(path, [record(seed=seed) for seed in range(3)], replace=False)
    entry = ComparisonEntry("14392", "published", (record("14392"),))
    put_comparison(path, [entry], [LadderStep("baseline", (record("17578"),))], replace=False)


def digit_book(path: Path) -> None:
    """A small network with a convolution, pooling and a linear layer."""
    torch.manual_seed(0)
    module = torch.nn.Sequential(
        torch.nn.Conv2d(1, 2, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
        torch.nn.Flatten(), torch.nn.Linear(8, 3), torch.nn.LogSoftmax(1),
    )  # fmt: skip
    to_workbook(module, (1, 6, 6), path)


def corrected_book(path: Path) -> None:
    """A copy of a homework with its mistake corrected."""
    wrong = path.with_name("homework.xlsx")
    write_homework(wrong, SIBLING, steps=12)
    fix(check_file(wrong), path)


WRITTEN: dict[str, Write] = {
    "default": default_book,
    "general": general_book,
    "runs": run_book,
    "digit": digit_book,
    "corrected": corrected_book,
}


@pytest.mark.slow
@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_nothing_is_found_in_a_book_that_we_write(
    tmp_path: Path, dotnet: Path, write: Write
) -> None:
    book = tmp_path / "book.xlsx"
    write(book)
    assert findings([book], dotnet) == {book: []}


@pytest.mark.slow
def test_a_splice_adds_no_finding_whatever_the_book(tmp_path: Path, dotnet: Path) -> None:
    added = addition(tmp_path / "addition.xlsx")
    makers = {"xlsxwriter": xlsxwriter_book, "libreoffice": libreoffice_book}
    books = [make(tmp_path / f"{name}.xlsx") for name, make in makers.items()]
    for name, trait in TRAITS.items():
        books.append(write_package(tmp_path / f"{name}.xlsx", trait()))
    before = findings(books, dotnet)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Notice)
        for book in books:
            splice(book, added, NAME)
    for book, found in findings(books, dotnet).items():
        assert set(found) <= set(before[book]), book


def undeclared_relationships() -> Parts:
    parts = plain()
    name = "[Content_Types].xml"
    return parts | {name: parts[name].replace(b'Extension="rels"', b'Extension="other"')}


def a_style_of_nothing() -> Parts:
    return without("cellStyleXfs")()


def tables_out_of_order() -> Parts:
    parts = plain()
    styles = parts["xl/styles.xml"]
    start, stop = styles.index(b"<borders"), styles.index(b"<cellStyleXfs")
    borders = styles[start:stop]
    moved = styles[:start] + styles[stop:].replace(b"</styleSheet>", borders + b"</styleSheet>")
    return parts | {"xl/styles.xml": moved}


def a_sheet_without_its_part() -> Parts:
    parts = plain()
    del parts["xl/worksheets/sheet1.xml"]
    return parts


def a_cell_in_no_row() -> Parts:
    parts = plain()
    name = "xl/worksheets/sheet1.xml"
    return parts | {name: parts[name].replace(b"<sheetData>", b"<sheetData><c/>")}


def names_with_backslashes() -> Parts:
    return {name.replace("/", "\\"): content for name, content in plain().items()}


BROKEN = (
    undeclared_relationships,
    a_style_of_nothing,
    tables_out_of_order,
    a_sheet_without_its_part,
    a_cell_in_no_row,
    names_with_backslashes,
)


def test_every_broken_book_is_found(tmp_path: Path, dotnet: Path) -> None:
    books = [write_package(tmp_path / f"{broken.__name__}.xlsx", broken()) for broken in BROKEN]
    found = findings(books, dotnet)
    assert [book.stem for book in books if not found[book]] == []
