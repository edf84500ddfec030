"""The activations that a neuron may have: each one's formula, text, value and slope together.

To add one, add its entry here; the tests hold every entry against torch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backprop_xlsx.formula.expression import Call, Expression, Number

Array = NDArray[np.float64]

LEAK = 0.01  # the slope of a leaky ReLU below zero, as in torch

SOFTMAX = "softmax"  # of all outputs together, so it is no function of one pre-activation


@dataclass(frozen=True)
class Activation:
    """One activation a = f(h) of a single pre-activation h.

    ``function`` gives a from h, and ``slope`` the factors of ∂a/∂h from h and a, as expressions:
    they are the cell's formula, the text and a value in one. ``value`` (of h) and ``derivative``
    (of h and a) state the same for numpy, for the reference that expressions are held against.
    ``definition`` is what the sheet Network says of it, and ``slope_derived`` how the slope
    follows from that, step by step: what equals f′(x), each step from the one before.
    """

    definition: str
    function: Callable[[Expression], Expression]
    slope: Callable[[Expression, Expression], tuple[Expression, ...]]
    value: Callable[[Array], Array]
    derivative: Callable[[Array, Array], Array]
    slope_derived: tuple[str, ...] = ()


def _sigmoid(h: Array) -> Array:
    # Either branch takes the exponential of a number at or below zero, so none overflows.
    decay = np.exp(-np.abs(h))
    return np.where(h >= 0, 1 / (1 + decay), decay / (1 + decay))


def _sign(value: Expression) -> Expression:
    # Exact in every engine; ironcalc takes a number below 2e-16 for 0 where it is compared with 0.
    return Call("SIGN", (value,))


ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": Activation(
        definition="σ(x) = 1/(1 + e^(−x))",
        function=lambda h: Call("SIGMOID", (h,)),
        slope=lambda h, a: (a, 1 - a),
        value=_sigmoid,
        derivative=lambda h, a: a * (1 - a),
        slope_derived=(
            "(−1) · (1 + e^(−x))^(−2) · (−e^(−x)) = e^(−x)/(1 + e^(−x))²",
            "1/(1 + e^(−x)) · (1 − 1/(1 + e^(−x)))",
            "σ(x) · (1 − σ(x))",
        ),
    ),
    "tanh": Activation(
        definition="tanh(x) = (e^x − e^(−x))/(e^x + e^(−x))",
        function=lambda h: Call("TANH", (h,)),
        slope=lambda h, a: (1 - a**2,),
        value=np.tanh,
        derivative=lambda h, a: 1 - a**2,
        slope_derived=(
            "((e^x + e^(−x))² − (e^x − e^(−x))²)/(e^x + e^(−x))², by the quotient rule",
            "1 − tanh(x)²",
        ),
    ),
    "relu": Activation(
        definition="max(0, x), whose slope at 0 counts as 0",
        function=lambda h: Call("MAX", (Number(0), h)),
        slope=lambda h, a: (_sign(a),),
        value=lambda h: np.maximum(0.0, h),
        derivative=lambda h, a: np.where(h > 0, 1.0, 0.0),
        slope_derived=("1 where x > 0, and 0 elsewhere: the sign of max(0, x)",),
    ),
    "leaky relu": Activation(
        definition=f"max(x, {LEAK}·x), whose slope at 0 counts as {LEAK}",
        function=lambda h: Call("MAX", (h, LEAK * h)),
        slope=lambda h, a: (Call("MAX", (Number(LEAK), _sign(h))),),
        value=lambda h: np.where(h > 0, h, LEAK * h),
        derivative=lambda h, a: np.where(h > 0, 1.0, LEAK),
        slope_derived=(f"1 where x > 0, and {LEAK} elsewhere: max({LEAK}, sign(x))",),
    ),
    "linear": Activation(
        definition="x itself",
        function=lambda h: h,
        slope=lambda h, a: (),
        value=lambda h: h,
        derivative=lambda h, a: np.ones_like(h),
    ),
}
