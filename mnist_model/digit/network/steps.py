"""What is done to a single value after a layer's own sum: as a formula, and to tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy
import numpy.typing
import torch
from torch import Tensor

Array = numpy.typing.NDArray[numpy.float64]

# Excel's EXP overflows beyond 709; 1/(1 + e^700) is 0 to 300 digits.
LARGEST_EXPONENT = 700


@dataclass(frozen=True)
class Term:
    """A piece of a formula; ``is_sum`` where it needs brackets before it is multiplied."""

    text: str
    is_sum: bool = False

    @property
    def bracketed(self) -> str:
        """The text, in brackets where it is a sum."""
        return f"({self.text})" if self.is_sum else self.text


@dataclass(frozen=True)
class Activation:
    """A function of a value: its formula around another, and its derivative by its own result."""

    words: str
    values: Callable[[Tensor], Tensor]
    formula: Callable[[Term], Term]
    derivative: Callable[[Term], str]
    is_signed: bool = False
    constants: tuple[tuple[str, Array], ...] = ()

    def term(self, term: Term, constants: Sequence[str]) -> Term:
        """The formula around another."""
        return self.formula(term)

    def slope(self, result: Term, constants: Sequence[str]) -> str:
        """The derivative by the result."""
        return self.derivative(result)


# The derivative without a comparison, which some engines round.
RELU = Activation(
    "ReLU", torch.relu, lambda x: Term(f"MAX(0,{x.text})"), lambda result: f"SIGN({result.text})"
)
# Which does not overflow for a large negative x.
SIGMOID = Activation(
    "sigmoid",
    torch.sigmoid,
    lambda x: Term(f"1/(1+EXP(-MAX(-{LARGEST_EXPONENT},{x.text})))", is_sum=True),
    lambda result: f"{result.bracketed}*(1-{result.bracketed})",
)
TANH = Activation(
    "tanh",
    torch.tanh,
    lambda x: Term(f"TANH({x.text})"),
    lambda result: f"(1-{result.text})*(1+{result.text})",
    is_signed=True,
)


@dataclass(frozen=True)
class Affine:
    """A folded BatchNorm that could not go into weights: scale · x + shift, for each channel."""

    scale: Array
    shift: Array
    words = "BatchNorm (scale and shift)"
    is_signed = True

    @property
    def constants(self) -> tuple[tuple[str, Array], ...]:
        """Its two numbers for each channel, with their names."""
        return ("scale", self.scale), ("shift", self.shift)

    def term(self, term: Term, constants: Sequence[str]) -> Term:
        """The formula around another; ``constants`` are the cells of scale and shift."""
        scale, shift = constants
        return Term(f"{scale}*{term.bracketed}+{shift}", is_sum=True)

    def slope(self, result: Term, constants: Sequence[str]) -> str:
        """The scale."""
        return constants[0]

    def values(self, values: Tensor) -> Tensor:
        """The same for tensors [channels, height, width]."""
        scale, shift = (torch.from_numpy(array)[:, None, None] for _, array in self.constants)
        return scale * values + shift


Step = Activation | Affine
