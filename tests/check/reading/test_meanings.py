"""What a range of cells is called in an explanation."""

from __future__ import annotations

import pytest

from backprop_xlsx.check.reading.meanings import Area
from backprop_xlsx.formula.expression import Symbol


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        (("h1[1]", "h1[2]"), "h1"),
        (("dE/do1[1]", "dE/do1[2]", "dE/do1[3]"), "∂E/∂o1"),
        (("h1[2]", "h1[1]"), "C3:D3"),
        (("h1[1]", "h2[2]"), "C3:D3"),
        (("w1", "w2"), "C3:D3"),
        ((), "C3:D3"),
    ],
)
def test_a_quantity_of_all_samples_in_order_has_its_name(cells: tuple[str, ...], text: str) -> None:
    assert Area("C3:D3", (tuple(map(Symbol, cells)),)).text() == text
