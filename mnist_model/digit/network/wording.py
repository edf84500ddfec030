"""Layers in words, as the workbook names them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import nn


def on_picture(value: Any, flat: bool, across: int) -> tuple[int, int]:
    """A layer's option for height and width, both of which it may give at once."""
    values = tuple(value) if isinstance(value, tuple) else (value,)
    if flat:
        return (across, int(values[0]))
    return (int(values[0]), int(values[-1]))


def crossed(sides: Iterable[int]) -> str:
    """The sides of a window or a shape: ``3 × 3``."""
    return " × ".join(map(str, sides))


def words(module: Any, before: tuple[int, ...], after: tuple[int, ...]) -> str:
    """A layer as the workbook names it; shapes before and after it without the batch."""
    if isinstance(module, nn.Conv1d | nn.Conv2d):
        kernel = crossed(module.kernel_size)
        depthwise = 1 < module.groups == module.in_channels
        groups = f", {module.groups} groups" if module.groups > 1 and not depthwise else ""
        kind = "Depthwise convolution" if depthwise else "Convolution"
        return f"{kind} {module.in_channels} → {module.out_channels}, {kernel}{groups}"
    if isinstance(module, nn.Linear):
        return f"Linear {module.in_features} → {module.out_features}"
    if isinstance(module, nn.MaxPool1d | nn.MaxPool2d | nn.AvgPool1d | nn.AvgPool2d):
        kind = "Max" if isinstance(module, nn.MaxPool1d | nn.MaxPool2d) else "Average"
        kernel = crossed(on_picture(module.kernel_size, len(before) == 2, 1))
        return f"{kind} pooling {kernel}"
    if isinstance(module, nn.AdaptiveAvgPool1d | nn.AdaptiveAvgPool2d):
        return f"Average pooling to {crossed(after[1:])}"
    return _WORDS.get(type(module), type(module).__name__)


_WORDS: dict[type[nn.Module], str] = {
    nn.BatchNorm1d: "BatchNorm",
    nn.BatchNorm2d: "BatchNorm",
    nn.LogSoftmax: "Log-softmax",
    nn.Dropout1d: "Dropout",
    nn.Dropout2d: "Dropout",
}
