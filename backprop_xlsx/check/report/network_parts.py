"""What a table's report says of its network: the parts of the exercise, and what is to be drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from backprop_xlsx.check.findings import Diagram, Part
from backprop_xlsx.check.marking.mark import PARTS
from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.formula.names import TOTAL_LOSS, of_gradient, of_next
from backprop_xlsx.model.network import Network

FORWARD, LOSS, GRADIENTS, UPDATES = PARTS
MOST_DRAWN = 40
"""Weights of a network that is drawn: more cover each other."""


def parts_of(exercise: Exercise, there: Iterable[str], wrong: set[str]) -> tuple[Part, ...]:
    """How many columns of each part there are, and how many of them are right.

    ``there`` are the quantities of the computed columns. What is given has no part of its own: if
    it is wrong it counts as a column of the forward pass that is not right.
    """
    columns = {name: _part(exercise, name) for name in dict.fromkeys((*there, *sorted(wrong)))}
    counts = Counter(columns.values())
    right = Counter(part for name, part in columns.items() if name not in wrong)
    return tuple(Part(part, counts[part], right[part]) for part in PARTS if counts[part])


def _part(exercise: Exercise, quantity: str) -> str:
    if (
        of_next(quantity) in exercise.starts
        or quantity.startswith("Δ")
        or quantity.startswith("−Δ")
    ):
        return UPDATES
    if "∂" in quantity or of_gradient(quantity) != quantity:
        return GRADIENTS
    return LOSS if quantity.startswith("E") else FORWARD


def diagram_of(network: Network) -> Diagram | None:
    """The network as it is to be drawn; None if it is too large for that."""
    if len(network.weights) > MOST_DRAWN:
        return None
    nodes = {neuron.activation: neuron.pre_activation for neuron in network.neurons}
    return Diagram(
        (
            network.inputs,
            *(tuple(neuron.pre_activation for neuron in each.neurons) for each in network.layers),
        ),
        tuple(
            (nodes.get(source, source), neuron.pre_activation, weight)
            for neuron in network.neurons
            for weight, source in zip(neuron.weights, neuron.sources, strict=True)
        ),
        network.losses or (TOTAL_LOSS,),
    )
