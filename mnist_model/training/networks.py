"""The networks, each a flat torch.nn.Sequential that can be walked layer by layer.

A network is named after its number of parameters. Shapes in the comments are channels × side ×
side of the output, for a picture of 1 × 28 × 28.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from backprop_xlsx.spreadsheet.errors import InputError

Layers = list[nn.Module]


def _conv_relu_norm(
    channels: int, out: int, padding: int = 0, bias: bool = True, dropout: float | None = None
) -> Layers:
    layers: Layers = [
        nn.Conv2d(channels, out, 3, padding=padding, bias=bias),
        nn.ReLU(),
        nn.BatchNorm2d(out),
    ]
    return layers if dropout is None else [*layers, nn.Dropout2d(dropout)]


def _conv_norm_relu(
    channels: int,
    out: int,
    kernel: int = 3,
    stride: int = 1,
    padding: int = 0,
    bias: bool = False,
    dropout: float | None = None,
) -> Layers:
    layers: Layers = [
        nn.Conv2d(channels, out, kernel, stride, padding, bias=bias),
        nn.BatchNorm2d(out),
        nn.ReLU(),
    ]
    return layers if dropout is None else [*layers, nn.Dropout2d(dropout)]


def _separable(channels: int, out: int) -> Layers:
    return [
        nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False),
        nn.Conv2d(channels, out, 1, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(),
    ]


def _published_14392() -> Layers:
    return [
        *_conv_relu_norm(1, 8, padding=1, bias=False),  # 8 × 28 × 28
        *_conv_relu_norm(8, 8, padding=1, bias=False),
        *_conv_relu_norm(8, 8, padding=1, bias=False),
        nn.MaxPool2d(2),  # 8 × 14 × 14
        nn.Dropout(0.2),
        *_conv_relu_norm(8, 16, bias=False),  # 16 × 12 × 12
        *_conv_relu_norm(16, 16, bias=False),  # 16 × 10 × 10
        *_conv_relu_norm(16, 16, bias=False),  # 16 × 8 × 8
        *_conv_relu_norm(16, 16, bias=False),  # 16 × 6 × 6
        nn.Conv2d(16, 32, 3, bias=False),  # 32 × 4 × 4
        nn.ReLU(),
        nn.AvgPool2d(4),  # 32 × 1 × 1
        nn.Conv2d(32, 10, 1, bias=False),
        nn.Flatten(),
    ]


def _published_15738() -> Layers:
    return [
        *_conv_relu_norm(1, 8),  # 8 × 26 × 26
        *_conv_relu_norm(8, 16),  # 16 × 24 × 24
        *_conv_relu_norm(16, 16),  # 16 × 22 × 22
        nn.MaxPool2d(2),  # 16 × 11 × 11
        nn.Dropout(0.05),
        *_conv_relu_norm(16, 16),  # 16 × 9 × 9
        *_conv_relu_norm(16, 16),  # 16 × 7 × 7
        *_conv_relu_norm(16, 16),  # 16 × 5 × 5
        nn.Dropout(0.05),
        *_conv_relu_norm(16, 32),  # 32 × 3 × 3
        nn.Conv2d(32, 10, 1),
        nn.AvgPool2d(2),  # 10 × 1 × 1: only the top left 2 × 2 of the map is read
        nn.Flatten(),
    ]


def _published_16050() -> Layers:
    # Its author ends in log-softmax and then applies cross-entropy, which takes it once more;
    # a second log-softmax changes nothing, so none is needed here.
    return [
        *_conv_norm_relu(1, 10, padding=1, bias=True),  # 10 × 28 × 28
        *_conv_norm_relu(10, 20, bias=True),  # 20 × 26 × 26
        nn.MaxPool2d(2),  # 20 × 13 × 13
        *_conv_norm_relu(20, 20, bias=True, dropout=0.01),  # 20 × 11 × 11
        *_conv_norm_relu(20, 20, bias=True),  # 20 × 9 × 9
        *_conv_norm_relu(20, 16, bias=True, dropout=0.01),  # 16 × 7 × 7
        *_conv_norm_relu(16, 16, bias=True, dropout=0.01),  # 16 × 5 × 5
        *_conv_norm_relu(16, 10, bias=True),  # 10 × 3 × 3
        nn.AvgPool2d(3),  # 10 × 1 × 1
        nn.Flatten(),
    ]


def _published_18738() -> Layers:
    return [
        *_conv_relu_norm(1, 128, padding=1, dropout=0.1),  # 128 × 28 × 28
        nn.Conv2d(128, 8, 1, padding=1),  # 8 × 30 × 30
        *_conv_relu_norm(8, 16, padding=1, dropout=0.1),  # 16 × 30 × 30
        nn.MaxPool2d(2),  # 16 × 15 × 15
        *_conv_relu_norm(16, 16, padding=1, dropout=0.1),
        *_conv_relu_norm(16, 32, padding=1, dropout=0.1),  # 32 × 15 × 15
        nn.MaxPool2d(2),  # 32 × 7 × 7
        nn.Conv2d(32, 16, 1, padding=1),  # 16 × 9 × 9
        *_conv_relu_norm(16, 16, padding=1, dropout=0.1),
        *_conv_relu_norm(16, 32, padding=1, dropout=0.1),  # 32 × 9 × 9
        nn.Conv2d(32, 10, 1, padding=1),  # 10 × 11 × 11
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    ]


def _published_19512() -> Layers:
    return [*_three_blocks(), *_three_linear_layers(with_norm=True)]


def _three_blocks() -> Layers:
    layers: Layers = []
    for channels, dropout in ((1, 0.1), (16, 0.1), (16, None)):  # 16 × 14 × 14, then 7, then 3
        layers += _conv_norm_relu(channels, 16, padding=1, bias=True)
        layers += _conv_norm_relu(16, 16, padding=1, bias=True)
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


def _full_resolution() -> Layers:
    return [
        *_conv_norm_relu(1, 8, padding=1),  # 8 × 28 × 28
        *_conv_norm_relu(8, 16, stride=2, padding=1),  # 16 × 14 × 14
        *_conv_norm_relu(16, 16, padding=1),
        *_conv_norm_relu(16, 16, padding=1),
        nn.MaxPool2d(2),  # 16 × 7 × 7
        *_conv_norm_relu(16, 32, padding=1),
        *_conv_norm_relu(32, 30, padding=1),  # 30 × 7 × 7
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.05),
        nn.Linear(30, 10),
    ]


def _early_pooling() -> Layers:
    return [
        *_conv_norm_relu(1, 16, kernel=5, stride=2),  # 16 × 12 × 12
        *_conv_norm_relu(16, 16, padding=1),
        *_conv_norm_relu(16, 16, padding=1),
        nn.MaxPool2d(2),  # 16 × 6 × 6
        *_conv_norm_relu(16, 16, padding=1),
        *_conv_norm_relu(16, 32),  # 32 × 4 × 4
        nn.Flatten(),  # 512
        nn.Dropout(0.05),
        nn.Linear(512, 10),
    ]


def _separable_4838() -> Layers:
    return [
        *_conv_norm_relu(1, 12, kernel=5, stride=2),  # 12 × 12 × 12
        *_separable(12, 20),
        *_separable(20, 24),
        nn.MaxPool2d(2),  # 24 × 6 × 6
        *_separable(24, 28),
        *_separable(28, 28),
        *_separable(28, 28),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(28, 10),
    ]


PUBLISHED = ("14392", "15738", "16050", "18738", "19512")

_BUILDERS: dict[str, Callable[[], Layers]] = {
    "14392": _published_14392,
    "15738": _published_15738,
    "16050": _published_16050,
    "18738": _published_18738,
    "19512": _published_19512,
    "19626": _full_resolution,
    "17242": _early_pooling,
    "4838": _separable_4838,
    "17578": lambda: _small_baseline(with_norm=False),
    "17626": lambda: _small_baseline(with_norm=True),
}


def network_names() -> tuple[str, ...]:
    """The names of all networks, the published ones first."""
    return tuple(_BUILDERS)


def build_network(name: str) -> nn.Sequential:
    """A network with torch's initial weights, drawn from its global random generator.

    Takes pictures [batch, 1, 28, 28] and returns logits [batch, 10]. Raises InputError for a name
    that there is not.
    """
    if name not in _BUILDERS:
        raise InputError(f"network {name}: expected one of {', '.join(_BUILDERS)}")
    return nn.Sequential(*_BUILDERS[name]())


def parameter_count(network: nn.Module) -> int:
    """The number of trained values; BatchNorm's running statistics are not among them."""
    return sum(parameter.numel() for parameter in network.parameters())


def has_layer(network: nn.Sequential, kinds: tuple[type[nn.Module], ...]) -> bool:
    """Whether a layer of one of these kinds is in the network."""
    return any(isinstance(layer, kinds) for layer in network)


NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)
DROPOUTS = (nn.Dropout, nn.Dropout2d)
POOLINGS = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d)


def device_of(network: nn.Module) -> torch.device:
    """Where the network's weights lie."""
    return next(network.parameters()).device
