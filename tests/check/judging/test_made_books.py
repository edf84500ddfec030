"""Books of the benchmark on the check's quality that were misread once, each by another cause."""

from __future__ import annotations

import pytest

from quality.judging.scoring import Job, scored


@pytest.mark.parametrize(
    ("seed", "number"),
    [
        (2101, 76),  # "η =" stands above a header of one layer's output
        (2101, 217),  # a list of labelled numbers stands beside the table's rows
        (2102, 60),  # targets, inputs and 2/2 are typed into the formulas
        (2102, 138),  # the sum alone says that the losses are averaged, in one row
        (2105, 31),  # three tables of one row beside each other, each with its learning rate above
        (2106, 43),  # one row with deltas, which weigh what is given as neurons do
        (2106, 173),  # labels of another run stand in the row of the headers
        (2110, 170),  # constants above, three tables beside each other, headers repeated
        (2110, 206),
        (3020, 113),  # one row, headed steps of a rate of 1 beside a run of another rate
        (2108, 20),  # names of cells number the targets otherwise than the outputs stand, one row
    ],
)
def test_a_right_book_is_not_accused(seed: int, number: int) -> None:
    score = scored(Job("right", seed, number))
    assert score.good, score.explanations


@pytest.mark.parametrize(
    ("seed", "number"),
    [
        (504, 47),  # an output is pasted, no header is known
        (504, 56),  # a column t2 − out2 is pasted, and nothing else names the target
        (505, 24),  # in one of six runs a target is another run's
        (505, 33),  # a neuron of one layer leaves out a source, no header is known
        (2102, 8),  # names of cells say which target is which, both losses have the other
        (2102, 18),  # one row, with the steps of the weights
        (2102, 59),
        (2102, 61),  # a weight is updated from another, no header is known
        (2102, 69),  # one row of a network with one output
        (2102, 129),
        (2103, 28),  # one gradient takes the target of another run, which is the same number
        (2103, 60),
        (2104, 113),  # the same in one row
        (2104, 16),  # numbers without labels stand in the table's rows, none of them a column
        (2104, 45),  # a column of a slope only repeats the activation
        (2104, 77),  # "t1" heads a list of labels
        (2104, 126),  # a weight is used twice, no header is known
        (2104, 199),  # gradients on a sheet of their own, far from its edge, in one row
        (2104, 246),  # one row, and nothing uses the sum of a neuron
        (2104, 299),  # "η" stands above a column of deltas
        (2105, 174),  # one row with the steps of the weights, the learning rate in Spanish
        (2105, 224),  # headers of slopes number the neurons otherwise
        (2106, 134),  # one cell takes the target of the column of another run
        (2106, 176),  # a neuron takes a source from the row above, in every row of every run
        (2106, 98),  # a step of a weight is that of another, which stands beside it
        (2106, 184),  # one row, and nothing uses the sum of an output
        (3031, 126),  # one layer: a guard in one of two neurons is no rule of the book's own
        (3031, 473),  # a slope, headed in capitals, on a sheet of its own only repeats
        (3020, 215),  # an activation takes its sum from the row above, gradients on another sheet
        (3030, 377),  # it takes that of the first row, and headings are Chinese
        (3011, 72),  # six tables of one row, each with its gradients on a sheet of its own
        (2110, 156),  # a neuron is updated like a weight: it is no bias
        (2110, 197),  # a loss below zero, no header is known
        (2110, 325),  # one row, a delta with a factor too few, and nothing tells the gradients
        (2111, 173),  # one row, a hidden delta leaves out an output, headers are numbered otherwise
        (2111, 203),  # one row, a range of unlike lengths gives an error, "peso 5" heads w1
        (2111, 209),  # an activation is a typed number's, no header is known
        (2110, 172),  # a neuron is updated like a weight, and slopes use it too
        (3001, 15),  # a neuron is pasted, no header is known
        (3011, 129),  # one row, a header tells which of two deltas has the wrong sign
        (3011, 275),  # an absolute value of an input above 0
        (3020, 183),  # a target is a text, no header is known
        (3003, 66),  # most formulas of a slope are deleted
        (3003, 160),  # an output is a typed number's, no header is known
        (3003, 178),  # a weight is updated from a typed number, no header is known
        (3003, 287),  # one row, an activation takes two neurons
        (3003, 414),  # the sums of losses are pasted in one of two runs
        (3003, 454),  # a gradient only repeats one output's part
        (3003, 457),  # a weight is updated from a neuron, no header is known
        (3003, 560),  # the sum of losses sums up one, no header is known
        (2110, 368),
        (2110, 380),  # of a typed number and a cell each neuron takes one
    ],
)
def test_the_changed_cells_are_told_and_no_others(seed: int, number: int) -> None:
    score = scored(Job("wrong", seed, number))
    assert score.accused and score.exact, score.explanations
    assert not score.fix.startswith("wrong")


@pytest.mark.parametrize(
    ("seed", "number"),
    [
        (2104, 68),  # what is given stands in the first row alone
        (2104, 202),  # one row, in which nothing refers to the weight that belongs there
        (2105, 163),
        (2103, 69),  # one row of six, in which an input and its weight seem to belong to nothing
        (2106, 66),  # the slope of a linear neuron, 1, has a column
        (2109, 33),  # what stands beside the rows belongs to another table
        (3031, 6),  # half of a column is pasted
        (3030, 65),  # a gradient is computed twice, and headings in German say which is which
        (3030, 380),  # a network of one layer whose outputs are no numbers
        (3020, 267),  # what is given to one table stands in the rows of others
        (3101, 148),  # a bias of another run, which is the same number, a blank row between them
        (3101, 197),  # a rate's reference drifts from the first row of the table
        (3101, 252),  # a sheet of gradients, in one row, that refers to a neuron alone
        (3101, 256),  # one row, the total of the losses takes an error in, no header is known
        (3101, 571),  # one row, a lone gradient of the other sign, and so its step
        (3102, 243),  # a column of deltas is deleted but for its last cell, no header is known
        (3102, 480),  # a slope only repeats an activation, no header is known
        (3103, 30),  # one row, a lone delta of the other sign among other mistakes
        (3103, 46),  # nothing uses a whole slope that takes a part of its sister's
        (3103, 133),  # one row, the last gradient takes from above, no header is known
        (3103, 400),  # the total of the losses is guarded
        (3103, 779),  # one layer, one error has another sign
        (3105, 369),  # one row, the steps by a rate that has no label
        (3105, 724),  # a gradient is pasted where the rate is typed
        (2107, 79),  # one output's part of a gradient has another sign
        (3105, 755),  # one row, the last step is the gradient itself
        (3105, 897),  # the end of a column that nothing uses is deleted
        (2109, 44),  # one table's formulas take what belongs to another, with headers repeated
    ],
)
def test_the_corrected_copy_is_the_right_book(seed: int, number: int) -> None:
    assert scored(Job("wrong", seed, number)).fix == "equal"


@pytest.mark.parametrize(
    ("seed", "number"),
    [
        (2104, 129),  # a turned comparison
        (2104, 140),
        (2104, 237),
        (2104, 253),
        (2110, 132),  # the gradient of one output's loss, which has a column
        (2110, 270),  # the learning rate is typed into the step of a bias, which has a column
        (2110, 314),  # it is missing there
    ],
)
def test_a_mistake_is_named(seed: int, number: int) -> None:
    score = scored(Job("wrong", seed, number))
    assert score.exact and score.named, score.explanations


@pytest.mark.parametrize(
    ("seed", "number"),
    [
        (3102, 586),  # a delta is pasted that is no slope of the loss, which has lost its ½
        (3103, 810),  # one row without headers, two gradients are the same
        (3104, 789),  # two runs would follow different losses
        (2107, 228),
        (2107, 262),  # all losses and their sum would be corrected
    ],
)
def test_no_copy_is_given_out_of_what_may_be_misread(seed: int, number: int) -> None:
    score = scored(Job("wrong", seed, number))
    assert score.accused
    assert score.fix.startswith("refused")
