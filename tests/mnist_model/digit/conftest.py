"""A small network that reads many digits, and its workbook, shared by all tests of the room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn

from backprop_xlsx.spreadsheet.engines import ENGINES, LiveWorkbook, engines, open_live
from backprop_xlsx.spreadsheet.ooxml.book import Book, read_book
from backprop_xlsx.spreadsheet.ooxml.patching.patch import spoil
from mnist_model.digit import Examples, to_workbook
from mnist_model.digit.mnist import SCALING
from tests.mnist_model.digit.as_seen import AsSeen
from tests.mnist_model.digits import learn, sample
from tests.optional import require

DIGITS = 100


@pytest.fixture(scope="session")
def network() -> nn.Sequential:
    """Of every kind of layer that has a sheet of its own, in float64 with six decimals."""
    torch.manual_seed(3)
    network = nn.Sequential(
        nn.Conv2d(1, 4, 5, stride=3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 10)
    ).double()  # fmt: skip
    learn(network, torch.optim.Adam(network.parameters(), 0.01), steps=60, every=60)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(parameter.round(decimals=6))
    return network.eval()


@pytest.fixture(scope="session")
def examples() -> Examples:
    """A blank page and a hundred digits, their numbers for names."""
    digits = sample()
    step = len(digits.test_images) // DIGITS
    images = digits.test_images[::step][:DIGITS].double()
    targets = digits.test_targets[::step][:DIGITS].tolist()
    names = ("blank page", *(f"digit {number}" for number in range(1, DIGITS + 1)))
    pages = torch.cat([torch.zeros_like(images[:1]), images])
    return Examples(pages, names, (None, *targets), noun="digit", scaling=SCALING)


@pytest.fixture(scope="session")
def book(
    tmp_path_factory: pytest.TempPathFactory,
    network: nn.Sequential,
    examples: Examples,
) -> Path:
    """The workbook, as it is written."""
    path = tmp_path_factory.mktemp("small") / "Digit.xlsx"
    to_workbook(network, (1, 28, 28), path, examples)
    return path


@pytest.fixture(scope="module")
def read(book: Path) -> Book:
    """The workbook as the engines' side reads it."""
    return read_book(book)


@pytest.fixture(scope="module")
def spoilt(read: Book, book: Path) -> Path:
    """The workbook with wrong cached values, so that an engine has to compute all of them."""
    path = book.with_name("spoilt.xlsx")
    spoil(read, path)
    return path


@pytest.fixture(scope="module")
def seen(book: Path) -> AsSeen:
    """The workbook as its reader sees it."""
    return AsSeen(book)


@pytest.fixture(scope="module", params=ENGINES)
def live(spoilt: Path, request: pytest.FixtureRequest) -> Iterator[LiveWorkbook]:
    """The workbook in an engine, which has computed everything itself."""
    require(request.param in engines(), request.param)
    with open_live(spoilt, request.param) as opened:
        yield opened
