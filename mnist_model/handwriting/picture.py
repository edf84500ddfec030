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

WHITE = 255
WIDE_MODES = ("I", "I;16", "I;16L", "I;16B", "I;16N", "F")
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


def _in_bytes(image: Image.Image) -> Image.Image:
    """The same with a byte for each value: scanners write more, and not always all of them."""
    if image.mode not in WIDE_MODES:
        return image
    values = numpy.asarray(image, numpy.float64)
    low, high = values.min(), values.max()
    if not numpy.isfinite(high - low):
        raise ValueError("it has values that are not finite")
    return Image.fromarray((WHITE * (values - low) / max(high - low, 1e-9)).astype(numpy.uint8))


def _on_paper(image: Image.Image) -> Image.Image:
    """Brightness of a picture with transparent places, which show paper unlike what is on it."""
    grey, opaque = image.convert("L"), image.getchannel("A")
    weights = numpy.asarray(opaque, numpy.float64)
    shown = float((numpy.asarray(grey) * weights).sum() / max(weights.sum(), 1))
    is_light_ink = float(weights.mean()) < WHITE / 2 and shown > WHITE / 2
    page = Image.new("RGBA", image.size, "black" if is_light_ink else "white")
    page.alpha_composite(image)
    return page.convert("L")


def _grey(path: Path) -> Values:
    """Brightness from 0 to 255, at most :data:`LONGEST_SIDE` pixels long, as a person sees it."""
    try:
        with Image.open(path) as image:
            # A telephone turns the picture by a remark in the file.
            image.draft("RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
            grey = _on_paper(_in_bytes(ImageOps.exif_transpose(image)).convert("RGBA"))
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
