"""The layer table of a network: what each layer does, sees, holds and costs."""

from __future__ import annotations

import math

import torch
from torch import nn

from backprop_xlsx.spreadsheet.errors import InputError
from mnist_model.training.networks import device_of, parameter_count
from mnist_model.training.record import IMAGE_SIDE, LayerRow

INPUT_SHAPE = (1, IMAGE_SIDE, IMAGE_SIDE)


def layer_table(network: nn.Sequential) -> tuple[LayerRow, ...]:
    """One row for each layer of a flat network, in order; shapes without the batch.

    Raises InputError for a layer that it does not know.
    """
    was_training = network.training
    network.eval()
    rows = []
    receptive_field, jump = 1, 1
    values = torch.zeros(1, *INPUT_SHAPE, device=device_of(network))
    with torch.no_grad():
        for layer in network:
            before = tuple(values.shape[1:])
            values = layer(values)
            after = tuple(values.shape[1:])
            kernel, stride, padding = _window(layer, before)
            if kernel is not None and stride is not None:
                receptive_field = min(receptive_field + (kernel - 1) * jump, IMAGE_SIDE)
                jump *= stride
            elif isinstance(layer, nn.Linear):
                receptive_field = IMAGE_SIDE
            rows.append(
                LayerRow(
                    operation=_operation(layer, before),
                    kernel=kernel,
                    stride=stride,
                    padding=padding,
                    groups=layer.groups if isinstance(layer, nn.Conv2d) else 1,
                    has_bias=isinstance(layer, nn.Conv2d | nn.Linear) and layer.bias is not None,
                    input_shape=before,
                    output_shape=after,
                    receptive_field=receptive_field,
                    jump=jump,
                    parameters=parameter_count(layer),
                    multiply_adds=_multiply_adds(layer, after),
                )
            )
    network.train(was_training)
    return tuple(rows)


def _window(
    layer: nn.Module, before: tuple[int, ...]
) -> tuple[int, int, int] | tuple[None, None, None]:
    if isinstance(layer, nn.Conv2d):
        return layer.kernel_size[0], layer.stride[0], int(layer.padding[0])
    if isinstance(layer, nn.MaxPool2d | nn.AvgPool2d):
        return int(layer.kernel_size), int(layer.stride), int(layer.padding)  # type: ignore[arg-type]
    if isinstance(layer, nn.AdaptiveAvgPool2d):
        # To 1 × 1: the window is the whole map.
        return before[-1], before[-1], 0
    return None, None, None


def _operation(layer: nn.Module, before: tuple[int, ...]) -> str:
    if isinstance(layer, nn.Conv2d):
        kind = "Depthwise convolution" if layer.groups > 1 else "Convolution"
        return f"{kind} {layer.in_channels} → {layer.out_channels}"
    if isinstance(layer, nn.Linear):
        return f"Linear {layer.in_features} → {layer.out_features}"
    if isinstance(layer, nn.AvgPool2d) and layer.kernel_size == before[-1]:
        return _WORDS[nn.AdaptiveAvgPool2d]
    if isinstance(layer, nn.Dropout | nn.Dropout2d):
        return f"{_WORDS[type(layer)]} {layer.p:g}"
    if type(layer) not in _WORDS:
        raise InputError(f"layer {layer}: expected one of the layers of training.networks")
    return _WORDS[type(layer)]


_WORDS: dict[type[nn.Module], str] = {
    nn.BatchNorm1d: "BatchNorm",
    nn.BatchNorm2d: "BatchNorm",
    nn.ReLU: "ReLU",
    nn.Dropout: "Dropout",
    nn.Dropout2d: "Dropout of whole channels",
    nn.MaxPool2d: "Max pooling",
    nn.AvgPool2d: "Average pooling",
    nn.AdaptiveAvgPool2d: "Global average pooling",
    nn.Flatten: "Flatten",
}


def _multiply_adds(layer: nn.Module, after: tuple[int, ...]) -> int:
    if isinstance(layer, nn.Conv2d | nn.Linear):
        # Each weight is used once for each position of the output map.
        return layer.weight.numel() * math.prod(after[1:])
    return 0
