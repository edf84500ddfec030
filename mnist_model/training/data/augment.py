"""Random distortions of a whole batch at once, on tensors, in one resampling."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Affine:
    """A random affine map for each picture, each part drawn evenly from ± its limit.

    ``rotation`` in degrees, ``scale`` and ``shear`` as fractions, ``shift`` in pixels.
    """

    rotation: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    shift: float = 0.0

    def __call__(self, images: Tensor) -> Tensor:
        """The distorted batch [batch, 1, side, side]; what comes in from outside is 0."""
        count, side = len(images), images.shape[-1]
        draws = torch.rand(6, count) * 2 - 1
        angle = draws[0] * math.radians(self.rotation)
        scale_x, scale_y = 1 + draws[1] * self.scale, 1 + draws[2] * self.scale
        shear = draws[3] * self.shear
        cosine, sine = angle.cos(), angle.sin()
        # From a place in the new picture to its place in the old one: shear, scale, then rotate.
        matrix = torch.empty(count, 2, 3)
        matrix[:, 0, 0] = scale_x * cosine
        matrix[:, 0, 1] = scale_x * (shear * cosine - sine)
        matrix[:, 1, 0] = scale_y * sine
        matrix[:, 1, 1] = scale_y * (shear * sine + cosine)
        # The grid's unit is half a side.
        matrix[:, :, 2] = draws[4:].T * (2 * self.shift / side)
        return resample(images, matrix)

    def __str__(self) -> str:
        return (
            f"affine: rotation ±{self.rotation:g}°, scale ±{self.scale * 100:g} %, "
            f"shear ±{self.shear:g}, shift ±{self.shift:g} px"
        )


@dataclass(frozen=True)
class Published:
    """The published networks' own: rotation, centre crop 22 resized to 28, brightness and contrast.

    ``crop`` is the probability of the crop, ``jitter`` the limit of both factors. Bilinear, where
    torchvision rotates by nearest neighbour unless told otherwise; the crop and the rotation are
    resampled at once, not one after the other; saturation and hue do nothing to a grey picture.
    """

    rotation: float = 15.0
    crop: float = 0.1
    jitter: float = 0.0

    def __call__(self, images: Tensor) -> Tensor:
        """The distorted batch [batch, 1, side, side], values 0 … 1."""
        count, side = len(images), images.shape[-1]
        draws = torch.rand(4, count)
        if self.jitter:
            factors = 1 + (draws[2:] * 2 - 1).to(images.device) * self.jitter
            brightness, contrast = factors[:, :, None, None, None]
            images = (images * brightness).clamp(0, 1)
            mean = images.mean((1, 2, 3), keepdim=True)
            images = (mean + (images - mean) * contrast).clamp(0, 1)
        angle = (draws[0] * 2 - 1) * math.radians(self.rotation)
        zoom = torch.where(draws[1] < self.crop, 22 / side, 1.0)
        matrix = torch.zeros(count, 2, 3)
        matrix[:, 0, 0] = matrix[:, 1, 1] = zoom * angle.cos()
        matrix[:, 1, 0] = zoom * angle.sin()
        matrix[:, 0, 1] = -matrix[:, 1, 0]
        return resample(images, matrix)

    def __str__(self) -> str:
        jitter = f", brightness and contrast ±{self.jitter * 100:g} %" if self.jitter else ""
        return (
            f"rotation ±{self.rotation:g}°, centre crop 22 of 28 for {self.crop * 100:g} %{jitter}"
        )


def resample(images: Tensor, matrix: Tensor) -> Tensor:
    """Bilinear values of a batch where the maps [batch, 2, 3] point, 0 outside the pictures.

    A map takes a place in the new picture to one in the old; x, y run from -1 to 1 between the
    outer edges.
    """
    count, side = len(images), images.shape[-1]
    centres = (2 * torch.arange(side, device=images.device) + 1) / side - 1
    rows, columns = torch.meshgrid(centres, centres, indexing="ij")
    places = torch.stack([columns, rows, torch.ones_like(rows)]).flatten(1)
    # All maps of the batch in one product; functional.affine_grid makes one for each picture.
    grid = (matrix.to(images.device).reshape(2 * count, 3) @ places).view(count, 2, side, side)
    grid = grid.permute(0, 2, 3, 1)
    return functional.grid_sample(images, grid, padding_mode="zeros", align_corners=False)
