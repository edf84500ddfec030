"""The second form of each activation: how a and h belong together, and ∂a/∂h, told otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backprop_xlsx.model.activations import LEAK
from backprop_xlsx.model.network import Neuron
from backprop_xlsx.spreadsheet.errors import BackpropError
from backprop_xlsx.workbook.checks.identities.arrays import (
    exponential,
    larger_than_zero,
    positive,
    square,
    tanh,
)
from backprop_xlsx.workbook.checks.identities.columns import (
    OF_EXPONENTIALS,
    Columns,
    Identity,
)


@dataclass(frozen=True)
class SecondForm:
    """What holds of a neuron's activation, and the text of an array of its slopes ∂a/∂h.

    A slope is never below 0.
    """

    identity: Callable[[Columns, Neuron], Identity]
    slope: Callable[[Columns, Neuron], str]


def second_form(activation: str) -> SecondForm:
    """The second form of an activation. Raises BackpropError for one that has none."""
    if activation not in SECOND_FORMS:
        raise BackpropError(
            f"activation {activation}: has no second form that a book could be checked by, "
            f"expected one of {', '.join(SECOND_FORMS)}"
        )
    return SECOND_FORMS[activation]


def _sigmoid(columns: Columns, neuron: Neuron) -> Identity:
    a, decay = columns(neuron.activation), f"1/{exponential(columns(neuron.pre_activation))}"
    words = f"{neuron.activation}·(1 + e^(−{neuron.pre_activation})) = 1"
    return Identity.of(words, f"{a}*(1+{decay})-1", OF_EXPONENTIALS)


def _tanh(columns: Columns, neuron: Neuron) -> Identity:
    h, a = columns(neuron.pre_activation), columns(neuron.activation)
    words = f"(1 − q)/(1 + q) with q = e^(−2·{neuron.pre_activation})"
    return Identity.of(words, f"{a}-{tanh(h)}", f"{OF_EXPONENTIALS}*{square(a)}")


def _relu(columns: Columns, neuron: Neuron) -> Identity:
    words = f"{neuron.pre_activation} where that is above 0, else 0"
    return _equal(columns, neuron, words, larger_than_zero(columns(neuron.pre_activation)))


def _leaky_relu(columns: Columns, neuron: Neuron) -> Identity:
    h = columns(neuron.pre_activation)
    words = f"{neuron.pre_activation} where that is above 0, else {LEAK} of it"
    return _equal(columns, neuron, words, f"{h}*{_leaky_slope(columns, neuron)}")


def _linear(columns: Columns, neuron: Neuron) -> Identity:
    return _equal(columns, neuron, neuron.pre_activation, columns(neuron.pre_activation))


def _equal(columns: Columns, neuron: Neuron, words: str, expected: str) -> Identity:
    """a is what is expected, to the rounding of h."""
    h, a = columns(neuron.pre_activation), columns(neuron.activation)
    return Identity.of(words, f"{a}-{expected}", square(h))


def _leaky_slope(columns: Columns, neuron: Neuron) -> str:
    return f"({LEAK}+{1 - LEAK}*{positive(columns(neuron.pre_activation))})"


SECOND_FORMS = {
    "sigmoid": SecondForm(
        _sigmoid, lambda columns, n: f"({columns(n.activation)}*(1-{columns(n.activation)}))"
    ),
    "tanh": SecondForm(_tanh, lambda columns, n: f"(1-{columns(n.activation)}^2)"),
    "relu": SecondForm(_relu, lambda columns, n: positive(columns(n.activation))),
    "leaky relu": SecondForm(_leaky_relu, _leaky_slope),
    "linear": SecondForm(_linear, lambda columns, n: "1"),
}
