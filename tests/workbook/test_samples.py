"""Tests of the sheet Samples: what each run makes of every sample after its last step."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pandas
import pytest
import torch

from backprop_xlsx import Experiment, build, verify
from backprop_xlsx.reference import train
from backprop_xlsx.spreadsheet.engines import ENGINES, Recalculated, recalculate
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.workbook.build import write_workbook
from backprop_xlsx.workbook.layout import FIRST_ROW, SAMPLES, SAMPLES_COLUMN, SAMPLES_ROW, runs
from backprop_xlsx.workbook.samples import after_training
from tests.oracles.torch_network import TorchNetwork

RANDOM = np.random.default_rng(3)
FLOWERS = Experiment.preset(
    layers="3-4-3",
    activation="tanh",
    loss="cross-entropy",
    biases="trained",
    inputs=RANDOM.normal(size=(9, 3)).round(2).tolist(),
    targets=np.eye(3)[np.arange(9) % 3].tolist(),
    batch="one",
    learning_rates=[0.3, 1],
    steps=13,
)
LAST_ROW = FIRST_ROW + FLOWERS.steps + 1


def rows_of(path: Path) -> dict[str, list[int]]:
    """The rows of the sheet by what stands left in them, from 1."""
    found: dict[str, list[int]] = {}
    for (row, column), cell in sorted(read_book(path).sheet(SAMPLES).cells.items()):
        if column == SAMPLES_COLUMN and isinstance(cell.value, str):
            found.setdefault(cell.value, []).append(row)
    return found


def numbers(found: Recalculated, row: int, count: int) -> list[float]:
    """The first numbers of a row of the sheet, from the first sample's column on."""
    first = SAMPLES_COLUMN + 1
    return [found.value(SAMPLES, row, column) for column in range(first, first + count)]


def torch_outputs(found: Recalculated, run: int, inputs: torch.Tensor) -> torch.Tensor:
    """The outputs of all samples with the weights that an engine has in a run's last row."""
    own, network = runs(FLOWERS)[run], FLOWERS.network

    def last(names: tuple[str, ...]) -> tuple[float, ...]:
        return tuple(found.value(own.sheet, LAST_ROW, own.columns[name] + 1) for name in names)

    trained = TorchNetwork(network, last(network.weights), last(network.bias_names))
    return trained.outputs(inputs).detach()


@pytest.mark.parametrize("engine", ENGINES)
def test_classes_of_samples_in_turn_are_those_of_the_last_weights(
    tmp_path: Path, engine: str
) -> None:
    path = tmp_path / "flowers.xlsx"
    build(FLOWERS, path)
    assert verify(path, FLOWERS, by=(engine,)).formulas > 0
    # The first sample gets another input, and the class of the second.
    first_input = (SAMPLES, SAMPLES_ROW + 1, SAMPLES_COLUMN + 1)
    target = SAMPLES_ROW + 1 + len(FLOWERS.network.inputs)
    edits = {first_input: 2.5, (SAMPLES, target, SAMPLES_COLUMN + 1): 0.0}
    edits[SAMPLES, target + 1, SAMPLES_COLUMN + 1] = 1.0
    found, rows = recalculate(path, engine, edits), rows_of(path)
    inputs = torch.tensor([sample.inputs for sample in FLOWERS.samples], dtype=torch.float64)
    inputs[0, 0] = 2.5
    truth = np.arange(9) % 3 + 1
    truth[0] = 2
    assert numbers(found, rows["its target"][0], 9) == list(truth)
    for run, sheet in enumerate(("Run A", "Run B")):
        outputs = torch_outputs(found, run, inputs)
        for output in range(3):
            shown = numbers(found, rows[f"{sheet}: a_o{output + 1}"][0], 9)
            assert shown == pytest.approx(outputs[:, output].tolist(), abs=1e-12)
        chosen = outputs.argmax(1).numpy() + 1
        *classes, right = numbers(found, rows[sheet][0], 10)
        assert classes == list(chosen)
        assert right == pytest.approx(float((chosen == truth).mean()))
        expected = pandas.crosstab(truth, chosen).reindex(columns=[1, 2, 3], fill_value=0)
        head = rows[f"{sheet}: taken for"][0]
        assert [numbers(found, head + 1 + k, 3) for k in range(3)] == expected.values.tolist()


def test_the_outputs_of_very_many_samples_in_turn_are_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of each of nine samples two runs have 4 + 4 + 3 + 1 + 3 + 1 + 3 quantities.
    for most, shown in ((342, True), (341, False)):
        monkeypatch.setattr(after_training, "MOST_FORWARD_CELLS", most)
        path = tmp_path / f"{most}.xlsx"
        build(FLOWERS, path)
        texts = rows_of(path)
        assert any("not shown" in text for text in texts) is not shown
        assert ("Run A: a_o1" in texts) is shown


def test_outputs_that_only_rounding_tells_apart_are_equal(tmp_path: Path) -> None:
    """The hidden neuron is off, and the last output larger by half a unit in the last place."""
    off = Experiment.preset(
        layers="1-1-3",
        activation="relu",
        loss="cross-entropy",
        biases="trained",
        inputs=[[1], [2], [3]],
        targets=np.eye(3).tolist(),
        weights=[-1, 0.1, 0.2, 0.3],
        bias_values=[-0.5, 0.1, 0.2, 0.9],
        learning_rates=[0.7],
        steps=150,
    )
    (trained,) = train(off)
    assert trained["a_o3[1]"][-1] > trained["a_o1[1]"][-1]
    path = tmp_path / "book.xlsx"
    build(off, path)
    verify(path, off)
    (run,) = runs(off)
    (row,) = (row for row in rows_of(path)[run.sheet][:1])
    assert numbers(recalculate(path, ENGINES[0]), row, 3) == [1, 1, 1]


def test_every_number_of_every_sample_is_validated(tmp_path: Path) -> None:
    experiment = Experiment.preset("xor", learning_rates=[0.5], steps=1)
    write_workbook(experiment, tmp_path / "book.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")["Samples"]
    validated = [rule.sqref for rule in sheet.data_validations.dataValidation]
    for index, sample in enumerate(experiment.samples):
        for row, number in enumerate(sample.numbers, start=SAMPLES_ROW + 1):
            cell = sheet.cell(row, SAMPLES_COLUMN + 1 + index)
            assert cell.value == number
            assert any(cell.coordinate in cells for cells in validated), cell.coordinate
