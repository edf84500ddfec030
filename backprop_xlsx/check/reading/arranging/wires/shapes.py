"""What the values of a function tell: whether it rises, is bent, or is a multiple."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

ROUNDING = 1e-9
"""How far a value may be off where a wire's leaves are numbers such as 0, 1 and 0.4."""
SPREAD = (-2.0, -0.5, 0.5, 2.0)
"""Where a function is looked at, to tell whether it rises and whether it is bent."""


def differ(one: float, other: float) -> bool:
    """Whether two such values differ by more than rounding; one that is no number does not."""
    return abs(one - other) > ROUNDING


def rises(values: Sequence[float]) -> bool:
    """Whether these values of a function are those of one that rises."""
    return all(one <= other for one, other in pairwise(values)) and values[-1] > values[0]


def is_activation(values: Sequence[float]) -> bool:
    """Whether they rise, and not on a straight line, as those of a copy or a multiple do."""
    first, second, *_, last = values
    return rises(values) and differ(second - first, (last - first) * 3 / 8)


def is_bent(values: Sequence[float]) -> bool:
    """Whether they, of three numbers as far apart, are not those of a straight line."""
    first, second, third = values
    return differ(third - second, second - first)


def is_multiple(values: Sequence[float]) -> bool:
    """Whether they are those of what is multiplied with a number; a copy is no multiple."""
    factor = values[-1] / SPREAD[-1]
    straight = not any(differ(y, factor * x) for x, y in zip(SPREAD, values, strict=True))
    return straight and differ(factor, 1.0)


def is_weighed(values: Sequence[float]) -> bool:
    """Whether they are those of a straight line that is no copy: typed inputs stand beside it."""
    slope = (values[-1] - values[0]) / (SPREAD[-1] - SPREAD[0])
    offset = values[0] - slope * SPREAD[0]
    line = [offset + slope * x for x in SPREAD]
    straight = not any(differ(*pair) for pair in zip(values, line, strict=True))
    return straight and (differ(offset, 0.0) or differ(slope, 1.0))
