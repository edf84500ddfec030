"""The ✓ of a book: it goes where any column is spoilt, and stays where a yellow cell is edited."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_xlsx import Experiment, build
from backprop_xlsx.spreadsheet.engines import ENGINES, open_live
from backprop_xlsx.workbook.checks.identities.columns import MARGIN
from backprop_xlsx.workbook.checks.identities.run_identities import run_identities
from backprop_xlsx.workbook.checks.identities.sums import sum_identity
from backprop_xlsx.workbook.layout import runs
from tests.strategies import any_experiments
from tests.workbook.checks.spoiling import OpenBook, Spoil, times, typed
from tests.workbook.checks.test_spread import FAR_OUT
from tests.workbook.names import named_cells

CLASS = Experiment.preset(learning_rates=[0.5, 2.0], steps=6)
BOOKS = {
    "class": CLASS,
    "biases and tanh": Experiment.preset(
        layers="2-3-1", activation="tanh", biases="trained", learning_rates=[0.3], steps=5
    ),
    "softmax": Experiment.preset(
        layers="2-2-3",
        activation="leaky relu",
        loss="cross-entropy",
        biases="trained",
        inputs=[[0.3, -1], [1.2, 0.4]],
        targets=[[1, 0, 0], [0, 1, 0]],
        optimiser=["adam", "momentum"],
        learning_rates=[0.1],
        weight_decay=0.01,
        steps=4,
    ),
    "in turn": Experiment.preset(
        layers="2-2-1",
        loss="binary cross-entropy",
        biases="fixed",
        bias_values=[0.1, -0.2, 0.3],
        inputs=[[0.3, -1], [1.2, 0.4], [-0.6, 0.9]],
        targets=[[1], [0], [1]],
        batch="one",
        optimiser=["rmsprop"],
        learning_rates=[0.05],
        steps=7,
    ),
    "two hidden layers": Experiment.preset(
        layers="2-2-2-2",
        activation=["relu", "sigmoid"],
        output_activation="linear",
        loss="mean squared error",
        inputs=[[0.4, 1], [1.2, 0.4]],
        targets=[[0.3, 0.9], [0.6, 0.1]],
        draw="xavier",
        seed=4,
        optimiser=["adam"],
        learning_rates=[0.05],
        steps=5,
    ),
}
SPOILS = {
    "half as much again": times(1.5),
    "the other sign": times(-1.0),
    "a millionth more": times(1.000001),
}


TYPED, ANY = "typed numbers", "any of them"
# Of the general books each column is spoilt in one way, which is drawn.
CASES = [
    *(("class", kind) for kind in (*SPOILS, TYPED)),
    *(
        pytest.param(name, ANY, marks=pytest.mark.slow if name == "softmax" else ())
        for name in list(BOOKS)[1:]
    ),
]


@pytest.fixture(scope="module")
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> OpenBook:
    """A book in which a yellow cell has been edited."""
    path = tmp_path_factory.mktemp("book") / "book.xlsx"
    opened = OpenBook(BOOKS[request.param], path)
    assert opened.verdict.startswith("✓ all")
    opened.type("start_w1", 0.2750001)
    assert opened.verdict.endswith("to the original start values")
    assert opened.verdict.startswith("✓")
    opened.experiment = BOOKS[request.param]  # type: ignore[attr-defined]
    return opened


@pytest.mark.parametrize(("book", "kind"), CASES, indirect=["book"])
def test_any_spoilt_column_of_any_run_turns_the_verdict(book: OpenBook, kind: str) -> None:
    random = np.random.default_rng(len(kind))
    experiment: Experiment = book.experiment  # type: ignore[attr-defined]
    missed, changed = [], 0
    for run in runs(experiment):
        for quantity in run.columns:
            numbers: Spoil = typed(iter(random.uniform(-1, 1) for _ in count()))
            drawn = str(random.choice([*SPOILS, TYPED])) if kind == ANY else kind
            spoil = SPOILS.get(drawn, numbers)
            step = int(random.integers(run.steps))
            with book.spoilt(run, quantity, step, spoil) as has_changed:
                changed += has_changed
                if has_changed and book.verdict.startswith("✓"):
                    missed.append((run.sheet, quantity, step))
    assert missed == []
    # Columns of zeros stay as they are whatever they are multiplied with.
    assert changed > 0.7 * sum(len(run.columns) for run in runs(experiment))
    assert book.verdict.startswith("✓")


@pytest.fixture(scope="module")
def class_book(tmp_path_factory: pytest.TempPathFactory) -> OpenBook:
    """The class book as it is written; what a test types or spoils it takes back."""
    return OpenBook(CLASS, tmp_path_factory.mktemp("class") / "book.xlsx")


@pytest.mark.parametrize(
    ("quantity", "margins"),
    [
        *(
            (quantity, margins)
            for quantity in ("a_h1", "E1", "step", "i1")
            for margins in (0.5, 40)
        ),
        ("rose", 40),  # which are 0 or 1
        ("below", 40),
    ],
)
def test_margins_hold_from_both_sides(class_book: OpenBook, quantity: str, margins: float) -> None:
    """Half a margin off a column agrees; of e to a power ten margins count as one."""
    run = runs(CLASS)[0]

    def off(formula: str, value: float) -> float:
        if quantity == "step":  # which is held against one more than in the row before
            return value + margins * MARGIN
        return value * (1 + margins * MARGIN) if value else 1e-6

    with class_book.spoilt(run, quantity, run.steps, off):
        assert class_book.verdict.startswith("✓" if margins < 1 else "✗")


WIDE = Experiment.preset(
    layers="130-1",
    output_activation="linear",
    biases="fixed",
    bias_values=[1000.0],
    inputs=np.linspace(-0.1, 0.1, 130).tolist(),
    targets=[1000.0],
    weights=np.linspace(0.01, -0.005, 130).tolist(),
    learning_rates=[0.1],
    steps=3,
)
EXTREMES = st.one_of(
    st.floats(-3, 3),
    st.floats(-1e4, 1e4),
    st.sampled_from([0.0, 1e-9, 1e40, -1e40, 40.0, -40.0, 800.0]),
)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=8)
@given(any_experiments(), st.data())
def test_no_edit_of_a_yellow_cell_makes_an_unspoilt_book_differ(
    tmp_path: Path, engine: str, experiment: Experiment, data: st.DataObject
) -> None:
    path = tmp_path / "book.xlsx"
    build(experiment, path)
    cells = named_cells(path)
    names = [name for name in sorted(cells) if name.startswith(("start_", "learning_rate_"))]
    with open_live(path, engine) as live:
        for _ in range(2):
            name = data.draw(st.sampled_from(names))
            value = data.draw(EXTREMES)
            live.type(*cells[name], abs(value) if name.startswith("learning") else value)
            live.recalculate()
            verdict = live.value("Checks", 4, 3)
            assert isinstance(verdict, str)
            assert verdict[0] in "✓–", verdict


@pytest.mark.parametrize(
    ("experiment", "name", "number"),
    [
        pytest.param(FAR_OUT, "start_b3", 8875.052168144372, id="a source of 8,875"),
        pytest.param(
            Experiment.preset(layers="2-2", loss="cross-entropy", targets=[1, 0], steps=3),
            "start_t2",
            -57.95,
            id="a loss below 0",
        ),
    ],
)
def test_what_once_made_an_unspoilt_book_differ(
    tmp_path: Path, experiment: Experiment, name: str, number: float
) -> None:
    opened = OpenBook(experiment, tmp_path / "book.xlsx")
    opened.type(name, number)
    assert opened.verdict.startswith("✓")


def test_every_column_has_a_check_that_fits_into_a_cell() -> None:
    random = np.random.default_rng(1)
    inputs = random.uniform(-1, 1, (300, 4)).round(2).tolist()
    experiment = Experiment.preset(
        layers="4-8-3", loss="cross-entropy", inputs=inputs, targets=[[1, 0, 0]] * 300
    )
    for identity in run_identities(runs(experiment)[0]).values():
        assert 0 < len(identity.formula) < 8_000


def test_rows_that_are_all_alike_are_no_false_alarm(tmp_path: Path) -> None:
    """What adds up over all rows at once is then rounded the same way in each."""
    alike = Experiment.preset(
        layers="1-1",
        inputs=[[0.3]] * 130,
        targets=[[0.9]] * 130,
        weights=[0.7],
        learning_rates=[1e-9],
        steps=150,
    )
    opened = OpenBook(alike, tmp_path / "alike.xlsx")
    assert opened.verdict.startswith("✓ all")
    (run,) = runs(alike)
    with opened.spoilt(run, "dE/dw1", 70, times(1 + 1e-6)) as changed:
        assert changed and opened.verdict.startswith("✗ 1 of")


@pytest.fixture(scope="module")
def wide_book(tmp_path_factory: pytest.TempPathFactory) -> OpenBook:
    """A sum of 130 weights times inputs, and of a bias that is larger than all of them."""
    return OpenBook(WIDE, tmp_path_factory.mktemp("wide") / "book.xlsx")


@pytest.mark.parametrize("margins", [0.0, 0.5, 40.0])
def test_a_sum_of_many_terms_is_as_right_as_its_largest_term_allows(
    wide_book: OpenBook, margins: float
) -> None:
    """Its terms are too many to be listed twice in a formula, once with their squares."""
    (run,) = runs(WIDE)
    with wide_book.spoilt(run, "o1", run.steps, times(1 + margins * MARGIN)):
        assert wide_book.verdict.startswith("✓" if margins < 1 else "✗")


def test_a_sum_of_very_many_terms_is_said_not_to_be_held_against_anything() -> None:
    assert sum_identity("", "A1:A9", ["B1:B9*C1:C9"] * 900).formula == ""


def test_a_text_in_a_yellow_cell_is_named(class_book: OpenBook) -> None:
    class_book.type("start_w1", "abc")
    assert class_book.verdict == "✗ w1 is no number: type a number into its yellow cell"
    class_book.type("start_w1", 0.15)
    assert class_book.verdict.startswith("✓ all")
    class_book.type("learning_rate_B", "0,5 oder so")
    assert class_book.verdict.startswith("✗ η of Run B is no number")
    class_book.type("learning_rate_B", 2.0)
    assert class_book.verdict.startswith("✓ all")
