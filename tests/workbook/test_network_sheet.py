"""The sheet Network: start values, note, drawing and notation follow any network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from openpyxl.worksheet.worksheet import Worksheet

from backprop_xlsx import reference
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.spreadsheet.engines import recalculate
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.patch import spoil
from backprop_xlsx.workbook.build import write_workbook
from tests.strategies import any_experiments

DRAWING_COLUMN = 7  # G, where the drawing and the notation begin
SETTINGS = {
    "layers": "3-5-3",
    "activation": "tanh",
    "loss": "cross-entropy",
    "biases": "trained",
    "steps": 2,
}
ADAM = Experiment.of(
    SETTINGS | {"optimiser": ["adam", "momentum"], "learning_rates": [0.01], "weight_decay": 0.1}
)


def network_sheet(experiment: Experiment, folder: Path) -> Worksheet:
    write_workbook(experiment, folder / "book.xlsx")
    return openpyxl.load_workbook(folder / "book.xlsx")["Network"]


def texts(sheet: Worksheet) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def drawn(experiment: Experiment, folder: Path) -> dict[str, Any]:
    """Each quantity of the drawing by the name that stands in or before its cell, recalculated."""
    sheet = network_sheet(experiment, folder)
    spoil(read_book(folder / "book.xlsx"), folder / "spoilt.xlsx")
    found = recalculate(folder / "spoilt.xlsx", "ironcalc")
    numbers = {}
    for row in sheet.iter_rows(min_col=DRAWING_COLUMN, min_row=9):
        for cell in row:
            if cell.data_type != "f":
                continue
            name = re.match(r'"([^"]+) = "', cell.number_format)
            before = str(sheet.cell(cell.row, cell.column - 1).value)
            weight = re.search(r"(\w+) =$", before)
            found_name = name or weight
            assert found_name is not None, cell.coordinate
            numbers[found_name[1]] = found.value("Network", cell.row, cell.column)
    return numbers


@settings(max_examples=15)
@given(any_experiments())
def test_the_drawing_shows_the_numbers_of_step_0(tmp_path: Path, experiment: Experiment) -> None:
    network = experiment.network
    first = reference.train(experiment)[0]
    numbers = drawn(experiment, tmp_path)
    for name, number in numbers.items():
        assert number == pytest.approx(first[name][0], rel=1e-9, abs=1e-12), name
    several = experiment.samples_a_step > 1
    suffix = "[1]" if several else ""
    neurons = {
        name + suffix
        for neuron in network.neurons
        for name in (neuron.pre_activation, neuron.activation)
    }
    given_numbers = {name + suffix for name in (*network.inputs, *network.targets, "E_total")}
    assert set(numbers) == (
        neurons
        | given_numbers
        | set(network.weights + network.bias_names)
        | {name + suffix for name in network.losses}
        | ({"E_mean"} if several else set())
    )


def test_the_edges_of_the_class_network_cross(tmp_path: Path) -> None:
    sheet = network_sheet(Experiment.preset(), tmp_path)
    arrows = {
        (cell.row, cell.column_letter): cell.number_format.split('"')[1:4:2]
        for row in sheet["G11:L16"]
        for cell in row
        if any(arrow in cell.number_format for arrow in "→↘↗")
    }
    assert {cell: (name.split()[0], arrow.strip()) for cell, (name, arrow) in arrows.items()} == {
        (12, "H"): ("w1", "→"),
        (13, "H"): ("w3", "↘"),
        (15, "H"): ("w2", "↗"),
        (16, "H"): ("w4", "→"),
        (12, "J"): ("w5", "→"),
        (13, "J"): ("w7", "↘"),
        (15, "J"): ("w6", "↗"),
        (16, "J"): ("w8", "→"),
    }


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [
        ("10-10-10-10", "One neuron of each layer in full"),
        ("2-2-2-2-2-2-2", "the first two and the last two of six layers"),
        ("7-3-1", "One neuron of each layer in full"),
        ("6-5-1", None),
    ],
)
def test_a_large_network_is_drawn_in_part_and_says_so(
    tmp_path: Path, layers: str, sentence: str | None
) -> None:
    experiment = Experiment.of({"layers": layers, "learning_rates": [0.1], "steps": 1})
    found = texts(network_sheet(experiment, tmp_path))
    assert any("One neuron of" in text for text in found) == (sentence is not None)
    if sentence:
        assert any(sentence in text for text in found)


def test_every_start_value_and_constant_is_named_and_validated(tmp_path: Path) -> None:
    sheet = network_sheet(ADAM, tmp_path)
    names = openpyxl.load_workbook(tmp_path / "book.xlsx").defined_names
    constants = {
        f"{constant}_{letter}"
        for letter, constants in {
            "A": ("learning_rate", "weight_decay", "beta1", "beta2", "epsilon"),
            "B": ("learning_rate", "weight_decay", "momentum"),
        }.items()
        for constant in constants
    }
    starts = {f"start_{name}" for name in ADAM.start_values}
    assert set(names) - {"loss_threshold"} == constants | starts
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}

    def rule(name: str) -> tuple[float, float]:
        found = rules[names[name].attr_text.split("!")[1].replace("$", "")]
        return float(found.formula1), float(found.formula2)

    assert rule("start_w1") == rule("start_b8") == rule("start_t1") == (-1e40, 1e40)
    assert rule("learning_rate_A")[0] > 0
    for name in ("beta1_A", "beta2_A", "momentum_B"):
        assert rule(name)[0] == 0
        assert 0.999 < rule(name)[1] < 1
    assert rule("weight_decay_B") == rule("epsilon_A") == (0, 1e40)
    for name, value in ADAM.start_values.items():
        assert sheet[names[f"start_{name}"].attr_text.split("!")[1].replace("$", "")].value == value
    assert len(rules) == len(constants | starts)


def test_a_note_is_shown_in_full_and_is_no_formula(tmp_path: Path) -> None:
    note = "=1+1 is what this note begins with.\n\n" + "Many words, one after another. " * 20
    experiment = Experiment.of({"note": note, "title": "=A1", "steps": 1})
    sheet = network_sheet(experiment, tmp_path)
    start = [cell.value for cell in sheet["B"]].index("Start values") + 1
    lines = [sheet.cell(row, 2) for row in range(9, start)]
    shown = " ".join(str(cell.value) for cell in lines if cell.value is not None)
    assert shown.split() == note.split()
    assert {cell.data_type for cell in lines if cell.value} == {"s"}
    assert sheet["B1"].data_type == "s"
    assert "=A1" in sheet["B1"].value


def test_fixed_biases_and_samples_say_what_they_are(tmp_path: Path) -> None:
    fixed = texts(network_sheet(Experiment.preset("mazur", steps=1), tmp_path))
    assert "bias of h1 (fixed)" in fixed
    several = texts(network_sheet(Experiment.preset("xor", steps=1), tmp_path))
    assert "bias of h1" in several
    assert "weight from i1 to h1" in several
    assert any("edited on the sheet" in text for text in several)
    assert {"Samples", "Derivation", "Learning rates", "Checks"} <= set(several)
    assert "input 1" not in several


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment.preset(steps=1),
        ADAM,
        Experiment.preset("xor", steps=1),
        Experiment.preset("xor", steps=1, batch="one", layers="2-3-2-1", optimiser="rmsprop"),
    ],
    ids=["classroom", "Adam", "xor", "in turn"],
)
def test_every_column_of_a_run_is_in_the_notation(tmp_path: Path, experiment: Experiment) -> None:
    def kind(name: str) -> str:
        """A name without its numbers: ``a_h`` for ``a_h1_2[3]``."""
        return re.sub(r"\[\d+\]|_?\d+(_\d+)?", "", name).replace("_b", "_w")

    sheet = network_sheet(experiment, tmp_path)
    column = [sheet.cell(row, DRAWING_COLUMN).value for row in range(1, sheet.max_row + 1)]
    named = [str(value) for value in column[column.index("Notation") :] if value is not None]
    known = {kind(name) for symbol in named for name in re.split(r", | … | …", symbol)}
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    for run in (sheet for sheet in book if sheet.title.startswith("Run ")):
        headers = [str(cell.value) for cell in run[15]]
        helpers = {"step", "rose", "below", "for log axis"}
        assert {kind(header) for header in headers if header not in helpers} <= known
