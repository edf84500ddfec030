"""The one number that a rectangle of values stands for."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from backprop_xlsx.formula.block import Block, as_number


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (2.0, 2.0),
        (np.array([3.0, 4.0]), 3.0),
        (Block([[5.0, 6.0]]), 5.0),
        (Block([[Block([[7.0], [8.0]]), 9.0]]), 7.0),
        (Block([[None]]), 0.0),
    ],
)
def test_it_is_the_first(value: Any, number: float) -> None:
    assert as_number(value) == number


def test_a_complex_one_is_none() -> None:
    assert math.isnan(as_number(Block([[1j]])))
