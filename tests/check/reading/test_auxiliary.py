"""Columns that stand on the way to the gradients: what their headers say, which there are."""

from __future__ import annotations

import pytest

from backprop_xlsx.check.reading.auxiliary import catalogue, hinted
from backprop_xlsx.check.reading.convention import Convention
from backprop_xlsx.check.reading.exercise import CLASS_EXERCISE, Exercise


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("t1 - out1", "(t1 − a_o1)"),
        ("(target2 − a_o2)", "(t2 − a_o2)"),
        ("a_o1-t1", "−(t1 − a_o1)"),
        ("δ_h2", "dE/dh2"),
        ("dE1/dw3", "∂E1/∂w3"),
        ("∂out_o1/∂o1", "∂a_o1/∂o1"),
        ("Δw4", "Δw4"),
        ("∆b1", "Δb1"),
        ("t1 - out2", None),
        ("w1", None),
        ("step", None),
    ],
)
def test_headers_of_auxiliary_columns(text: str, name: str | None) -> None:
    assert hinted(text) == name


def test_a_softmax_has_no_slope_of_one_neuron_alone() -> None:
    network = Convention((2, 2, 2), ("sigmoid", "softmax"), loss_name="cross-entropy")
    found = catalogue(Exercise(network))
    assert "∂a_h1/∂h1" in found
    assert "∂a_o1/∂o1" not in found


def test_what_each_loss_alone_adds_is_named_after_it() -> None:
    of_first = "(a_o1 − t1)·a_o1·(1 − a_o1)·w6"
    of_second = "(a_o2 − t2)·a_o2·(1 − a_o2)·w8"
    found = catalogue(CLASS_EXERCISE)
    assert (found["∂E1/∂a_h2"].text(), found["∂E2/∂a_h2"].text()) == (of_first, of_second)
    slope = "a_h2·(1 − a_h2)·i1"
    assert found["∂E1/∂w3"].text() == f"{of_first}·{slope}"
    assert found["∂E2/∂w3"].text() == f"{of_second}·{slope}"
