"""Pictures of digits become what MNIST's pictures are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image, ImageDraw, ImageOps
from sklearn.datasets import load_sample_images
from torch import Tensor

from backprop_xlsx.spreadsheet.errors import FileError
from mnist_model.handwriting import in_characters, read_picture
from mnist_model.handwriting.ink import Values
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


def test_light_ink_on_nothing_is_no_empty_page(tmp_path: Path) -> None:
    page = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    page.paste((255, 255, 255, 255), (25, 10, 32, 50))
    assert read_picture(saved(page, tmp_path)).max() > 200


@pytest.mark.parametrize("kind", ["16 bits", "12 of 16 bits", "float", "CMYK", "turned", "moving"])
def test_what_a_scanner_or_a_telephone_writes_is_the_same_digit(kind: str, tmp_path: Path) -> None:
    page = on_paper(33).round().astype("uint8")
    expected = read(page, tmp_path).float()
    image = Image.fromarray(page)
    name = "digit.png"
    options: dict[str, Any] = {}
    if kind.endswith("bits"):
        image = Image.fromarray(page.astype("uint16") * (257 if kind == "16 bits" else 16))
    elif kind == "float":
        image, name = Image.fromarray(page.astype("float32") / 255), "digit.tif"
    elif kind == "CMYK":
        image, name = image.convert("CMYK"), "digit.jpg"
    elif kind == "turned":
        orientation = Image.Exif()
        orientation[0x0112] = 6  # a quarter turn to the right, to be undone
        image, name, options = image.rotate(90), "digit.jpg", {"exif": orientation}
    else:
        others = [ImageOps.invert(image)]
        name, options = "digit.gif", {"save_all": True, "append_images": others}
    image.save(tmp_path / name, **options)
    assert (read_picture(tmp_path / name).float() - expected).abs().mean() < 4


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


def on_paper(index: int, side: int = 300) -> Values:
    """A digit in dark ink somewhere on a light page, brightness 0 to 255."""
    digit = Image.fromarray(few().test_images[index, 0].numpy())
    ink = numpy.zeros((side, side))
    ink[40:200, 90:250] = numpy.asarray(digit.resize((160, 160), Image.Resampling.BICUBIC)) / 255
    return 235 * (1 - 0.75 * ink)


def read(values: Values, folder: Path) -> Tensor:
    return read_picture(saved(Image.fromarray(values.round().clip(0, 255).astype("uint8")), folder))


@pytest.mark.parametrize("index", (5, 33, 78))
def test_light_that_falls_from_a_side_does_not_matter(index: int, tmp_path: Path) -> None:
    page = on_paper(index)
    plain = read(page, tmp_path).float()
    across, down = numpy.meshgrid(numpy.linspace(0, 1, 300), numpy.linspace(0, 1, 300))
    for light in (1 - 0.6 * across, 1 - 0.3 * (across + down), 1 - 0.5 * (across - 0.5) ** 2):
        assert (read(page * light, tmp_path).float() - plain).abs().mean() < 6


def test_a_frame_and_the_shade_of_an_edge_are_no_part_of_the_digit(tmp_path: Path) -> None:
    page = on_paper(33)
    plain = read(page, tmp_path).float()
    framed = Image.fromarray(page.astype("uint8"))
    ImageDraw.Draw(framed).rectangle((20, 15, 280, 285), outline=30, width=6)
    assert (read_picture(saved(framed, tmp_path)).float() - plain).abs().mean() < 8
    page[:, :60] *= 0.5
    assert (read(page, tmp_path).float() - plain).abs().mean() < 8


def test_a_stroke_beside_the_others_stays_with_them(tmp_path: Path) -> None:
    page = numpy.full((200, 200), 240.0)
    page[40:160, 90:100] = 20
    page[40:50, 106:140] = 20  # a bar that does not touch
    assert int((read(page, tmp_path)[0, 0].sum(0) > 0).sum()) > 6


def test_the_bar_of_a_5_is_no_frame_around_its_belly(tmp_path: Path) -> None:
    page = Image.new("L", (300, 300), 255)
    draw = ImageDraw.Draw(page)
    draw.line([(190, 60), (90, 60), (85, 140)], fill=0, width=14)
    draw.arc((70, 120, 190, 240), -110, 130, fill=0, width=14)
    five = read_picture(saved(page, tmp_path))[0, 0]
    assert int((five[4:8] > 128).sum()) >= 10  # the bar is there
    draw.line([(86, 138), (110, 128)], fill=0, width=8)
    joined = read_picture(saved(page, tmp_path))[0, 0]
    assert (five.float() - joined.float()).abs().mean() < 8


@pytest.mark.parametrize(
    ("drawn", "reason"),
    [
        ([(30, 30, 100, 110), (180, 60, 260, 150)], "2 strokes, none of them by itself"),
        ([(80, 80, 200, 200)], "a patch, not strokes"),
    ],
)
def test_what_is_no_single_digit_is_told(
    drawn: list[tuple[int, int, int, int]], reason: str, tmp_path: Path
) -> None:
    page = Image.new("L", (500, 500), 235)
    for place in drawn:
        if len(drawn) > 1:
            ImageDraw.Draw(page).ellipse(place, outline=20, width=9)
        else:
            ImageDraw.Draw(page).rectangle(place, fill=20)
    with pytest.raises(FileError, match=rf"shows no digit \({reason}\)"):
        read_picture(saved(page, tmp_path))


def test_a_second_digit_beside_the_first_is_told(tmp_path: Path) -> None:
    page = Image.new("L", (600, 300), 240)
    draw = ImageDraw.Draw(page)
    draw.line([(400, 60), (390, 60), (385, 130), (480, 130), (480, 240), (390, 240)], 30, 14)
    draw.line([(100, 90), (200, 90), (140, 230)], 30, 12)
    with pytest.raises(FileError, match="shows no digit"):
        read_picture(saved(page, tmp_path))


def test_photographs_are_refused(tmp_path: Path) -> None:
    palace, _ = load_sample_images().images
    for left in (0, 100, 200):
        with pytest.raises(FileError, match="shows no digit"):
            read_picture(saved(Image.fromarray(palace[100:400, left : left + 300]), tmp_path))


def test_the_squares_are_shown_in_characters(tmp_path: Path) -> None:
    page = numpy.full((100, 100), 240.0)
    page[20:80, 47:53] = 20
    lines = in_characters(read(page, tmp_path)).splitlines()
    assert len(lines) == 30
    assert {len(line) for line in lines} == {58}
    assert sum("@@" in line for line in lines) == 20
