"""Why a formula is as it is: the step of the chain that the mistake is about, in any network."""

from __future__ import annotations

import pytest

from backprop_xlsx.check.faults.reasons import path, reason_for
from backprop_xlsx.check.reading.exercise import CLASS_EXERCISE, Exercise, with_biases
from backprop_xlsx.model.losses import LOSSES
from backprop_xlsx.model.network import Network

SLOPE = "h2 feeds a_h2, so the slope of its sigmoid is a_h2·(1 − a_h2)"


@pytest.mark.parametrize(
    ("quantity", "explanation", "told"),
    [
        ("dE/dw3", "uses a_h1 where a_h2 belongs", SLOPE),
        ("dE/dw3", "uses 1 − a_h2 where a_h2 belongs", SLOPE),
        (
            "dE/dw3",
            "uses w5 where w6 belongs",
            "a_h2 feeds o1 and o2, so their errors come back to it, that of o1 through w6 and that "
            "of o2 through w8",
        ),
        (
            "dE/dw3",
            "uses i2 where i1 belongs",
            "w3 leads from i1 to h2, so a change of w3 moves h2 by i1 times as much",
        ),
        (
            "dE/dw5",
            "the sign is wrong: t1 − a_o1 stands where a_o1 − t1 belongs",
            "E1 = ½·(t1 − a_o1)² has the slope a_o1 − t1 in a_o1",
        ),
        (
            "dE/dw5",
            "uses the derivative of tanh, 1 − a_o1², where a_o1·(1 − a_o1) belongs",
            "o1 feeds a_o1, so the slope of its sigmoid is a_o1·(1 − a_o1)",
        ),
        (
            "dE/dw1",
            "divides by 2",
            "∂E/∂w1 multiplies the slopes on the way from the loss to w1, and adds up where there "
            "are several ways",
        ),
        (
            "E_total",
            "uses MAX where SUM belongs",
            "E_total is the error of the whole network, the sum of E1 and E2: every output counts "
            "once",
        ),
        ("h1", "w1 and w2 are swapped", "h1 adds up what reaches the neuron: i1 through w1 and i2 "
         "through w2"),
    ],
)  # fmt: skip
def test_the_step_that_the_mistake_is_about(quantity: str, explanation: str, told: str) -> None:
    assert reason_for(CLASS_EXERCISE, quantity, explanation) == told


def test_a_bias_has_reasons_too() -> None:
    exercise = with_biases(shared=False, trained=True)
    told = reason_for(exercise, "h1", "the term + b1 is missing")
    assert told.endswith("and the bias b1 is added")
    told = reason_for(exercise, "dE/db1", "multiplies by b1")
    assert told.startswith("b1 is added to h1 as it is")


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("widths", [(2, 2), (3, 2, 2), (2, 2, 3, 2)])
@pytest.mark.parametrize("hidden", ["tanh", "linear"])
def test_every_quantity_of_any_network_has_a_reason(
    loss: str, widths: tuple[int, ...], hidden: str
) -> None:
    output = LOSSES[loss].activation or "sigmoid"
    activations = (*[hidden] * (len(widths) - 2), output)
    exercise = Exercise(Network(widths, activations, "trained", loss), samples=2)
    for quantity, equation in exercise.equations.items():
        names = " ".join(leaf.text() for leaf in equation.leaves())
        for explanation in ("divides by 2", f"uses x where {names} belongs"):
            told = reason_for(exercise, quantity, explanation)
            assert told, quantity
            assert not told.endswith(".")


def test_the_path_leads_from_the_weight_to_the_loss_and_nowhere_else() -> None:
    assert path(CLASS_EXERCISE, "dE/dw3") == (
        *("i1", "w3", "h2", "w6", "o1", "w8", "o2", "E1", "E2", "E_total"),
    )
    assert path(CLASS_EXERCISE, "dE/dw5") == ("h1", "w5", "o1", "E1", "E_total")
    assert set(path(CLASS_EXERCISE, "h1")) == {"h1", "w1", "w2", "i1", "i2"}
    assert path(CLASS_EXERCISE, "E1") == ("o1", "E1")
    assert path(CLASS_EXERCISE, "w6") == ("h2", "w6", "o1")
