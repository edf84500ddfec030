"""The four files of MNIST, plain or gzipped: found, checked by SHA-256, and read."""

from __future__ import annotations

import gzip
import hashlib
import math
import zlib
from pathlib import Path

import numpy
import numpy.typing
import torch

from backprop_xlsx.spreadsheet.errors import FileError
from mnist_model.training.data.digits import Digits

# In this order the files' bytes, unpacked, make up a run's data_sha256.
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}

# The largest of them; nothing beyond is read or unpacked, whatever a file holds.
MOST_BYTES = 16 + 60_000 * 28 * 28

Bytes = numpy.typing.NDArray[numpy.uint8]


def raw_folder(folder: Path) -> Path | None:
    """Where the files are, in a folder or where torchvision puts them under it; None if nowhere."""
    for raw in (folder, folder / "raw", folder / "MNIST" / "raw"):
        if any(_stored(raw / name).exists() for name in SHA256):
            return raw
    return None


def load_folder(folder: Path) -> Digits:
    """MNIST from the folder that holds its four files, or from torchvision's above it.

    Raises FileError if one of them is missing, or is not MNIST's to the byte.
    """
    raw = raw_folder(folder)
    if raw is None:
        raise FileError(
            f"{folder}: none of the four files of MNIST is there ({', '.join(SHA256)}); expected "
            "the folder that holds them, as they are or as .gz"
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


def _stored(path: Path) -> Path:
    """The file as it is, or gzipped where only that is there."""
    packed = path.with_name(f"{path.name}.gz")
    return packed if packed.exists() and not path.exists() else path


def _checked(path: Path) -> bytes:
    stored = _stored(path)
    try:
        with gzip.open(stored) if stored != path else stored.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        content = b""
    except OSError as error:
        raise FileError(
            f"{stored}: cannot be read ({error.strerror}); expected one of the four files of "
            "MNIST, as it is or as .gz"
        ) from error
    if hashlib.sha256(content).hexdigest() != SHA256[path.name]:
        raise FileError(
            f"{stored}: damaged or not MNIST's (its SHA-256 is not {SHA256[path.name][:16]}…); "
            "delete it and fetch it again"
        )
    return content


def _read_idx(content: bytes) -> Bytes:
    # The fourth byte is the number of dimensions, each of which is a big-endian integer.
    dimensions = content[3]
    shape = numpy.frombuffer(content, ">u4", dimensions, offset=4).tolist()
    values = numpy.frombuffer(content, numpy.uint8, math.prod(shape), offset=4 + 4 * dimensions)
    return values.reshape(shape).copy()
