"""Which strokes are the digit: the largest, and those near it; or why none of them is one."""

from __future__ import annotations

import numpy
import numpy.typing
from scipy import ndimage

from mnist_model.handwriting.ink import Values

TOUCHING = numpy.ones((3, 3), bool)  # pixels that touch at a corner belong together
INK = 0.5
SMALLEST_SHARE = 0.03  # of the largest stroke's ink: less is a speck
NEAR = 0.15  # of the digit's longer side
LARGEST_REST = 0.35  # of the digit's ink: more of it elsewhere, and there is no single digit
MOST_STROKES, MOST_SPECKS = 12, 20
LARGEST_FROM_EDGES = 1.5  # of the other ink
MOST_HOLES = 2  # an 8 has two
SMALLEST_HOLE = 0.01  # of the digit's rectangle
THICKEST = 0.4  # of the digit's longer side
CORNER = 0.1  # of a frame's sides

Box = tuple[slice, slice]


class NoDigit(Exception):
    """What is drawn is no single digit; the message says why."""


def digit_alone(ink: Values) -> Values:
    """The ink of the digit alone, cut out along its rectangle.

    A frame around other strokes, and what reaches in from the edges of the picture, are no part
    of it. Raises NoDigit where what is left is no single digit.
    """
    labels, count = ndimage.label(ink > INK, TOUCHING)
    if count == 0:
        raise NoDigit("no stroke is to be seen")
    # By the numbers of the strokes, of which 0 is the paper.
    boxes: list[Box] = [(slice(0), slice(0)), *ndimage.find_objects(labels)]
    weights = ndimage.sum_labels(ink, labels, range(count + 1))
    strokes = list(range(1, count + 1))
    strokes = [n for n in strokes if not _is_frame(labels, boxes, weights, n)] or strokes
    inside = [n for n in strokes if not _reaches_in(boxes[n], ink.shape)] or strokes
    _require_few(weights, strokes, inside)
    heaviest = max(inside, key=lambda n: float(weights[n]))
    strokes = [n for n in inside if weights[n] >= SMALLEST_SHARE * weights[heaviest]]
    digit = _near(heaviest, strokes, boxes)
    _require_single(weights, digit, strokes)
    top, left, bottom, right = _around([boxes[n] for n in digit])
    chosen = numpy.isin(labels, digit)
    _require_digit(chosen[top:bottom, left:right])
    # With the soft edges of its own strokes, not of others.
    others = ndimage.binary_dilation(numpy.isin(labels, strokes) & ~chosen, TOUCHING, 2)
    cut = numpy.where(ndimage.binary_dilation(chosen, TOUCHING, 2) & ~others, ink, 0)
    margin = 2
    rows = slice(max(top - margin, 0), bottom + margin)
    return cut[rows, max(left - margin, 0) : right + margin]


def _is_frame(
    labels: numpy.typing.NDArray[numpy.int32], boxes: list[Box], weights: Values, number: int
) -> bool:
    """Whether a stroke has ink in the corners of its rectangle, and another one wholly inside.

    The bar of a 5 has three corners too, but the belly below it reaches out of them.
    """
    box = boxes[number]
    stroke = labels[box] == number
    height, width = stroke.shape
    y, x = max(1, round(CORNER * height)), max(1, round(CORNER * width))
    corners = (stroke[:y, :x], stroke[:y, -x:], stroke[-y:, :x], stroke[-y:, -x:])
    if sum(bool(corner.any()) for corner in corners) < 3:
        return False
    inner = labels[box][y : height - y, x : width - x]
    inside = [n for n in numpy.unique(inner) if n not in (0, number)]
    least = SMALLEST_SHARE * weights[number]
    return any(weights[n] >= least and _is_within(boxes[n], box) for n in inside)


def _is_within(inner: Box, outer: Box) -> bool:
    return all(a.start >= b.start and a.stop <= b.stop for a, b in zip(inner, outer, strict=True))


def _reaches_in(box: Box, shape: tuple[int, ...]) -> bool:
    """Whether a stroke comes from an edge of the picture, as a table beside the paper does."""
    return any(part.start == 0 or part.stop == size for part, size in zip(box, shape, strict=True))


def _near(first: int, strokes: list[int], boxes: list[Box]) -> list[int]:
    """A stroke, and those whose rectangles are near: the bar of a 5 beside its belly."""
    digit = [first]
    while True:
        top, left, bottom, right = _around([boxes[n] for n in digit])
        reach = NEAR * max(bottom - top, right - left)
        found = [
            n
            for n in strokes
            if n not in digit
            and boxes[n][0].start < bottom + reach
            and boxes[n][0].stop > top - reach
            and boxes[n][1].start < right + reach
            and boxes[n][1].stop > left - reach
        ]
        if not found:
            return digit
        digit += found


def _around(boxes: list[Box]) -> tuple[int, int, int, int]:
    """The rectangle around rectangles: top, left, bottom, right."""
    return (
        min(rows.start for rows, _ in boxes),
        min(columns.start for _, columns in boxes),
        max(rows.stop for rows, _ in boxes),
        max(columns.stop for _, columns in boxes),
    )


def _require_few(weights: Values, strokes: list[int], inside: list[int]) -> None:
    """Paper has few specks, and little that comes from its edges; photographs have much."""
    kept = sum(float(weights[n]) for n in inside)
    reaching = sum(float(weights[n]) for n in strokes if n not in inside)
    if len(strokes) > MOST_SPECKS or reaching > LARGEST_FROM_EDGES * kept:
        raise NoDigit(f"{len(strokes)} strokes, none of them by itself")


def _require_single(weights: Values, digit: list[int], strokes: list[int]) -> None:
    own = sum(float(weights[n]) for n in digit)
    rest = sum(float(weights[n]) for n in strokes if n not in digit)
    if len(digit) > MOST_STROKES or rest > LARGEST_REST * own:
        raise NoDigit(f"{len(strokes)} strokes, none of them by itself")


def _require_digit(stroke: numpy.typing.NDArray[numpy.bool_]) -> None:
    longer = max(stroke.shape)
    holes, _ = ndimage.label(~numpy.pad(stroke, 1))
    sizes = numpy.bincount(holes.ravel())[2:]  # after the strokes and what is around them
    large = int((sizes > SMALLEST_HOLE * stroke.size).sum())
    if large > MOST_HOLES:
        raise NoDigit(f"its strokes enclose {large} places")
    thickness = 2 * float(ndimage.distance_transform_edt(numpy.pad(stroke, 1)).max())
    if thickness > THICKEST * longer and longer <= 2 * min(stroke.shape):
        raise NoDigit("a patch, not strokes")
