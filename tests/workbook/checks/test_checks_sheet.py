"""What the sheet Checks tells: what each number is, what a column is held against, and ranges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backprop_xlsx import Experiment, build, reference
from backprop_xlsx.formula.names import gradient_name
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.cells import Cell
from backprop_xlsx.workbook.checks.identities.run_identities import run_identities
from backprop_xlsx.workbook.layout import runs
from tests.workbook.checks.spoiling import OpenBook

EXPERIMENT = Experiment.preset(
    biases="fixed",
    bias_values=[0.35, -0.2, 0.6, 0.1],
    optimiser=["adam", "momentum"],
    learning_rates=[0.05],
    steps=2,
)
NAME = 2
"""The column of the names, from 1."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    written = tmp_path_factory.mktemp("checks") / "book.xlsx"
    build(EXPERIMENT, written)
    return written


@pytest.fixture(scope="module")
def cells(path: Path) -> dict[tuple[int, int], Cell]:
    return read_book(path).sheet("Checks").cells


@pytest.fixture(scope="module")
def rows(cells: dict[tuple[int, int], Cell]) -> dict[str, int]:
    """The last row of each name at the left."""
    return {str(cell.value): row for (row, column), cell in sorted(cells.items()) if column == NAME}


def named(cells: dict[tuple[int, int], Cell], header: int, row: int) -> dict[str, Any]:
    """The values of a row by the names that stand above them, in the row of headers."""
    columns = [column for at, column in sorted(cells) if at == row and column > NAME]
    return {str(cells[header, column].value): cells[row, column].value for column in columns}


def test_what_numpy_computed_stands_below_its_names(
    cells: dict[tuple[int, int], Cell], rows: dict[str, int]
) -> None:
    header = rows["numpy's values after the last step, and the constants that they are for"] + 2
    for number, (run, trained) in enumerate(
        zip(runs(EXPERIMENT), reference.train(EXPERIMENT), strict=True)
    ):
        found = named(cells, header, header + 1 + 2 * number)
        names = [run.loss, *EXPERIMENT.network.weights]
        expected = [trained[name][-1] for name in names]
        assert [found.pop(name) for name in names] == pytest.approx(expected, rel=1e-15)
        assert list(found.values()) == list(run.optimiser.constants.values())
        for header_text, symbol in zip(found, run.optimiser.constants, strict=True):
            assert symbol in header_text.split("/")


def test_the_start_values_stand_below_their_names(
    cells: dict[tuple[int, int], Cell], rows: dict[str, int]
) -> None:
    header = rows["for start values"]
    assert named(cells, header, header + 1) == EXPERIMENT.start_values
    yellow = rows["yellow cell"]
    names = list(named(cells, yellow, yellow + 1))
    starts = len(EXPERIMENT.start_values)
    assert names[:starts] == list(EXPERIMENT.start_values)
    assert names[starts:] == [
        *("η of Run A", "β1 of Run A", "β2 of Run A", "ε of Run A"),
        *("η of Run B", "μ of Run B", "the threshold"),
    ]


def test_a_central_difference_is_that_of_its_two_lines(
    cells: dict[tuple[int, int], Cell], rows: dict[str, int]
) -> None:
    trained = reference.train(EXPERIMENT)[0]
    for weight in EXPERIMENT.network.weights:
        more, less = (named(cells, rows["changed"], rows[f"{weight} {sign} step"]) for sign in "+−")
        start = EXPERIMENT.start_values[weight]
        assert more["weight"] == pytest.approx(start + more["step"], rel=1e-15)
        assert less["weight"] == pytest.approx(start - more["step"], rel=1e-15)
        slope = (more["E_total"] - less["E_total"]) / (more["weight"] - less["weight"])
        gradient = trained[gradient_name(weight)][0]
        assert slope == pytest.approx(gradient, rel=1e-6)


def test_a_table_that_is_not_plain_is_explained_below_its_heading(
    cells: dict[tuple[int, int], Cell], rows: dict[str, int]
) -> None:
    for heading in (
        "numpy's values after the last step, and the constants that they are for",
        "Do the yellow cells hold numbers?",
        "How the central differences come about",
    ):
        assert str(cells[rows[heading] + 1, NAME].value).endswith("."), heading


SQUARED: dict[str, Any] = {"inputs": [0.3, -1], "targets": [1, 0]}
HELD_AGAINST: list[tuple[dict[str, Any], str, str]] = [
    ({}, "dE/dw5", "±√(2·E)·(slope)·a_h1"),
    ({"loss": "mean squared error"}, "dE/dw5", "±2·√E·(slope)·a_h1"),
    ({"loss": "cross-entropy"}, "dE/dw5", "(a − t)·a_h1"),
    ({"output_activation": "softmax"}, "dE/dw5", "a·(∂E/∂a − Σ a·∂E/∂a)·a_h1"),
    ({}, "dE/dw1", "(Σ w·∂E/∂w of the weights that lead on)·(1 − a_h1)·i1"),
    ({"activation": "tanh"}, "dE/dw1", "(Σ w·∂E/∂(what it leads to))·(slope)·i1"),
    ({}, "h1", "weights times the inputs on the sheet Network"),
    ({"biases": "fixed"}, "o1", "weights times sources, and the bias"),
]


@pytest.mark.parametrize(("settings", "quantity", "words"), HELD_AGAINST)
def test_each_column_says_what_it_is_held_against(
    settings: dict[str, Any], quantity: str, words: str
) -> None:
    experiment = Experiment.preset(steps=1, learning_rates=[0.5], **(SQUARED | settings))
    (run,) = runs(experiment)
    assert run_identities(run)[quantity].words == words


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> OpenBook:
    return OpenBook(EXPERIMENT, tmp_path_factory.mktemp("open") / "book.xlsx")


@pytest.mark.parametrize(
    ("cell", "name", "inside", "outside"),
    [
        ("start_w1", "w1", -1e40, -2e40),
        ("learning_rate_A", "η of Run A", 1e40, 2e40),
        ("momentum_B", "μ of Run B", 1 - 2e-9, 1 - 0.5e-9),
        ("beta1_A", "β1 of Run A", 0.0, -1e-9),
        ("epsilon_A", "ε of Run A", 2e-40, -1e-9),
        ("loss_threshold", "the threshold", 2e-40, -1e-9),
    ],
)
def test_a_number_out_of_its_range_is_named(
    book: OpenBook, cell: str, name: str, inside: float, outside: float
) -> None:
    before = book.value(*book.yellow[cell])
    assert isinstance(before, float)
    book.type(cell, outside)
    assert book.verdict == f"✗ {name} is out of its range: type a number into its yellow cell"
    book.type(cell, inside)
    assert "out of its range" not in book.verdict
    book.type(cell, before)
    assert book.verdict.startswith("✓ all")


def test_nothing_differs_from_numpys_values_as_a_book_is_written(
    cells: dict[tuple[int, int], Cell],
) -> None:
    names = {row: cell.value for (row, column), cell in cells.items() if column == NAME}
    differences = [
        cell.value
        for (row, column), cell in cells.items()
        if column > NAME and names.get(row) == "difference"
    ]
    assert len(differences) > 20
    assert set(differences) == {0.0}
