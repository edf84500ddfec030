"""The workbook of an MNIST network: its digits, its sheets, its formulas, and painting."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from backprop_xlsx.spreadsheet.engines import LiveWorkbook, engines, recalculate
from backprop_xlsx.spreadsheet.ooxml.book import Book
from mnist_model.digit import Examples, to_workbook, verify
from mnist_model.digit.mnist import mnist_examples
from mnist_model.training.networks import build_network
from mnist_model.training.score import logits_of
from tests.mnist_model.digit.as_seen import INVITATION, AsSeen
from tests.mnist_model.digits import few, learn, sample
from tests.optional import require_libreoffice

SHAPE = (1, 28, 28)
BELOW_HEAD = 5  # the first row below what says whose numbers these are


def trained(name: str, steps: int = 20) -> nn.Sequential:
    """A network that has seen enough digits to read many of them."""
    torch.manual_seed(0)
    network = build_network(name).train()
    learn(network, torch.optim.SGD(network.parameters(), 0.05, momentum=0.9), steps, every=50)
    return network.eval()


def as_torch_reads(network: nn.Sequential, pixels: Tensor) -> list[float]:
    """Logits in float64 of pixels [28, 28], 0 to 255, with the weights as they are."""
    twin = copy.deepcopy(network).double()
    with torch.no_grad():
        values = (pixels.double().reshape(1, *SHAPE) / 255 - 0.1307) / 0.3081
        return [float(value) for value in twin(values)[0]]


@pytest.fixture(scope="module")
def network() -> nn.Sequential:
    return trained("17690")


@pytest.fixture(scope="module")
def examples(network: nn.Sequential) -> Examples:
    return mnist_examples(network, sample())


@pytest.fixture(scope="module")
def book(
    tmp_path_factory: pytest.TempPathFactory, network: nn.Sequential, examples: Examples
) -> Path:
    path = tmp_path_factory.mktemp("digit") / "Digit.xlsx"
    to_workbook(network, SHAPE, path, examples)
    return path


def test_there_are_a_hundred_digits_with_mistakes_and_a_blank_page(
    network: nn.Sequential, examples: Examples
) -> None:
    assert len(examples.names) == 101
    assert (examples.names[0], examples.targets[0]) == ("blank page", None)
    assert not examples.values[0].any()
    digits = sample()
    predicted = logits_of(network, digits.test_images).argmax(1)
    mistakes = 0
    for name, target, values in list(
        zip(examples.names, examples.targets, examples.values, strict=True)
    )[1:]:
        found = re.fullmatch(r"(?:a (\d) it reads as (\d)|(\d)) \(image (\d+)\)", name)
        assert found
        index = int(found[4])
        assert target == digits.test_targets[index] == int(found[1] or found[3])
        assert torch.equal(values, digits.test_images[index].double())
        assert int(predicted[index]) == int(found[2] or found[3])
        mistakes += found[2] is not None
    assert 5 <= mistakes <= 20
    assert {examples.targets.count(digit) >= 8 for digit in range(10)} == {True}


def test_the_sheets_stand_in_order(seen: AsSeen) -> None:
    assert seen.book.sheetnames == [
        "Digit",
        "Why",
        "Layers",
        "1 Convolution",
        "2 Convolution",
        "3 Convolution",
        "4 Max pooling",
        "5 Convolution",
        "6 Convolution",
        "7 Linear",
        "Proof",
        "Digits",
        "Choice",
        "Painting",
        "Ranking",
        *(f"{number} Gradient" for number in range(1, 8)),
    ]
    shown = [sheet.title for sheet in seen.book.worksheets if sheet.sheet_state == "visible"]
    assert shown[-1] == "Digits"


def test_every_output_is_one_formula_over_its_own_sheet(seen: AsSeen) -> None:
    counts = {}
    for sheet in seen.book.worksheets[3:10]:
        formulas = [
            cell.value
            for row in sheet.iter_rows(min_row=BELOW_HEAD)
            for cell in row
            if isinstance(cell.value, str) and cell.value.startswith("=")
        ]
        sums = [formula for formula in formulas if "SUMPRODUCT" in formula]
        counts[sheet.title] = len(sums)
        if "Convolution" in sheet.title:
            window = r"=MAX\(0,SUMPRODUCT\([A-Z]+\d+:[A-Z]+\d+,\$[A-Z]+\$\d+:\$[A-Z]+\$\d+\)"
            assert all(re.fullmatch(window + r"\+\$[A-Z]+\$\d+\)", one) for one in sums)
            copies = [formula for formula in formulas if "SUMPRODUCT" not in formula]
            assert all(re.fullmatch(r"='[^']+'![A-Z]+\d+", one) for one in copies)
    assert list(counts.values()) == [16 * 144, 16 * 100, 16 * 64, 0, 24 * 16, 24 * 16, 10]


def test_the_sheet_layers_counts_the_formulas_and_parameters(seen: AsSeen, read: Book) -> None:
    counted = {
        sheet.name: sum(
            cell.formula is not None and row >= BELOW_HEAD for (row, _), cell in sheet.cells.items()
        )
        for sheet in read.sheets
    }
    cells = read.sheet("Layers").cells
    row, _ = seen.find(seen.book["Layers"], "total")
    head = {seen.book["Layers"].cell(9, column).value: column for column in range(2, 12)}
    for above in range(10, row):
        name = seen.book["Layers"].cell(above, 2).value
        assert cells[above, head["formulas"]].value == counted[str(name)], name
    assert cells[row, head["parameters"]].value == 17_690
    assert cells[row, head["formulas"]].value == sum(list(counted.values())[3:10])


def test_digits_chosen_in_an_engine_give_what_torch_gives(
    seen: AsSeen, live: LiveWorkbook, network: nn.Sequential, examples: Examples
) -> None:
    for index in (0, 1, 50, 100):
        seen.choose(live, examples.names[index])
        expected = as_torch_reads(network, examples.values[index])
        assert seen.outputs(live, 10) == pytest.approx(expected, abs=2e-6)  # float32 weights
        if examples.targets[index] is None:
            assert seen.told(live) == ("?", INVITATION, "", "", "")
            assert seen.verdict(live) == "nothing is painted yet"
            continue
        assert seen.verdict(live) == "✓ agrees with torch"
        shares = torch.tensor(expected).softmax(0).tolist()
        row, column = seen.find(seen.first, "probability")
        found = [live.value("Digit", row + 1 + digit, column) for digit in range(10)]
        assert found == pytest.approx(shares, abs=1e-5)
        predicted = expected.index(max(expected))
        target = examples.targets[index]
        wrong = f"✗ wrong: it is a {target}"
        assert seen.told(live) == (
            predicted, "is what the network reads, with probability",
            pytest.approx(max(shares), abs=1e-5), "✓ right" if predicted == target else wrong,
            "✓ agrees with torch",
        )  # fmt: skip


# Of two recipes, and one of the published: pooling over an odd map, a padded 1 × 1 convolution
# and BatchNorm after ReLU are in the random networks too.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "batch_norm"), [("17690", "fold"), ("4838", "show"), ("15738", "fold")]
)
def test_networks_are_right_in_every_engine(name: str, batch_norm: str, tmp_path: Path) -> None:
    network = trained(name, steps=3)
    few_digits = mnist_examples(network, few(test=40))
    path = tmp_path / "Digit.xlsx"
    to_workbook(network, SHAPE, path, few_digits, batch_norm)
    verification = verify(path, network, SHAPE, few_digits, batch_norm)
    assert verification.engines == engines()
    assert verification.inputs >= 11
    assert verification.largest_difference < 1e-11


def test_the_book_is_right_in_libreoffice(read: Book, seen: AsSeen, spoilt: Path) -> None:
    require_libreoffice()
    found = recalculate(spoilt, "libreoffice")
    for sheet in read.sheets:
        for place, cell in sheet.cells.items():
            if cell.formula is not None:
                value = found.value(sheet.name, *place)
                if cell.value is None or isinstance(cell.value, str):  # None: an empty text
                    assert (value or "") == (cell.value or ""), (sheet.name, place)
                else:
                    assert value == pytest.approx(cell.value, rel=1e-9, abs=1e-9)
    row, column = seen.find(seen.proof, "verdict")
    assert found.value("Proof", row, column + 2) == "nothing is painted yet"
