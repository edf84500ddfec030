"""Digits as pictures over the cells of a sheet: dark on white, every pixel a square."""

from __future__ import annotations

import io

import numpy
from PIL import Image

from backprop_xlsx.spreadsheet.sheets.page import Page, Position, pixels
from mnist_model.sheets.grid import WIDTH_OF_NUMBERS
from mnist_model.training.record import IMAGE_SIDE, Pixels

SCALE = 4
"""Pixels of the inserted picture for one of the digit's, so that no program blurs them."""
SHOWN_SIDE = 72  # pixels on the sheet
PICTURE_HEIGHT = 60  # points: the pictures and a margin


def insert_digit(page: Page, position: Position, name: str, digit: Pixels, words: str) -> None:
    """Puts a digit over a cell, into a file of that name; ``words`` describe it."""
    scale = SHOWN_SIDE / (IMAGE_SIDE * SCALE)
    page.worksheet.insert_image(
        *position,
        name,
        {
            "image_data": _png(digit),
            "x_offset": (pixels(WIDTH_OF_NUMBERS) - SHOWN_SIDE) // 2,
            "y_offset": 4,
            "x_scale": scale,
            "y_scale": scale,
            "object_position": 2,
            "description": words,
        },
    )


def _png(digit: Pixels) -> io.BytesIO:
    ink = numpy.array(digit, numpy.uint8).repeat(SCALE, axis=0).repeat(SCALE, axis=1)
    file = io.BytesIO()
    Image.fromarray(255 - ink).save(file, "PNG")
    return file
