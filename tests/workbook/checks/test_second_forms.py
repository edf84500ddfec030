"""Each activation and each loss has a second form; what has none is refused by its name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backprop_xlsx import Experiment, build
from backprop_xlsx.model.activations import ACTIVATIONS
from backprop_xlsx.model.losses import LOSSES
from backprop_xlsx.spreadsheet.errors import BackpropError
from backprop_xlsx.workbook.checks.identities.activations import SECOND_FORMS, second_form


def test_every_activation_has_one() -> None:
    assert SECOND_FORMS.keys() == ACTIVATIONS.keys()
    assert all(second_form(name) is SECOND_FORMS[name] for name in ACTIVATIONS)


def test_an_activation_without_one_is_named_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ACTIVATIONS, "swish", ACTIVATIONS["linear"])
    experiment = Experiment.preset(activation="swish", steps=2)
    with pytest.raises(BackpropError, match="activation swish: has no second form .*, expected on"):
        build(experiment, tmp_path / "book.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_loss_without_one_is_named_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LOSSES, "hinge", replace(LOSSES["half squared error"]))
    experiment = Experiment.preset(loss="hinge", steps=2)
    with pytest.raises(BackpropError, match="loss hinge: has no second form"):
        build(experiment, tmp_path / "book.xlsx")
    assert list(tmp_path.iterdir()) == []
