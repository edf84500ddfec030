"""The networks of this project's recipes.

Shapes in the comments are channels × side × side of the output, for a picture of 1 × 28 × 28.
"""

from __future__ import annotations

from torch import nn

from mnist_model.training.networks.blocks import Layers, Networks, conv_norm_relu, separable


def _full_resolution() -> Layers:
    return [
        *conv_norm_relu(1, 8, padding=1),  # 8 × 28 × 28
        *conv_norm_relu(8, 16, stride=2, padding=1),  # 16 × 14 × 14
        *conv_norm_relu(16, 16, padding=1),
        *conv_norm_relu(16, 16, padding=1),
        nn.MaxPool2d(2),  # 16 × 7 × 7
        *conv_norm_relu(16, 32, padding=1),
        *conv_norm_relu(32, 30, padding=1),  # 30 × 7 × 7
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.05),
        nn.Linear(30, 10),
    ]


def _soon_small() -> Layers:
    return [
        *conv_norm_relu(1, 16, kernel=5, stride=2),  # 16 × 12 × 12
        *conv_norm_relu(16, 16),  # 16 × 10 × 10
        *conv_norm_relu(16, 16),  # 16 × 8 × 8
        nn.MaxPool2d(2),  # 16 × 4 × 4
        *conv_norm_relu(16, 24, padding=1),
        *conv_norm_relu(24, 24, padding=1),  # 24 × 4 × 4
        nn.Flatten(),  # 384
        nn.Dropout(0.05),
        nn.Linear(384, 10),
    ]


def _separable_4838() -> Layers:
    return [
        *conv_norm_relu(1, 12, kernel=5, stride=2),  # 12 × 12 × 12
        *separable(12, 20),
        *separable(20, 24),
        nn.MaxPool2d(2),  # 24 × 6 × 6
        *separable(24, 28),
        *separable(28, 28),
        *separable(28, 28),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(28, 10),
    ]


def _separable_1914() -> Layers:
    return [
        *conv_norm_relu(1, 8, kernel=5, stride=2),  # 8 × 12 × 12
        *separable(8, 12),
        *separable(12, 14),
        nn.MaxPool2d(2),  # 14 × 6 × 6
        *separable(14, 16),
        nn.MaxPool2d(2),  # 16 × 3 × 3
        *separable(16, 18),
        # Each channel weighs its nine places, where an average would weigh them alike.
        nn.Conv2d(18, 18, 3, groups=18, bias=False),  # 18 × 1 × 1
        nn.Flatten(),
        nn.Linear(18, 10),
    ]


NETWORKS: Networks = {
    "19626": _full_resolution,
    "17690": _soon_small,
    "4838": _separable_4838,
    "1914": _separable_1914,
}
