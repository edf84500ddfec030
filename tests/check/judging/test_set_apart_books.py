"""Books with the styles that the benchmark had set apart, each misread at their first use."""

from __future__ import annotations

import pytest

from quality.judging.scoring import Job, scored


@pytest.mark.parametrize(
    ("seed", "number"),
    [
        (4001, 619),  # one row, targets are typed, the learning rate stands in a column
        (4001, 1458),  # the difference of each column from itself stands below its only row
        (4001, 2705),  # 2/2 is typed into the slopes, the targets only into the errors
        (4001, 3600),  # steps of a rate of 1, which stands in a cell that no label explains
        (4002, 51),  # one output, whose loss and its sum are squares like products of weights
        (4002, 726),  # three gradients of one row on a sheet of their own
        (4002, 810),  # the differences of the last row from the first fill a third of the columns
        (4005, 338),  # one layer with its slopes on a sheet for each of three runs
        (4005, 496),  # one row, steps of biases by a rate of 1 that has no label
        (4006, 11),  # steps by "−1·1", the first row repeats the start weights
        (4006, 269),  # one row, steps of biases, which any gradient could have
        (4006, 1438),  # headers are repeated right below the first step
        (4002, 890),  # one row, in which the inputs stand too, with steps of a typed rate
    ],
)
def test_a_right_book_is_not_accused(seed: int, number: int) -> None:
    score = scored(Job("right", seed, number, held_out=True))
    assert score.good, score.explanations


@pytest.mark.parametrize(
    ("seed", "number"),
    [
        (4001, 1001),  # a target of another run, whose slope alone takes its own
        (4001, 1144),  # a neuron has the weights of another; the gradients tell whose they are
        (4001, 2731),  # two activations of one neuron's sum, columns shuffled
        (4001, 2837),  # the step of a weight is pasted, the same number in each row
        (4001, 3176),  # half of the only loss as their sum
        (4001, 3359),  # the slope is that of another function, in one of two outputs
        (4001, 4590),  # one row, a gradient that is an average, and its step
        (4001, 4599),  # a gradient only repeats an input, "ΔW1" heads its step
        (4002, 202),  # a limit that small inputs, which are typed, come to by large weights alone
        (4002, 211),  # one of eight velocities has the other sign
    ],
)
def test_the_changed_cells_are_told_and_no_others(seed: int, number: int) -> None:
    score = scored(Job("wrong", seed, number, held_out=True))
    assert score.accused and score.exact, score.explanations
    assert not score.fix.startswith("wrong")
