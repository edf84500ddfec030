"""The inputs that a workbook offers to choose from, and how they are scaled for the network."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy
import torch
from torch import Tensor

from backprop_xlsx.spreadsheet.errors import InputError
from mnist_model.digit.network.reference import DIGITS_OF_A_CELL, rounded

MADE_UP = 10
LONGEST_NAME = 60
WILDCARDS = set("*?~")
"""Signs that stand for others when a spreadsheet looks a name up."""
LONGEST_NOUN = 20
TAKEN = {"layers", "why", "proof", "choice", "painting", "ranking"}


@dataclass(frozen=True)
class Scaling:
    """The network takes (value / largest − mean) / standard_deviation.

    Raises InputError where that is no number.
    """

    largest: float
    mean: float
    standard_deviation: float

    def __post_init__(self) -> None:
        for name in ("largest", "mean", "standard_deviation"):
            value = getattr(self, name)
            if not math.isfinite(value) or (value == 0 and name != "mean"):
                raise InputError(f"scaling: {name} {value}, expected a finite number, not 0")

    def scaled(self, values: Tensor) -> Tensor:
        """What the network takes for what stands in cells."""
        return (values / self.largest - self.mean) / self.standard_deviation


@dataclass(frozen=True, eq=False)
class Examples:
    """Inputs [count, …] as they stand in cells, before scaling.

    ``names`` are what the drop-down shows, each once, numbers unless given; ``targets`` the right
    classes, None where there is none; ``noun`` says what an input is, and names two sheets;
    ``chosen`` is the index of the one that is shown at first.

    Raises InputError for names or targets that do not fit, and for values that no cell can hold.
    """

    values: Tensor
    names: tuple[str, ...] = ()
    targets: tuple[int | None, ...] = ()
    noun: str = "input"
    scaling: Scaling | None = None
    chosen: int = 0

    def __post_init__(self) -> None:
        count = len(self.values)
        if count < 1:
            raise InputError("examples: none, expected at least one to show")
        if not torch.isfinite(self.values).all():
            raise InputError("examples: hold a value that is not finite, which no cell can")
        typed = rounded(self.values.detach().cpu().double(), DIGITS_OF_A_CELL)
        object.__setattr__(self, "values", typed)
        names = self.names or tuple(f"{self.noun} {number + 1}" for number in range(count))
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "targets", self.targets or (None,) * count)
        for what, given in (("names", self.names), ("targets", self.targets)):
            if len(given) != count:
                raise InputError(f"examples: {len(given)} {what} for {count} inputs")
        if len({name.casefold() for name in names}) < count:
            raise InputError("examples: a name is there twice, expected each once")
        longest = max(names, key=len)
        if not 0 < len(longest) <= LONGEST_NAME or not all(names):
            raise InputError(f"examples: name {longest!r}, expected 1 to {LONGEST_NAME} characters")
        for name in names:
            if set(name) & WILDCARDS:
                raise InputError(f"examples: name {name!r}, expected one without *, ? and ~")
            if _is_number(name):
                raise InputError(
                    f"examples: name {name!r}, which a spreadsheet takes for a number; put a word "
                    "before it"
                )
        sheets = {self.noun.casefold(), f"{self.noun}s".casefold()}
        if not self.noun.isalpha() or len(self.noun) > LONGEST_NOUN or sheets & TAKEN:
            raise InputError(
                f"examples: noun {self.noun!r}, expected one word of at most {LONGEST_NOUN} "
                "letters that is no other sheet's name"
            )
        if not 0 <= self.chosen < count:
            raise InputError(f"examples: chosen {self.chosen}, expected 0 to {count - 1}")

    @property
    def shown(self) -> Tensor:
        """The one that is shown at first."""
        return self.values[self.chosen]

    @property
    def scaled(self) -> Tensor:
        """All inputs as the network takes them."""
        return self.taken(self.values)

    def taken(self, values: Tensor) -> Tensor:
        """What the network takes for such values."""
        return self.scaling.scaled(values) if self.scaling else values


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return name.casefold() in ("true", "false")
    return True


def made_up(input_shape: tuple[int, ...]) -> Examples:
    """Ten inputs of evenly drawn numbers from −1 to 1, always the same."""
    draw = numpy.random.default_rng(0)
    values = draw.uniform(-1, 1, (MADE_UP, *input_shape)).round(2)
    return Examples(torch.from_numpy(values))
