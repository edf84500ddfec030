"""From a torch.nn.Sequential to the stages of its workbook; what has no formula is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from backprop_xlsx.spreadsheet.errors import InputError
from mnist_model.digit.network.layer import Layer, shape_of
from mnist_model.digit.network.reference import DIGITS_OF_A_CELL, rounded
from mnist_model.digit.network.stages import (
    Convolution,
    Dense,
    LogSoftmax,
    Normalisation,
    Pointwise,
    Pooling,
    Stage,
)
from mnist_model.digit.network.steps import RELU, SIGMOID, TANH, Activation, Affine, Array
from mnist_model.digit.network.windows import adaptive_pooling, border, pooling
from mnist_model.digit.network.wording import on_picture, words
from mnist_model.training.networks import parameter_count

BATCH_NORMS = ("fold", "show")


def read_stages(
    twin: nn.Module, input_shape: tuple[int, ...], batch_norm: str
) -> tuple[Stage, ...]:
    """The stages of a network in float64; ``batch_norm`` is "fold" or "show".

    Folded, a BatchNorm goes into the weights of the convolution or linear layer right before it;
    elsewhere, as after a ReLU, it becomes a scale and a shift in the formula of the stage before.
    It never goes into the weights after it: a zero border would not be normalised.

    Raises InputError for a layer that has no formula here, for options of a layer that have none,
    and for an input that the network does not take.
    """
    if batch_norm not in BATCH_NORMS:
        raise InputError(f"batch_norm {batch_norm!r}: expected 'fold' or 'show'")
    if not isinstance(twin, nn.Sequential):
        raise InputError(
            f"a module of type {type(twin).__name__}: expected a torch.nn.Sequential, whose "
            "layers can be walked one by one"
        )
    reader = _Reader(input_shape, batch_norm == "fold")
    for name, layer in _flat(twin):
        reader.read(name, layer)
    if not reader.stages:
        raise InputError("a network without a layer that computes: expected at least one")
    return tuple(reader.stages)


def _flat(network: nn.Sequential, prefix: str = "") -> Iterator[tuple[str, nn.Module]]:
    # Not named_children(): that leaves out a layer that is there twice, such as one ReLU for all.
    for index, layer in enumerate(network):
        if type(layer) is nn.Sequential:
            yield from _flat(layer, f"{prefix}{index}.")
        else:
            yield f"{prefix}{index}", layer


class _Reader:
    """Walks a network and collects its stages."""

    def __init__(self, input_shape: tuple[int, ...], folds: bool) -> None:
        self.stages: list[Stage] = []
        self._folds = folds
        self._values = torch.zeros(1, *input_shape, dtype=torch.float64)
        self._input = shape_of(input_shape)
        self._field, self._jump = (1, 1), (1, 1)

    def read(self, name: str, module: nn.Module) -> None:
        before = tuple(self._values.shape[1:])
        kind = type(module)
        if kind not in _READERS:
            known = ", ".join(sorted(known.__name__ for known in _READERS))
            raise InputError(f"layer {name}, {module}: has no formula here; there are {known}")
        try:
            with torch.no_grad():
                self._values = module(self._values)
        except (RuntimeError, ValueError, IndexError) as error:
            reason = str(error).splitlines()[0][:150]
            raise InputError(
                f"layer {name}, {module}: does not take an input of shape {before} ({reason})"
            ) from error
        layer = Layer(module, name, before, tuple(self._values.shape[1:]))
        _READERS[kind](self, layer)

    def _begin(self, kind: Callable[..., Stage], layer: Layer, **own: Any) -> None:
        """A new stage for a layer."""
        self.stages.append(
            kind(
                layers=(words(layer.module, layer.before, layer.after),),
                input_shape=shape_of(layer.before),
                output_shape=shape_of(layer.after),
                steps=own.pop("steps", ()),
                parameters=parameter_count(layer.module),
                receptive_field=self._field,
                **own,
            )
        )

    def _extend(self, layer: Layer, **changes: Any) -> None:
        """The layer goes into the last stage."""
        stage = self.stages[-1]
        self.stages[-1] = replace(
            stage,
            layers=(*stage.layers, words(layer.module, layer.before, layer.after)),
            parameters=stage.parameters + parameter_count(layer.module),
            **changes,
        )

    def _see(self, kernel: tuple[int, int], stride: tuple[int, int]) -> None:
        """The receptive field grows by a window."""
        sides = zip(self._field, kernel, self._jump, self._input[1:], strict=True)
        self._field = _pair(min(f + (k - 1) * j, side) for f, k, j, side in sides)
        self._jump = _pair(j * s for j, s in zip(self._jump, stride, strict=True))

    def nothing(self, layer: Layer) -> None:
        """Dropout and Identity do nothing here."""
        if self.stages:
            self._extend(layer)

    def flatten(self, layer: Layer) -> None:
        """Flatten computes nothing: the next stage reads the same cells in its order."""
        module = layer.module
        ends = (module.start_dim, module.end_dim)
        layer.require(
            ends in ((1, -1), (1, len(layer.before))), "only the whole of an input is flattened"
        )
        self.nothing(layer)

    def convolution(self, layer: Layer) -> None:
        """Conv2d, and Conv1d as a picture of one row."""
        module = layer.module
        flat = len(layer.before) == 2
        layer.require(module.padding_mode == "zeros", "only padding with zeros has a formula here")
        layer.require(set(module.dilation) == {1}, "only dilation 1 has a formula here")
        layer.require(len(layer.before) > 1, "expected an input with channels")
        kernel = on_picture(module.kernel_size, flat, 1)
        stride = on_picture(module.stride, flat, 1)
        padding = border(module, kernel, flat)
        weight = module.weight.detach().unsqueeze(2) if flat else module.weight.detach()
        before = shape_of(layer.before)
        bias = None if module.bias is None else module.bias.detach().numpy()
        self._see(kernel, stride)
        reads_all = before[1:] == kernel and padding == ((0, 0), (0, 0))
        if reads_all and module.groups == 1:  # which makes it a linear layer
            self._begin(Dense, layer, weight=weight.flatten(1).numpy(), bias=bias)
            return
        self._begin(
            Convolution,
            layer,
            weight=weight.numpy(),
            bias=bias,
            stride=stride,
            padding=padding,
            groups=module.groups,
        )

    def linear(self, layer: Layer) -> None:
        """A linear layer, which reads a vector."""
        layer.require(len(layer.before) == 1, "expected nn.Flatten before it")
        module = layer.module
        bias = None if module.bias is None else module.bias.detach().numpy()
        self._field = self._input[1:]
        self._begin(Dense, layer, weight=module.weight.detach().numpy(), bias=bias)

    def pooling(self, layer: Layer) -> None:
        """Max and average pooling with windows of one size."""
        layer.require(len(layer.before) > 1, "expected an input with channels")
        windows = pooling(layer)
        self._see(windows["kernel"], windows["stride"])
        self._begin(Pooling, layer, **windows)

    def adaptive_pooling(self, layer: Layer) -> None:
        """Average pooling to a given size; to 1 × 1 it is the mean of the whole map."""
        layer.require(len(layer.before) > 1, "expected an input with channels")
        windows, moved = adaptive_pooling(layer)
        self._see(windows["kernel"], moved)
        self._begin(Pooling, layer, **windows)

    def batch_norm(self, layer: Layer) -> None:
        """Folded or shown, as was asked for."""
        module = layer.module
        layer.require(
            module.running_mean is not None, "without running statistics it has no formula"
        )
        mean, variance = module.running_mean.numpy(), module.running_var.numpy()
        ones, zeros = torch.ones_like(module.running_var), torch.zeros_like(module.running_mean)
        gamma = (ones if module.weight is None else module.weight.detach()).numpy()
        beta = (zeros if module.bias is None else module.bias.detach()).numpy()
        last = self.stages[-1] if self.stages else None
        # After Flatten there are more channels than the stage before has.
        same = last is not None and last.output_shape == shape_of(layer.before)
        if not self._folds or last is None or not same:
            self._begin(
                Normalisation,
                layer,
                mean=mean,
                variance=variance,
                gamma=gamma,
                beta=beta,
                epsilon=module.eps,
            )
            return
        scale = gamma / (variance + module.eps) ** 0.5
        if isinstance(last, Convolution | Dense) and not last.steps:
            bias = 0.0 if last.bias is None else last.bias
            shape = (-1, *[1] * (last.weight.ndim - 1))
            self._extend(
                layer,
                weight=_typed(last.weight * scale.reshape(shape)),
                bias=_typed((bias - mean) * scale + beta),
            )
        else:
            folded = Affine(_typed(scale), _typed(beta - mean * scale))
            self._extend(layer, steps=(*last.steps, folded))

    def log_softmax(self, layer: Layer) -> None:
        """Over a vector."""
        dimension = layer.module.dim
        layer.require(
            len(layer.before) == 1 and dimension in (1, -1),
            "only over a vector, with dim=1, has it a formula here",
        )
        self._begin(LogSoftmax, layer)

    def step(self, layer: Layer) -> None:
        """What is done to each value alone is written around the formula before it."""
        step = _ACTIVATIONS[type(layer.module)]
        if self.stages and not isinstance(self.stages[-1], LogSoftmax):
            self._extend(layer, steps=(*self.stages[-1].steps, step))
        else:
            self._begin(Pointwise, layer, steps=(step,))


_ACTIVATIONS: dict[type[nn.Module], Activation] = {
    nn.ReLU: RELU, nn.Sigmoid: SIGMOID, nn.Tanh: TANH,
}  # fmt: skip

_READERS: dict[type[nn.Module], Callable[[_Reader, Layer], None]] = {
    nn.Conv1d: _Reader.convolution,
    nn.Conv2d: _Reader.convolution,
    nn.Linear: _Reader.linear,
    nn.MaxPool1d: _Reader.pooling,
    nn.MaxPool2d: _Reader.pooling,
    nn.AvgPool1d: _Reader.pooling,
    nn.AvgPool2d: _Reader.pooling,
    nn.AdaptiveAvgPool1d: _Reader.adaptive_pooling,
    nn.AdaptiveAvgPool2d: _Reader.adaptive_pooling,
    nn.BatchNorm1d: _Reader.batch_norm,
    nn.BatchNorm2d: _Reader.batch_norm,
    nn.LogSoftmax: _Reader.log_softmax,
    nn.ReLU: _Reader.step,
    nn.Sigmoid: _Reader.step,
    nn.Tanh: _Reader.step,
    nn.Flatten: _Reader.flatten,
    nn.Dropout: _Reader.nothing,
    nn.Dropout1d: _Reader.nothing,
    nn.Dropout2d: _Reader.nothing,
    nn.Identity: _Reader.nothing,
}


def _pair(values: Any) -> tuple[int, int]:
    first, second = values
    return int(first), int(second)


def _typed(values: Array) -> Array:
    """What is computed before it is typed, as a cell keeps it."""
    return rounded(torch.from_numpy(values), DIGITS_OF_A_CELL).numpy()
