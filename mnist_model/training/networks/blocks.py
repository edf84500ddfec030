"""What several networks are made of: a convolution with its activation and normalisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import nn

Layers = list[nn.Module]
Networks = Mapping[str, Callable[[], Layers]]


def conv_relu_norm(
    channels: int, out: int, padding: int = 0, bias: bool = True, dropout: float | None = None
) -> Layers:
    """A 3 × 3 convolution, ReLU, BatchNorm, and dropout of whole channels where it is given."""
    layers: Layers = [
        nn.Conv2d(channels, out, 3, padding=padding, bias=bias),
        nn.ReLU(),
        nn.BatchNorm2d(out),
    ]
    return layers if dropout is None else [*layers, nn.Dropout2d(dropout)]


def conv_norm_relu(
    channels: int,
    out: int,
    kernel: int = 3,
    stride: int = 1,
    padding: int = 0,
    bias: bool = False,
    dropout: float | None = None,
) -> Layers:
    """A convolution, BatchNorm, ReLU, and dropout of whole channels where it is given."""
    layers: Layers = [
        nn.Conv2d(channels, out, kernel, stride, padding, bias=bias),
        nn.BatchNorm2d(out),
        nn.ReLU(),
    ]
    return layers if dropout is None else [*layers, nn.Dropout2d(dropout)]


def separable(channels: int, out: int) -> Layers:
    """A 3 × 3 convolution of each channel alone, then one over all of them, BatchNorm, ReLU."""
    return [
        nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False),
        nn.Conv2d(channels, out, 1, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(),
    ]
