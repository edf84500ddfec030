"""A table that is consistent with itself is judged by its own convention, mistakes and all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_xlsx.spreadsheet.engines import open_live
from tests.check.faults.test_mistakes import assert_corrections_are_right, check, wrong_cells
from tests.oracles.conventions import ConventionalTable, Mathematics

CONVENTIONS = {
    "E without ½": Mathematics(loss="whole"),
    "E as the mean of squares": Mathematics(loss="mean"),
    "E as the mean of ½ squares": Mathematics(loss="mean of halves"),
    "E as binary cross-entropy": Mathematics(loss="cross entropy"),
    "2-2-2, tanh,": Mathematics(activations=("tanh", "tanh")),
    "tanh, sigmoid": Mathematics(activations=("tanh", "sigmoid")),
    "relu, sigmoid": Mathematics(activations=("relu", "sigmoid")),
    "sigmoid, linear": Mathematics(activations=("sigmoid", "linear")),
    "relu, linear, no bias, E without ½": Mathematics(activations=("relu", "linear"), loss="whole"),
    "2-2-1": Mathematics((2, 2, 1)),
    "3-3-2": Mathematics((3, 3, 2)),
    "2-3-2": Mathematics((2, 3, 2)),
    "2-2-3": Mathematics((2, 2, 3)),
    "2-1, sigmoid": Mathematics((2, 1), ("sigmoid",)),
    "3-2, sigmoid": Mathematics((3, 2), ("sigmoid",)),
    "weights numbered input by input": Mathematics(by_input=True),
    "2-3-2, sigmoid, no bias, weights numbered input by input": Mathematics(
        (2, 3, 2), by_input=True
    ),
    "momentum": Mathematics(momentum="velocity"),
    "no bias, momentum": Mathematics(momentum="gradients"),
    "tanh, no bias, E without ½, momentum": Mathematics(
        activations=("tanh", "tanh"), loss="whole", momentum="gradients"
    ),
    "fixed bias of the whole network": Mathematics(biases=("b1",) * 4),
    "trained bias of the whole network": Mathematics(biases=("b1",) * 4, trained=True),
    "fixed biases in the hidden layer alone": Mathematics(biases=("b1", "b2", None, None)),
    "trained biases in the outputs alone": Mathematics(
        biases=(None, None, "b1", "b2"), trained=True
    ),
    # The hidden layer's has the higher number.
    "2-2-2, sigmoid, trained biases of layers": Mathematics(
        biases=("b2", "b2", "b1", "b1"), trained=True
    ),
    "trained biases of layers, E without ½": Mathematics(
        biases=("b1", "b1", "b2", "b2"), trained=True, loss="whole"
    ),
    "2-3-1, tanh, trained biases": Mathematics(
        (2, 3, 1), ("tanh", "tanh"), biases=("b1", "b2", "b3", "b4"), trained=True
    ),
}


@pytest.mark.parametrize("words", CONVENTIONS)
def test_the_tables_are_consistent(words: str, tmp_path: Path) -> None:
    """Central differences of E_total, by an engine, are the gradients: the oracle itself."""
    table = ConventionalTable(mathematics=CONVENTIONS[words])
    path, row = table.write(tmp_path / "book.xlsx"), table.first_row
    with open_live(path, "ironcalc") as live:
        for name in table.mathematics.parameters:
            place = (table.sheet, row, table.columns[name])
            losses = []
            for side in (1e-4, -1e-4):
                live.type(*place, table.given[name] + side)
                live.recalculate()
                losses.append(live.value(table.sheet, row, table.columns["E_total"]))
            live.type(*place, table.given[name])
            live.recalculate()
            gradient = live.value(table.sheet, row, table.columns[f"dE/d{name}"])
            assert (losses[0] - losses[1]) / 2e-4 == pytest.approx(gradient, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("words", CONVENTIONS)
def test_a_right_table_is_right_and_told_so(words: str, tmp_path: Path) -> None:
    report = check(ConventionalTable(mathematics=CONVENTIONS[words]), tmp_path)
    assert report.faults == ()
    assert words in report.network
    assert report.learning_rate == 0.5


@pytest.mark.parametrize("words", CONVENTIONS)
def test_a_mistake_is_judged_by_the_same_convention(words: str, tmp_path: Path) -> None:
    """One neuron, one gradient, one update: each time only those cells are wrong."""
    for quantity in ("o1", "dE/dw2", "w1"):
        table = ConventionalTable(mathematics=CONVENTIONS[words])
        wrong = f"{table.formulas[quantity]}*1.5"
        cells = table.put(quantity, wrong, table.computed_rows(quantity))
        report = check(table, tmp_path)
        assert wrong_cells(report) == cells
        assert words in report.network
        assert_corrections_are_right(table, report, tmp_path)


def test_a_table_of_the_class_stays_one(tmp_path: Path) -> None:
    """E1 and E2 without ½ beside gradients of the class: two columns are wrong, not eight."""
    table = ConventionalTable()
    cells = set()
    for name in ("E1", "E2"):
        cells |= table.put(name, table.formulas[name].replace("0.5*", ""), table.rows)
    report = check(table, tmp_path)
    assert wrong_cells(report) == cells
    assert "2-2-2, sigmoid, no bias: " in report.network


@pytest.mark.parametrize("loss", ["half", "whole"])
@pytest.mark.parametrize("activations", [("sigmoid", "tanh"), ("tanh", "relu"), ("relu", "linear")])
def test_the_only_neuron_of_a_layer_may_be_wrong(
    activations: tuple[str, str], loss: str, tmp_path: Path
) -> None:
    """What the neuron should compute only the gradients tell."""
    table = ConventionalTable(mathematics=Mathematics((1, 2, 1), activations, loss))
    cells = table.put("a_o1", f"({table.formulas['a_o1']})*1.25", table.computed_rows("a_o1"))
    assert wrong_cells(check(table, tmp_path)) == cells


neurons = st.integers(1, 3)


@settings(max_examples=12, deadline=None)
@given(
    sizes=st.tuples(neurons, st.integers(2, 3), neurons),
    activations=st.tuples(
        st.sampled_from(("sigmoid", "tanh", "relu")), st.sampled_from(("sigmoid", "tanh", "linear"))
    ),
    loss=st.sampled_from(("half", "whole", "mean", "mean of halves")),
    by_input=st.booleans(),
    momentum=st.sampled_from(("none", "velocity", "gradients")),
    drawn=st.data(),
)
def test_any_convention(
    sizes: tuple[int, int, int],
    activations: tuple[str, str],
    loss: str,
    by_input: bool,
    momentum: str,
    drawn: st.DataObject,
    tmp_path: Path,
) -> None:
    """Right with any combination; with one factor too many, wrong in these cells alone."""
    own = Mathematics(sizes, activations, loss, by_input, momentum=momentum)
    table = ConventionalTable(mathematics=own)
    assert wrong_cells(check(table, tmp_path)) == set()
    quantity = drawn.draw(st.sampled_from(sorted(table.formulas)))
    rows = table.computed_rows(quantity)
    cells = table.put(quantity, f"({table.formulas[quantity]})*1.25", rows)
    assert wrong_cells(check(table, tmp_path)) == cells
