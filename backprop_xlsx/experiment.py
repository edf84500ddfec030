"""An experiment: the start values of the class network, its learning rates and its steps."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from backprop_xlsx.errors import InputError
from backprop_xlsx.network import INPUTS, TARGETS, WEIGHTS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# Up to here no product of start values, over any number of steps, leaves the range of a double.
LARGEST_VALUE = 1e40
LARGEST_NUMBER_OF_LEARNING_RATES = 12
# A worksheet has 1,048,576 rows; the rows above the first step are taken off.
LARGEST_NUMBER_OF_STEPS = 1_048_576 - 32

DEFAULT_PRESET = "classroom"


@dataclass(frozen=True)
class Experiment:
    """The class network's start values, and the learning rates with which it is trained.

    ``inputs`` (i1, i2), ``targets`` (t1, t2) and ``weights`` (w1 … w8) are numbers of magnitude up
    to 1e40, ``learning_rates`` one to twelve different numbers above 0, ``steps`` the number of
    updates. Numbers are rounded to the 15 significant digits that a spreadsheet keeps.

    Raises InputError for anything else.
    """

    inputs: tuple[float, ...]
    targets: tuple[float, ...]
    weights: tuple[float, ...]
    learning_rates: tuple[float, ...]
    steps: int = 100
    title: str = "Class network"

    def __post_init__(self) -> None:
        for name, count in (
            ("inputs", len(INPUTS)),
            ("targets", len(TARGETS)),
            ("weights", len(WEIGHTS)),
        ):
            numbers = _numbers(name, getattr(self, name))
            if len(numbers) != count:
                raise InputError(f"{name}: {len(numbers)} numbers given, expected {count}")
            object.__setattr__(self, name, numbers)
        object.__setattr__(self, "learning_rates", _learning_rates(self.learning_rates))
        _check_steps(self.steps)

    @classmethod
    def preset(cls, name: str = DEFAULT_PRESET) -> Experiment:
        """The experiment of that name (see :func:`preset_names`).

        Raises InputError if there is none.
        """
        if name not in preset_names():
            known = ", ".join(preset_names())
            raise InputError(f"preset {name!r} is unknown, expected one of: {known}")
        source = resources.files("backprop_xlsx") / "presets" / f"{name}.toml"
        return cls(**tomllib.loads(source.read_text(encoding="utf-8")))


def preset_names() -> tuple[str, ...]:
    """The names of the presets that come with the package, in alphabetical order."""
    folder = resources.files("backprop_xlsx") / "presets"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name[: -len(".toml")] for name in names if name.endswith(".toml")))


def _numbers(name: str, values: Sequence[Any]) -> tuple[float, ...]:
    return tuple(_number(name, value) for value in values)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{name}: {value!r} is not a number")
    if not math.isfinite(value):
        raise InputError(f"{name}: {value} is not a finite number")
    if abs(value) > LARGEST_VALUE:
        raise InputError(f"{name}: {value:g} is too large, expected at most {LARGEST_VALUE:g}")
    # A spreadsheet file keeps 15 significant digits: what is computed with is what is written.
    return float(f"{value:.15g}")


def _learning_rates(values: Sequence[Any]) -> tuple[float, ...]:
    rates = _numbers("learning rates", values)
    if not 1 <= len(rates) <= LARGEST_NUMBER_OF_LEARNING_RATES:
        raise InputError(
            f"learning rates: {len(rates)} given, expected 1 to {LARGEST_NUMBER_OF_LEARNING_RATES}"
        )
    for rate in rates:
        if rate <= 0:
            raise InputError(f"learning rates: {rate:g} given, expected a number above 0")
    return rates


def _check_steps(steps: Any) -> None:
    if isinstance(steps, bool) or not isinstance(steps, int):
        raise InputError(f"steps: {steps!r} is not a whole number")
    if not 1 <= steps <= LARGEST_NUMBER_OF_STEPS:
        raise InputError(
            f"steps: {steps} given, expected 1 to {LARGEST_NUMBER_OF_STEPS} "
            "(a worksheet has 1,048,576 rows)"
        )
