"""The batched distortions against scipy's and torchvision's, picture by picture."""

from __future__ import annotations

import math
from unittest import mock

import numpy
import numpy.typing
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from torch import Tensor
from torchvision.transforms import (  # type: ignore[import-untyped]
    InterpolationMode,
)
from torchvision.transforms import functional as torchvision_functional

from mnist_model.training.data.augment import Affine, Published, resample
from tests.mnist_model.digits import sample


def pictures(count: int) -> Tensor:
    return sample().train_images[:: 4000 // count][:count].float() / 255


def scipy_affine(image: Tensor, matrix: Tensor) -> numpy.typing.NDArray[numpy.float64]:
    # The map in pixels, rows before columns, about the centre 13.5; the unit is half a side.
    linear = matrix[:, :2].double().numpy()[::-1, ::-1]
    shift = matrix[:, 2].double().numpy()[::-1] * 14
    centre = numpy.array([13.5, 13.5])
    return ndimage.affine_transform(
        image[0].double().numpy(),
        linear,
        offset=centre + shift - linear @ centre,
        order=1,
        mode="grid-constant",
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.floats(0, 30), st.floats(0, 0.3), st.floats(0, 4))
def test_the_affine_is_scipys(seed: int, rotation: float, spread: float, shift: float) -> None:
    images = pictures(4)
    torch.manual_seed(seed)
    with mock.patch("mnist_model.training.data.augment.resample", wraps=resample) as resampled:
        distorted = Affine(rotation, spread, spread, shift)(images)
    matrices = resampled.call_args.args[1]
    for image, matrix, result in zip(images, matrices, distorted, strict=True):
        assert numpy.abs(scipy_affine(image, matrix) - result[0].numpy()).max() < 1e-3


@pytest.mark.parametrize("limit", ["rotation", "scale", "shear", "shift"])
def test_each_limit_does_its_own(limit: str) -> None:
    size = {"rotation": 20.0, "scale": 0.2, "shear": 0.2, "shift": 3.0}[limit]
    torch.manual_seed(1)
    with mock.patch("mnist_model.training.data.augment.resample", wraps=resample) as resampled:
        Affine(**{limit: size})(torch.zeros(2000, 1, 28, 28))
    matrix = resampled.call_args.args[1].double()
    linear, shifts = matrix[:, :, :2], matrix[:, :, 2] * 14
    turned = torch.atan2(linear[:, 1, 0], linear[:, 1, 1])
    measured = {
        "rotation": turned.rad2deg(),
        "scale": torch.linalg.vector_norm(linear[:, 1], dim=1) - 1,
        "shear": linear[:, 0, 1],
        "shift": shifts[:, 0],
    }
    if limit == "rotation":
        assert torch.allclose(torch.linalg.det(linear), torch.ones(2000, dtype=torch.float64))
        del measured["shear"]
    for name, values in measured.items():
        if name == limit:
            assert values.max().item() == pytest.approx(size, rel=0.03)
            assert values.min().item() == pytest.approx(-size, rel=0.03)
        elif not (limit == "shear" and name == "scale"):
            assert values.abs().max() < 1e-6, name


def test_no_distortion_changes_nothing() -> None:
    images = pictures(8)
    assert torch.allclose(Affine()(images), images, atol=1e-4)
    assert torch.allclose(Published(rotation=0, crop=0)(images), images, atol=1e-4)


def published(images: Tensor, draws: Tensor, **options: float) -> Tensor:
    with mock.patch("torch.rand", return_value=draws):
        return Published(**options)(images)


def test_the_published_rotation_is_torchvisions() -> None:
    images = pictures(6)
    draws = torch.full((4, 6), 0.9)  # of -15 … 15 degrees: 12; no crop
    rotated = torchvision_functional.rotate(images, 12, InterpolationMode.BILINEAR)
    assert (published(images, draws) - rotated).abs().max() < 0.01


def test_the_published_crop_is_torchvisions() -> None:
    images = pictures(6)
    draws = torch.tensor([[0.5], [0.05], [0.5], [0.5]]).expand(4, 6)
    cropped = torchvision_functional.resize(
        torchvision_functional.center_crop(images, 22), [28, 28], antialias=False
    )
    inner = (slice(None), slice(None), slice(1, -1), slice(1, -1))
    # torchvision repeats the crop's edge, which ours has the true neighbours of.
    assert (published(images, draws)[inner] - cropped[inner]).abs().max() < 0.01


def test_the_published_jitter_is_torchvisions() -> None:
    images = pictures(6)
    draws = torch.tensor([[0.5], [0.5], [0.8], [0.1]]).expand(4, 6)
    expected = torchvision_functional.adjust_brightness(images, 1.12)
    expected = torchvision_functional.adjust_contrast(expected, 0.84)
    assert (published(images, draws, jitter=0.2) - expected).abs().max() < 1e-3


def test_about_a_tenth_is_cropped() -> None:
    torch.manual_seed(0)
    with mock.patch("mnist_model.training.data.augment.resample", wraps=resample) as resampled:
        Published()(torch.zeros(5000, 1, 28, 28))
    determinants = torch.linalg.det(resampled.call_args.args[1][:, :, :2])
    assert (determinants < 0.99).float().mean().item() == pytest.approx(0.1, abs=0.02)
    assert determinants.min().item() == pytest.approx(math.pow(22 / 28, 2), abs=1e-3)
