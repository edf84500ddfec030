"""Reads a picture of one digit, or says why it shows none."""

from __future__ import annotations

from pathlib import Path

import numpy
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from backprop_xlsx.spreadsheet.errors import FileError
from mnist_model.handwriting.ink import NothingThere, Values, ink_of
from mnist_model.handwriting.squares import centred, fitted
from mnist_model.handwriting.strokes import NoDigit, digit_alone
from mnist_model.training.record import IMAGE_SIDE

LONGEST_SIDE = 480  # pixels: a stroke of a photograph's is ten wide then, and all is done at once


def read_picture(path: Path) -> Tensor:
    """A picture of any size as [1, 1, 28, 28] uint8: white ink, 20 pixels, centred by its mass.

    Dark ink on light paper or the other way round; the light may be uneven, and a frame or the
    paper's edge be in the picture. Raises FileError if the file is no picture, shows nothing, or
    no single digit.
    """
    values = _grey(path)
    try:
        digit = digit_alone(ink_of(values))
    except NothingThere as error:
        raise FileError(
            f"{path}: shows nothing; expected a digit in ink on a plain background"
        ) from error
    except NoDigit as error:
        raise FileError(
            f"{path}: shows no digit ({error}); expected a single one in ink on a plain background"
        ) from error
    pixels = (centred(fitted(digit)) * 255).round().clip(0, 255).astype(numpy.uint8)
    return torch.from_numpy(pixels).reshape(1, 1, IMAGE_SIDE, IMAGE_SIDE)


def _grey(path: Path) -> Values:
    """Brightness from 0 to 255, at most :data:`LONGEST_SIDE` pixels long, as a person sees it."""
    try:
        with Image.open(path) as image:
            # A telephone turns the picture by a remark in the file.
            image.draft("RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image).convert("RGBA")
            # Transparent places show a white page.
            page = Image.new("RGBA", upright.size, "white")
            page.alpha_composite(upright)
            grey = page.convert("L")
            grey.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BOX)
            return numpy.asarray(grey, numpy.float64)
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
