"""Class tables with biases: right ones raise nothing, every mistake in one is found and named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_xlsx.check.book_check import check_file
from tests.check.faults.test_mistakes import assert_corrections_are_right, check, wrong_cells
from tests.oracles.class_biases import BIASES, BiasedTable, BiasMistake, bias_mistakes, run

MISTAKES = bias_mistakes()
GIVEN = ("columns", "cells", "unlabelled", "typed", "trained")


@pytest.mark.parametrize("biases", GIVEN)
@pytest.mark.parametrize("sharing", BIASES)
def test_a_right_table_is_right(sharing: str, biases: str, tmp_path: Path) -> None:
    table = BiasedTable(sharing=sharing, biases=biases)
    report = check(table, tmp_path)
    assert report.faults == ()
    assert {caution.kind for caution in report.warnings} == {"steps"}
    trained = biases == "trained"
    assert f"{'trained' if trained else 'fixed'} biases" in report.network
    assert ("of layers" in report.network) == (sharing == "shared")
    assert report.learning_rate == table.start.rate
    gradients_and_updates = 2 * len(table.bias_names) if trained else 0
    assert f"all {27 + gradients_and_updates} computed columns" in report.right


@pytest.mark.parametrize(
    "mistake",
    MISTAKES,
    ids=[f"{m.sharing} {m.biases}, {m.kind}: {m.quantity}={m.template}" for m in MISTAKES],
)
def test_a_mistake_is_named(mistake: BiasMistake, tmp_path: Path) -> None:
    table = BiasedTable(sharing=mistake.sharing, biases=mistake.biases)
    cells = table.put(mistake.quantity, mistake.template, table.computed_rows(mistake.quantity))
    report = check(table, tmp_path)
    assert wrong_cells(report) == cells
    (fault,) = report.faults
    for words in mistake.words:
        assert words in fault.explanation
    assert_corrections_are_right(table, report, tmp_path)


@pytest.mark.parametrize(
    ("sharing", "biases"),
    # A bias that only the pasted column uses is known by its name alone.
    [*(("shared", biases) for biases in GIVEN), ("own", "columns"), ("own", "cells")],
)
def test_values_without_formulas(sharing: str, biases: str, tmp_path: Path) -> None:
    table = BiasedTable(sharing=sharing, biases=biases)
    values = table.numbers()
    column = table.columns["h2"]
    for row in table.rows:
        table.cells[row, column] = values[row, column]
    assert_only_h2_is_typed(table, values, tmp_path)
    table.cells[18, column] = values[18, column] - table.bias_values["b1"]
    assert_only_h2_is_typed(table, values, tmp_path)


def assert_only_h2_is_typed(
    table: BiasedTable, values: dict[tuple[int, int], float], folder: Path
) -> None:
    """A column of numbers among formulas is one fault in every row, right or wrong numbers."""
    (report,) = check_file(table.write(folder / "book.xlsx", values)).tables
    assert [(fault.quantity, fault.kind) for fault in report.faults] == [("h2", "typed-number")]
    assert wrong_cells(report) == {("h2", row) for row in table.rows}
    assert report.coverage.numbers == ("h2",)
    computed = len(report.coverage.formulas) + 1
    assert report.right.endswith(f": {computed - 1} of {computed} computed columns")


def test_a_pasted_table_with_trained_biases(tmp_path: Path) -> None:
    table = BiasedTable(biases="trained", steps=10)
    for cell, value in table.numbers().items():
        table.cells[cell] = value
    report = check(table, tmp_path)
    assert (report.faults, report.formulas, report.learning_rate) == ((), 0, 0.5)
    table.cells[20, table.columns["b2"]] = 0.61
    assert wrong_cells(check(table, tmp_path)) >= {("b2", 20)}


numbers = st.floats(-1.5, 1.5).map(lambda x: round(x, 3)).filter(lambda x: abs(x) >= 0.05)


@settings(max_examples=20)
@given(
    sharing=st.sampled_from(sorted(BIASES)),
    biases=st.sampled_from(GIVEN),
    values=st.lists(numbers, min_size=4, max_size=4, unique_by=abs),
    drawn=st.data(),
)
def test_any_biases(
    sharing: str, biases: str, values: list[float], drawn: st.DataObject, tmp_path: Path
) -> None:
    """Right with any numbers; with one of the mistakes, wrong in its cells alone."""
    named = dict(zip(("b1", "b2", "b3", "b4"), values, strict=True))
    table = BiasedTable(sharing=sharing, biases=biases, bias_values=named)
    assert check(table, tmp_path).faults == ()
    possible = [m for m in MISTAKES if (m.sharing, m.biases) == (sharing, biases)]
    if possible:
        mistake = drawn.draw(st.sampled_from(possible))
        rows = list(table.computed_rows(mistake.quantity))
        first = drawn.draw(st.integers(0, len(rows) - 1))
        cells = table.put(mistake.quantity, mistake.template, rows[first:])
        report = check(table, tmp_path)
        assert wrong_cells(report) == cells
        assert_corrections_are_right(table, report, tmp_path)


def test_the_effect_of_a_mistake_is_that_on_the_loss(tmp_path: Path) -> None:
    table = BiasedTable(biases="trained", steps=20)
    template = table.biased_template("b2").replace("-{rate}", "+{rate}")
    table.put("b2", template, table.computed_rows("b2"))
    (fault,) = check(table, tmp_path).faults
    right = run(table.start, table.bias_values, "shared", 20, trained=True)[-1]["E_total"]
    assert f"instead of {right:.4g}" in fault.effect


def test_fixed_biases_that_change_are_warned_of(tmp_path: Path) -> None:
    table = BiasedTable(biases="columns")
    table.cells[19, table.columns["b1"]] = 0.36
    warnings = [caution.text for caution in check(table, tmp_path).warnings]
    assert "b1 changes from row to row, first in I19" in warnings


def test_a_table_that_forgets_biases_that_it_has(tmp_path: Path) -> None:
    """Only the outputs have theirs: b1 is missing in h1 and in h2."""
    table = BiasedTable(biases="trained")
    cells = set()
    for name in ("h1", "h2"):
        template = table.template(name)
        cells |= table.put(name, template, table.rows)
    report = check(table, tmp_path)
    assert wrong_cells(report) == cells
    assert {fault.explanation for fault in report.faults} == {"the term + b1 is missing"}


@pytest.mark.parametrize(
    ("sharing", "trained", "after_one_step"),
    [
        ("shared", False, 0.29102777369359933),
        ("shared", True, 0.28575088669929653),
        ("own", True, 0.28047144679143016),
    ],
)
def test_the_oracle_is_matt_mazurs_example(
    sharing: str, trained: bool, after_one_step: float
) -> None:
    values = {"shared": (0.35, 0.6), "own": (0.35, 0.35, 0.6, 0.6)}[sharing]
    biases = {f"b{k}": value for k, value in enumerate(values, 1)}
    first, second = run(BiasedTable().start, biases, sharing, 1, trained)
    assert first["E_total"] == pytest.approx(0.29837110876000272, rel=1e-15)
    assert first["dE/dw5"] == pytest.approx(0.08216704056423077, rel=1e-14)
    assert second["E_total"] == pytest.approx(after_one_step, rel=1e-15)


def test_pasted_numbers_with_biases_of_their_own(tmp_path: Path) -> None:
    table = BiasedTable(sharing="own", biases="trained", steps=10)
    for cell, value in table.numbers().items():
        table.cells[cell] = value
    report = check(table, tmp_path)
    assert (report.faults, report.learning_rate) == ((), 0.5)
    assert "of layers" not in report.network
