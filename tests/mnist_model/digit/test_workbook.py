"""The workbook of an MNIST network: its digits, its sheets, its formulas, and painting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from openpyxl.utils.cell import coordinate_to_tuple
from torch import Tensor, nn

from backprop_xlsx.spreadsheet.engines import ENGINES, LiveWorkbook, engines, open_live, recalculate
from backprop_xlsx.spreadsheet.errors import VerificationError
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.cells import Cell
from backprop_xlsx.spreadsheet.ooxml.patching.cell_patch import Change
from backprop_xlsx.spreadsheet.ooxml.patching.patch import patch_sheet, spoil
from mnist_model.digit import Examples, to_workbook, verify
from mnist_model.digit.mnist import SCALING, mnist_examples
from mnist_model.training.networks import build_network
from mnist_model.training.score import logits_of
from tests.mnist_model.digit.as_seen import AsSeen
from tests.mnist_model.digits import few, sample
from tests.optional import require, require_libreoffice
from tests.oracles.formula_lint import PORTABLE_FUNCTIONS
from tests.oracles.workbook_lint import lint

SHAPE = (1, 28, 28)
INVITATION = "Nothing is painted yet: mark some squares with x."
# Of the three recipes, and one of the published: pooling over an odd map, a padded 1 × 1
# convolution and BatchNorm after ReLU are in the random networks too.
BOOKS = [
    ("17242", "fold"),
    ("4838", "show"),
    pytest.param("15738", "fold", marks=pytest.mark.slow),
]


def trained(name: str, steps: int = 20) -> nn.Sequential:
    """A network that has seen enough digits to read many of them."""
    torch.manual_seed(0)
    network = build_network(name).train()
    digits = sample()
    optimiser = torch.optim.SGD(network.parameters(), 0.05, momentum=0.9)
    for step in range(steps):
        images = digits.train_images[step::50].float() / 255
        loss = nn.functional.cross_entropy(
            network((images - 0.1307) / 0.3081), digits.train_targets[step::50]
        )
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return network.eval()


def as_torch_reads(network: nn.Sequential, pixels: Tensor) -> list[float]:
    """Logits in float64 of pixels [28, 28], 0 to 255, with the weights as they are."""
    twin = build_network(NAMES[id(network)]).double().eval()
    twin.load_state_dict({n: t.double() for n, t in network.state_dict().items()})
    with torch.no_grad():
        values = (pixels.double().reshape(1, *SHAPE) / 255 - 0.1307) / 0.3081
        return [float(value) for value in twin(values)[0]]


NAMES: dict[int, str] = {}


@pytest.fixture(scope="module")
def network() -> nn.Sequential:
    made = trained("17242")
    NAMES[id(made)] = "17242"
    return made


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


@pytest.fixture(scope="module")
def seen(book: Path) -> AsSeen:
    return AsSeen(book)


@pytest.fixture(scope="module", params=ENGINES)
def live(book: Path, request: pytest.FixtureRequest) -> Iterator[LiveWorkbook]:
    require(request.param in engines(), request.param)
    spoilt = book.with_name(f"spoilt-{request.param}.xlsx")
    spoil(read_book(book), spoilt)
    with open_live(spoilt, request.param) as opened:
        yield opened


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
            for row in sheet.iter_rows()
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
    assert list(counts.values()) == [16 * 144, 16 * 144, 16 * 144, 0, 16 * 36, 32 * 16, 10]


def test_the_sheet_layers_counts_the_formulas_and_parameters(seen: AsSeen, book: Path) -> None:
    read = read_book(book)
    counted = {
        sheet.name: sum(cell.formula is not None for cell in sheet.cells.values())
        for sheet in read.sheets
    }
    cells = read.sheet("Layers").cells
    row, _ = seen.find(seen.book["Layers"], "total")
    head = {seen.book["Layers"].cell(9, column).value: column for column in range(2, 12)}
    for above in range(10, row):
        name = seen.book["Layers"].cell(above, 2).value
        assert cells[above, head["formulas"]].value == counted[str(name)], name
    assert cells[row, head["parameters"]].value == 17_242
    assert cells[row, head["formulas"]].value == sum(list(counted.values())[3:10])


def test_only_functions_that_agree_everywhere_are_used(book: Path, tmp_path: Path) -> None:
    network = nn.Sequential(
        nn.BatchNorm1d(3), nn.Linear(3, 3), nn.Sigmoid(), nn.Linear(3, 2), nn.Tanh(),
        nn.LogSoftmax(dim=1),
    )  # fmt: skip
    to_workbook(network, (3,), tmp_path / "small.xlsx", batch_norm="show")
    for path in (book, tmp_path / "small.xlsx"):
        for sheet in read_book(path).sheets:
            for cell in sheet.cells.values():
                used = re.findall(r"([A-Z][A-Z.]*)\(", cell.formula or "")
                assert set(used) <= PORTABLE_FUNCTIONS.keys()


def test_lint_and_openxml_audit_find_nothing(book: Path) -> None:
    from openxml_audit import OpenXmlValidator

    assert lint(book) == []
    assert OpenXmlValidator().validate(str(book)).errors == []


def test_the_same_network_gives_the_same_bytes(
    book: Path, network: nn.Sequential, examples: Examples, tmp_path: Path
) -> None:
    placed = to_workbook(network, SHAPE, tmp_path / "again.xlsx", examples)
    assert placed.path.read_bytes() == book.read_bytes()
    assert to_workbook(network, SHAPE, tmp_path / "again.xlsx", examples).unchanged
    assert book.stat().st_size < 2e6


def test_digits_chosen_in_an_engine_give_what_torch_gives(
    seen: AsSeen, live: LiveWorkbook, network: nn.Sequential, examples: Examples
) -> None:
    for index in range(0, 101, 8):
        seen.choose(live, examples.names[index])
        expected = as_torch_reads(network, examples.values[index])
        assert seen.outputs(live, 10) == pytest.approx(expected, abs=2e-6)  # float32 weights
        assert seen.verdict(live) == "✓ agrees with torch"
        shares = torch.tensor(expected).softmax(0).tolist()
        row, column = seen.find(seen.first, "probability")
        found = [live.value("Digit", row + 1 + digit, column) for digit in range(10)]
        assert found == pytest.approx(shares, abs=1e-5)
        predicted = expected.index(max(expected))
        target = examples.targets[index]
        if target is None:
            assert seen.told(live) == ("?", INVITATION, "", "", "")
        else:
            wrong = f"✗ wrong: it is a {target}"
            assert seen.told(live) == (
                predicted, "is what the network reads, with probability",
                pytest.approx(max(shares), abs=1e-5), "✓ right" if predicted == target else wrong,
                "✓ agrees with torch",
            )  # fmt: skip


@pytest.mark.parametrize(("name", "batch_norm"), BOOKS)
def test_networks_are_right_in_every_engine(name: str, batch_norm: str, tmp_path: Path) -> None:
    network = trained(name, steps=3)
    few_digits = mnist_examples(network, few(test=40))
    path = tmp_path / "Digit.xlsx"
    to_workbook(network, SHAPE, path, few_digits, batch_norm)
    verification = verify(path, network, SHAPE, few_digits, batch_norm)
    assert verification.engines == engines()
    assert verification.inputs >= 11
    assert verification.largest_difference < 1e-11


def test_the_book_is_right_in_libreoffice(book: Path, seen: AsSeen, tmp_path: Path) -> None:
    require_libreoffice()
    read = read_book(book)
    spoil(read, tmp_path / "spoilt.xlsx")
    found = recalculate(tmp_path / "spoilt.xlsx", "libreoffice")
    for sheet in read.sheets:
        for place, cell in sheet.cells.items():
            if cell.formula is not None:
                value = found.value(sheet.name, *place)
                if cell.value is None or isinstance(cell.value, str):  # None: an empty text
                    assert (value or "") == (cell.value or ""), (sheet.name, place)
                else:
                    assert value == pytest.approx(cell.value, rel=1e-9, abs=1e-9)
    row, column = seen.find(seen.proof, "verdict")
    assert found.value("Proof", row, column + 2) == "✓ agrees with torch"


def test_digits_are_right_in_libreoffice(tmp_path: Path) -> None:
    require_libreoffice()
    torch.manual_seed(3)
    network = nn.Sequential(
        nn.Conv2d(1, 4, 5, stride=3, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
        nn.MaxPool2d(3, 2, 1), nn.Flatten(), nn.Linear(64, 10),
    ).double().eval()  # fmt: skip
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(parameter.round(decimals=6))
    images = sample().test_images[::100].double()
    expected = network((images / 255 - 0.1307) / 0.3081).tolist()
    for index in (0, 4, 9):
        path = tmp_path / f"{index}.xlsx"
        examples = Examples(images, noun="digit", scaling=SCALING, chosen=index)
        to_workbook(network, SHAPE, path, examples)
        spoil(read_book(path), tmp_path / "spoilt.xlsx")
        found = recalculate(tmp_path / "spoilt.xlsx", "libreoffice")
        seen = AsSeen(path)
        row, column = seen.find(seen.proof, "this workbook, now")
        outputs = [found.value("Proof", row, column + 2 + digit) for digit in range(10)]
        assert outputs == pytest.approx(expected[index], rel=1e-9, abs=1e-9)


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
    book: Path, seen: AsSeen, live: LiveWorkbook, examples: Examples
) -> None:
    seen.choose(live, examples.names[30])
    assert seen.verdict(live) == "✓ agrees with torch"
    cells = read_book(book).sheet("7 Linear").cells
    row, column = place_of_a_bias(cells)
    bias = cells[row, column].value
    assert isinstance(bias, float)
    live.type("7 Linear", row, column, bias + 0.001)
    live.recalculate()
    assert seen.verdict(live) == "✗ differs from torch"
    live.type("7 Linear", row, column, bias)
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


def test_a_wrong_bias_is_found(
    book: Path, network: nn.Sequential, examples: Examples, tmp_path: Path
) -> None:
    read = read_book(book)
    sheet = read.sheet("7 Linear")
    row, column = place_of_a_bias(sheet.cells)
    xml = read.archive.read(sheet.part)
    value = sheet.cells[row, column].value
    assert isinstance(value, float)
    changed = patch_sheet(xml, {(row, column): Change(None, value + 1e-6)})
    read.archive.rewrite({sheet.part: changed}, tmp_path / "wrong.xlsx")
    with pytest.raises(VerificationError, match=r"^'.*'![A-Z]+\d+: \w+ gives .*cached value"):
        verify(tmp_path / "wrong.xlsx", network, SHAPE, examples)


def test_the_workbook_reads_200_digits_as_torch_does(tmp_path: Path) -> None:
    network, digits = trained("17242"), sample()
    images = digits.test_images[::5]
    examples = Examples(images, noun="digit", scaling=SCALING)
    path = tmp_path / "Digit.xlsx"
    to_workbook(network, SHAPE, path, examples)
    spoilt = tmp_path / "spoilt.xlsx"
    spoil(read_book(path), spoilt)
    seen = AsSeen(path)
    expected = logits_of(network, images).argmax(1).tolist()
    assert len(expected) == 200
    assert len(set(expected)) == 10
    with open_live(spoilt, "formualizer") as live:
        read = []
        for name in examples.names:
            seen.choose(live, name)
            read.append(seen.told(live)[0])
    assert read == expected
    right = sum(a == b for a, b in zip(read, digits.test_targets[::5].tolist(), strict=True))
    assert 100 < right < 200  # it neither guesses nor is it so sure that anything would agree
