"""The parts of the exercise that a report counts, and what it draws of a network."""

from __future__ import annotations

from backprop_xlsx.check.findings import Part
from backprop_xlsx.check.reading.exercise import CLASS_EXERCISE
from backprop_xlsx.check.report.network_parts import diagram_of, parts_of
from backprop_xlsx.model.network import CLASS_NETWORK, Network
from tests.oracles.class_table import CONSTANTS, ClassTable

COMPUTED = [name for name in ClassTable().order if name not in CONSTANTS]


def test_every_column_counts_in_its_part() -> None:
    assert parts_of(CLASS_EXERCISE, COMPUTED, set()) == (
        Part("forward", 8, 8),
        Part("loss", 3, 3),
        Part("gradients", 8, 8),
        Part("updates", 8, 8),
    )


def test_what_is_wrong_counts_in_its_part_and_what_is_given_in_the_forward_pass() -> None:
    wrong = {"dE/dw3", "E_total", "w1", "w2", "i1"}
    assert parts_of(CLASS_EXERCISE, COMPUTED, wrong) == (
        Part("forward", 9, 8),
        Part("loss", 3, 2),
        Part("gradients", 8, 7),
        Part("updates", 8, 6),
    )


def test_a_part_without_a_column_is_left_out() -> None:
    assert parts_of(CLASS_EXERCISE, ["h1", "∂E/∂o1"], set()) == (
        Part("forward", 1, 1),
        Part("gradients", 1, 1),
    )


def test_a_network_of_forty_weights_is_drawn_and_no_larger_one() -> None:
    drawn = diagram_of(CLASS_NETWORK)
    assert drawn is not None
    assert drawn.layers == (("i1", "i2"), ("h1", "h2"), ("o1", "o2"))
    assert drawn.ways[0] == ("i1", "h1", "w1")
    assert drawn.ways[-1] == ("h2", "o2", "w8")
    assert diagram_of(Network((5, 4, 5), ("sigmoid", "sigmoid"))) is not None
    assert diagram_of(Network((41, 1), ("sigmoid",))) is None
