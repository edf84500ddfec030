"""Where the neurons, weights and losses of a network stand in a drawing, and which are marked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from backprop_xlsx.check.findings import Diagram
from backprop_xlsx.formula.names import TOTAL_LOSS

ACROSS, DOWN, MARGIN = 100, 58, 32
"""Between layers, between neurons, and around them, in pixels."""
MOST_NAMED = 12
"""Weights of a layer that all have their names; of more only those that are marked."""
PLACES = (0.37, 0.63)
"""How far along its line a weight's name stands, in turn: where lines do not cross."""


@dataclass(frozen=True)
class Node:
    """An input, a neuron or a loss."""

    x: float
    y: float
    name: str
    marked: bool


@dataclass(frozen=True)
class Way:
    """A line between two nodes; ``name`` is its weight's, empty where there is none to be read."""

    x1: float
    y1: float
    x2: float
    y2: float
    name: str
    x: float
    y: float
    marked: bool


@dataclass(frozen=True)
class NetworkDrawing:
    """A drawing of a network, in pixels."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    ways: tuple[Way, ...]
    label: str


def network_drawing(diagram: Diagram, marked: Collection[str]) -> NetworkDrawing:
    """The drawing of a network in which neurons, weights and losses with these names are marked."""
    layers = [*diagram.layers, diagram.losses]
    if diagram.losses != (TOTAL_LOSS,):
        layers.append((TOTAL_LOSS,))
    tallest = max(map(len, layers))
    at = {
        name: (
            MARGIN + ACROSS * column,
            MARGIN + DOWN * (row + (tallest - len(layer)) / 2),
        )
        for column, layer in enumerate(layers)
        for row, name in enumerate(layer)
    }
    links = [*diagram.ways]
    links += [(o, loss, "") for o, loss in zip(diagram.layers[-1], diagram.losses, strict=False)]
    links += [(loss, TOTAL_LOSS, "") for loss in diagram.losses if loss != TOTAL_LOSS]
    ways = tuple(
        _way(at[source], at[end], name, number, _is_marked(source, end, name, marked), len(links))
        for number, (source, end, name) in enumerate(links)
    )
    return NetworkDrawing(
        2 * MARGIN + ACROSS * (len(layers) - 1),
        2 * MARGIN + DOWN * (tallest - 1),
        tuple(Node(x, y, name, name in marked) for name, (x, y) in at.items()),
        tuple(sorted(ways, key=lambda way: way.marked)),
        "the network; marked: " + ", ".join(name for name in marked),
    )


def _is_marked(source: str, end: str, name: str, marked: Collection[str]) -> bool:
    return name in marked if name else source in marked and end in marked


def _way(
    start: tuple[float, float],
    end: tuple[float, float],
    name: str,
    number: int,
    marked: bool,
    links: int,
) -> Way:
    (x1, y1), (x2, y2) = start, end
    along = PLACES[0] if y1 == y2 else PLACES[number % 2]
    named = name if marked or links <= MOST_NAMED else ""
    x, y = x1 + along * (x2 - x1), y1 + along * (y2 - y1)
    return Way(x1, y1, x2, y2, named, x, y, marked)
