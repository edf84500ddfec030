"""The sheet Derivation: right for any network, complete or shortened, never in error."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings

from backprop_xlsx import reference
from backprop_xlsx.derivation import derivation
from backprop_xlsx.derivation.lines import MOST_PARAMETERS, Line, Remark
from backprop_xlsx.formula.names import sampled
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.spreadsheet.engines import engines, open_live, recalculate
from backprop_xlsx.workbook.layout import sample_cell
from tests.derivation.sheet import Row, Sheet, read_sheet, sheet_of, write_books
from tests.optional import require_libreoffice
from tests.oracles.shown_arithmetic import agrees
from tests.strategies import any_experiments
from tests.workbook.names import named_cells

CLASS_PARTS = {
    "1  Forward pass and loss": ("h1", "w1 · i1 + w2 · i2"),
    "2  ∂E/∂w5, step by step": (
        "∂E/∂a_o1",
        "∂(½ · (t1 − a_o1)²)/∂a_o1 = a_o1 − t1",
    ),
    "3  ∂E/∂w5 … ∂E/∂w8": ("∂E/∂w5", "(a_o1 − t1) · a_o1 · (1 − a_o1) · a_h1"),
    "4  The gradient at the hidden activations": (
        "∂E/∂o1",
        "(a_o1 − t1) · a_o1 · (1 − a_o1)",
    ),
    "5  ∂E/∂w1 … ∂E/∂w4": ("∂E/∂w1", "∂E/∂a_h1 · a_h1 · (1 − a_h1) · i1"),
    "6  The update": ("new w1", "w1 − η · ∂E/∂w1"),
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


CHOSEN = re.compile(r"Run ([A-L]), step (\d+)(?:, sample (\d+))?$")
LETTERS = "ABCDEFGHIJKL"


class Expected:
    """What the reference has for the lines of a sheet."""

    def __init__(self, sheet: Sheet, experiment: Experiment) -> None:
        self._experiment, self._trained = experiment, reference.train(experiment)
        chosen = CHOSEN.match(sheet.chosen)
        assert chosen is not None, sheet.chosen
        self._letter, self._step, self._sample = chosen[1], int(chosen[2]), int(chosen[3] or 1)

    def number(self, row: Row) -> float | None:
        """A line's number; None for what the reference does not know."""
        letter = self._letter
        of_kind = re.search(r", runs? ([A-L](?:, [A-L])*)$", row.part)
        if of_kind and letter not in of_kind[1]:
            letter = of_kind[1][0]
        run = self._trained[LETTERS.index(letter)]
        step = self._step + row.quantity.startswith("new ")
        name = row.quantity.removeprefix("new ").replace("∂E/∂", "dE/d")
        if self._experiment.samples_a_step > 1:
            of_sample = sampled(name, self._sample - 1)
            if "∂E_mean/∂" in name:
                name = name.replace("∂E_mean/∂", "dE/d")
            elif of_sample in run:
                name = of_sample
            elif name.startswith("dE/d"):
                return None  # of the sample alone, which the runs have no cell for
        found = name in run and step <= self._experiment.steps
        return float(run[name][step]) if found else None


@settings(max_examples=7)
@given(any_experiments())
def test_the_derivation_of_any_network_is_right(tmp_path: Path, experiment: Experiment) -> None:
    path, spoilt = write_books(experiment, tmp_path)
    for engine in engines():
        sheet = read_sheet(path, recalculate(spoilt, engine))
        require_quantities_of_the_reference(sheet, experiment)
        require_numbers_put_in_that_give_the_result(sheet)
        require_fused_and_unfused_gradients_to_agree(sheet, experiment)


def require_quantities_of_the_reference(sheet: Sheet, experiment: Experiment) -> None:
    reference_has = Expected(sheet, experiment)
    for row in sheet.rows:
        expected = reference_has.number(row)
        if expected is not None:
            assert row.number == pytest.approx(expected, rel=1e-9, abs=1e-12), row
        assert isinstance(row.number, (int, float)) or row.number == "not shown", row
    shown = {row.quantity for row in sheet.rows}
    network = experiment.network
    gradients = {f"∂E/∂{name}" for name in network.parameters}
    if len(network.weights + network.bias_names) <= MOST_PARAMETERS:
        assert gradients <= shown
    assert len(sheet.rows) <= 150


def require_numbers_put_in_that_give_the_result(sheet: Sheet) -> None:
    for row in sheet.rows:
        if abs(row.number) > 1e-12 if isinstance(row.number, float) else True:
            assert row.shown == row.cached_shown, row
        if row.shown == "not shown":
            assert row.number == "not shown"
        elif "…" not in row.shown:
            assert agrees(row.shown), row
        assert "?" not in row.shown


def require_fused_and_unfused_gradients_to_agree(sheet: Sheet, experiment: Experiment) -> None:
    chain = [row for row in sheet.rows if row.part.startswith("2  ")]
    whole = [index for index, row in enumerate(chain) if "the same" in row.equation]
    explained = experiment.network.fused or experiment.network.has_softmax
    assert len(whole) == explained
    for index in whole:
        unfused, fused = chain[index - 1], chain[index]
        assert unfused.quantity == fused.quantity
        if unfused.number != "not shown":
            assert unfused.number == pytest.approx(fused.number, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    "preset",
    ["classroom", *(pytest.param(name, marks=pytest.mark.slow) for name in ("mazur", "xor"))],
)
def test_libreoffice_puts_in_the_same_numbers(tmp_path: Path, preset: str) -> None:
    require_libreoffice()
    for row in sheet_of(Experiment.preset(preset, steps=3), tmp_path, "libreoffice").rows:
        assert row.shown == row.cached_shown, row
        assert agrees(row.shown), row


@pytest.fixture(scope="module")
def class_sheet(tmp_path_factory: pytest.TempPathFactory) -> Sheet:
    """The sheet of the class network."""
    return sheet_of(Experiment.preset(steps=2), tmp_path_factory.mktemp("class"))


@pytest.mark.parametrize(
    ("quantity", "shown"),
    [
        ("h1", "0.15 · 0.05 + 0.2 · 0.1 = 0.0275"),
        ("a_h1", "1/(1 + e^(−0.0275)) = 0.5069"),
        ("E1", "½ · (0.5 − 0.6065)² = 0.005669"),
        ("∂o1/∂w5", "0.5069"),
        ("∂E/∂w5", "(0.6065 − 0.5) · 0.6065 · (1 − 0.6065) · 0.5069 = 0.01288"),
        ("new w5", "0.4 − 0.1 · 0.01288 = 0.3987"),
        ("new w1", "0.15 − 0.1 · 0.000317 = 0.149968"),
    ],
)
def test_a_line_is_what_a_student_writes(class_sheet: Sheet, quantity: str, shown: str) -> None:
    assert shown in {row.shown for row in class_sheet.rows if row.quantity == quantity}


def test_another_run_and_step_are_derived_when_they_are_chosen(tmp_path: Path) -> None:
    experiment = Experiment.preset(steps=30)
    path, _ = write_books(experiment, tmp_path)
    cells = named_cells(path)
    for engine in engines():
        with open_live(path, engine) as live:
            for name, typed in (("chosen_run", "F"), ("chosen_step", 30)):
                live.type(*cells[name], typed)
            live.recalculate()
            found = read_sheet(path, live)
        assert found.chosen == "Run F, step 30"
        reference_has = Expected(found, experiment)
        for row in found.rows:
            expected = reference_has.number(row)
            if expected is not None:
                assert row.number == pytest.approx(expected, rel=1e-9, abs=1e-12), row
            assert row.number != row.cached or row.quantity.startswith(("∂E_", "i")), row
            assert agrees(row.shown), row


@pytest.mark.parametrize("loss", SATURATED)
def test_a_saturated_output_puts_no_error_in_a_cell(tmp_path: Path, loss: str) -> None:
    sheet = sheet_of(Experiment.of(SATURATED[loss] | {"steps": 2}), tmp_path)
    assert "not shown" in {row.number for row in sheet.rows}
    for row in sheet.rows:
        assert row.number == row.cached, row
        assert (row.shown == "not shown") == (row.number == "not shown"), row
    assert sheet.number("∂E/∂w2", "2  ") == 1.0


def test_the_class_derivation_has_its_six_parts(class_sheet: Sheet) -> None:
    parts = derivation(Experiment.preset())
    assert [part.title for part in parts] == list(CLASS_PARTS)
    lines = [[line for line in part.lines if isinstance(line, Line)] for part in parts]
    for part, (first, *_) in zip(parts, lines, strict=True):
        assert (first.left, first.right) == CLASS_PARTS[part.title]
    assert sum(map(len, lines)) == 11 + 4 + 4 + 8 + 8 + 8
    for said in (
        "E_total → E1 → a_o1 → o1 → w5",
        "∂(E1 + E2)/∂w5 = ∂E1/∂w5",
        "as w5 leads into o1 alone, and E2 hangs on o2: its slope is 0",
        "σ(x) · (1 − σ(x))",
        "E_total → E2 → a_o2 → o2 → a_h1 → h1 → w1",
    ):
        assert class_sheet.words.count(said) == 1, said


@pytest.mark.parametrize(
    ("layers", "part", "words"),
    [
        ("2-2-2", 3, "acts on both outputs, so both losses pull at it"),
        ("2-2-1", 3, "acts on the output alone"),
        ("2-3-1-2", 5, "acts on the one neuron of the layer after it alone"),
    ],
)
def test_it_is_told_on_what_a_hidden_activation_acts(layers: str, part: int, words: str) -> None:
    parts = derivation(Experiment.of({"layers": layers, "learning_rates": [0.1]}))
    assert words in parts[part].explanation


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {"layers": "2-2-2"},
            (
                "squashes the sum with the sigmoid σ(x) = 1/(1 + e^(−x)).",
                "between the hidden neurons and the outputs: those into o1 carry the error of a_o1",
                "∂E/∂o1 · w5",
                "w3 and w4 belong to h2, so a_h2 stands there, not a_h1",
                "Every weight takes a step against its gradient",
                "∂(w5 · a_h1 + …)/∂w5 = a_h1",
            ),
        ),
        (
            {"layers": "1-1-1", "activation": "tanh", "output_activation": "linear"},
            (
                "takes its activation of the sum: ",
                "between the hidden neuron and the output",
                "E_total → a_o1 → o1 → w2",
                "1, as a_o1 is o1 itself",
                "∂(w2 · a_h1)/∂w2 = a_h1",
            ),
        ),
        (
            {"layers": "1-1-1", "loss": "binary cross-entropy"},
            (
                "their product is a_o1 − t1. The runs compute that difference",
                "∂E/∂a_o1 · ∂a_o1/∂o1",
                "∂E/∂o1 · w2",
            ),
        ),
        (
            {"layers": "2-2-2", "loss": "binary cross-entropy"},
            ("their product is a_o1 − t1, divided by the 2 outputs.",),
        ),
        (
            {"layers": "1-1-3", "loss": "cross-entropy", "biases": "trained", "optimiser": "adam"},
            (
                "sum: sigmoid and softmax; σ(x) = 1/(1 + e^(−x)).",
                "E_total → E1 … E3 → a_o1 … a_o3 → o1 → w2",
                "∂E/∂a_o1 · ∂a_o1/∂o1 + ∂E/∂a_o2 · ∂a_o2/∂o1 + ∂E/∂a_o3 · ∂a_o3/∂o1",
                "The update: Adam",
                "(m_w1 of w1)",
            ),
        ),
        (
            {"layers": "2-2-2-2"},
            ("E_total → o1, o2 → h2_1, h2_2 → a_h1_1 → h1_1 → w1",),
        ),
    ],
)
def test_each_step_is_told_of_the_network_that_it_is_of(
    settings: dict[str, str], words: tuple[str, ...]
) -> None:
    told = [
        text
        for part in derivation(Experiment.of(settings | {"learning_rates": [0.1]}))
        for text in (part.title, part.explanation, *(line.right for line in part.lines))
    ]
    for said in words:
        assert any(said in text for text in told), said


@pytest.mark.parametrize(
    ("outputs", "losses"), [(3, "E1 + E2 + E3"), (4, "E1 + E2 + … + E4"), (5, "E1 + E2 + … + E5")]
)
def test_of_more_than_three_losses_those_between_are_left_out(outputs: int, losses: str) -> None:
    parts = derivation(Experiment.of({"layers": f"2-2-{outputs}", "learning_rates": [0.1]}))
    remarks = [line.right for part in parts for line in part.lines if isinstance(line, Remark)]
    assert any(text.startswith(f"∂({losses})/∂") for text in remarks)


@pytest.mark.parametrize("layers", ["10-10-10-10", "12-20-16", "3-2-2-2-2-2-2-2-2"])
def test_a_large_network_shows_one_neuron_of_each_layer(tmp_path: Path, layers: str) -> None:
    experiment = Experiment.of(
        {"layers": layers, "biases": "trained", "learning_rates": [0.1], "steps": 1}
    )
    sheet = sheet_of(experiment, tmp_path)
    assert len(sheet.rows) <= 150
    assert any("is shown in full" in text for text in sheet.words)
    last = experiment.network.outputs
    shown = {row.quantity for row in sheet.rows}
    assert {last[0].activation, f"∂E/∂{last[0].weights[0]}", f"∂E/∂{last[0].bias}"} <= shown
    assert last[1].activation not in shown
    first = experiment.network.neurons[0]
    assert {first.activation, f"∂E/∂{first.pre_activation}", f"∂E/∂{first.weights[0]}"} <= shown
    for row in sheet.rows:
        assert row.shown == row.cached_shown
        assert "…" not in row.shown or "…" in row.equation, row
    assert any("…" in row.shown for row in sheet.rows) == (layers == "12-20-16")


def test_each_different_optimiser_has_its_update(tmp_path: Path) -> None:
    experiment = Experiment.of(
        {
            "optimiser": ["momentum", "adam", "rmsprop", "gradient descent"],
            "learning_rates": [0.1, 0.2],
            "steps": 2,
        }
    )
    sheet = sheet_of(experiment, tmp_path)
    updates = [row for row in sheet.rows if ": " in row.part]
    assert sorted(dict.fromkeys(row.part for row in updates)) == [
        "6  The update: momentum, runs A, B",
        "7  The update: Adam, runs C, D",
        "8  The update: RMSprop, runs E, F",
        "9  The update: gradient descent, runs G, H",
    ]
    trained = reference.train(experiment)
    for number, run in zip("6789", (trained[i] for i in (0, 2, 4, 6)), strict=True):
        assert sheet.number("new w1", number) == pytest.approx(run["w1"][1], rel=1e-14)


def test_samples_in_a_batch_go_alike_and_are_averaged(tmp_path: Path) -> None:
    experiment = Experiment.preset("xor", steps=5)
    sheet = sheet_of(experiment, tmp_path)
    rows = {row.quantity: row for row in sheet.rows}
    assert rows["o1"].equation.startswith("w9 · a_h1 + ")
    assert rows["∂E/∂w9"].number != rows["∂E_mean/∂w9"].number
    assert rows["∂E_mean/∂w9"].shown.count(" · ") == 4
    assert "E_mean" in rows
    # Of a sample whose inputs are zeros the derivation would show little.
    assert sheet.chosen.endswith("sample 4")
    assert "0" not in rows["h1"].shown.split(" ")[0:3:2]


@pytest.mark.parametrize("preset", ["classroom", "xor"])
def test_the_formulas_with_names_are_those_of_the_run(tmp_path: Path, preset: str) -> None:
    experiment = Experiment.preset(preset, steps=2)
    path, _ = write_books(experiment, tmp_path)
    book = openpyxl.load_workbook(path)
    sheet, run = book["Derivation"], book["Run A"]
    (header,) = (row for row in run.iter_rows(max_row=20) if row[0].value == "step")
    columns = {cell.value: cell.column_letter for cell in header if cell.value}
    above, row = header[0].row + 1, header[0].row + 2  # of steps 0 and 1
    network, found = experiment.network, 0
    samples = {
        sample_cell(network, name, index): f"{name}[{index + 1}]"
        for index in range(len(experiment.samples) if experiment.samples_a_step > 1 else 0)
        for name in network.inputs + network.targets
    }
    for column in (2, 6):
        rows = iter(range(1, sheet.max_row + 1))
        for start in rows:
            text = sheet.cell(start, column + 2).value
            if not str(text).startswith("column "):
                continue
            formula, at = sheet.cell(start, column + 1).value, start + 1
            while sheet.cell(at, column + 1).value and not sheet.cell(at, column).value:
                formula += sheet.cell(at, column + 1).value
                at += 1
            letter = text.removeprefix("column ")
            assert columns[sheet.cell(start, column).value] == letter
            live = run[f"{letter}{row}"].value
            for name in sorted(columns, key=len, reverse=True):
                formula = formula.replace(f"{name}↑", f"{columns[name]}{above}")
                own = rf"(?<![\w/∂]){re.escape(name)}(?![\w\[])"
                formula = re.sub(own, f"{columns[name]}{row}", formula)
            for cell, name in samples.items():  # of a range, the second has no sheet's name
                live = live.replace(cell, name).replace(f":{cell.partition('!')[2]}", f":{name}")
            for constant in re.findall(r"\$[A-Z]+\$\d+", live):
                assert run[constant.replace("$", "")].value == "=learning_rate_A"
                live = live.replace(constant, "η")
            assert formula == live
            found += 1
    assert found >= 8 + 11 + 8
