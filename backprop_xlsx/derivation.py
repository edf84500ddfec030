"""The exercise's derivation in six parts: each line an equation with what it says.

Lines name quantities of the exercise and, between them, the factors of the chain rule; each may
use all that stand above it.
"""

from __future__ import annotations

from dataclasses import dataclass

from backprop_xlsx import equations
from backprop_xlsx.expression import Expression, Symbol, label, total
from backprop_xlsx.network import (
    HIDDEN,
    HIDDEN_WEIGHTS,
    LEARNING_RATE,
    OUTPUT_WEIGHTS,
    OUTPUTS,
    TARGETS,
    WEIGHTS,
    gradient_name,
)


@dataclass(frozen=True)
class Line:
    """One line: ``name`` = ``expression``; ``text`` replaces the expression's own text."""

    name: str
    expression: Expression
    text: str = ""

    @property
    def left(self) -> str:
        """The left side of the equation."""
        return label(self.name)

    @property
    def right(self) -> str:
        """The right side of the equation, as a person writes it."""
        return self.text or self.expression.text()


@dataclass(frozen=True)
class Part:
    """One part: its title, a sentence or two, and its lines."""

    title: str
    explanation: str
    lines: tuple[Line, ...]


def derivation() -> tuple[Part, ...]:
    """The six parts, in the order in which they are taught."""
    return (
        _forward(),
        _chain_rule(),
        _output_gradients(),
        _activation_gradients(),
        _hidden_gradients(),
        _updates(),
    )


def _forward() -> Part:
    return Part(
        "1  Forward pass and loss",
        "Each neuron weighs its inputs and squashes the sum with the sigmoid "
        "σ(x) = 1/(1 + e^(−x)). The loss measures how far the outputs are from the targets. In "
        "the cell, MAX(…,−700) keeps Excel's EXP from overflowing and changes no digit.",
        tuple(Line(name, equation) for name, equation in equations.forward().items()),
    )


def _chain_rule() -> Part:
    neuron, target = OUTPUTS[0], TARGETS[0]
    weight, source = neuron.weights[0], neuron.sources[0]
    activation, pre_activation = neuron.activation, neuron.pre_activation
    slopes = (
        f"∂E/∂{activation}",
        f"∂{activation}/∂{pre_activation}",
        f"∂{pre_activation}/∂{weight}",
    )
    return Part(
        f"2  ∂E/∂{weight}, step by step",
        f"{weight} acts on E_total through {pre_activation} and {activation} alone, so the chain "
        f"rule gives ∂E/∂{weight} = {' · '.join(slopes)}; E2 does not depend on it.",
        (
            Line(
                slopes[0],
                equations.loss_slope(0),
                f"∂(½·({target} − {activation})²)/∂{activation} = {activation} − {target}",
            ),
            Line(
                slopes[1],
                equations.sigmoid_slope(neuron),
                f"σ′({pre_activation}) = {activation}·(1 − {activation})",
            ),
            Line(slopes[2], Symbol(source)),
            Line(
                f"∂E/∂{weight}",
                Symbol(slopes[0]) * Symbol(slopes[1]) * Symbol(slopes[2]),
            ),
        ),
    )


def _output_gradients() -> Part:
    gradients = equations.gradients()
    return Part(
        "3  ∂E/∂w5 … ∂E/∂w8",
        "The same three factors for each weight between the hidden neurons and the outputs: those "
        "into o1 carry the error of a_o1, those into o2 the error of a_o2.",
        tuple(Line(gradient_name(w), gradients[gradient_name(w)]) for w in OUTPUT_WEIGHTS),
    )


def _activation_gradients() -> Part:
    lines = [
        Line(f"∂E/∂{neuron.pre_activation}", equations.output_delta(output))
        for output, neuron in enumerate(OUTPUTS)
    ]
    for hidden, neuron in enumerate(HIDDEN):
        names = []
        for loss, output in enumerate(OUTPUTS, start=1):
            names.append(f"∂E{loss}/∂{neuron.activation}")
            delta = Symbol(f"∂E/∂{output.pre_activation}")
            lines.append(Line(names[-1], delta * Symbol(output.weights[hidden])))
        lines.append(Line(f"∂E/∂{neuron.activation}", total([Symbol(name) for name in names])))
    return Part(
        "4  The gradient at the hidden activations",
        "A hidden activation acts on both outputs, so both losses pull at it: each error travels "
        "back along its own weight, and the two add up.",
        tuple(lines),
    )


def _hidden_gradients() -> Part:
    gradients = equations.gradients()
    lines = []
    for neuron in HIDDEN:
        for weight, source in zip(neuron.weights, neuron.sources, strict=True):
            lines.append(
                Line(
                    f"∂E/∂{weight}",
                    Symbol(f"∂E/∂{neuron.activation}")
                    * equations.sigmoid_slope(neuron)
                    * Symbol(source),
                )
            )
    lines += [Line(gradient_name(w), gradients[gradient_name(w)]) for w in HIDDEN_WEIGHTS]
    return Part(
        "5  ∂E/∂w1 … ∂E/∂w4",
        "From the hidden activation on it is the chain rule again: ∂E/∂w1 = ∂E/∂a_h1 · "
        "∂a_h1/∂h1 · ∂h1/∂w1. Written out in one formula each, as the runs compute them; w3 and "
        "w4 belong to h2, so a_h2 stands there, not a_h1.",
        tuple(lines),
    )


def _updates() -> Part:
    return Part(
        "6  The update",
        "Every weight takes a step against its gradient, all at once, from the values above; "
        "η is the learning rate of run A. The forward pass starts again with the new weights.",
        tuple(
            Line(
                f"new {weight}",
                Symbol(weight) - Symbol(LEARNING_RATE) * Symbol(gradient_name(weight)),
            )
            for weight in WEIGHTS
        ),
    )
