"""Hypothesis strategies for experiments."""

from __future__ import annotations

from hypothesis import strategies as st

from backprop_xlsx.experiment import Experiment

# Off by one unit in the last place at the start, this run's last row differs by 9e-12.
CHAOTIC = Experiment(
    inputs=(3, -2),
    targets=(-3, 2),
    weights=(1, 1, -1, 3, 1, 1, 2, -2),
    learning_rates=(10,),
    steps=60,
)


def numbers(largest: float) -> st.SearchStrategy[float]:
    """Finite numbers up to a magnitude."""
    return st.floats(-largest, largest, allow_nan=False)


@st.composite
def experiments(
    draw: st.DrawFn, largest: float = 5.0, steps: int = 12, learning_rate: float = 20.0
) -> Experiment:
    """Experiments with start values and targets up to ``largest``."""
    rates = st.floats(1e-3, learning_rate)
    return Experiment(
        inputs=tuple(draw(st.lists(numbers(largest), min_size=2, max_size=2))),
        targets=tuple(draw(st.lists(numbers(largest), min_size=2, max_size=2))),
        weights=tuple(draw(st.lists(numbers(largest), min_size=8, max_size=8))),
        learning_rates=tuple(draw(st.lists(rates, min_size=1, max_size=3))),
        steps=draw(st.integers(1, steps)),
    )
