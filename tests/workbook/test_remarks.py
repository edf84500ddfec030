"""Remarks on the sheet Learning rates: made where there is something to say, by engines too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backprop_xlsx import Experiment, reference
from backprop_xlsx.spreadsheet.engines import recalculate
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.patching.patch import spoil
from backprop_xlsx.workbook.build import write_workbook
from backprop_xlsx.workbook.layout import LEARNING_RATES


def says(words: str, folder: Path, **settings: Any) -> bool:
    """Whether a sentence on top of the sheet has the words, by Python and by an engine alike."""
    path, spoilt = folder / "book.xlsx", folder / "spoilt.xlsx"
    write_workbook(Experiment.preset(**{"learning_rates": [0.5], "steps": 2, **settings}), path)
    spoil(read_book(path), spoilt)
    live = recalculate(spoilt, "ironcalc").value
    cells = read_book(path).sheet(LEARNING_RATES).cells
    texts = {at: cells[at].value for at in ((row, 2) for row in range(2, 6)) if at in cells}
    cached, found = (
        any(words in str(text) for text in said)
        for said in (texts.values(), (live(LEARNING_RATES, *at) for at in texts))
    )
    assert found == cached
    return cached


@pytest.mark.parametrize(("share", "said"), [(0.0, False), (0.5, False), (2.0, True)])
@pytest.mark.parametrize("end", [0.0, 1.0])
def test_a_target_that_the_output_cannot_reach_is_named(
    tmp_path: Path, end: float, share: float, said: bool
) -> None:
    """One that rounding alone takes beyond the end is none."""
    target = end + (share if end else -share) * 1e-9
    assert says("Out of reach", tmp_path, targets=[0.01, target]) == said


@pytest.mark.parametrize(("share", "said"), [(0.0, True), (0.5, True), (2.0, False)])
def test_neurons_that_stay_the_same_are_named(tmp_path: Path, share: float, said: bool) -> None:
    """Their pre-activations are so far apart, and a step changes nothing in that."""
    off = share * 1e-9
    weights = [0.0, 0.0, off, 0.0, 0.4, 0.45, 0.4, 0.45]
    still = {"inputs": [1.0, 0.0], "targets": [0.5, 0.5], "learning_rates": [1e-12]}
    words = "do no more than one neuron"
    assert says(words, tmp_path, weights=weights, **still) == said


@pytest.mark.parametrize(("share", "said"), [(0.0, True), (0.5, True), (2.0, False)])
def test_runs_of_one_loss_are_equally_low(tmp_path: Path, share: float, said: bool) -> None:
    """Two runs that move so little that their losses differ by a thousand millionth or less."""
    first = 1e-15
    experiment = Experiment.preset(learning_rates=[first], steps=1)
    # A step of this rate lowers the loss by the squared length of the gradient.
    (run,) = reference.train(experiment)
    length = sum(float(run[f"dE/d{name}"][0]) ** 2 for name in experiment.network.weights)
    rate = first + share * 1e-9 * float(run["E_total"][0]) / length
    assert says("equally low", tmp_path, learning_rates=[first, rate], steps=1) == said
