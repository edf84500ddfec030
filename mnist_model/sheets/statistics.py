"""The standard deviation, as the sheets' formulas compute it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean


def standard_deviation(values: Sequence[float]) -> float:
    """The standard deviation of a sample (n − 1), which has at least two values."""
    centre = fmean(values)
    return math.sqrt(math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1))
