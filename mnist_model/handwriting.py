"""Reads a picture of one digit, and makes it what MNIST's pictures are."""

from __future__ import annotations

from pathlib import Path

import numpy
import numpy.typing
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor

from backprop_xlsx.spreadsheet.errors import FileError
from mnist_model.training.record import IMAGE_SIDE

DIGIT_SIDE = 20
CENTRE = IMAGE_SIDE / 2  # the mean centre of mass of MNIST's pictures, counted from 0
FAINTEST_INK = 0.15
LEAST_CONTRAST = 16

Values = numpy.typing.NDArray[numpy.float64]


def read_picture(path: Path) -> Tensor:
    """A picture of any size as [1, 1, 28, 28] uint8: white ink, 20 pixels, centred by its mass.

    What the border mostly shows is the background; a light one is inverted. Raises FileError if
    the file is no picture, or shows nothing.
    """
    try:
        with Image.open(path) as image:
            # Transparent places show a white page.
            page = Image.new("RGBA", image.size, "white")
            page.alpha_composite(image.convert("RGBA"))
            values = numpy.asarray(page.convert("L"), numpy.float64)
    except FileNotFoundError as error:
        raise FileError(f"{path}: is missing; expected a picture of one digit") from error
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        SyntaxError,
    ) as error:
        reason = " ".join(str(error).split())
        raise FileError(f"{path}: cannot be read as a picture ({reason})") from error
    border = numpy.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    if numpy.median(border) > 127:
        values = 255 - values
    lowest, highest = values.min(), values.max()
    if highest - lowest < LEAST_CONTRAST:
        raise FileError(f"{path}: shows nothing; expected a digit in ink on a plain background")
    centred = _centred(_fitted((values - lowest) / (highest - lowest)))
    pixels = (centred * 255).round().clip(0, 255).astype(numpy.uint8)
    return torch.from_numpy(pixels).reshape(1, 1, IMAGE_SIDE, IMAGE_SIDE)


def _fitted(values: Values) -> Values:
    """The digit alone, its longer side 20 pixels, its shape kept."""
    rows = numpy.flatnonzero(values.max(1) > FAINTEST_INK)
    columns = numpy.flatnonzero(values.max(0) > FAINTEST_INK)
    digit = values[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    factor = DIGIT_SIDE / max(digit.shape)
    height, width = (max(1, round(side * factor)) for side in digit.shape)
    image = Image.fromarray(digit.astype(numpy.float32))
    resized = image.resize((width, height), Image.Resampling.BILINEAR)
    return numpy.asarray(resized, numpy.float64)


def _centred(digit: Values) -> Values:
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
