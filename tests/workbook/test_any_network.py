"""Books of any network: right in every engine, live in every cell, and within Excel's limits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas
import pytest
import torch
from hypothesis import given, settings

from backprop_xlsx import Experiment, InputError, build, reference, verify
from backprop_xlsx.model.description import from_properties, to_properties
from backprop_xlsx.model.optimisers import Adam
from backprop_xlsx.model.samples import Sample
from backprop_xlsx.spreadsheet.engines import ENGINES, Recalculated, recalculate
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name
from backprop_xlsx.workbook.layout import FIRST_ROW, SAMPLES_COLUMN, SAMPLES_ROW, Run, runs
from backprop_xlsx.workbook.limits import LARGEST_NUMBER_OF_COLUMNS, check_limits, most_columns
from backprop_xlsx.workbook.surface_sheet import (
    AXIS_COLUMN,
    GRID_COLUMN,
    GRID_ROW,
    POINTS,
    RUN_CELL,
    STEP_CELL,
    has_surface,
)
from tests.optional import require_libreoffice
from tests.oracles.torch_network import TorchNetwork
from tests.oracles.workbook_lint import lint
from tests.strategies import any_experiments
from tests.workbook.names import named_cells

XOR = Experiment.preset("xor", steps=8)
IN_TURN = Experiment.preset(
    layers="3-4-2-3",
    activation="leaky relu",
    loss="cross-entropy",
    biases="trained",
    inputs=[[0.5, -1, 2], [1, 0.25, -0.5]],
    targets=[[0, 1, 0], [0.5, 0, 0.5]],
    batch="one",
    optimiser=["adam", "rmsprop"],
    learning_rates=[0.05],
    weight_decay=0.01,
    steps=9,
)


@pytest.fixture(scope="module")
def xor_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("xor") / "book.xlsx"
    build(XOR, path)
    return path


@pytest.fixture(scope="module")
def book_in_turn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("in turn") / "book.xlsx"
    build(IN_TURN, path)
    return path


@pytest.fixture(params=["xor", "in turn"])
def either(request: pytest.FixtureRequest) -> tuple[Experiment, Path]:
    """An experiment and its book: one of samples in a batch, one of samples in turn."""
    experiment, book = {"xor": (XOR, "xor_book"), "in turn": (IN_TURN, "book_in_turn")}[
        request.param
    ]
    return experiment, request.getfixturevalue(book)


def table(found: Recalculated, run: Run, name: str) -> list[float]:
    """A column of a run as an engine computes it."""
    rows = range(FIRST_ROW + 1, FIRST_ROW + run.steps + 2)
    return [found.value(run.sheet, row, run.columns[name] + 1) for row in rows]


@settings(max_examples=10, deadline=None)
@given(any_experiments())
def test_random_books_are_right(tmp_path: Path, experiment: Experiment) -> None:
    path = tmp_path / "random.xlsx"
    build(experiment, path)
    verify(path, experiment)
    assert lint(path) == []
    for run in runs(experiment):
        most = most_columns(experiment.network, experiment.samples_a_step, run.optimiser)
        assert len(run.columns) <= most <= len(run.columns) + 6


@pytest.mark.slow
@settings(max_examples=4, deadline=None)
@given(any_experiments(steps=4, runs=1))
def test_random_books_are_right_in_libreoffice(tmp_path: Path, experiment: Experiment) -> None:
    require_libreoffice()
    path = tmp_path / "random.xlsx"
    build(experiment, path)
    verify(path, experiment, ("libreoffice",))


def test_lint_and_openxml_audit_find_nothing(either: tuple[Experiment, Path]) -> None:
    from openxml_audit import OpenXmlValidator

    _, path = either
    assert lint(path) == []
    assert OpenXmlValidator().validate(str(path)).errors == []


@pytest.mark.parametrize("engine", ENGINES)
def test_an_edit_of_any_yellow_cell_moves_everything(
    either: tuple[Experiment, Path], engine: str
) -> None:
    """Start values, samples and the first run's constants are typed in; its table must follow."""
    experiment, path = either
    random = np.random.default_rng(5)
    samples = tuple(
        Sample(tuple(float(x) for x in random.uniform(-1, 1, len(s.inputs))), s.targets[::-1])
        for s in experiment.samples
    )
    changed = replace(
        experiment,
        samples=samples,
        weights=tuple(float(x) for x in random.uniform(-1, 1, len(experiment.weights))),
        biases=tuple(float(x) for x in random.uniform(-1, 1, len(experiment.biases))),
        optimisers=(replace(experiment.optimisers[0], learning_rate=0.3),),
    )
    cells = named_cells(path)
    edits = {cells[f"start_{name}"]: value for name, value in changed.start_values.items()}
    edits[cells["learning_rate_A"]] = 0.3
    for column, sample in enumerate(changed.samples, start=SAMPLES_COLUMN + 1):
        for row, number in enumerate(sample.inputs + sample.targets, start=SAMPLES_ROW + 1):
            edits["Samples", row, column] = number
    found = recalculate(path, engine, edits)
    (expected,) = reference.train(changed)
    for name in runs(changed)[0].columns:
        if name in expected:
            np.testing.assert_allclose(
                table(found, runs(experiment)[0], name), expected[name], rtol=1e-8, atol=1e-11
            )


def test_samples_take_turns(book_in_turn: Path) -> None:
    found = recalculate(book_in_turn, "formualizer")
    run = runs(IN_TURN)[0]
    assert table(found, run, "sample") == [1, 2, 1, 2, 1, 2, 1, 2, 1, 2]
    assert table(found, run, "i2") == [-1, 0.25] * 5
    assert table(found, run, "t3") == [0, 0.5] * 5


@pytest.mark.parametrize("step", [0, 5])
@pytest.mark.parametrize("engine", ENGINES)
def test_the_surface_is_the_network_of_the_chosen_step(
    xor_book: Path, engine: str, step: int
) -> None:
    row, column = STEP_CELL
    found = recalculate(xor_book, engine, {("Surface", row + 1, column + 1): step})
    letter = found.value("Surface", RUN_CELL[0] + 1, RUN_CELL[1] + 1)
    chosen = "ABCD".index(letter)
    trained = reference.train(XOR)[chosen]
    network = TorchNetwork(
        XOR.network,
        tuple(float(trained[name][step]) for name in XOR.network.weights),
        tuple(float(trained[name][step]) for name in XOR.network.bias_names),
    )
    for x in range(0, POINTS, 6):
        for y in range(0, POINTS, 6):
            point = [-0.2 + x * 1.4 / (POINTS - 1), -0.2 + y * 1.4 / (POINTS - 1)]
            inputs = torch.tensor([point], dtype=torch.float64)
            row, column = GRID_ROW + POINTS - y, GRID_COLUMN + x + 1
            axis = found.value("Surface", row, AXIS_COLUMN + 1)
            assert axis == pytest.approx(point[1])
            output = found.value("Surface", row, column)
            # BCE of a target of 0 is −ln(1 − a): the output in another way.
            loss = network.loss(inputs, torch.zeros((1, 1), dtype=torch.float64)).item()
            assert output == pytest.approx(1 - np.exp(-loss), rel=1e-9), cell_name(row, column)


def test_a_book_has_a_surface_only_where_it_can_be_drawn() -> None:
    assert has_surface(XOR)
    assert not has_surface(Experiment.preset())
    assert not has_surface(IN_TURN)
    assert not has_surface(Experiment.preset("xor", layers="2-40-40-1"))


def test_xor_and_the_spirals_are_solved_within_their_steps() -> None:
    for preset, solved in (("xor", (True,) * 4), ("spiral", (False, True, True))):
        experiment = Experiment.preset(preset)
        for run, expected in zip(reference.train(experiment), solved, strict=True):
            right = [
                (run[f"a_o1[{number}]"][-1] > 0.5) == (sample.targets[0] > 0.5)
                for number, sample in enumerate(experiment.samples, start=1)
            ]
            assert all(right) == expected


def test_the_published_losses_of_mazur_are_met() -> None:
    first = reference.train(Experiment.preset("mazur"))[0]
    assert first["E_total"][0] == pytest.approx(0.29837110876000272, rel=1e-14)
    assert first["E_total"][1] == pytest.approx(0.29102777369359933, rel=1e-14)
    assert first["dE/dw5"][0] == pytest.approx(0.08216704056423077, rel=1e-14)
    assert first["dE/dw1"][0] == pytest.approx(0.0004385677344743465, rel=1e-13)
    assert first["w1"][1] == pytest.approx(0.1497807161327628, rel=1e-14)
    assert first["w5"][1] == pytest.approx(0.35891647971788465, rel=1e-14)
    own = Experiment.preset("mazur", biases="trained", bias_values=[0.35, 0.35, 0.6, 0.6])
    assert reference.train(own)[0]["E_total"][1] == pytest.approx(0.28047144679143016, rel=1e-14)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layers": "2-300-1"}, "a layer of 300 needs formulas of as many terms"),
        ({"layers": "100-100-100"}, "columns and a worksheet has 16,384; hidden layers of at most"),
        (
            {"layers": "2-200", "output_activation": "softmax"},
            "at most 150 outputs fit, or any number with cross-entropy",
        ),
        (
            {"layers": "2-8-1", "inputs": [[0, 1]] * 900, "targets": [[0.5]] * 900},
            "at most 563 samples fit",
        ),
    ],
)
def test_what_fits_into_no_worksheet_is_refused_before_any_work(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    experiment = Experiment.preset(**changes)
    with pytest.raises(InputError, match=message):
        build(experiment, tmp_path / "book.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_the_largest_that_is_named_does_fit() -> None:
    fitting = Experiment.preset(layers="100-39-100")
    assert len(runs(fitting)[0].columns) <= LARGEST_NUMBER_OF_COLUMNS
    check_limits(fitting)


@pytest.mark.parametrize(
    ("changes", "fitting"),
    [
        ({}, 95_211),
        ({"learning_rates": [0.5]}, 135_442),
        ({"layers": "10-10-10-10"}, 5_136),
        ({"layers": "100-39-100"}, 148),
    ],
)
def test_what_takes_too_much_memory_is_refused_before_any_work(
    tmp_path: Path, changes: dict[str, Any], fitting: int
) -> None:
    """With the largest number of steps that does fit, and that one is taken."""
    with pytest.raises(InputError, match=f"4 GB of memory; at most {fitting:,} steps fit"):
        build(Experiment.preset(**changes, steps=900_000), tmp_path / "book.xlsx")
    assert list(tmp_path.iterdir()) == []
    check_limits(Experiment.preset(**changes, steps=fitting))
    with pytest.raises(InputError, match=f"at most {fitting:,} steps fit"):
        check_limits(Experiment.preset(**changes, steps=fitting + 1))


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_many_samples_make_no_formula_too_long(tmp_path: Path, engine: str) -> None:
    random = np.random.default_rng(1)
    inputs = random.uniform(-1, 1, (400, 2)).round(2).tolist()
    experiment = Experiment.preset(
        layers="2-2-1",
        biases="trained",
        loss="binary cross-entropy",
        inputs=inputs,
        targets=[[int(x * y > 0)] for x, y in inputs],
        learning_rates=[0.5],
        steps=1,
    )
    build(experiment, tmp_path / "book.xlsx")
    assert lint(tmp_path / "book.xlsx") == []
    verify(tmp_path / "book.xlsx", experiment, (engine,))


def test_a_run_that_leaves_the_range_of_numbers_is_refused(tmp_path: Path) -> None:
    experiment = Experiment.preset(
        activation="linear", output_activation="linear", learning_rates=[1e6]
    )
    with pytest.raises(InputError, match="leaves the range of a number at step"):
        build(experiment, tmp_path / "book.xlsx")
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=50, deadline=None)
@given(any_experiments())
def test_the_description_in_a_book_is_that_of_its_experiment(experiment: Experiment) -> None:
    found = from_properties(to_properties(experiment))
    assert found is not None
    assert found.network == experiment.network
    assert found.samples == len(experiment.samples)
    assert found.in_turn == experiment.in_turn
    assert [type(optimiser) for optimiser in found.optimisers] == [
        type(optimiser) for optimiser in experiment.optimisers
    ]


def test_constants_stand_in_cells_of_their_own(book_in_turn: Path) -> None:
    """A number of the optimiser is typed once, on the sheet Network, and nowhere else."""
    adam = IN_TURN.optimisers[0]
    assert isinstance(adam, Adam)
    cells, book = named_cells(book_in_turn), read_book(book_in_turn)
    for field in ("learning_rate", "weight_decay", "beta1", "beta2", "epsilon"):
        sheet, row, column = cells[f"{field}_A"]
        assert book.sheet(sheet).cells[row, column].value == getattr(adam, field)
    formulas = [cell.formula for cell in book.sheet("Run A").cells.values() if cell.formula]
    assert not any("0.9" in formula or "0.05" in formula for formula in formulas)


def test_samples_in_turn_have_a_moving_mean_beside_their_loss(tmp_path: Path) -> None:
    experiment = Experiment.preset("xor", batch="one", steps=40, learning_rates=[0.5])
    path = tmp_path / "turns.xlsx"
    build(experiment, path)
    sheet = openpyxl.load_workbook(path, data_only=True)["Run A"]
    rows = list(sheet.iter_rows(values_only=True))
    header = next(row for row in rows if "moving mean" in row)
    steps = rows[rows.index(header) + 1 :][: experiment.steps + 1]
    losses, means = (
        [row[header.index(name)] for row in steps] for name in ("E_total", "moving mean")
    )
    # Each loss is one sample's of four.
    expected = pandas.Series(losses).ewm(alpha=1 / 4, adjust=False).mean()
    assert means == pytest.approx(list(expected), rel=1e-12)
    assert verify(path, experiment).formulas > 0
