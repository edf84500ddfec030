"""The networks that others published, and the first steps of the ladder to one of them.

Shapes in the comments are channels × side × side of the output, for a picture of 1 × 28 × 28.
"""

from __future__ import annotations

from torch import nn

from mnist_model.training.networks.blocks import Layers, Networks, conv_norm_relu, conv_relu_norm


def _published_14392() -> Layers:
    return [
        *conv_relu_norm(1, 8, padding=1, bias=False),  # 8 × 28 × 28
        *conv_relu_norm(8, 8, padding=1, bias=False),
        *conv_relu_norm(8, 8, padding=1, bias=False),
        nn.MaxPool2d(2),  # 8 × 14 × 14
        nn.Dropout(0.2),
        *conv_relu_norm(8, 16, bias=False),  # 16 × 12 × 12
        *conv_relu_norm(16, 16, bias=False),  # 16 × 10 × 10
        *conv_relu_norm(16, 16, bias=False),  # 16 × 8 × 8
        *conv_relu_norm(16, 16, bias=False),  # 16 × 6 × 6
        nn.Conv2d(16, 32, 3, bias=False),  # 32 × 4 × 4
        nn.ReLU(),
        nn.AvgPool2d(4),  # 32 × 1 × 1
        nn.Conv2d(32, 10, 1, bias=False),
        nn.Flatten(),
    ]


def _published_15738() -> Layers:
    return [
        *conv_relu_norm(1, 8),  # 8 × 26 × 26
        *conv_relu_norm(8, 16),  # 16 × 24 × 24
        *conv_relu_norm(16, 16),  # 16 × 22 × 22
        nn.MaxPool2d(2),  # 16 × 11 × 11
        nn.Dropout(0.05),
        *conv_relu_norm(16, 16),  # 16 × 9 × 9
        *conv_relu_norm(16, 16),  # 16 × 7 × 7
        *conv_relu_norm(16, 16),  # 16 × 5 × 5
        nn.Dropout(0.05),
        *conv_relu_norm(16, 32),  # 32 × 3 × 3
        nn.Conv2d(32, 10, 1),
        nn.AvgPool2d(2),  # 10 × 1 × 1: only the top left 2 × 2 of the map is read
        nn.Flatten(),
    ]


def _published_16050() -> Layers:
    # Its author ends in log-softmax and then applies cross-entropy, which takes it once more;
    # a second log-softmax changes nothing, so none is needed here.
    return [
        *conv_norm_relu(1, 10, padding=1, bias=True),  # 10 × 28 × 28
        *conv_norm_relu(10, 20, bias=True),  # 20 × 26 × 26
        nn.MaxPool2d(2),  # 20 × 13 × 13
        *conv_norm_relu(20, 20, bias=True, dropout=0.01),  # 20 × 11 × 11
        *conv_norm_relu(20, 20, bias=True),  # 20 × 9 × 9
        *conv_norm_relu(20, 16, bias=True, dropout=0.01),  # 16 × 7 × 7
        *conv_norm_relu(16, 16, bias=True, dropout=0.01),  # 16 × 5 × 5
        *conv_norm_relu(16, 10, bias=True),  # 10 × 3 × 3
        nn.AvgPool2d(3),  # 10 × 1 × 1
        nn.Flatten(),
    ]


def _published_18738() -> Layers:
    return [
        *conv_relu_norm(1, 128, padding=1, dropout=0.1),  # 128 × 28 × 28
        nn.Conv2d(128, 8, 1, padding=1),  # 8 × 30 × 30
        *conv_relu_norm(8, 16, padding=1, dropout=0.1),  # 16 × 30 × 30
        nn.MaxPool2d(2),  # 16 × 15 × 15
        *conv_relu_norm(16, 16, padding=1, dropout=0.1),
        *conv_relu_norm(16, 32, padding=1, dropout=0.1),  # 32 × 15 × 15
        nn.MaxPool2d(2),  # 32 × 7 × 7
        nn.Conv2d(32, 16, 1, padding=1),  # 16 × 9 × 9
        *conv_relu_norm(16, 16, padding=1, dropout=0.1),
        *conv_relu_norm(16, 32, padding=1, dropout=0.1),  # 32 × 9 × 9
        nn.Conv2d(32, 10, 1, padding=1),  # 10 × 11 × 11
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    ]


def _published_19512() -> Layers:
    return [*_three_blocks(), *_three_linear_layers(with_norm=True)]


def _three_blocks() -> Layers:
    layers: Layers = []
    for channels, dropout in ((1, 0.1), (16, 0.1), (16, None)):  # 16 × 14 × 14, then 7, then 3
        layers += conv_norm_relu(channels, 16, padding=1, bias=True)
        layers += conv_norm_relu(16, 16, padding=1, bias=True)
        layers.append(nn.MaxPool2d(2))
        if dropout is not None:
            layers.append(nn.Dropout(dropout))
    return layers


def _three_linear_layers(with_norm: bool) -> Layers:
    layers: Layers = [nn.AdaptiveAvgPool2d(1), nn.Flatten()]  # 16
    for values, out in ((16, 100), (100, 50)):
        layers.append(nn.Linear(values, out))
        if with_norm:
            layers.append(nn.BatchNorm1d(out))
        layers.append(nn.ReLU())
    return [*layers, nn.Linear(50, 10)]


def _small_baseline(with_norm: bool) -> Layers:
    # The first two steps of the ladder: two convolutions, three linear layers, under 20,000.
    layers: Layers = []
    for channels, out in ((1, 8), (8, 16)):  # 8 × 14 × 14, then 16 × 7 × 7
        layers.append(nn.Conv2d(channels, out, 3, padding=1))
        if with_norm:
            layers.append(nn.BatchNorm2d(out))
        layers += [nn.ReLU(), nn.MaxPool2d(2)]
        if with_norm:
            layers.append(nn.Dropout(0.1))
    return [
        *layers,
        nn.Flatten(),  # 784
        nn.Linear(784, 20),
        nn.ReLU(),
        nn.Linear(20, 20),
        nn.ReLU(),
        nn.Linear(20, 10),
    ]


NETWORKS: Networks = {
    "14392": _published_14392,
    "15738": _published_15738,
    "16050": _published_16050,
    "18738": _published_18738,
    "19512": _published_19512,
    "17578": lambda: _small_baseline(with_norm=False),
    "17626": lambda: _small_baseline(with_norm=True),
}
