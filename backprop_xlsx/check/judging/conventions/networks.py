"""The network that a table computes: read from its headers and from what its formulas multiply."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product

from backprop_xlsx.check.judging.conventions.sums import (
    BIAS,
    Bias,
    Sum,
    read_sum,
    typical,
    weighted_sum,
)
from backprop_xlsx.check.judging.probes import wide_probes
from backprop_xlsx.check.judging.verdicts import evaluated
from backprop_xlsx.check.reading.convention import Convention
from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.check.reading.forms import forms_of
from backprop_xlsx.check.reading.surroundings import Surroundings
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.expression import Call, Symbol, total
from backprop_xlsx.formula.names import gradient_name
from backprop_xlsx.model.activations import ACTIVATIONS, SOFTMAX
from backprop_xlsx.model.network import Layer
from backprop_xlsx.spreadsheet.ooxml.book import Book

LARGEST = 12
"""Neurons of a layer; larger ones are no exercise on paper."""

UNREAD = "?"
"""Instead of a bias, of a neuron whose formula cannot be read."""


def networks_of(book: Book, table: Table, others: Sequence[Table]) -> Iterator[Convention]:
    """The networks that a table may compute, the likeliest first; their loss is the class's."""
    for widths in _widths(table):
        activations = ("sigmoid",) * (len(widths) - 1)
        named = Convention(widths, activations)
        skeleton = replace(named, bias_of=_each_its_own(named), biases="trained")
        surroundings = Surroundings(book, table.held_against(Exercise(skeleton)), others)
        sums = {
            neuron.pre_activation: read_sum(expression)
            for neuron in skeleton.neurons
            if (expression := weighted_sum(surroundings, neuron)) is not None
        }
        numbered = replace(named, by_input=_numbering(named, sums))
        for biased in _biased(table, numbered, sums):
            for activations in product(*_activations(surroundings, biased)):
                yield replace(biased, activations=activations)


def _widths(table: Table) -> Iterator[tuple[int, ...]]:
    """Layer sizes by the highest numbers in the headers."""
    highest: Counter[str] = Counter()
    for name in table.columns:
        match = re.fullmatch(r"(dE/d[wb]|a_h|a_o|[a-zA-Z])([0-9]+)", name)
        if match is not None:
            kind = {"a_h": "h", "a_o": "o", "dE/dw": "w", "t": "o"}.get(match[1], match[1])
            highest[kind] = max(highest[kind], int(match[2]))
    hidden, outputs, weights = highest["h"], highest["o"] or highest["E"], highest["w"]
    if not 0 < outputs <= LARGEST or hidden > LARGEST:
        return
    # Inputs may stand in cells of their own, where only the weights count them.
    inputs = (weights - hidden * outputs) // hidden if hidden else weights // outputs
    for width in dict.fromkeys((inputs, highest["i"])):
        if 0 < width <= LARGEST:
            yield (width, hidden, outputs) if hidden else (width, outputs)


def _numbering(network: Convention, sums: dict[str, Sum]) -> tuple[bool, ...]:
    """For each layer whether most neurons have the weights of a numbering source by source."""
    across = replace(network, by_input=(True,) * len(network.layers))
    found = []
    for plain, other in zip(network.layers, across.layers, strict=True):
        found.append(_matches(other, sums) > _matches(plain, sums))
    return tuple(found)


def _matches(layer: Layer, sums: dict[str, Sum]) -> int:
    return sum(
        len(sums[neuron.pre_activation].weights & set(neuron.weights))
        for neuron in layer.neurons
        if neuron.pre_activation in sums
    )


def _each_its_own(network: Convention) -> tuple[str | None, ...]:
    return tuple(f"b{number}" for number in range(1, len(network.neurons) + 1))


def _biased(table: Table, network: Convention, sums: dict[str, Sum]) -> Iterator[Convention]:
    """The network with the layouts of biases that fit best what its neurons add."""
    found = [
        sums[neuron.pre_activation].bias if neuron.pre_activation in sums else UNREAD
        for neuron in network.neurons
    ]
    layouts = list(_layouts(network))
    named = _named_biases(table)
    as_named = [layout for layout in layouts if len(set(layout) - {0}) == named]
    fits = dict.fromkeys(sorted(as_named if named else [], key=lambda it: -_fit(it, found)))
    fits |= dict.fromkeys(_best_fits(layouts, found))
    kind = "trained" if _is_trained(table) else "fixed"
    for layout in fits:
        biases = kind if any(layout) else "none"
        yield replace(network, bias_of=_renamed(layout, found), biases=biases)


def _layouts(network: Convention) -> Iterator[tuple[int, ...]]:
    """Which neurons have a bias, 0 for none, and which share one: the same number."""
    sizes = [len(layer.neurons) for layer in network.layers]
    count, hidden = sum(sizes), sum(sizes[:-1])
    own = tuple(range(1, count + 1))
    of_layers = tuple(number for number, size in enumerate(sizes, 1) for _ in range(size))
    yield (0,) * count
    yield of_layers
    yield own
    yield (1,) * count
    for layout in (of_layers, own):
        yield (*layout[:hidden], *(0,) * (count - hidden))
        first = layout[hidden] - 1
        yield (*(0,) * hidden, *(number - first for number in layout[hidden:]))


def _best_fits(
    layouts: Sequence[tuple[int, ...]], found: Sequence[Bias | None]
) -> list[tuple[int, ...]]:
    best = max((_fit(layout, found) for layout in layouts), default=0)
    return [layout for layout in layouts if _fit(layout, found) == best]


def _fit(layout: tuple[int, ...], found: Sequence[Bias | None]) -> int:
    """How well a layout agrees with what the neurons add: presence, then who shares with whom."""
    read = [(number, bias) for number, bias in zip(layout, found, strict=True) if bias != UNREAD]
    present = sum((number > 0) == (bias is not None) for number, bias in read)
    shared = sum(
        (one[0] == other[0]) == (one[1] == other[1])
        for one, other in combinations(read, 2)
        if one[0] and other[0] and one[1] is not None and other[1] is not None
    )
    return present * len(layout) ** 2 + shared


def _renamed(layout: tuple[int, ...], found: Sequence[Bias | None]) -> tuple[str | None, ...]:
    """The names of a layout's biases: those of the columns, else b1, b2 …"""
    names: dict[int, str] = {}
    for number in dict.fromkeys(layout):
        columns = Counter(
            bias
            for own, bias in zip(layout, found, strict=True)
            if own == number and isinstance(bias, str) and bias != UNREAD
        )
        names[number] = columns.most_common(1)[0][0] if columns else f"b{number}"
    if len(set(names.values())) < len(names):
        names = {number: f"b{number}" for number in names}
    return tuple(names[number] if number else None for number in layout)


def _named_biases(table: Table) -> int:
    """The highest number of a bias in the headers."""
    matches = (re.fullmatch(rf"(?:dE/d)?{BIAS}", name) for name in table.columns)
    return max((int(match[1]) for match in matches if match is not None), default=0)


def _is_trained(table: Table) -> bool:
    """Whether a table has gradients of biases, or a column of biases that are computed."""
    if any(name.startswith(gradient_name("b")) for name in table.columns):
        return True
    for name in table.columns:
        if re.fullmatch(BIAS, name):
            cells = [(row, table.cell(name, row)) for row in table.rows[1:]]
            formulas = [(row, cell.formula) for row, cell in cells if cell and cell.formula]
            if any(len(form.tokens) > 2 for form in forms_of(formulas) if form.error is None):
                return True
    return False


def _activations(surroundings: Surroundings, network: Convention) -> list[list[str]]:
    """The activations of each layer that most of its neurons compute.

    If none is, all that are put into its pre-activations may be meant; without these the sigmoid.
    """
    exercise = Exercise(network)
    surroundings = surroundings.of(surroundings.table.held_against(exercise))
    states = wide_probes(exercise)
    found = []
    for layer in network.layers:
        possible = {
            name: [activation.function(Symbol(neuron.pre_activation)) for neuron in layer.neurons]
            for name, activation in ACTIVATIONS.items()
        }
        if layer is network.layers[-1] and len(layer.neurons) > 1:  # of one it is always 1
            exponentials = [Call("EXP", (Symbol(n.pre_activation),)) for n in layer.neurons]
            possible[SOFTMAX] = [each / total(exponentials) for each in exponentials]
        votes = Counter({"sigmoid": 0})
        for place, neuron in enumerate(layer.neurons):
            expression = typical(surroundings, neuron.activation)
            if expression is not None:
                if Symbol(neuron.pre_activation) in expression.leaves():
                    votes.update(dict.fromkeys(possible, 0))
                value = evaluated(expression, states)
                votes.update(
                    name
                    for name, functions in possible.items()
                    if states.agree(value, evaluated(functions[place], states))
                )
        most = max(votes.values())
        found.append([name for name, count in votes.items() if count == most])
    return found
