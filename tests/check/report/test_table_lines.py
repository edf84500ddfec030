"""A table's two lines: what it trains and from where, and which of its columns are right."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from backprop_xlsx.check.faults.effect import Start
from backprop_xlsx.check.judging.columns import JudgedColumn
from backprop_xlsx.check.reading.exercise import CLASS_EXERCISE, Exercise
from backprop_xlsx.check.report.table_lines import network_line, right_line
from backprop_xlsx.model.network import Network
from tests.oracles.class_table import CONSTANTS, ClassTable
from tests.oracles.class_table import Start as ClassStart

COMPUTED = [name for name in ClassTable().order if name not in CONSTANTS]


def right(exercise: Exercise, names: Iterable[str], *wrong: str) -> str:
    columns = {name: JudgedColumn(name, number, []) for number, name in enumerate(names)}
    return right_line(exercise, columns, set(wrong))


def test_all_weights_and_all_their_gradients_are_told_as_one() -> None:
    assert right(CLASS_EXERCISE, COMPUTED) == "all 27 computed columns"
    assert right(CLASS_EXERCISE, COMPUTED, *COMPUTED) == "none of the 27 computed columns"
    assert right(CLASS_EXERCISE, COMPUTED, "h1", "o2") == (
        "w1 … w8, a_h1, h2, a_h2, o1, a_o1, a_o2, E1, E2, E_total, ∂E/∂w1 … ∂E/∂w8: "
        "25 of 27 computed columns"
    )


def test_where_one_of_them_is_wrong_each_of_the_others_is_named() -> None:
    assert right(CLASS_EXERCISE, ["w1", "w2", "w3", "h1"], "w2") == (
        "w1, w3, h1: 3 of 4 computed columns"
    )


@pytest.mark.parametrize(
    ("widths", "told"), [((2, 1), "o1, w1 … w2"), ((1, 1), "o1, w1")], ids=["two", "one"]
)
def test_two_weights_are_the_fewest_that_are_told_as_one(
    widths: tuple[int, ...], told: str
) -> None:
    exercise = Exercise(Network(widths, ("sigmoid",)))
    names = ["o1", *exercise.weights, "a_o1"]
    line = right(exercise, names, "a_o1")
    assert line == f"{told}: {len(names) - 1} of {len(names)} computed columns"


def test_a_run_is_told_with_its_numbers() -> None:
    start = Start(CLASS_EXERCISE, tuple(ClassStart().numbers.items()), 100)
    assert network_line(CLASS_EXERCISE, start) == (
        "2-2-2, sigmoid, no bias: t = (0.01, 0.99), i = (0.05, 0.1), start weights 0.15 … 0.55"
    )
    assert network_line(CLASS_EXERCISE, None) == "2-2-2, sigmoid, no bias"


@pytest.mark.parametrize(
    ("inputs", "told"), [(4, "1, 2, 3, 4"), (5, "1 … 5")], ids=["four", "five"]
)
def test_of_more_than_four_numbers_the_first_and_the_last_are_told(inputs: int, told: str) -> None:
    exercise = Exercise(Network((inputs, 1), ("sigmoid",)))
    values = dict.fromkeys((*exercise.targets, *exercise.weights), 0.5)
    values |= {name: float(number) for number, name in enumerate(exercise.inputs, 1)}
    line = network_line(exercise, Start(exercise, tuple(values.items()), 9))
    assert f"i = ({told}), " in line
