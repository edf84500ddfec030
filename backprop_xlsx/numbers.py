"""What counts as a number that a workbook can hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from backprop_xlsx.errors import InputError

# Up to here no product of start values of the class network, over any number of steps, leaves
# the range of a double.
LARGEST_VALUE = 1e40


def number(name: str, value: Any) -> float:
    """A finite number of magnitude up to 1e40, with the 15 digits that a spreadsheet keeps.

    Raises InputError, naming ``name``, for anything else.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{name}: {value!r} is not a number")
    if not math.isfinite(value):
        raise InputError(f"{name}: {value} is not a finite number")
    if abs(value) > LARGEST_VALUE:
        raise InputError(f"{name}: {value:g} is too large, expected at most {LARGEST_VALUE:g}")
    # What is computed with is what is written.
    return float(f"{value:.15g}")


def numbers(name: str, values: Sequence[Any], count: int) -> tuple[float, ...]:
    """Exactly ``count`` such numbers.

    Raises InputError, naming ``name``, for anything else.
    """
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise InputError(f"{name}: {values!r} is not a list of numbers")
    if len(values) != count:
        raise InputError(f"{name}: {len(values)} numbers given, expected {count}")
    return tuple(number(name, value) for value in values)
