"""Neurons whose weighted sum has no column: it stands within the formula of the activation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.faults.test_mistakes import assert_corrections_are_right, check, wrong_cells
from tests.oracles.class_biases import BIASES
from tests.oracles.conventions import ACTIVATIONS, ConventionalTable, Mathematics

NETWORKS = {
    "2-2-2, sigmoid, no bias": Mathematics(),
    "2-2-2, tanh, no bias": Mathematics(activations=("tanh", "tanh")),
    "tanh, sigmoid": Mathematics(activations=("tanh", "sigmoid")),
    "2-3-1, sigmoid": Mathematics((2, 3, 1)),
    "2-1, sigmoid": Mathematics((2, 1), ("sigmoid",)),
    "2-2-2, sigmoid, trained biases": Mathematics(biases=BIASES["own"], trained=True),
    "trained biases of layers": Mathematics(biases=BIASES["shared"], trained=True),
}


def without_sums(network: str, headed: str, steps: int = 4) -> ConventionalTable:
    """A right table; ``headed`` says what stands above a_h1: that, h1, or nothing anywhere."""
    table = ConventionalTable(mathematics=NETWORKS[network], steps=steps)
    own = table.mathematics
    for layer, activation in zip(own.layers, own.activations, strict=True):
        for name in layer:
            whole = ACTIVATIONS[activation][0].format(x=f"({table.formulas[name]})")
            table.formulas[f"a_{name}"] = whole
            table.put(f"a_{name}", whole, table.rows)
            if headed == "h1":
                table.cells[table.header_row, table.columns[f"a_{name}"]] = name
            for row in (table.header_row, *table.rows):
                del table.cells[row, table.columns[name]]
    for column in table.columns.values() if headed == "nothing" else ():
        table.cells.pop((table.header_row, column), None)
    return table


@pytest.mark.parametrize("headed", ["a_h1", "h1", "nothing"])
@pytest.mark.parametrize("network", NETWORKS)
def test_a_right_table_is_right(network: str, headed: str, tmp_path: Path) -> None:
    report = check(without_sums(network, headed), tmp_path)
    assert report.faults == ()
    assert network in report.network
    assert report.right.startswith("all ")
    assert {"a_h1", "a_o1"}.intersection(without_sums(network, headed).formulas) <= {
        *report.coverage.formulas
    }


@pytest.mark.parametrize("headed", ["a_h1", "h1", "nothing"])
@pytest.mark.parametrize("network", list(NETWORKS)[:4])
def test_one_row_is_enough(network: str, headed: str, tmp_path: Path) -> None:
    report = check(without_sums(network, headed, steps=0), tmp_path)
    assert report.faults == ()
    assert network in report.network


@pytest.mark.parametrize("headed", ["a_h1", "h1", "nothing"])
@pytest.mark.parametrize(
    ("quantity", "right", "wrong"),
    [("a_o1", "{w6}", "{w5}"), ("a_h2", "{i1}", "{i2}"), ("dE/dw5", "{t1}", "{t2}")],
)
def test_a_mistake_is_found(
    quantity: str, right: str, wrong: str, headed: str, tmp_path: Path
) -> None:
    table = without_sums("2-2-2, sigmoid, no bias", headed)
    cells = table.put(quantity, table.formulas[quantity].replace(right, wrong), table.rows)
    report = check(table, tmp_path)
    assert wrong_cells(report) == cells
    assert_corrections_are_right(table, report, tmp_path)


def test_a_sum_that_is_activated_twice_is_none(tmp_path: Path) -> None:
    """The column after it is its activation: what is headed h1 is wrong."""
    table = ConventionalTable()
    wrong = table.put("h1", f"1/(1+EXP(-({table.formulas['h1']})))", table.rows)
    assert wrong_cells(check(table, tmp_path)) == wrong
