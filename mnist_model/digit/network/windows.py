"""The windows of convolution and pooling layers: their kernels, strides and borders."""

from __future__ import annotations

import math
from typing import Any

from torch import nn

from mnist_model.digit.network.layer import Layer, shape_of
from mnist_model.digit.network.stages import Window
from mnist_model.digit.network.wording import on_picture

Pair = tuple[int, int]


def border(module: Any, kernel: Pair, flat: bool) -> tuple[Pair, Pair]:
    """The zeros around what a convolution reads: top and bottom, left and right."""
    if not isinstance(module.padding, str):
        down, across = on_picture(module.padding, flat, 0)
        return (down, down), (across, across)
    down, across = (side - 1 if module.padding == "same" else 0 for side in kernel)
    return (down // 2, down - down // 2), (across // 2, across - across // 2)


def pooling(layer: Layer) -> dict[str, Any]:
    """The fields of a stage of max or average pooling, whose windows are of one size.

    Raises InputError for options that have no formula.
    """
    module = layer.module
    flat = len(layer.before) == 2
    is_maximum = isinstance(module, nn.MaxPool1d | nn.MaxPool2d)
    kernel = on_picture(module.kernel_size, flat, 1)
    stride = on_picture(module.stride, flat, 1)
    padding = on_picture(module.padding, flat, 0)
    layer.require(not module.ceil_mode, "ceil_mode has no formula here")
    divisor = None
    if is_maximum:
        dilation = on_picture(module.dilation, flat, 1)
        layer.require(dilation == (1, 1), "only dilation 1 has a formula here")
        layer.require(not module.return_indices, "return_indices has no formula here")
    else:
        divisor = getattr(module, "divisor_override", None)
        if divisor is None and padding != (0, 0) and module.count_include_pad:
            divisor = math.prod(kernel)
    (_, *sides), (_, *counts) = shape_of(layer.before), shape_of(layer.after)
    rows, columns = (
        tuple((max(0, n * s - p), min(n * s - p + k, side)) for n in range(count))
        for side, count, k, s, p in zip(sides, counts, kernel, stride, padding, strict=True)
    )
    return {
        "is_maximum": is_maximum,
        "rows": rows,
        "columns": columns,
        "kernel": kernel,
        "stride": stride,
        "padding": padding,
        "divisor": divisor,
    }


def adaptive_pooling(layer: Layer) -> tuple[dict[str, Any], Pair]:
    """The same to a given size, and how far a window is from the next at least."""
    (_, *sides), (_, *counts) = shape_of(layer.before), shape_of(layer.after)
    rows, columns = (_adaptive(side, count) for side, count in zip(sides, counts, strict=True))
    height, width = (max(stop - start for start, stop in windows) for windows in (rows, columns))
    down, right = (side // count for side, count in zip(sides, counts, strict=True))
    windows = {
        "is_maximum": False,
        "rows": rows,
        "columns": columns,
        "kernel": (height, width),
        "stride": None,
        "padding": (0, 0),
    }
    return windows, (down, right)


def _adaptive(side: int, count: int) -> tuple[Window, ...]:
    return tuple((n * side // count, -(-(n + 1) * side // count)) for n in range(count))
