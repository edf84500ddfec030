"""Biases by what they do: a neuron adds them and they are updated, whatever they are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.faults.test_mistakes import check, wrong_cells
from tests.oracles.class_biases import BIASES, BiasedTable

CALLED = {
    "by neuron": ("b_h1", "b_h2", "b_o1", "b_o2"),
    "in Greek": ("θ1", "θ2", "θ3", "θ4"),
    "in words": ("bias h1", "bias h2", "bias o1", "bias o2"),
    "as weights": ("w9", "w10", "w11", "w12"),
    "short": ("bh1", "bh2", "bo1", "bo2"),
    "unlike anything": ("Schwelle A", "Schwelle B", "Schwelle C", "Schwelle D"),
}


def called(names: str, sharing: str = "own", one: bool = False) -> BiasedTable:
    """A table with trained biases; with ``one`` each is multiplied with a column of ones."""
    table = BiasedTable(sharing=sharing, biases="trained")
    columns, row = table.columns, table.header_row
    for bias, name in zip(table.bias_names, CALLED[names], strict=False):
        table.cells[row, columns[bias]] = name
        table.cells[row, columns[f"dE/d{bias}"]] = f"∂E/∂{name}"
    if one:
        columns["one"] = max(columns.values()) + 1
        table.cells[row, columns["one"]] = "1"
        for at in table.rows:
            table.cells[at, columns["one"]] = 1.0
        for neuron, bias in zip(("h1", "h2", "o1", "o2"), BIASES[sharing], strict=True):
            table.put(neuron, f"{table.template(neuron)}+{{{bias}}}*{{one}}", table.rows)
    return table


@pytest.mark.parametrize("one", [False, True])
@pytest.mark.parametrize("sharing", BIASES)
@pytest.mark.parametrize("names", CALLED)
def test_a_right_table_is_right(names: str, sharing: str, one: bool, tmp_path: Path) -> None:
    report = check(called(names, sharing, one), tmp_path)
    assert report.faults == ()
    assert "trained biases" in report.network
    assert report.right.startswith(f"all {27 + 2 * len(called(names, sharing).bias_names)}")


@pytest.mark.parametrize("names", CALLED)
@pytest.mark.parametrize(
    ("quantity", "template"),
    [
        ("h1", "{w1}*{i1}+{w2}*{i2}"),
        ("o2", "{w7}*{a_h1}+{w8}*{a_h2}+{b1}"),
        ("b3", "{above b3}+{rate}*{above dE/db3}"),
        ("dE/db2", "{dE/dw3}"),
        ("o1", "{w5}*{i1}+{w6}*{a_h2}+{b3}"),
    ],
)
def test_a_mistake_is_found(names: str, quantity: str, template: str, tmp_path: Path) -> None:
    table = called(names)
    wrong = table.put(quantity, template, table.computed_rows(quantity))
    assert wrong_cells(check(table, tmp_path)) == wrong


def test_an_input_of_one_of_the_outputs_is_no_bias(tmp_path: Path) -> None:
    table = called("by neuron", one=True)
    for row in table.rows:
        table.cells[row, table.columns["i1"]] = 1.0
    template = "{w5}*{i1}+{w6}*{a_h2}+{b3}*{one}"
    wrong = table.put("o1", template, table.rows)
    assert wrong_cells(check(table, tmp_path)) == wrong
