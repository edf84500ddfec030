"""Random small networks of the layers that have a formula, with every option that has one."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from hypothesis import assume
from hypothesis import strategies as st
from torch import Tensor, nn

COMPUTES_NOTHING = (nn.Sequential, nn.Identity, nn.Dropout, nn.Flatten)


@dataclass(frozen=True)
class Case:
    """A network in evaluation mode, with weights of at most six digits, and inputs for it."""

    network: nn.Sequential
    input_shape: tuple[int, ...]
    inputs: Tensor
    batch_norm: str

    def expected(self) -> Tensor:
        """What torch gives in float64, [inputs, outputs]."""
        with torch.no_grad():
            return self.network(self.inputs).flatten(1)

    def __repr__(self) -> str:
        return f"Case({self.network}, {self.input_shape}, {self.batch_norm})"


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A network for a picture, a signal or a vector, one to five layers deep and then a head."""
    shape: tuple[int, ...]
    kind = draw(st.sampled_from(["picture", "signal", "vector"]))
    if kind == "picture":
        shape = (draw(st.integers(1, 3)), draw(st.integers(3, 7)), draw(st.integers(3, 7)))
    elif kind == "signal":
        shape = (draw(st.integers(1, 3)), draw(st.integers(4, 9)))
    else:
        shape = (draw(st.integers(1, 5)),)
    torch.manual_seed(draw(st.integers(0, 1000)))
    values = torch.randn(2, *shape, dtype=torch.float64)
    layers: list[nn.Module] = []
    for _ in range(draw(st.integers(1, 5))):
        layers.append(draw(_layer(tuple(values.shape[1:]))))
        values = layers[-1].double().eval()(values)
    if values.ndim > 2:
        layers.append(nn.Flatten())
        values = layers[-1](values)
    head = draw(st.sampled_from(["none", "linear", "log-softmax"]))
    if head != "none":
        layers.append(nn.Linear(values.shape[1], draw(st.integers(1, 4))))
    if head == "log-softmax":
        layers.append(nn.LogSoftmax(dim=draw(st.sampled_from([1, -1]))))
    network = nn.Sequential(*layers).double().eval()
    assume(any(not isinstance(layer, COMPUTES_NOTHING) for layer in network.modules()))
    _randomise(network)
    inputs = torch.randn(3, *shape, dtype=torch.float64).round(decimals=3)
    return Case(network, shape, inputs, draw(st.sampled_from(["fold", "show"])))


def _randomise(network: nn.Sequential) -> None:
    """Weights of a moderate size with six decimals; BatchNorm as after training, of both signs."""
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if name.endswith("running_var"):
                tensor.copy_(torch.rand_like(tensor) + 0.2)
            elif tensor.is_floating_point():
                tensor.copy_(torch.randn_like(tensor) * 0.7)
            tensor.copy_(tensor.double().round(decimals=6))


@st.composite
def _layer(draw: st.DrawFn, shape: tuple[int, ...]) -> nn.Module:
    anywhere = ["relu", "sigmoid", "tanh", "dropout", "norm", "nested"]
    here = ["linear"] if len(shape) == 1 else ["conv", "conv", "conv", "max", "average", "global"]
    name = draw(st.sampled_from(here + anywhere + (["flatten"] if len(shape) > 1 else [])))
    if name == "linear":
        return nn.Linear(shape[0], draw(st.integers(1, 5)), bias=draw(st.booleans()))
    if name == "norm":
        norm = nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d
        return norm(shape[0], affine=draw(st.booleans()))
    if name == "conv":
        return draw(_convolution(shape))
    if name in ("max", "average"):
        return draw(_pooling(shape, name))
    if name == "global":
        to = draw(st.sampled_from([1, 1, 2]))
        return nn.AdaptiveAvgPool2d(to) if len(shape) == 3 else nn.AdaptiveAvgPool1d(to)
    if name == "nested":
        return nn.Sequential(nn.Identity(), draw(_layer(shape)))
    simple: dict[str, nn.Module] = {
        "relu": nn.ReLU(),
        "sigmoid": nn.Sigmoid(),
        "tanh": nn.Tanh(),
        "dropout": nn.Dropout(0.5),
        "flatten": nn.Flatten(),
    }
    return simple[name]


@st.composite
def _convolution(draw: st.DrawFn, shape: tuple[int, ...]) -> nn.Module:
    channels, *sides = shape
    padding = [draw(st.integers(0, 2)) for _ in sides]
    kernel = [draw(st.integers(1, min(3, s + 2 * p))) for s, p in zip(sides, padding, strict=True)]
    stride = [draw(st.integers(1, 2)) for _ in sides]
    groups = draw(st.sampled_from([1, 1, channels]))
    out = groups * draw(st.integers(1, 2))
    bias = draw(st.booleans())
    if len(sides) == 1:
        return nn.Conv1d(channels, out, kernel[0], stride[0], padding[0], groups=groups, bias=bias)
    size = (kernel[0], kernel[1])
    if draw(st.integers(0, 4)) == 0:
        return nn.Conv2d(channels, out, size, padding="same", groups=groups, bias=bias)
    moved, border = (stride[0], stride[1]), (padding[0], padding[1])
    return nn.Conv2d(channels, out, size, moved, border, groups=groups, bias=bias)


@st.composite
def _pooling(draw: st.DrawFn, shape: tuple[int, ...], name: str) -> nn.Module:
    sides = shape[1:]
    kernel = [draw(st.integers(1, min(3, side))) for side in sides]
    stride = [draw(st.integers(1, 3)) for _ in sides]
    padding = [draw(st.integers(0, size // 2)) for size in kernel]
    if len(sides) == 1:
        if name == "max":
            return nn.MaxPool1d(kernel[0], stride[0], padding[0])
        return nn.AvgPool1d(kernel[0], stride[0], padding[0], count_include_pad=draw(st.booleans()))
    size, moved = (kernel[0], kernel[1]), (stride[0], stride[1])
    border = (padding[0], padding[1])
    if name == "max":
        return nn.MaxPool2d(size, moved, border)
    return nn.AvgPool2d(size, moved, border, count_include_pad=draw(st.booleans()))
