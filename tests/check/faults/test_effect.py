"""What a mistake does to the final loss, in words."""

from __future__ import annotations

import pytest

from backprop_xlsx.check.faults.effect import Simulator, Start, Wrong
from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.formula.expression import Number
from backprop_xlsx.model.network import Network

WRONG: Wrong = {("o1", 0): Number(0.0)}


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1.0, "does not change the final loss with these start values"),
        (1 + 0.5e-12, "does not change the final loss with these start values"),
        (1 + 2e-12, "final loss 0.500000000001 instead of 0.5 (less than 0.001 %)"),
        (1.00002, "final loss 0.50001 instead of 0.5 (+0.002 %)"),
        (0.9, "final loss 0.45 instead of 0.5 (−10 %)"),
        (2.004, "final loss 1.002 instead of 0.5 (+100 %)"),
        (12.3, "final loss 6.15 instead of 0.5 (+1130 %)"),
        (float("nan"), "the final loss is no number instead of 0.5"),
    ],
)
def test_the_effect_is_told_in_as_many_digits_as_it_needs(
    factor: float, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def losses(
        self: Simulator, start: Start, wrong: Wrong, at: object, own: object
    ) -> tuple[float, ...]:
        return (0.5 * factor if wrong else 0.5,)

    monkeypatch.setattr(Simulator, "losses", losses)
    assert Simulator().effect(Start(Exercise(), (), 0), WRONG, {}) == words


def run_of(steps: int) -> Start:
    """A run of a network with one weight, which has fewer quantities than that of the class."""
    exercise = Exercise(Network((1, 1), ("sigmoid",)))
    values = {"i1": 0.05, "t1": 0.5, "w1": 0.15, "η": 0.5}
    names = (*exercise.ordered_constants, *exercise.starts)
    return Start(exercise, tuple((name, values[name]) for name in names), steps)


@pytest.mark.parametrize(("steps", "followed"), [(30_000, True), (30_001, False)])
def test_so_many_steps_of_a_book_are_followed(steps: int, followed: bool) -> None:
    assert (Simulator().right_losses(run_of(steps)) is not None) == followed


@pytest.mark.parametrize(("steps", "followed"), [(15_000, True), (15_001, False)])
def test_the_run_with_the_mistake_counts_too(steps: int, followed: bool) -> None:
    """Where they are too long together, nothing is said of the mistake."""
    effect = Simulator().effect(run_of(steps), {("a_o1", steps): Number(0.0)}, {})
    assert effect.startswith("final loss 0.125 instead of") == followed
    assert (effect == "") != followed
