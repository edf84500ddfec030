"""Where nodes, arrows and labels of a drawn network stand, in pixels; none of it is a spreadsheet.

Every weight stands on its arrow. A network of which the weights would cover each other, or the
neurons, has no diagram (see :func:`diagram`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from backprop_xlsx.formula.names import MEAN_LOSS, TOTAL_LOSS
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Layer, Network
from backprop_xlsx.model.words import layer_words

WIDTH, HEIGHT = 590, 400
TITLES_HEIGHT, MARGIN = 26, 5  # above, and around
LARGEST_NODE, SMALLEST_NODE = 68.0, 50.0  # diameters
LABEL_WIDTH, LABEL_HEIGHT = 58.0, 14.0
SHRINK = 3.0  # by so much a diameter, until the weights between the nodes are legible
GAP_TO_LOSSES = 96.0  # from the outputs to their losses, and on to the total
NODE_ROOM = 6.0  # between neighbours
HEAD_LENGTH, HEAD_WIDTH = 9.0, 3.5  # of an arrow's head
MEAN_BELOW = 0.3  # of the height, from the total to the mean over the samples
# Where on its arrow a label may stand: from its middle to so near its source or its target.
PLACES = tuple(0.5 + 0.01 * offset for offset in range(-25, 26))

Point = tuple[float, float]  # from the left, and from the bottom


@dataclass(frozen=True)
class Node:
    """A neuron, an input or a loss: what it shows, line by line; ``group`` is its colour's."""

    quantities: tuple[str, ...]
    at: Point
    group: str
    round: bool = True


@dataclass(frozen=True)
class Edge:
    """An arrow; a weight's name stands at the second of ``points``, on the line."""

    weight: str | None
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Label:
    """A text by itself: a quantity (a bias), or words (the title of a layer)."""

    quantity: str | None
    words: str
    at: Point


@dataclass(frozen=True)
class Diagram:
    """All that is drawn, and the diameter of its nodes."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    labels: tuple[Label, ...]
    diameter: float


def diagram(experiment: Experiment) -> Diagram | None:
    """The diagram of a network, or None if it would not be legible."""
    network = experiment.network
    places = _columns(network)
    room = (HEIGHT - TITLES_HEIGHT - 2 * MARGIN) / max(network.widths) - NODE_ROOM
    # A bias stands above its neuron, or inside it where there is no room.
    above = LABEL_HEIGHT if network.bias_names and room - LABEL_HEIGHT >= SMALLEST_NODE else 0.0
    diameter = min(LARGEST_NODE, room - above)
    while diameter >= SMALLEST_NODE:
        edges = _all_weights(network, places, diameter, above)
        if edges is not None:
            neurons = _neurons(network, places, above)
            losses = _losses(experiment, places, above)
            edges += _to_losses(neurons[-len(network.outputs) :], losses, diameter)
            labels = _labels(network, places, diameter, above)
            return Diagram((*neurons, *losses), tuple(edges), tuple(labels), diameter)
        diameter -= SHRINK
    return None


def _columns(network: Network) -> tuple[float, ...]:
    """The places of inputs, layers, losses and, where there are several, the total."""
    left, right = MARGIN + LARGEST_NODE / 2, WIDTH - MARGIN - LARGEST_NODE / 2
    after = [GAP_TO_LOSSES] * (2 if network.losses else 1)
    gap = (right - left - sum(after)) / len(network.layers)
    places = [left]
    for step in (*[gap] * len(network.layers), *after):
        places.append(places[-1] + step)
    return tuple(places)


def _heights(count: int, label: float) -> tuple[float, ...]:
    """The heights of so many nodes from top to bottom, each with room for a label above it."""
    room = (HEIGHT - TITLES_HEIGHT - 2 * MARGIN) / count
    top = HEIGHT - TITLES_HEIGHT - MARGIN
    return tuple(top - room * (index + 0.5) - label / 2 for index in range(count))


def _neurons(network: Network, places: Sequence[float], label: float) -> list[Node]:
    heights = _heights(network.widths[0], label)
    pairs = zip(network.inputs, heights, strict=True)
    nodes = [Node((name,), (places[0], height), "inputs") for name, height in pairs]
    for layer, place in zip(network.layers, places[1:], strict=False):
        heights = _heights(len(layer.neurons), label)
        for neuron, height in zip(layer.neurons, heights, strict=True):
            inside = () if label or neuron.bias is None else (neuron.bias,)
            quantities = (*inside, neuron.pre_activation, neuron.activation)
            nodes.append(Node(quantities, (place, height), "forward"))
    return nodes


def _losses(experiment: Experiment, places: Sequence[float], label: float) -> list[Node]:
    """Beside each output its target and its loss, then the total, and the mean over the samples."""
    network, nodes = experiment.network, []
    total: tuple[str, ...] = (network.targets[0], TOTAL_LOSS)
    if network.losses:
        heights = _heights(len(network.outputs), label)
        pairs = zip(network.targets, network.losses, heights, strict=True)
        for target, loss, height in pairs:
            nodes.append(Node((target, loss), (places[-2], height), "loss", False))
        total = (TOTAL_LOSS,)
    (middle,) = _heights(1, label)
    nodes.append(Node(total, (places[-1], middle), "loss", False))
    if experiment.samples_a_step > 1:
        below = (places[-1], middle - MEAN_BELOW * HEIGHT)
        nodes.append(Node((MEAN_LOSS,), below, "loss", False))
    return nodes


def _to_losses(outputs: Sequence[Node], losses: Sequence[Node], diameter: float) -> Iterator[Edge]:
    """Arrows from the outputs to their losses, on to the total, and to the mean."""
    steps = list(losses)
    mean = steps.pop() if MEAN_LOSS in steps[-1].quantities else None
    total = steps.pop()
    pairs = [*zip(outputs, steps, strict=True)] if steps else []
    pairs += [(node, total) for node in steps or outputs]
    if mean is not None:
        pairs.append((total, mean))
    for source, target in pairs:
        yield Edge(None, _arrow(source.at, target.at, diameter, 0.5))


def _all_weights(
    network: Network, places: Sequence[float], diameter: float, label: float
) -> list[Edge] | None:
    edges: list[Edge] = []
    for index, layer in enumerate(network.layers):
        columns = places[index], places[index + 1]
        drawn = _weights(layer, network.widths[index], columns, diameter, label)
        if drawn is None:
            return None
        edges += drawn
    return edges


def _weights(
    layer: Layer, sources: int, columns: tuple[float, float], diameter: float, label: float
) -> list[Edge] | None:
    """The arrows into a layer; None where their labels would cover each other."""
    left, right = columns
    starts, ends = _heights(sources, label), _heights(len(layer.neurons), label)
    clear = (diameter + LABEL_WIDTH) / 2 / (right - left)
    places = [place for place in PLACES if clear - 0.01 <= place <= 1.01 - clear]

    def apart(place: float) -> float:
        heights = sorted((1 - place) * start + place * end for start in starts for end in ends)
        return min((above - below for below, above in pairwise(heights)), default=math.inf)

    if not places:
        return None
    best = max(places, key=apart)
    if apart(best) < LABEL_HEIGHT:
        return None
    return [
        Edge(weight, _arrow((left, start), (right, end), diameter, best))
        for neuron, end in zip(layer.neurons, ends, strict=True)
        for weight, start in zip(neuron.weights, starts, strict=True)
    ]


def _arrow(source: Point, target: Point, diameter: float, label: float) -> tuple[Point, ...]:
    """An arrow between two nodes: its start, the place of its label, its tip, and its head."""
    across, up = target[0] - source[0], target[1] - source[1]
    length = math.hypot(across, up)
    across, up = across / length, up / length

    def along(distance: float, aside: float = 0.0) -> Point:
        return source[0] + distance * across - aside * up, source[
            1
        ] + distance * up + aside * across

    tip = length - diameter / 2
    back = tip - HEAD_LENGTH
    head = (along(tip), along(back, HEAD_WIDTH), along(tip), along(back, -HEAD_WIDTH))
    return along(diameter / 2), along(label * length), *head


def _labels(
    network: Network, places: Sequence[float], diameter: float, label: float
) -> Iterator[Label]:
    """The titles of the columns, and the biases above their neurons."""
    titles = [layer_words(network, index) for index in range(-1, len(network.layers))]
    titles.append("targets, losses" if network.losses else "target, loss")
    for title, place in zip(titles, places, strict=False):
        at = (place, HEIGHT - TITLES_HEIGHT / 2)
        yield Label(None, title.removeprefix("the "), at)
    for layer, place in zip(network.layers, places[1:], strict=False):
        heights = _heights(len(layer.neurons), label)
        for neuron, height in zip(layer.neurons, heights, strict=True):
            if neuron.bias is not None and label:
                yield Label(neuron.bias, "", (place, height + (diameter + label) / 2))
