"""The sheet Derivation: right for any network, complete or shortened, never in error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings

from backprop_xlsx import reference
from backprop_xlsx.derivation import derivation
from backprop_xlsx.derivation.lines import MOST_PARAMETERS
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.spreadsheet.engines import recalculate
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.patch import spoil
from backprop_xlsx.workbook.build import write_workbook
from tests.strategies import any_experiments

CLASS_PARTS = {
    "1  Forward pass and loss": ("h1", "w1·i1 + w2·i2"),
    "2  ∂E/∂w5, step by step": ("∂E/∂a_o1", "∂(½·(t1 − a_o1)²)/∂a_o1 = a_o1 − t1"),
    "3  ∂E/∂w5 … ∂E/∂w8": ("∂E/∂w5", "(a_o1 − t1)·a_o1·(1 − a_o1)·a_h1"),
    "4  The gradient at the hidden activations": ("∂E/∂o1", "(a_o1 − t1)·a_o1·(1 − a_o1)"),
    "5  ∂E/∂w1 … ∂E/∂w4": ("∂E/∂w1", "(∂E/∂a_h1)·a_h1·(1 − a_h1)·i1"),
    "6  The update": ("new w1", "w1 − η·(∂E/∂w1)"),
}
SATURATED = {
    "binary cross-entropy": {
        "layers": "1-1-1",
        "weights": [1000, 1000],
        "loss": "binary cross-entropy",
        "inputs": [1],
        "targets": [0],
    },
    "cross-entropy": {
        "layers": "1-1-3",
        "weights": [1000, 1000, -1000, 0],
        "loss": "cross-entropy",
        "inputs": [1],
        "targets": [0, 1, 0],
    },
}


@dataclass(frozen=True)
class Row:
    """One line of the sheet, with the number that another engine finds, and that in the file."""

    part: str
    quantity: str
    equation: str
    number: Any
    cached: Any
    formula: str
    live: str


def rows_of(experiment: Experiment, folder: Path) -> list[Row]:
    """The lines of a book's sheet Derivation, recalculated from spoilt numbers."""
    path, spoilt = folder / "book.xlsx", folder / "spoilt.xlsx"
    write_workbook(experiment, path)
    spoil(read_book(path), spoilt)
    return list(_rows(path, spoilt))


def _rows(path: Path, spoilt: Path) -> Iterator[Row]:
    found = recalculate(spoilt, "formualizer")
    cached = openpyxl.load_workbook(path, data_only=True)["Derivation"]
    part = ""
    for cells in openpyxl.load_workbook(path)["Derivation"].iter_rows(min_row=4):
        _, quantity, equation, live, formula = (cell.value for cell in cells)
        if quantity is not None and equation is None:
            part = quantity if quantity[0].isdigit() else part
        elif quantity is not None:
            row = cells[0].row
            numbers = found.value("Derivation", row, 4), cached.cell(row, 4).value
            yield Row(part, quantity, equation, *numbers, formula, live)


def name_of(quantity: str) -> str:
    """The reference's name of what a line shows."""
    return quantity.removeprefix("new ").replace("∂E/∂", "dE/d")


def cells_of(folder: Path) -> Iterator[Any]:
    """The cells of the sheet that :func:`rows_of` has written."""
    for row in openpyxl.load_workbook(folder / "book.xlsx")["Derivation"].iter_rows():
        yield from row


@settings(max_examples=15)
@given(any_experiments())
def test_every_quantity_is_that_of_the_reference(tmp_path: Path, experiment: Experiment) -> None:
    runs = reference.train(experiment)
    rows = rows_of(experiment, tmp_path)
    for row in rows:
        letter = re.search(r", run ([A-L])$", row.part)
        run = runs["ABCDEFGHIJKL".index(letter[1]) if letter else 0]
        step = 1 if row.quantity.startswith("new ") else 0
        if name_of(row.quantity) in run:
            expected = run[name_of(row.quantity)][step]
            assert row.number == pytest.approx(expected, rel=1e-9, abs=1e-12), row
        assert row.live == row.formula
        assert isinstance(row.number, (int, float)) or row.number == "not shown", row
    shown = {row.quantity for row in rows}
    network = experiment.network
    gradients = {f"∂E/∂{name}" for name in network.parameters}
    if len(network.weights + network.bias_names) <= MOST_PARAMETERS:
        assert gradients <= shown
    assert len(rows) <= 150


@settings(max_examples=15)
@given(any_experiments())
def test_fused_and_unfused_gradients_agree(tmp_path: Path, experiment: Experiment) -> None:
    rows = rows_of(experiment, tmp_path)
    chain = [row for row in rows if row.part.startswith("2  ")]
    whole = [
        index
        for index, row in enumerate(chain)
        if row.quantity == "both factors" or row.quantity.startswith("sum over")
    ]
    explained = experiment.network.fused or experiment.network.has_softmax
    assert len(whole) == explained
    for index in whole:
        unfused, fused = chain[index], chain[index + 1]
        assert "the same" in fused.equation
        if unfused.number != "not shown":
            assert unfused.number == pytest.approx(fused.number, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("loss", SATURATED)
def test_a_saturated_output_puts_no_error_in_a_cell(tmp_path: Path, loss: str) -> None:
    experiment = Experiment.of(SATURATED[loss] | {"steps": 2})
    rows = rows_of(experiment, tmp_path)
    assert "not shown" in {row.number for row in rows}
    for row in rows:
        assert row.number == row.cached, row
    (gradient,) = (row.number for row in rows if row.part[:1] == "2" and row.quantity == "∂E/∂w2")
    assert gradient == 1.0


def test_the_class_derivation_has_its_six_parts(tmp_path: Path) -> None:
    experiment = Experiment.preset()
    parts = derivation(experiment)
    assert [part.title for part in parts] == list(CLASS_PARTS)
    for part in parts:
        first = part.lines[0]
        assert (first.left, first.right) == CLASS_PARTS[part.title]
    assert sum(len(part.lines) for part in parts) == 11 + 4 + 4 + 8 + 8 + 8
    rows_of(experiment, tmp_path)
    assert max(cell.row for cell in cells_of(tmp_path) if cell.value is not None) == 78


@pytest.mark.parametrize("layers", ["10-10-10-10", "12-20-16", "3-2-2-2-2-2-2-2-2"])
def test_a_large_network_shows_one_neuron_of_each_layer(tmp_path: Path, layers: str) -> None:
    experiment = Experiment.of(
        {"layers": layers, "biases": "trained", "learning_rates": [0.1], "steps": 1}
    )
    rows = rows_of(experiment, tmp_path)
    assert len(rows) <= 150
    texts = [str(cell.value) for cell in cells_of(tmp_path)]
    assert any("is shown in full" in text for text in texts)
    last = experiment.network.outputs
    shown = {row.quantity for row in rows}
    assert {last[0].activation, f"∂E/∂{last[0].weights[0]}", f"∂E/∂{last[0].bias}"} <= shown
    assert last[1].activation not in shown
    first = experiment.network.neurons[0]
    assert {first.activation, f"∂E/∂{first.pre_activation}", f"∂E/∂{first.weights[0]}"} <= shown
    assert all(part.lines for part in derivation(experiment))


def test_each_different_optimiser_has_its_update(tmp_path: Path) -> None:
    experiment = Experiment.of(
        {
            "optimiser": ["momentum", "adam", "rmsprop", "gradient descent"],
            "learning_rates": [0.1, 0.2],
            "steps": 2,
        }
    )
    rows = rows_of(experiment, tmp_path)
    updates = [row for row in rows if ": " in row.part]
    assert list(dict.fromkeys(row.part for row in updates)) == [
        "6  The update: momentum, run A",
        "7  The update: Adam, run C",
        "8  The update: RMSprop, run E",
        "9  The update: gradient descent, run G",
    ]
    trained = reference.train(experiment)
    for letter, run in zip("ACEG", (trained[i] for i in (0, 2, 4, 6)), strict=True):
        (new,) = (
            row.number for row in updates if row.part.endswith(letter) and row.quantity == "new w1"
        )
        assert new == pytest.approx(run["w1"][1], rel=1e-14)
    # The second kind on, each lists the constants that its lines use.
    assert sum(row.quantity == "η" for row in rows) == 4


def test_samples_in_a_batch_go_alike_and_are_averaged(tmp_path: Path) -> None:
    experiment = Experiment.preset("xor")
    rows = {row.quantity: row for row in rows_of(experiment, tmp_path)}
    assert rows["o1[1]"].equation.startswith("w9·a_h1[1] + ")
    first, mean = rows["∂E/∂w9[1]"].number, rows["∂E/∂w9"].number
    assert first != mean
    assert "E_mean" in rows
    assert "'Run A'!" in rows["∂E/∂w9"].formula
