"""Right tables of people who follow another convention than the class; values by hand in Python.

Knows nothing of the package, as class_table.py does not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from tests.oracles.class_table import ClassTable

ACTIVATIONS = {
    "sigmoid": ("1/(1+EXP(-{x}))", "{a}*(1-{a})"),
    "tanh": ("TANH({x})", "(1-{a}^2)"),
    "relu": ("MAX(0,{x})", "IF({x}>0,1,0)"),
    "linear": ("{x}", "1"),
}
"""The formula of an activation, and of its slope."""
LOSSES = {
    "half": ("0.5*({t}-{a})^2", "({a}-{t})", False),
    "whole": ("({t}-{a})^2", "2*({a}-{t})", False),
    "mean": ("({t}-{a})^2", "2*({a}-{t})", True),
    "mean of halves": ("0.5*({t}-{a})^2", "({a}-{t})", True),
    "cross entropy": (
        "-({t}*LN({a})+(1-{t})*LN(1-{a}))",
        "({a}-{t})/({a}*(1-{a}))",
        False,
    ),
}
"""The formula of an output's part, ∂(part)/∂a, and whether E_total is their mean."""


@dataclass(frozen=True)
class Mathematics:
    """What somebody's table computes.

    ``sizes`` are inputs, neurons layer by layer; ``biases`` names that of each neuron, None for
    none; ``momentum`` is "none", "velocity" (v = μ·v − η·g, w + v) or "gradients" (v = μ·v + g,
    w − η·v).
    """

    sizes: tuple[int, ...] = (2, 2, 2)
    activations: tuple[str, ...] = ("sigmoid", "sigmoid")
    loss: str = "half"
    by_input: bool = False
    biases: tuple[str | None, ...] = ()
    trained: bool = False
    momentum: str = "none"

    @property
    def layers(self) -> list[list[str]]:
        """The neurons of each layer: h1, h2, … through all hidden layers, then o1, o2 …"""
        numbers = count(1)
        hidden = [[f"h{next(numbers)}" for _ in range(size)] for size in self.sizes[1:-1]]
        return [*hidden, [f"o{k}" for k in range(1, self.sizes[-1] + 1)]]

    @property
    def sources(self) -> list[list[str]]:
        """What each layer is fed by."""
        inputs = [f"i{k}" for k in range(1, self.sizes[0] + 1)]
        return [inputs, *[[f"a_{name}" for name in layer] for layer in self.layers[:-1]]]

    @property
    def weights(self) -> dict[tuple[str, str], str]:
        """The weight into a neuron from a source."""
        found: dict[tuple[str, str], str] = {}
        first = 1
        for layer, sources in zip(self.layers, self.sources, strict=True):
            pairs = [(neuron, source) for neuron in layer for source in sources]
            if self.by_input:
                pairs = [(neuron, source) for source in sources for neuron in layer]
            found |= {pair: f"w{first + k}" for k, pair in enumerate(pairs)}
            first += len(pairs)
        return found

    @property
    def bias_of(self) -> dict[str, str]:
        """The bias of each neuron that has one."""
        neurons = [neuron for layer in self.layers for neuron in layer]
        return {n: b for n, b in zip(neurons, self.biases, strict=False) if b is not None}

    @property
    def parameters(self) -> list[str]:
        """What is trained, weights in the order of their numbers."""
        biases = dict.fromkeys(self.bias_of.values()) if self.trained else {}
        return [*sorted(self.weights.values(), key=lambda name: int(name[1:])), *biases]

    @property
    def given(self) -> list[str]:
        """Targets, inputs, and biases that are not trained."""
        targets = [f"t{k}" for k in range(1, self.sizes[-1] + 1)]
        fixed = [] if self.trained else list(dict.fromkeys(self.bias_of.values()))
        return [*targets, *self.sources[0], *fixed]

    def formulas(self) -> dict[str, str]:
        """The template of everything that is computed, in order of computation."""
        found: dict[str, str] = {}
        for name in self.parameters:
            gradient, before, v = f"{{above dE/d{name}}}", f"{{above {name}}}", f"v_{name}"
            if self.momentum == "velocity":
                found[v] = f"{{mu}}*{{above {v}}}-{{rate}}*{gradient}"
                found[name] = f"{before}+{{{v}}}"
            elif self.momentum == "gradients":
                found[v] = f"{{mu}}*{{above {v}}}+{gradient}"
                found[name] = f"{before}-{{rate}}*{{{v}}}"
            else:
                found[name] = f"{before}-{{rate}}*{gradient}"
        for index, layer in enumerate(self.layers):
            for neuron in layer:
                terms = [f"{{{self.weights[neuron, s]}}}*{{{s}}}" for s in self.sources[index]]
                terms += [f"{{{self.bias_of[neuron]}}}"] if neuron in self.bias_of else []
                found[neuron] = "+".join(terms)
                found[f"a_{neuron}"] = self._of_neuron(index, neuron, 0)
        part, _, mean = LOSSES[self.loss]
        outputs = len(self.layers[-1])
        for k in range(1, outputs + 1):
            found[f"E{k}"] = part.replace("{t}", f"{{t{k}}}").replace("{a}", f"{{a_o{k}}}")
        total = "+".join(f"{{E{k}}}" for k in range(1, outputs + 1))
        found["E_total"] = f"({total})/{outputs}" if mean else total
        return found | dict(self._gradients())

    def _of_neuron(self, layer: int, neuron: str, which: int) -> str:
        text = ACTIVATIONS[self.activations[layer]][which]
        return text.replace("{x}", f"{{{neuron}}}").replace("{a}", f"{{a_{neuron}}}")

    def _gradients(self) -> Iterator[tuple[str, str]]:
        _, slope, mean = LOSSES[self.loss]
        deltas: dict[str, str] = {}
        for index in reversed(range(len(self.layers))):
            for neuron in self.layers[index]:
                if index == len(self.layers) - 1:
                    k = neuron[1:]
                    back = slope.replace("{t}", f"{{t{k}}}").replace("{a}", f"{{a_o{k}}}")
                    back = f"{back}/{self.sizes[-1]}" if mean else back
                else:
                    terms = [
                        f"{deltas[after]}*{{{self.weights[after, f'a_{neuron}']}}}"
                        for after in self.layers[index + 1]
                    ]
                    back = f"({'+'.join(terms)})"
                deltas[neuron] = f"{back}*{self._of_neuron(index, neuron, 1)}"
        for (neuron, source), weight in self.weights.items():
            yield f"dE/d{weight}", f"{deltas[neuron]}*{{{source}}}"
        for bias in dict.fromkeys(self.bias_of.values()) if self.trained else ():
            own = [deltas[neuron] for neuron, name in self.bias_of.items() if name == bias]
            yield f"dE/d{bias}", "+".join(own)


INPUTS = (0.05, 0.1, 0.7)
TARGETS = (0.3, 0.85, 0.5)
WEIGHTS = (
    *(0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55, -0.35),
    *(0.6, -0.1, 0.33, 0.27, 0.12, -0.22, 0.41, -0.52, 0.38),
)
BIASES = (0.35, 0.6, -0.15, 0.25, 0.1)
MOMENTUM = 0.9


@dataclass
class ConventionalTable(ClassTable):
    """A table of any mathematics, laid out as a class table is."""

    mathematics: Mathematics = field(default_factory=Mathematics)

    def __post_init__(self) -> None:
        own = self.mathematics
        self.formulas = own.formulas()
        self.order = (*own.given, *sorted(self.formulas, key=_place_in_table))
        values = {"i": INPUTS, "t": TARGETS, "w": WEIGHTS, "b": BIASES}
        names = [*own.given, *own.parameters]
        self.given = {name: values[name[0]][int(name[1:]) - 1] for name in names}
        super().__post_init__()
        row, column = self.rate_place
        self.momentum_place = (row - 1, column)
        self.cells[row - 1, column - 1], self.cells[row - 1, column] = "momentum", MOMENTUM

    def right(self, quantity: str, row: int) -> str | float:
        if quantity in self.mathematics.given:
            return self.given[quantity]
        if row == self.first_row and (quantity in self.given or quantity.startswith("v_")):
            return self.given.get(quantity, 0.0)
        return self.written(self.formulas[quantity], row)

    def written(self, template: str, row: int) -> str:
        mu = f"$D${self.rate_place[0] - 1}"
        return super().written(template.replace("{mu}", mu), row)

    def computed_rows(self, quantity: str) -> range:
        kept = quantity in self.given or quantity.startswith("v_")
        return range(self.first_row + kept, self.last_row + 1)


def _place_in_table(name: str) -> tuple[int, int]:
    """Parameters, neurons, losses, gradients, velocities."""
    kinds = ("w", "b", "h", "a_h", "o", "a_o", "E", "E_total", "dE/dw", "dE/db", "v_w", "v_b")
    kind = name.rstrip("0123456789")
    number = name[len(kind) :]
    return kinds.index(kind), int(number or 0)


def is_close(one: float, other: float) -> bool:
    """Whether two numbers are the same but for rounding."""
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-13)
