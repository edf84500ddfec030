"""Books of the package for any network: right as they are; every change of a formula is found."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.correction import fix
from backprop_xlsx.check.findings import FileReport, TableReport
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.settings import preset_names, preset_settings
from backprop_xlsx.spreadsheet.engines import engines, recalculate
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.formula_text import column_letters, column_number
from backprop_xlsx.workbook.build import build
from backprop_xlsx.workbook.layout import runs
from tests.check.faults.test_mistakes import wrong_cells
from tests.check.general import (
    FOUR,
    ONE,
    book,
    described_as,
    formula,
    in_cells,
    position,
    settings_of_any_book,
    with_formulas,
)


def assert_all_is_right(report: FileReport, experiment: Experiment) -> None:
    assert report.error is None
    assert len(report.tables) == len(experiment.optimisers)
    for table, run in zip(report.tables, runs(experiment), strict=True):
        assert (table.sheet, table.faults) == (run.sheet, ())
        computed = len(run.equations)
        assert re.match(rf"all {computed}( |$)|all \d+ computed", table.right)
        assert table.formulas >= computed * (experiment.steps + 1)
        assert table.steps == experiment.steps
        assert table.learning_rate == run.optimiser.learning_rate
        assert {caution.kind for caution in table.warnings} <= {"steps", "learning rates"}


def first_table(path: Path) -> TableReport:
    report = check_file(path)
    assert report.error is None
    return report.tables[0]


@pytest.mark.parametrize("preset", preset_names())
def test_our_own_books_are_right(preset: str, tmp_path: Path) -> None:
    few = {"steps": 100 if preset == "classroom" else 8}
    experiment = Experiment.of(preset_settings(preset) | few)
    build(experiment, tmp_path / "book.xlsx")
    report = check_file(tmp_path / "book.xlsx")
    assert_all_is_right(report, experiment)
    if preset == "classroom":
        assert not report.warnings
        assert all(table.formulas == 27 * 101 for table in report.tables)


ADAM_FIRST = {
    "layers": [1, 1],
    "output_activation": "sigmoid",
    "inputs": [[0.5]],
    "targets": [[0.2]],
    "optimiser": ["adam", "gradient descent"],
    "learning_rates": [0.05],
    "weight_decay": 0.0,
    "steps": 3,
}
"""The second run has so few columns that it is none of the first one's kind."""

ZERO_BIAS = {
    "layers": [2, 2],
    "output_activation": "linear",
    "biases": "trained",
    "bias_values": [-0.05, 0.0],
    "inputs": [[0.0, 0.25], [0.0, 0.0]],
    "targets": [[0.5, 0.5], [0.5, 0.5]],
    "batch": "full",
    "optimiser": ["adam"],
    "learning_rates": [0.05],
    "weight_decay": 0.0,
    "steps": 2,
}
"""The first step brings the bias to zero, but for rounding."""


RMSPROP_FIRST = {
    "layers": [2, 1],
    "output_activation": "sigmoid",
    "inputs": [[0.0, 0.51]],
    "targets": [[0.47]],
    "optimiser": ["rmsprop", "adam"],
    "learning_rates": [0.05],
    "weight_decay": 0.01,
    "steps": 2,
}
"""Of the second run's columns only seven are the first one's too."""

SWITCHED_OFF = {
    "layers": [1, 1, 1],
    "activation": "relu",
    "output_activation": "linear",
    "inputs": [[0.5]],
    "targets": [[0.2]],
    "optimiser": ["adam", "rmsprop"],
    "learning_rates": [0.05, 0.05],
    "weight_decay": 0.0,
    "steps": 2,
}
"""A neuron that is switched off leaves its mean of squares, of which a root is taken, as it is."""


@settings(max_examples=20)
@given(chosen=settings_of_any_book())
@example(chosen=ADAM_FIRST)
@example(chosen=ZERO_BIAS)
@example(chosen=RMSPROP_FIRST)
@example(chosen=SWITCHED_OFF)
def test_any_book_is_right(chosen: dict[str, Any], tmp_path: Path) -> None:
    experiment = Experiment.of(_with_known_decay(chosen))
    build(experiment, tmp_path / "book.xlsx")
    assert_all_is_right(check_file(tmp_path / "book.xlsx"), experiment)


@settings(max_examples=16)
@given(chosen=settings_of_any_book(), drawn=st.data())
def test_any_change_of_a_formula_is_found(
    chosen: dict[str, Any], drawn: st.DataObject, tmp_path: Path
) -> None:
    """A formula that an engine computes differently from the right values around it is wrong."""
    path = tmp_path / "book.xlsx"
    experiment = Experiment.of(_with_known_decay(chosen))
    build(experiment, path)
    run = runs(experiment)[0]
    quantity = drawn.draw(st.sampled_from(sorted(run.equations)))
    step = drawn.draw(st.integers(1, experiment.steps))
    right = formula(read_book(path), run, quantity, step)
    wrong = drawn.draw(st.sampled_from(_changes(right) or [right]))
    assume(wrong != right)
    place = position(run, quantity, step)
    before = recalculate(path, engines()[0]).value(run.sheet, *place)
    with_formulas(path, run.sheet, {place: wrong})
    after = recalculate(path, engines()[0]).value(run.sheet, *place)
    assert isinstance(before, (int, float))
    differs = not (isinstance(after, (int, float)) and math.isclose(before, after, rel_tol=1e-6))
    assume(differs)
    assert wrong_cells(first_table(path)) == {(quantity, place[0])}


def _with_known_decay(chosen: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in chosen.items() if key != "weight_decay" or value}


def _changes(right: str) -> list[str]:
    """The formula with a reference moved by a column or a row, or another operator."""
    found = []
    for match in re.finditer(r"(?<![A-Z$!'a-z_])([A-Z]{1,3})([0-9]+)(?![0-9(])", right):
        for columns, rows in ((1, 0), (-1, 0), (0, -1)):
            column, row = column_number(match[1]) + columns, int(match[2]) + rows
            if column > 1:
                moved = f"{column_letters(column)}{row}"
                found.append(right[: match.start()] + moved + right[match.end() :])
    for index, sign in enumerate(right):
        if sign in "+*/" or (sign == "-" and index and right[index - 1] not in "(,E"):
            found += [right[:index] + other + right[index + 1 :] for other in "+-*/"]
    return [wrong for wrong in found if wrong != right]


XOR = {"layers": "2-3-1", "activation": "tanh", "biases": "trained", **FOUR}
TURN = XOR | {"batch": "one"}
RELU = {"layers": "2-2-2-2", "activation": ["relu", "leaky relu"], "biases": "trained", **ONE}
SOFT = {"layers": "2-2-3", "loss": "cross-entropy", **ONE, "targets": [0.0, 1.0, 0.0]}
MISTAKES: list[tuple[dict[str, Any], str, str, str]] = [
    (XOR, "h1[2]", "{w1}*'Samples'!$C$5+{w2}*'Samples'!$D$6+{b1}", "uses i1[1] where i1[2]"),
    (XOR, "h1[2]", "{w1}*'Samples'!$D$5+{w2}*'Samples'!$D$6", "the term + b1 is missing"),
    (XOR, "a_h2[1]", "TANH({h2[2]})", "uses h2[2] where h2[1] belongs"),
    (XOR, "a_o1[3]", "TANH({o1[3]})", "computes tanh(o1[3]) where σ(o1[3])"),
    (XOR, "E_mean", "SUM({E_total[1]}:{E_total[4]})", "uses SUM where AVERAGE"),
    (XOR, "E_mean", "AVERAGE({E_total[1]}:{E_total[3]})", "where E_total belongs"),
    (
        XOR,
        "dE/dh2[3]",
        "{dE/do1[3]}*{w8}*(1-{a_h1[3]}^2)",
        "uses a_h1[3] where a_h2[3] belongs",
    ),
    (XOR, "dE/dh2[3]", "{dE/do1[3]}*{w8}*(1-{a_h2[3]})", "the square of a_h2[3] is missing"),
    (
        XOR,
        "dE/dw7",
        "SUMPRODUCT({dE/do1[1]}:{dE/do1[4]},{h1[1]}:{h1[4]})/4",
        "uses h1 where a_h1 belongs",
    ),
    (
        XOR,
        "dE/dw7",
        "SUMPRODUCT({dE/do1[1]}:{dE/do1[4]},{a_h1[1]}:{a_h1[4]})",
        "computes something else: ∂E/∂w7",
    ),
    (XOR, "dE/db4", "SUM({dE/do1[1]}:{dE/do1[4]})", "uses SUM where AVERAGE"),
    (XOR, "b2", "{above b2}+{η}*{above dE/db2}", "uses + where − belongs"),
    (TURN, "sample", "{above sample}+1", "computes something else"),
    (TURN, "i1", "INDEX('Samples'!$C$6:$F$6,{sample})", "copies i2"),
    (TURN, "t1", "INDEX('Samples'!$C$7:$F$7,{above sample})", "of the row above"),
    (TURN, "t1", "INDEX('Samples'!$C$7:$F$7,{step})", "uses step where sample belongs"),
    (RELU, "a_h1_1", "MAX(0,{h1_2})", "uses h1_2 where h1_1 belongs"),
    (RELU, "a_h1_1", "{h1_1}", "copies h1_1"),
    (RELU, "a_h2_1", "MAX(0,{h2_1})", "computes max(0, h2_1) where max(h2_1"),
    (RELU, "dE/dh1_1", "{dE/dh2_1}*{w5}+{dE/dh2_2}*{w7}", "the factor sign(a_h1_1) is missing"),
    (SOFT, "max_o", "MAX({o1},{o2})", "computes something else: max_o should be max(o1, o2, o3)"),
    (SOFT, "e_o2", "EXP({o2})", "the term − max_o is missing"),
    (SOFT, "sum_e", "{e_o1}+{e_o2}", "the term + e_o3 is missing"),
    (SOFT, "dE/do3", "{t3}-{a_o3}", "the sign is wrong"),
    (XOR | {"optimiser": "momentum"}, "v_w1", "{η}*{above v_w1}+{above dE/dw1}", "uses η where"),
    (XOR | {"optimiser": "momentum"}, "w1", "{above w1}-{η}*{above v_w1}", "of the row above"),
    (XOR | {"optimiser": "momentum"}, "w1", "{above w1}-{μ}*{v_w1}", "learning rate"),
    (
        XOR | {"optimiser": "momentum", "weight_decay": 0.1},
        "v_w2",
        "{μ}*{above v_w2}+{above dE/dw2}",
        "the term + λ·w2 is missing",
    ),
    (
        XOR | {"optimiser": "rmsprop"},
        "s_w1",
        "{α}*{above s_w1}+(1-{α})*{above dE/dw1}",
        "the square of ∂E/∂w1 is missing",
    ),
    (
        XOR | {"optimiser": "rmsprop"},
        "w1",
        "{above w1}-{η}*{above dE/dw1}",
        "uses the weight",
    ),
    (
        XOR | {"optimiser": "adam"},
        "w1",
        "{above w1}-{η}*({m_w1}/(1-{β1}^{above step}))/(SQRT({v_w1}/(1-{β2}^{step}))+{ε})",
        "uses step of the row above",
    ),
    (XOR | {"optimiser": "adam"}, "step", "{above step}+17", "17 stands where 1 belongs"),
]


@pytest.mark.parametrize(
    ("given_settings", "quantity", "template", "words"),
    MISTAKES,
    ids=[f"{quantity}={template}" for _, quantity, template, _ in MISTAKES],
)
def test_a_mistake_is_named(
    given_settings: dict[str, Any], quantity: str, template: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "book.xlsx"
    run = book(path, **given_settings)
    later = range(1, run.steps + 1)
    places = {step: position(run, quantity, step) for step in later}
    assert first_table(path).faults == ()
    right = {place: formula(read_book(path), run, quantity, s) for s, place in places.items()}
    wrong = {place: in_cells(run, template, step) for step, place in places.items()}
    with_formulas(path, run.sheet, wrong)
    table = first_table(path)
    assert wrong_cells(table) == {(quantity, row) for row, _ in places.values()}
    assert words in table.faults[0].explanation
    with_formulas(path, run.sheet, table.faults[0].corrections)
    assert first_table(path).faults == ()
    assert right  # what stood there before passes too, as the first assertion says


@pytest.mark.parametrize(
    ("given_settings", "quantity", "start"),
    [
        (XOR | {"optimiser": "momentum"}, "v_w1", 0),
        (XOR | {"optimiser": "adam"}, "step", 0),
        (TURN, "sample", 1),
    ],
)
def test_what_has_a_set_start_must_start_with_it(
    given_settings: dict[str, Any], quantity: str, start: int, tmp_path: Path
) -> None:
    path = tmp_path / "book.xlsx"
    run = book(path, **given_settings)
    place = position(run, quantity, 0)
    with_formulas(path, run.sheet, {place: "2"})
    (fault,) = first_table(path).faults
    assert (fault.quantity, fault.found, fault.expected) == (quantity, "=2", f"={start}")
    assert fault.explanation == f"{quantity} starts with something else than {start}"


def test_a_given_value_does_not_change(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    run = book(path, **(RELU | {"biases": "fixed"}))
    place = position(run, "b2", 3)
    with_formulas(path, run.sheet, {place: in_cells(run, "{above b2}*1.1", 3)})
    (fault,) = first_table(path).faults
    assert (fault.quantity, fault.cells) == ("b2", 1)
    assert fault.explanation == "b2 is given: it does not change from row to row"
    with_formulas(path, run.sheet, fault.corrections)
    assert first_table(path).faults == ()


PLAIN = XOR | {"learning_rates": [0.5, 0.1]}
LIES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (PLAIN, {"layers": [2, 2, 1]}),
    (PLAIN, {"layers": [2, 4, 1]}),
    (PLAIN, {"activations": ["sigmoid", "sigmoid"]}),
    (PLAIN, {"activations": ["tanh", "linear"]}),
    (PLAIN, {"biases": "none"}),
    (PLAIN, {"loss": "mean squared error"}),
    (PLAIN, {"loss": "binary cross-entropy"}),
    (PLAIN, {"samples": 3}),
    (PLAIN, {"samples": 5}),
    (TURN, {"samples": 3}),
    (TURN, {"biases": "fixed"}),
    (RELU, {"biases": "fixed"}),
    (RELU, {"activations": ["leaky relu", "relu", "sigmoid"]}),
    (PLAIN, {"optimisers": [{"title": "momentum", "constants": {"η": 1.0, "μ": 0.9}}] * 2}),
    (PLAIN, {"optimisers": [{"title": "gradient descent", "constants": {"η": 1, "λ": 0.1}}] * 2}),
    (
        PLAIN,
        {
            "optimisers": [
                {"title": "gradient descent", "constants": {"η": 1}},
                {"title": "momentum", "constants": {"η": 1, "μ": 0.9}},
            ]
        },
    ),
]


@pytest.mark.parametrize(("truth", "lie"), LIES, ids=[str(lie) for _, lie in LIES])
def test_a_lie_makes_faults(truth: dict[str, Any], lie: dict[str, Any], tmp_path: Path) -> None:
    """What a book says of itself only tells what to check."""
    path = tmp_path / "book.xlsx"
    book(path, **truth)
    described_as(path, {})
    assert check_file(path).faults == 0
    described_as(path, lie)
    report = check_file(path)
    assert report.error is None
    assert report.faults > 0


@pytest.mark.parametrize("lie", [{"batch": "one"}, {"layers": [3, 3, 1]}, {"layers": [2, 3, 3, 1]}])
def test_a_lie_is_never_a_pass(lie: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    book(path, **XOR)
    activations = {"activations": ["tanh"] * (len(lie.get("layers", [0] * 3)) - 1)}
    described_as(path, lie | activations)
    report = check_file(path)
    assert report.error is None
    assert report.faults > 0


def test_the_runs_may_stand_in_another_order(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    book(path, **(XOR | {"optimiser": ["momentum", "adam", "gradient descent"]}))
    constants = {"gradient descent": "η", "momentum": "ημ", "Adam": ["η", "β1", "β2", "ε"]}
    runs_said = [
        {"title": title, "constants": dict.fromkeys(letters, 0.5)}
        for title, letters in constants.items()
    ]
    described_as(path, {"optimisers": runs_said})
    assert check_file(path).faults == 0
    described_as(path, {"optimisers": runs_said[:2]})
    warnings = [caution.text for table in check_file(path).tables for caution in table.warnings]
    assert "describes 2 runs, and 3 were found" in warnings


@pytest.mark.parametrize("given_settings", [XOR, TURN, RELU | {"optimiser": "adam"}])
def test_a_corrected_copy_is_as_it_was(given_settings: dict[str, Any], tmp_path: Path) -> None:
    path, target = tmp_path / "book.xlsx", tmp_path / "corrected.xlsx"
    run = book(path, **given_settings)
    before = read_book(path).sheet(run.sheet).cells
    weight = "w2"
    template = "{above w2}+{η}*{above dE/dw2}"
    places = {step: position(run, weight, step) for step in range(1, run.steps + 1)}
    with_formulas(path, run.sheet, {p: in_cells(run, template, s) for s, p in places.items()})
    fixed = fix(check_file(path), target)
    assert fixed.corrected == run.steps
    after = read_book(target).sheet(run.sheet).cells
    for place, cell in before.items():
        if isinstance(cell.value, float):
            value = after[place].value
            assert isinstance(value, float)
            assert math.isclose(value, cell.value, rel_tol=1e-9, abs_tol=1e-12)
