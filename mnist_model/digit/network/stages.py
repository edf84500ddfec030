"""The stages that a network becomes: each is one sheet, and all that this sheet has to know.

Every value has a channel, a row and a column: a vector of n values is n channels of 1 × 1, a
signal of Conv1d has one row. Numbers are float64.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from mnist_model.digit.network.steps import Array, Step, Term

Shape = tuple[int, int, int]  # channels, height, width
Window = tuple[int, int]  # first row or column, and the one after the last


def is_list(shape: Shape) -> bool:
    """Whether values of that shape are single ones, and not maps."""
    return shape[1:] == (1, 1)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What all stages have in common.

    ``layers`` are the layers that it stands for, in words; ``parameters`` counts the trained
    values in them. ``receptive_field`` (height, width) is what one output depends on, in places
    of the input.
    """

    layers: tuple[str, ...]
    input_shape: Shape
    output_shape: Shape
    steps: tuple[Step, ...]
    parameters: int
    receptive_field: tuple[int, int]

    @property
    def kind(self) -> str:
        """The name of its sheet, behind a number."""
        raise NotImplementedError

    @property
    def own_constants(self) -> tuple[tuple[str, Array], ...]:
        """The numbers for each output channel that the sum itself needs, with their names."""
        return ()

    @property
    def constants(self) -> tuple[tuple[str, Array], ...]:
        """The same with those of the steps after the sum."""
        return self.own_constants + tuple(pair for step in self.steps for pair in step.constants)

    @property
    def is_list(self) -> bool:
        """Whether its outputs are single values and not maps."""
        return is_list(self.output_shape)

    def core(self, argument: str, constants: Sequence[str]) -> Term:
        """The formula without the steps after it."""
        raise NotImplementedError

    def core_values(self, values: Tensor) -> Tensor:
        """The same for a tensor [channels, height, width]."""
        raise NotImplementedError

    def formula(self, argument: str, constants: Sequence[str]) -> str:
        """The formula of an output over what it reads and over its channel's constants' cells."""
        own = len(self.own_constants)
        term = self.core(argument, constants[:own])
        for step in self.steps:
            last = own + len(step.constants)
            term = step.term(term, constants[own:last])
            own = last
        return term.text

    def slopes(self, argument: str, constants: Sequence[str], output: str) -> list[str]:
        """What the steps after the sum multiply a gradient by, each told by its own result.

        The last step's result is the output's cell; those before it are computed again.
        """
        own = len(self.own_constants)
        term = self.core(argument, constants[:own]) if len(self.steps) > 1 else Term("")
        factors = []
        for left, step in enumerate(self.steps, start=1 - len(self.steps)):
            here = constants[own : own + len(step.constants)]
            own += len(step.constants)
            term = Term(output) if left == 0 else step.term(term, here)
            factors.append(step.slope(term, here))
        return factors

    def values(self, values: Tensor) -> Tensor:
        """What the formulas give: a tensor of the output's shape for one of the input's."""
        values = self.core_values(values.reshape(self.input_shape))
        for step in self.steps:
            values = step.values(values)
        return values


@dataclass(frozen=True, kw_only=True)
class Weighted(Stage):
    """A sum of products with weights, and a bias for each output channel."""

    weight: Array
    bias: Array | None

    @property
    def own_constants(self) -> tuple[tuple[str, Array], ...]:
        """The bias, if there is one."""
        return () if self.bias is None else (("bias", self.bias),)

    def core(self, argument: str, constants: Sequence[str]) -> Term:
        """``argument`` is the sum of the products."""
        return Term("+".join((argument, *constants)), is_sum=True)


@dataclass(frozen=True, kw_only=True)
class Convolution(Weighted):
    """Weights [channels out, channels in / groups, height, width].

    ``padding`` is that of the top and bottom, and of the left and right.
    """

    stride: tuple[int, int]
    padding: tuple[tuple[int, int], tuple[int, int]]
    groups: int

    @property
    def kind(self) -> str:
        """The name of its sheet, behind a number."""
        return "Depthwise" if 1 < self.groups == self.input_shape[0] else "Convolution"

    def core_values(self, values: Tensor) -> Tensor:
        """Padded, and convolved."""
        (top, bottom), (left, right) = self.padding
        padded = functional.pad(values, (left, right, top, bottom))[None]
        bias = None if self.bias is None else torch.from_numpy(self.bias)
        weight = torch.from_numpy(self.weight)
        return functional.conv2d(padded, weight, bias, self.stride, groups=self.groups)[0]


@dataclass(frozen=True, kw_only=True)
class Dense(Weighted):
    """Weights [values out, values in]."""

    kind = "Linear"

    def core_values(self, values: Tensor) -> Tensor:
        """The product of a matrix and a vector."""
        result = torch.from_numpy(self.weight) @ values.flatten()
        if self.bias is not None:
            result = result + torch.from_numpy(self.bias)
        return result[:, None, None]


@dataclass(frozen=True, kw_only=True)
class Pooling(Stage):
    """The largest or the mean value of windows, given for each row and column of the output.

    ``divisor`` is by what sums are divided where that is not the number of cells; ``kernel``,
    ``stride`` and ``padding`` are what the windows follow from (to a given size, they have no one
    stride).
    """

    kernel: tuple[int, int]
    stride: tuple[int, int] | None
    padding: tuple[int, int]

    is_maximum: bool
    rows: tuple[Window, ...]
    columns: tuple[Window, ...]
    divisor: int | None = None

    @property
    def kind(self) -> str:
        """The name of its sheet, behind a number."""
        return "Max pooling" if self.is_maximum else "Average pooling"

    def core(self, argument: str, constants: Sequence[str]) -> Term:
        """``argument`` is the window."""
        if self.is_maximum:
            return Term(f"MAX({argument})")
        if self.divisor is None:
            return Term(f"AVERAGE({argument})")
        return Term(f"SUM({argument})/{self.divisor}")

    def core_values(self, values: Tensor) -> Tensor:
        """Window by window."""
        rows = [values[:, slice(*rows)] for rows in self.rows]
        pooled = [[self._pooled(row[:, :, slice(*at)]) for at in self.columns] for row in rows]
        return torch.stack([torch.stack(row, 1) for row in pooled], 1)

    def _pooled(self, window: Tensor) -> Tensor:
        if self.is_maximum:
            # Of equal values the first counts, for its gradient too.
            return _first_of_largest(window.flatten(1))
        return window.mean((1, 2)) if self.divisor is None else window.sum((1, 2)) / self.divisor


@dataclass(frozen=True, kw_only=True)
class Normalisation(Stage):
    """BatchNorm shown on its own: (x − mean) / √(variance + ε) · γ + β for each channel."""

    mean: Array
    variance: Array
    gamma: Array
    beta: Array
    epsilon: float

    kind = "BatchNorm"

    @property
    def own_constants(self) -> tuple[tuple[str, Array], ...]:
        """Its four numbers for each channel."""
        return (
            ("mean", self.mean), ("variance", self.variance), ("γ", self.gamma), ("β", self.beta),
        )  # fmt: skip

    def core(self, argument: str, constants: Sequence[str]) -> Term:
        """``argument`` is the cell that it normalises."""
        mean, variance, gamma, beta = constants
        return Term(f"({argument}-{mean})/{self._deviation(variance)}*{gamma}+{beta}", is_sum=True)

    def slope(self, constants: Sequence[str]) -> str:
        """What a gradient is multiplied by."""
        _, variance, gamma, _ = constants[: len(self.own_constants)]
        return f"{gamma}/{self._deviation(variance)}"

    def _deviation(self, variance: str) -> str:
        return f"SQRT({variance}+{number(self.epsilon)})"

    def core_values(self, values: Tensor) -> Tensor:
        """The same with tensors."""
        mean, variance, gamma, beta = (
            torch.from_numpy(array)[:, None, None] for _, array in self.own_constants
        )
        return (values - mean) / torch.sqrt(variance + self.epsilon) * gamma + beta


@dataclass(frozen=True, kw_only=True)
class Pointwise(Stage):
    """A step that follows no sum that it could be written around, such as a ReLU at the start."""

    @property
    def kind(self) -> str:
        """The name of its sheet, behind a number."""
        return self.steps[0].words.capitalize() if self.steps[0].words != "ReLU" else "ReLU"

    def core(self, argument: str, constants: Sequence[str]) -> Term:
        """``argument`` is the cell that it reads."""
        return Term(argument)

    def core_values(self, values: Tensor) -> Tensor:
        """As they are."""
        return values


@dataclass(frozen=True, kw_only=True)
class LogSoftmax(Stage):
    """x − largest − ln Σ e^(x − largest), which does not overflow."""

    kind = "Log-softmax"

    def core_values(self, values: Tensor) -> Tensor:
        """Over all channels."""
        return torch.log_softmax(values, 0)


def _first_of_largest(values: Tensor) -> Tensor:
    return values.gather(1, values.argmax(1, keepdim=True))[:, 0]


def number(value: float) -> str:
    """A number as it is typed into a formula."""
    return f"{value:.15g}".upper()


def trace(stages: Sequence[Stage], values: Tensor) -> list[Tensor]:
    """The input and what each stage gives, in order."""
    results = [values]
    for stage in stages:
        results.append(stage.values(results[-1]))
    return results
