"""The equation of every quantity of the class network, in order of computation.

Source: the chain rule applied to E_total = Σ ½(t − a_o)² with sigmoid activations; all weights are
updated at once, from the previous step (gradient descent).
"""

from __future__ import annotations

from backprop_xlsx.expression import Expression, Symbol, sigmoid, total
from backprop_xlsx.network import (
    HIDDEN,
    LEARNING_RATE,
    LOSSES,
    OUTPUTS,
    TARGETS,
    TOTAL_LOSS,
    WEIGHTS,
    Neuron,
    gradient_name,
)


def forward() -> dict[str, Expression]:
    """Pre-activations and activations, layer by layer, then the losses, of one step."""
    equations: dict[str, Expression] = {}
    for neuron in HIDDEN + OUTPUTS:
        equations[neuron.pre_activation] = total(
            [
                Symbol(weight) * Symbol(source)
                for weight, source in zip(neuron.weights, neuron.sources, strict=True)
            ]
        )
        equations[neuron.activation] = sigmoid(Symbol(neuron.pre_activation))
    for loss, target, neuron in zip(LOSSES, TARGETS, OUTPUTS, strict=True):
        equations[loss] = 0.5 * (Symbol(target) - Symbol(neuron.activation)) ** 2
    equations[TOTAL_LOSS] = total([Symbol(loss) for loss in LOSSES])
    return equations


def loss_slope(output: int) -> Expression:
    """∂E/∂a_o of an output: a_o − t."""
    return Symbol(OUTPUTS[output].activation) - Symbol(TARGETS[output])


def sigmoid_slope(neuron: Neuron) -> Expression:
    """∂a/∂(pre-activation) of a neuron, by its activation: a·(1 − a)."""
    activation = Symbol(neuron.activation)
    return activation * (1 - activation)


def output_delta(output: int) -> Expression:
    """∂E/∂o of an output neuron: (a_o − t)·a_o·(1 − a_o)."""
    activation = Symbol(OUTPUTS[output].activation)
    return loss_slope(output) * activation * (1 - activation)


def hidden_activation_gradient(hidden: int) -> Expression:
    """∂E/∂a_h of a hidden neuron: Σ over the outputs of ∂E/∂o · the weight between the two."""
    return total(
        [
            output_delta(output) * Symbol(neuron.weights[hidden])
            for output, neuron in enumerate(OUTPUTS)
        ]
    )


def gradients() -> dict[str, Expression]:
    """∂E/∂w of all eight weights, of one step."""
    equations: dict[str, Expression] = {}
    for hidden, neuron in enumerate(HIDDEN):
        activation = Symbol(neuron.activation)
        for weight, source in zip(neuron.weights, neuron.sources, strict=True):
            equations[gradient_name(weight)] = (
                hidden_activation_gradient(hidden) * activation * (1 - activation) * Symbol(source)
            )
    for output, neuron in enumerate(OUTPUTS):
        for weight, source in zip(neuron.weights, neuron.sources, strict=True):
            equations[gradient_name(weight)] = output_delta(output) * Symbol(source)
    return equations


def updates() -> dict[str, Expression]:
    """Each weight from the row before: w − η·∂E/∂w."""
    return {
        weight: Symbol(weight).before - Symbol(LEARNING_RATE) * Symbol(gradient_name(weight)).before
        for weight in WEIGHTS
    }


# Every computed quantity. A weight's equation holds from step 1 on; at step 0 it is a start value.
EQUATIONS: dict[str, Expression] = updates() | forward() | gradients()
