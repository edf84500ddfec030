"""The losses: what each output adds to E_total, and how E_total changes with the outputs.

Averages over outputs follow torch: ``MSELoss`` and ``BCELoss`` divide by their number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backprop_xlsx.formula.expression import Call, Expression, Negation, Number
from backprop_xlsx.model.activations import SOFTMAX


@dataclass(frozen=True)
class Output:
    """The quantities of one output from which its loss may be computed.

    ``largest`` and ``exponentials`` belong to softmax: the largest pre-activation of all outputs,
    and the sum of e^(o − largest) over them.
    """

    target: Expression
    activation: Expression
    pre_activation: Expression
    largest: Expression
    exponentials: Expression


@dataclass(frozen=True)
class Loss:
    """One loss: its part for each output, and ∂(that part)/∂a by its factors.

    ``averaged``: E_total is the mean over the outputs instead of their sum. ``activation`` is the
    output activation that the loss belongs to, if there is one: the two slopes then fuse to
    ∂E/∂o = a − t, and the loss is computed from o, so that no logarithm of 0 occurs. ``plain`` is
    how a textbook writes the part of output 1.
    """

    plain: str
    part: Callable[[Output], Expression]
    slope: Callable[[Output], tuple[Expression, ...]]
    averaged: bool = False
    activation: str | None = None


def _binary_cross_entropy(output: Output) -> Expression:
    o, t = output.pre_activation, output.target
    # ln(1 + e^o) − t·o, without the exponential of a large number.
    decay = Call("EXP", (Negation(Call("ABS", (o,))),))
    return Call("MAX", (o, Number(0))) - o * t + Call("LN", (1 + decay,))


def _cross_entropy(output: Output) -> Expression:
    # −ln(a), for a = e^(o − largest) / exponentials. The difference comes first: it is exact
    # where o is the largest, and the logarithm then keeps its digits.
    shortfall = output.largest - output.pre_activation
    minus_log = shortfall + Call("LN", (output.exponentials,))
    return output.target * minus_log


LOSSES: dict[str, Loss] = {
    "half squared error": Loss(
        plain="½·(t1 − a_o1)²",
        part=lambda output: 0.5 * (output.target - output.activation) ** 2,
        slope=lambda output: (output.activation - output.target,),
    ),
    "mean squared error": Loss(
        plain="(t1 − a_o1)²",
        part=lambda output: (output.target - output.activation) ** 2,
        slope=lambda output: (Number(2), output.activation - output.target),
        averaged=True,
    ),
    "binary cross-entropy": Loss(
        plain="−t1·ln(a_o1) − (1 − t1)·ln(1 − a_o1)",
        part=_binary_cross_entropy,
        slope=lambda output: (
            (output.activation - output.target) / (output.activation * (1 - output.activation)),
        ),
        averaged=True,
        activation="sigmoid",
    ),
    "cross-entropy": Loss(
        plain="−t1·ln(a_o1)",
        part=_cross_entropy,
        slope=lambda output: (Negation(output.target) / output.activation,),
        activation=SOFTMAX,
    ),
}
