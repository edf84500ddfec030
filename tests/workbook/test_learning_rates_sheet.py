"""The sheet Learning rates: what it says of each run is what the run's own rows hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_xlsx import Experiment, build, reference
from backprop_xlsx.spreadsheet.engines import ENGINES, recalculate
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.workbook.layout import LEARNING_RATES
from tests.workbook.names import named_cells

RATES = [0.0001, 0.5, 2.0]
EXPERIMENT = Experiment.preset(learning_rates=RATES, steps=30)


@pytest.mark.parametrize("engine", ENGINES)
def test_each_run_is_summed_up_below_the_headers(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "book.xlsx"
    build(EXPERIMENT, path)
    cells = read_book(path).sheet(LEARNING_RATES).cells
    (header,) = {row for (row, _), cell in cells.items() if cell.value == "loss at start"}
    columns = {str(cell.value): col for (row, col), cell in cells.items() if row == header}
    history = [run["E_total"].tolist() for run in reference.train(EXPERIMENT)]
    threshold = history[0][0] / 2
    found = recalculate(path, engine, {named_cells(path)["loss_threshold"]: threshold})
    told = [
        {name: found.value(LEARNING_RATES, row, column) for name, column in columns.items()}
        for row in range(header + 1, header + 1 + len(RATES))
    ]
    for run, rate, losses in zip(told, RATES, history, strict=True):
        assert run["η"] == rate
        assert run["loss at start"] == pytest.approx(losses[0])
        for name, step in (("after 1", 1), ("after 10", 10), ("after 30", 30)):
            assert run[name] == pytest.approx(losses[step])
        below = [step for step, loss in enumerate(losses) if loss < threshold]
        assert run["below at step"] == (below[0] if below else "never")
        assert run["rises"] == sum(b > a for a, b in zip(losses, losses[1:], strict=False))
    assert {run["below at step"] == "never" for run in told} == {True, False}
