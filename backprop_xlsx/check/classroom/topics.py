"""What a mistake is about: the part of the lesson that would have prevented it."""

from __future__ import annotations

from dataclasses import dataclass

from backprop_xlsx.check.findings import Fault
from backprop_xlsx.formula.names import of_gradient


@dataclass(frozen=True)
class Topic:
    """A part of the lesson: its name, and what to say of it once more."""

    name: str
    lesson: str


REFERENCES = Topic(
    "References",
    "A formula refers to the cells of its own row and table; a $ holds the learning rate fast when "
    "it is filled down, and nothing is typed in that may change.",
)
PARENTHESES = Topic(
    "Parentheses and signs",
    "A power binds more tightly than a product, a product more tightly than a sum; a − t is not "
    "t − a.",
)
FORWARD = Topic(
    "The forward pass",
    "A neuron adds up what comes in through its weights, then its activation makes of the sum what "
    "it passes on.",
)
LOSS = Topic(
    "The loss",
    "Each output has a loss of its own, ½·(t − a)², and E_total is their sum; the gradients are "
    "the slopes of just this.",
)
OUTPUT_GRADIENTS = Topic(
    "Gradients of the output layer",
    "Three slopes in a row: of the loss in the activation, of the activation in its sum, and of "
    "the sum in the weight, which is what the weight multiplies.",
)
HIDDEN_GRADIENTS = Topic(
    "The way back through the hidden layer",
    "The error of every output comes back through the weight that leads to it; their sum is "
    "multiplied by the hidden neuron's own slope and by what its weight multiplies.",
)
UPDATES = Topic(
    "The update",
    "Each weight of the row above, less η times its own gradient of the row above; all weights at "
    "once.",
)
GIVEN = Topic("What is given", "Inputs, targets and start values are numbers that a run keeps.")

_OF_KIND = {
    **dict.fromkeys(
        (
            *("drifting-learning-rate", "wrong-learning-rate", "blank-cell", "text-cell", "error"),
            *("other-table", "foreign-cell", "typed-operand", "wrong-range", "wrong-row"),
            *("typed-number", "typed-text", "missing-formula", "circular"),
        ),
        REFERENCES,
    ),
    **dict.fromkeys(
        (
            *("extra-parentheses", "misplaced-parenthesis", "missing-parentheses"),
            *("reversed-operands", "extra-sign", "missing-sign"),
        ),
        PARENTHESES,
    ),
    **dict.fromkeys(("changing-given", "text-for-number", "wrong-start"), GIVEN),
}


def topic_of(fault: Fault) -> Topic:
    """The part of the lesson that a fault belongs to."""
    if fault.kind in _OF_KIND:
        return _OF_KIND[fault.kind]
    quantity = fault.quantity
    if "∂" in quantity or of_gradient(quantity) != quantity:
        weights = [name for name in fault.path if name.startswith("w")]
        return HIDDEN_GRADIENTS if len(weights) > 1 else OUTPUT_GRADIENTS
    if quantity.startswith("E"):
        return LOSS
    return UPDATES if quantity.startswith(("w", "b", "Δ", "−Δ")) else FORWARD
