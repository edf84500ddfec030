"""The sheet Network: start values, note, drawing and notation follow any network."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from backprop_xlsx import reference
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.spreadsheet.engines import recalculate
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.patching.patch import spoil
from backprop_xlsx.spreadsheet.sheets.readable import number_text
from backprop_xlsx.workbook.build import write_workbook
from backprop_xlsx.workbook.layout import HEADER_ROW
from tests.workbook.names import named_cells

SYMBOL_COLUMN = 2  # B, where the notation's names stand
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


def test_a_network_too_large_for_a_chart_is_drawn_in_cells(tmp_path: Path) -> None:
    """Every neuron, weight and loss once, with the number of the chosen step."""
    experiment = Experiment.of({"layers": "5-6-5", "biases": "trained", "steps": 2})
    network = experiment.network
    sheet = network_sheet(experiment, tmp_path)
    spoil(read_book(tmp_path / "book.xlsx"), tmp_path / "spoilt.xlsx")
    found = recalculate(tmp_path / "spoilt.xlsx", "ironcalc")
    shown = {
        str(found.value("Network", cell.row, cell.column)).removesuffix("  →")
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f" and str(cell.value).startswith("=Selected!")
    }
    first = reference.train(experiment)[0]
    names = [*network.inputs, *network.targets, *network.weights, *network.bias_names]
    names += [name for n in network.neurons for name in (n.pre_activation, n.activation)]
    names += [*network.losses, "E_total"]
    assert shown == {f"{name} = {number_text(float(first[name][0]))}" for name in names}


def test_the_first_screen_holds_what_the_laboratory_needs(tmp_path: Path) -> None:
    """1,250 pixels across and some 24 rows: drawing, yellow cells, losses, verdict, choice."""
    sheet = network_sheet(Experiment.preset(), tmp_path)
    assert sheet.freeze_panes is None
    columns = sheet.column_dimensions.values()
    widths = [round(own.width * 7) * (own.max - own.min + 1) for own in columns]
    assert sum(widths) <= 1280
    cells = named_cells(tmp_path / "book.xlsx")
    for name in (*(f"start_{n}" for n in Experiment.preset().start_values), "chosen_step"):
        assert cells[name][1] <= 24, name
    (book,) = (s for s in read_book(tmp_path / "book.xlsx").sheets if s.name == "Network")
    assert len(book.charts) == 2
    for chart in sheet._charts:
        assert chart.anchor.to.row <= 24
    rows = [cell.row for cell in sheet["R"] if cell.value]
    assert max(row for row in rows if row <= 24) == 21  # the last of six runs


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


def test_a_blank_row_parts_the_losses_that_are_drawn_lowest_from_the_text(tmp_path: Path) -> None:
    """The total stands lower than the start values and than all neurons."""
    experiment = Experiment.of({"layers": "1-1-1-6", "learning_rates": [0.1], "steps": 1})
    rows = {
        str(cell.value): cell.row
        for row in network_sheet(experiment, tmp_path).iter_rows()
        for cell in row
    }
    total = max(row for text, row in rows.items() if text.startswith("=Selected!"))
    assert total > max(row for text, row in rows.items() if text.startswith("from "))
    assert rows["What this is"] == total + 2


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
    choice = {f"{kind}_{what}" for kind in ("chosen", "selected") for what in ("run", "step")}
    assert set(names) - {"loss_threshold"} == constants | starts | choice
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}

    def rule(name: str) -> tuple[float, float]:
        found = rules[names[name].attr_text.split("!")[1].replace("$", "")]
        return float(found.formula1), float(found.formula2)

    assert rule("start_w1") == rule("start_b8") == rule("start_t1") == (-1e40, 1e40)
    assert rule("learning_rate_A")[0] > 0
    assert rule("epsilon_A")[0] > 0  # which the sheet Checks asks for, and the settings
    for name in ("beta1_A", "beta2_A", "momentum_B"):
        assert rule(name)[0] == 0
        assert 0.999 < rule(name)[1] < 1
    assert rule("weight_decay_B") == (0, 1e40)
    for name, value in ADAM.start_values.items():
        assert sheet[names[f"start_{name}"].attr_text.split("!")[1].replace("$", "")].value == value
    assert rule("chosen_step") == (0, ADAM.steps)
    assert len(rules) == len(constants | starts) + 2
    # An emptied cell is no number either; a list says so by itself.
    assert not any(own.allowBlank for own in rules.values() if own.type != "list")


def test_a_note_is_shown_in_full_and_is_no_formula(tmp_path: Path) -> None:
    note = "=1+1 is what this note begins with.\n\n" + "Many words, one after another. " * 20
    experiment = Experiment.of({"note": note, "title": "=A1", "steps": 1})
    sheet = network_sheet(experiment, tmp_path)
    column = [cell.value for cell in sheet["B"]]
    # Above the note stands a sentence for when the start values are edited.
    first, end = column.index("What this is") + 5, column.index("Notation")
    lines = [sheet.cell(row, 2) for row in range(first, end)]
    shown = " ".join(str(cell.value) for cell in lines if cell.value is not None)
    assert shown.split() == note.split()
    assert {cell.data_type for cell in lines if cell.value} == {"s"}
    assert sheet["B1"].data_type == "s"
    assert "=A1" in sheet["B1"].value


def test_fixed_biases_and_samples_say_what_they_are(tmp_path: Path) -> None:
    fixed = texts(network_sheet(Experiment.preset("mazur", steps=1), tmp_path))
    assert "b1 of h1, fixed" in fixed
    several = texts(network_sheet(Experiment.preset("xor", steps=1), tmp_path))
    assert "b1 of h1" in several
    assert "w1: i1 → h1" in several
    assert "four samples:" in several
    assert {"Samples", "Derivation", "Learning rates", "Checks"} <= set(several)
    assert "input i1" not in several


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
    column = [sheet.cell(row, SYMBOL_COLUMN).value for row in range(1, sheet.max_row + 1)]
    named = [str(value) for value in column[column.index("Notation") :] if value is not None]
    known = {kind(name) for symbol in named for name in re.split(r", | … | …", symbol)}
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    for run in (sheet for sheet in book if sheet.title.startswith("Run ")):
        headers = [str(cell.value) for cell in run[HEADER_ROW + 1]]
        helpers = {"step", "rose", "below", "moving mean", "E_total ▸", "E_mean ▸"}
        helpers |= {"drawn step", "drawn loss"}
        assert {kind(header) for header in headers if header not in helpers} <= known
