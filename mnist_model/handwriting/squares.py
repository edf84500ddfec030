"""The 28 × 28 squares of a digit: 20 long, centred by its mass, and shown in characters."""

from __future__ import annotations

import numpy
from PIL import Image
from torch import Tensor

from mnist_model.handwriting.ink import Values
from mnist_model.training.record import IMAGE_SIDE

DIGIT_SIDE = 20
CENTRE = IMAGE_SIDE / 2  # the mean centre of mass of MNIST's pictures, counted from 0
FAINTEST_INK = 0.15
SHADES = " .:+#@"


def fitted(ink: Values) -> Values:
    """The digit alone, its longer side 20 pixels, its shape kept, its darkest ink full."""
    rows = numpy.flatnonzero(ink.max(1) > FAINTEST_INK)
    columns = numpy.flatnonzero(ink.max(0) > FAINTEST_INK)
    digit = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    factor = DIGIT_SIDE / max(digit.shape)
    height, width = (max(1, round(side * factor)) for side in digit.shape)
    image = Image.fromarray(digit.astype(numpy.float32))
    resized = numpy.asarray(image.resize((width, height), Image.Resampling.BILINEAR), numpy.float64)
    # A thin pen's strokes are thinner than a square; MNIST's never are.
    return numpy.clip(resized / max(float(numpy.quantile(resized, 0.95)), FAINTEST_INK), 0, 1)


def centred(digit: Values) -> Values:
    """The digit on a black 28 × 28 with its centre of mass in the middle."""
    result = numpy.zeros((IMAGE_SIDE, IMAGE_SIDE))
    corner = []
    for axis, size in enumerate(digit.shape):
        mass = digit.sum(1 - axis)
        centre = float(mass @ numpy.arange(size) / mass.sum())
        # A lopsided digit stays whole.
        corner.append(min(max(round(CENTRE - centre), 0), IMAGE_SIDE - size))
    top, left = corner
    result[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return result


def in_characters(pixels: Tensor) -> str:
    """A picture [1, 1, 28, 28] uint8 in lines of text with a frame, two characters a square."""
    shades = (pixels[0, 0].long() * (len(SHADES) - 1) + 254) // 255
    lines = ("".join(2 * SHADES[shade] for shade in row) for row in shades.tolist())
    edge = f"+{'-' * 2 * IMAGE_SIDE}+"
    return "\n".join((edge, *(f"|{line}|" for line in lines), edge))
