"""A book with every kind of sheet that is written of runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from mnist_model.sheets.comparison import ComparisonEntry, LadderStep, put_comparison
from mnist_model.sheets.run import put_runs
from tests.mnist_model.records import record
from tests.mnist_model.sheets.seen import blank_book


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with every kind of sheet."""
    path = blank_book(tmp_path_factory.mktemp("book") / "book.xlsx")
    put_runs(path, [record()], replace=False)
    put_runs(path, [record(seed=seed) for seed in range(14)], replace=False)
    short = record(epochs=1, name="short-seed3", mistakes=(), is_sample=True)
    put_runs(path, [short], replace=False)
    entries = [
        ComparisonEntry("ours", "standard", (record(), record(seed=1), record(seed=2))),
        ComparisonEntry("14392", "published", (record("14392"),)),
        ComparisonEntry("19512", "published", (record("19512"), record("19512", 1))),
    ]
    ladder = [
        LadderStep("baseline", (record("17578"), record("17578", 1))),
        LadderStep("+ BatchNorm", (record("17626"),)),
    ]
    put_comparison(path, entries, ladder, replace=False)
    return path
