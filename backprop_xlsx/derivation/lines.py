"""What a derivation is made of, and how much of a network it shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from backprop_xlsx.formula.expression import Expression
from backprop_xlsx.model.names import STEP, label
from backprop_xlsx.model.network import Network, Neuron
from backprop_xlsx.model.words import in_words

# Up to so many weights and biases are derived one by one. Beyond, one neuron of each layer is
# shown, with at most so many of its weights, in at most so many layers.
MOST_PARAMETERS, MOST_WEIGHTS, MOST_LAYERS = 24, 10, 5
# Then an equation with more quantities than this is shortened, and its number taken from the run.
MOST_QUANTITIES = 30


@dataclass(frozen=True)
class Line:
    """One line: ``name`` = ``expression``; ``text`` replaces the expression's own text.

    ``step`` is 1 for what an update yields. ``in_run``: the number is taken from the run's cell.
    ``over_samples``: the expression reaches over the run's cells of all samples.
    """

    name: str
    expression: Expression
    text: str = ""
    step: int = 0
    in_run: bool = False
    over_samples: bool = False

    @property
    def left(self) -> str:
        """The left side of the equation."""
        return ("new " if self.step and self.name != STEP else "") + label(self.name)

    @property
    def right(self) -> str:
        """The right side of the equation, as a person writes it."""
        text = self.text or self.expression.text()
        return shortened(text) if self.in_run else text


@dataclass(frozen=True)
class Part:
    """One part: its title, some sentences, and its lines.

    ``run``, from 0, is the run whose constants the lines use; ``constants`` are those that the
    part lists first.
    """

    title: str
    explanation: str
    lines: tuple[Line, ...]
    run: int = 0
    constants: tuple[str, ...] = ()


@dataclass(frozen=True)
class Extent:
    """How much of a network a derivation shows: all of it, or one neuron of each layer."""

    network: Network

    @property
    def complete(self) -> bool:
        """Whether every neuron and weight is shown."""
        parameters = self.network.weights + self.network.bias_names
        return len(parameters) <= MOST_PARAMETERS and len(self.network.layers) <= MOST_LAYERS

    @cached_property
    def layers(self) -> tuple[int, ...]:
        """The layers that are shown, from 0: of many, the first ones and the last ones."""
        count = len(self.network.layers)
        if count <= MOST_LAYERS:
            return tuple(range(count))
        first = MOST_LAYERS // 2
        return (*range(first), *range(count - MOST_LAYERS + first, count))

    def neurons(self, layer: int) -> tuple[int, ...]:
        """The neurons of a layer that are shown, from 0."""
        if layer not in self.layers:
            return ()
        count = len(self.network.layers[layer].neurons)
        return tuple(range(count)) if self.complete else (0,)

    def weights(self, neuron: Neuron) -> tuple[tuple[str, str], ...]:
        """The weights into a neuron that are shown, each with its source."""
        pairs = tuple(zip(neuron.weights, neuron.sources, strict=True))
        return pairs if self.complete else pairs[:MOST_WEIGHTS]

    def of_layer(self, layer: int) -> tuple[str, ...]:
        """The weights, then the trained biases, into a layer's neurons that are shown."""
        neurons = [self.network.layers[layer].neurons[index] for index in self.neurons(layer)]
        names = [weight for neuron in neurons for weight, _ in self.weights(neuron)]
        biases = [str(neuron.bias) for neuron in neurons]
        return (*names, *(bias for bias in biases if bias in self.network.parameters))

    def fits(self, expression: Expression) -> bool:
        """Whether an equation is short enough to be shown as it is."""
        if self.complete:
            return True
        leaves = expression.leaves()
        return not any(index >= MOST_QUANTITIES for index, _ in enumerate(leaves))

    def line(self, name: str, expression: Expression) -> Line:
        """A line for a quantity that has a cell in the run."""
        return Line(name, expression, in_run=not self.fits(expression))

    @property
    def sentence(self) -> str:
        """What is left out, if anything is."""
        if self.complete:
            return ""
        layers = "each layer"
        if len(self.layers) < len(self.network.layers):
            first = MOST_LAYERS // 2
            last = in_words(MOST_LAYERS - first)
            layers = f"the first {in_words(first)} and the last {last} layers"
        left_out = f"One neuron of {layers} is shown in full"
        if any(len(neuron.weights) > MOST_WEIGHTS for neuron in self.network.neurons):
            left_out += f", with the gradients of {in_words(MOST_WEIGHTS)} of its weights"
        return f"{left_out}; the others go alike, and their numbers are on the sheets of the runs."


def shortened(text: str) -> str:
    """A sum or a list of many terms, written with its first two and its last one."""
    separator = " + " if " + " in text else ", "
    terms = re.split(re.escape(separator), text)
    return separator.join((*terms[:2], "…", terms[-1]))


def numbered(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Parts with their numbers before their titles."""
    return tuple(
        Part(f"{number}  {part.title}", part.explanation, part.lines, part.run, part.constants)
        for number, part in enumerate(parts, start=1)
    )
