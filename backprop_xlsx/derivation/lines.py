"""What a derivation is made of, and how much of a network it shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from backprop_xlsx.formula.expression import (
    Call,
    Expression,
    Operation,
    OverSamples,
    product,
    total,
)
from backprop_xlsx.formula.names import MEAN_LOSS, label
from backprop_xlsx.formula.notation import TEXTBOOK
from backprop_xlsx.formula.put_in import Piece, pieces
from backprop_xlsx.model.network import Network, Neuron
from backprop_xlsx.model.words import in_words

# Up to so many weights and biases are derived one by one. Beyond, one neuron of each layer is
# shown, with at most so many of its weights, in at most so many layers.
MOST_PARAMETERS, MOST_WEIGHTS, MOST_LAYERS = 24, 10, 5
# Then an equation with more quantities than this is shortened, and its number taken from the run.
MOST_QUANTITIES = 30
# Of a mean over samples the terms with their numbers are all shown up to so many numbers.
MOST_SUMMED = 8


@dataclass(frozen=True)
class Line:
    """One line: ``name`` = ``expression``; ``text`` replaces the expression's own text.

    ``quantity`` replaces the name on the left. ``step`` is 1 for what an update yields.
    ``in_run``: the number is taken from the runs' cells. ``over_samples``: so it is, and the
    expression reaches over all samples of a step.
    """

    name: str
    expression: Expression
    text: str = ""
    quantity: str = ""
    step: int = 0
    in_run: bool = False
    over_samples: bool = False

    @property
    def left(self) -> str:
        """The left side of the equation."""
        return self.quantity or ("new " if self.step else "") + label(self.name)

    @property
    def right(self) -> str:
        """The right side of the equation, as a person writes it."""
        text = self.text or self.expression.text(TEXTBOOK)
        return shortened(text) if self.in_run else text

    @cached_property
    def numbers(self) -> tuple[Piece, ...]:
        """The right side with slots for its numbers."""
        expression = _over_samples(self.expression) if self.over_samples else self.expression
        shorten = self.in_run or (self.over_samples and _quantities(expression) > MOST_SUMMED)
        return pieces(expression, shortened if shorten else lambda text: text)


@dataclass(frozen=True)
class Remark:
    """A line of the derivation that has no number: ``left`` = ``right``, or words alone."""

    left: str
    right: str


@dataclass(frozen=True)
class Part:
    """One part: its title, some sentences, and its lines.

    ``runs``, from 0, are those that the lines speak of: the chosen one if it is among them, else
    the first of them. Without any it is the chosen one, whichever that is.
    """

    title: str
    explanation: str
    lines: tuple[Line | Remark, ...]
    runs: tuple[int, ...] = ()


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
        replace(part, title=f"{number}  {part.title}") for number, part in enumerate(parts, start=1)
    )


def mean_gradient(quantity: str) -> str:
    """How ∂E/∂quantity is written where it is the mean over the samples of a step."""
    return f"∂{MEAN_LOSS}/∂{quantity}"


def written(expression: Expression) -> str:
    """An expression as a textbook has it."""
    return expression.text(TEXTBOOK)


def _over_samples(node: Expression) -> Expression:
    """A mean over samples with the quantities of each sample written out."""
    if isinstance(node, Operation):
        return replace(node, left=_over_samples(node.left), right=_over_samples(node.right))
    if isinstance(node, Call) and all(isinstance(part, OverSamples) for part in node.arguments):
        each = (part.each for part in node.arguments if isinstance(part, OverSamples))
        return total([product(factors) for factors in zip(*each, strict=True)])
    return node


def _quantities(expression: Expression) -> int:
    return sum(1 for _ in expression.leaves())
