"""Pictures of digits become what MNIST's pictures are."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
from PIL import Image, ImageOps

from backprop_xlsx.spreadsheet.errors import FileError
from mnist_model.handwriting import read_picture
from tests.mnist_model.digits import few


def saved(image: Image.Image, folder: Path, name: str = "digit.png") -> Path:
    image.save(folder / name)
    return folder / name


@pytest.mark.parametrize("index", range(0, 100, 9))
def test_mnists_own_pictures_stay_nearly_as_they_are(index: int, tmp_path: Path) -> None:
    pixels = few().test_images[index, 0].numpy()
    read = read_picture(saved(Image.fromarray(pixels), tmp_path))[0, 0].numpy()
    shifts = [
        numpy.abs(numpy.roll(read, (y, x), (0, 1)).astype(float) - pixels).mean()
        for y in (-1, 0, 1)
        for x in (-1, 0, 1)
    ]
    assert min(shifts) < 14  # faint edges are cropped, so the size may change by a pixel


def test_size_place_and_background_do_not_matter(tmp_path: Path) -> None:
    digit = Image.fromarray(few().test_images[33, 0].numpy())
    expected = read_picture(saved(digit, tmp_path)).float()
    page = Image.new("L", (400, 300), 0)
    page.paste(digit.resize((112, 112), Image.Resampling.BICUBIC), (250, 40))
    dark = read_picture(saved(page, tmp_path)).float()
    light = read_picture(saved(ImageOps.invert(page), tmp_path)).float()
    assert (dark - light).abs().max() <= 1
    assert (dark - expected).abs().mean() < 8


def test_it_is_20_pixels_long_and_centred_by_mass(tmp_path: Path) -> None:
    page = Image.new("L", (90, 200), 255)
    page.paste(0, (20, 30, 40, 150))
    pixels = read_picture(saved(page, tmp_path))[0, 0].double().numpy()
    assert int((pixels.sum(1) > 0).sum()) == 20
    rows = pixels.sum(1) @ numpy.arange(28) / pixels.sum()
    columns = pixels.sum(0) @ numpy.arange(28) / pixels.sum()
    assert abs(rows - 14) <= 0.5
    assert abs(columns - 14) <= 0.5


def test_transparent_places_are_paper(tmp_path: Path) -> None:
    page = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    page.paste((0, 0, 0, 255), (25, 10, 32, 50))
    plain = Image.new("L", (60, 60), 255)
    plain.paste(0, (25, 10, 32, 50))
    first = read_picture(saved(page, tmp_path))
    assert (first == read_picture(saved(plain, tmp_path))).all()
    assert first.max() > 200


@pytest.mark.parametrize("content", [b"", b"a digit", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_what_is_no_picture_gives_one_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "digit.png"
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"digit\.png: cannot be read as a picture") as error:
        read_picture(path)
    assert "\n" not in str(error.value)


def test_an_empty_page_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="shows nothing"):
        read_picture(saved(Image.new("L", (50, 50), 200), tmp_path))
    with pytest.raises(FileError, match="is missing"):
        read_picture(tmp_path / "nothing.png")
