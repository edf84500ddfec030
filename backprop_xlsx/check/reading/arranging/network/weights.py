"""A neuron's weights: what it multiplies with what, and what it only adds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field
from itertools import combinations

from backprop_xlsx.check.reading.arranging.wires.shapes import differ
from backprop_xlsx.check.reading.arranging.wires.wire import Leaf
from backprop_xlsx.check.reading.arranging.wires.wiring import Wiring, position


@dataclass
class Neuron:
    """A neuron as it is wired: columns, for each weight its source, and what is only added.

    One column is both where the sum is put into the activation without one of its own.
    ``repeats`` tells that a weight is multiplied with several sources.
    """

    pre_activation: int
    activation: int | None = None
    weights: dict[Leaf, Leaf] = field(default_factory=dict)
    bias: Leaf | None = None
    added: list[Leaf] = field(default_factory=list)
    repeats: bool = False


def pairs(wiring: Wiring, column: int) -> list[tuple[Leaf, Leaf]]:
    """The pairs of leaves that are multiplied with each other in a sum of products."""
    wire = wiring.wires[column]
    leaves: list[Leaf] = sorted([*wire.here, *wire.given], key=position)
    if len(leaves) > 16:
        return []
    value = wiring.value
    nothing = value(column, {})
    alone = {leaf: value(column, {leaf: 1.0}) for leaf in leaves}
    found = []
    for one, other in combinations(leaves, 2):
        both = value(column, {one: 1.0, other: 1.0})
        if differ(both - alone[one], alone[other] - nothing):
            found.append((one, other))
    return found


def is_factor(wiring: Wiring, column: int, leaf: Leaf) -> bool:
    """Whether a leaf is multiplied with a typed number other than 1."""
    factor = abs(wiring.value(column, {leaf: 1.0}) - wiring.value(column, {}))
    return isinstance(leaf, int) and differ(factor, 0.0) and differ(factor, 1.0)


def weigh(wiring: Wiring, neurons: list[Neuron], parameters: Set[Leaf]) -> None:
    """Give each neuron its weights with their sources, and its bias."""
    for neuron in neurons:
        wire = wiring.wires.get(neuron.pre_activation)
        if wire is None:  # numbers stand there
            continue
        own = [leaf for leaf in (*wire.here, *wire.given) if leaf in parameters]
        for one, other in pairs(wiring, neuron.pre_activation):
            for weight, source in ((one, other), (other, one)):
                if weight in own and source not in parameters:
                    neuron.repeats |= neuron.weights.setdefault(weight, source) != source
        paired = {*neuron.weights, *neuron.weights.values()}
        value = wiring.value
        nothing = value(neuron.pre_activation, {})
        unit = _unit(wiring, neuron)
        for leaf in sorted({*wire.here, *wire.given} - paired, key=position):
            factor = abs(value(neuron.pre_activation, {leaf: 1.0}) - nothing)
            if not differ(factor, 0.0):
                continue
            if not differ(factor, unit):
                neuron.bias = leaf
                neuron.added.append(leaf)
            elif leaf in parameters:
                neuron.weights[leaf] = round(factor, 12)  # of a typed input
    _weigh_pasted(wiring, neurons)
    _weigh_added(neurons, parameters)


def _unit(wiring: Wiring, neuron: Neuron) -> float:
    """By how much 1, if it is added to the sum, moves a neuron's column from where all is 0."""
    if neuron.pre_activation != neuron.activation or not neuron.weights:
        return 1.0
    first = dict.fromkeys(next(iter(neuron.weights.items())), 1.0)
    column = neuron.pre_activation
    return abs(wiring.value(column, first) - wiring.value(column, {}))


def _weigh_pasted(wiring: Wiring, neurons: list[Neuron]) -> None:
    """What is multiplied with a source of the others is a weight, though only numbers stand there.

    So it does where values were pasted over its updates.
    """
    sources = {source for neuron in neurons for source in neuron.weights.values()}
    for neuron in neurons:
        if neuron.pre_activation not in wiring.wires:
            continue
        known = {*neuron.weights, *neuron.weights.values()}
        for pair in pairs(wiring, neuron.pre_activation):
            for weight, source in (pair, pair[::-1]):
                pasted = isinstance(weight, int) and weight not in sources
                if pasted and source in sources and known.isdisjoint(pair):
                    neuron.weights[weight] = source


def _weigh_added(neurons: list[Neuron], parameters: Set[Leaf]) -> None:
    """Where a weight is only added, as no other neuron adds it, its source was forgotten."""
    sources = dict.fromkeys(s for neuron in neurons for s in neuron.weights.values())
    most = max((len(neuron.weights) for neuron in neurons), default=0)
    adding = Counter(leaf for neuron in neurons for leaf in neuron.added)
    for neuron in neurons:
        own = [leaf for leaf in neuron.added if leaf in parameters and adding[leaf] == 1]
        missing = [source for source in sources if source not in neuron.weights.values()]
        alike = all(other.added for other in neurons) and len(neuron.added) == 1
        if len(neuron.weights) < most and own and missing and not alike:
            neuron.weights[own[0]] = missing[0]
            left = [leaf for leaf in neuron.added if leaf != own[0]]
            neuron.bias = left[-1] if left else None
