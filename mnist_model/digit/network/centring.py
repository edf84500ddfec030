"""A painting scaled and centred by mass, as MNIST's digits are, in numpy."""

from __future__ import annotations

import numpy

from mnist_model.digit.network.steps import Array

# MNIST's digits fill 20 of the 28 squares of a page.
PAGE, LONGEST = 28, 20
BRUSHES = {"thin": 0.0, "medium": 0.3, "thick": 1.0}
"""How much ink a mark gives its four neighbours, as a share of its own."""
BRUSH = "medium"


def longest_side(height: int, width: int) -> int:
    """How many squares the longer side of a digit gets on such a page."""
    return max(1, round(min(height, width) * LONGEST / PAGE))


def painted(marks: Array, full: float, brush: str = BRUSH) -> Array:
    """The ink of marked squares [height, width], which are 1 or 0."""
    around = numpy.pad(marks, 1)
    sides = (around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:])
    return full * numpy.maximum(marks, BRUSHES[brush] * numpy.max(sides, axis=0))


def centred(ink: Array) -> Array:
    """Ink [height, width] on a page of the same size; a page without ink stays as it is.

    Each square of the new page gets the mean of the scaled picture over it.
    """
    if not ink.any():
        return ink
    along, across = ink.sum(1), ink.sum(0)
    rows, columns = (numpy.flatnonzero(mass) for mass in (along, across))
    sides = (int(places[-1] - places[0] + 1) for places in (rows, columns))
    scale = longest_side(*ink.shape) / max(sides)
    return _overlaps(along, scale) @ ink @ _overlaps(across, scale).T


def _overlaps(mass: Array, scale: float) -> Array:
    """How much of each new square [new, old] each old one covers, along one side."""
    count = len(mass)
    there = numpy.flatnonzero(mass)
    centre = (mass * (numpy.arange(count) + 0.5)).sum() / mass.sum()
    # In the middle, but nothing falls off the page.
    offset = min(count - scale * (there[-1] + 1), count / 2 - scale * centre)
    offset = max(-scale * there[0], offset)
    new, old = numpy.arange(count)[:, None], offset + scale * numpy.arange(count)[None]
    overlap = numpy.minimum(new + 1, old + scale) - numpy.maximum(new, old)
    return numpy.maximum(0, overlap)
