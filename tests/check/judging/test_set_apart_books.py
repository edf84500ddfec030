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
        (4006, 2992),  # the row of headers holds the last label of another run's list
        (4020, 2597),  # one row, typed targets, the slopes of linear outputs, 1, have columns
        (4012, 330),  # tables across, each with gradients beyond the next, rates without a label
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
        (4006, 3451),  # columns from right to left, whose headers only their numbers tell
        (4006, 4963),  # one row, a difference turned round, and gradients that follow it
        (4006, 374),  # a sum of two parts, of which its sister alone is known
        (4006, 4466),  # one of three steps has the other sign
        (4006, 4678),  # a rate typed into steps of one row
        (4006, 2393),  # an activation of the header above the only row
        (4006, 3000),  # an activation's values were pasted, of different sums
        (4006, 501),  # a target of another run, which no column but the error's uses
        (4006, 47),  # the same, and no label says which cell is whose
        (4006, 4273),  # the same in a loss that uses it twice
        (4006, 308),  # the learning rate of another run in one column of steps
        (4008, 126),  # a gradient's values were pasted, which are near those of slopes
        (4008, 232),  # one row, a slope of what stands above it
        (4008, 852),  # a sum that copies the loss of the first output
        (4012, 226),  # steps by a rate of 1, which is not typed
        (
            4008,
            2262,
        ),  # an activation of the other output's; nothing uses the sum
        (4008, 3817),  # an activation of a weight
        (4008, 1448),  # the only neuron is updated like a weight
        (4008, 3213),  # the only output is, behind a hidden layer
        (4008, 307),  # an output is that has a bias of its own
        (4008, 388),  # a weight copies the update of another
        (4008, 2705),  # a list of constants beside the first rows, of which one drifts
        (4008, 2337),  # a drift by three rows, into another neuron
        (4008, 1499),  # a weight of two neurons, one row
        (4008, 2177),  # the same, with updates
        (4008, 425),  # one output's part of a gradient, which only a step uses
        (4008, 2583),  # a layer of two neurons whose losses have no sum
        (4008, 1372),  # the only sum is wrong: what one gradient tells another needs
        (4008, 1492),  # a gradient and its step by a rate that nothing tells
        (4008, 2954),  # one row, steps of biases that two neurons share
        (4008, 739),  # one row, a step that refers to nothing in it
        (4008, 4772),  # one row, a weight that its neuron leaves out
        (4015, 809),  # the same, the last of all
        (4008, 3902),  # an error of the other output's activation
        (4008, 3539),  # a weight with its own velocity and another's value
        (4008, 2692),  # typed inputs, the larger one first
        (4012, 522),  # an activation that is typed, of linear outputs
        (4008, 2359),  # one row, columns shuffled, a gradient and a step that are alike
        (4008, 3879),  # neurons that nothing orders but the numbers of their biases
        (4008, 843),  # unknown steps, by which a gradient could be any
        (4008, 4515),  # the product of both errors as a loss
        (4008, 1217),  # an error of the row above
        (4008, 714),  # a target that is typed though its column is there
        (4015, 685),  # the same, its cell stands in a list
        (4015, 912),  # pasted losses that nothing but an unknown sum uses
        (4015, 534),  # pasted activations that hardly change
        (4013, 297),  # a pasted sum of losses, headed as in the other tables
        (4008, 284),  # the same, only its place is as in the other table
        (4015, 377),  # one row, linear outputs and another loss at once
        (4015, 214),  # a target of another run from a step on
    ],
)
def test_the_changed_cells_are_told_and_no_others(seed: int, number: int) -> None:
    score = scored(Job("wrong", seed, number, held_out=True))
    assert score.accused and score.exact, score.explanations
    assert not score.fix.startswith("wrong")


@pytest.mark.parametrize(
    ("seed", "number"),
    [
        (4001, 4494),  # losses that are halves under a sum that is a mean
        (4002, 573),  # one row, a gradient that lacks an output and is used of the row above
        (4004, 710),  # biases that are typed into all neurons, one of which is wrong
        (4006, 311),  # the same, and one was mistyped
        (4006, 2179),  # one row, unknown headings, a gradient that is another's or nothing's
        (4006, 2550),  # one row, three of the four slopes are wrong
        (4006, 2788),  # the only loss is wrong, and its sum is pasted beside the table
        (4006, 3273),  # both losses are of the same output
        (4006, 4957),  # no neuron of a layer tells which weights are whose
        (4011, 28),  # a rate of another run in one column of updates
        (4011, 125),  # a step that copies another's, one of three
        (4020, 3172),  # one row, a moved range by which a weight seems an input
        (4012, 200),  # two losses that compute the same, and no heading says which is which
    ],
)
def test_no_wrong_copy_is_given_out(seed: int, number: int) -> None:
    score = scored(Job("wrong", seed, number, held_out=True))
    assert score.accused
    assert not score.fix.startswith("wrong")
