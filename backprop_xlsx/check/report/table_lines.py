"""A table in two lines: the network that it trains, and the columns that are right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backprop_xlsx.check.faults.effect import Start
from backprop_xlsx.check.judging.columns import JudgedColumn
from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.formula.names import gradient_name, label, next_name

MOST_LISTED = 4
"""Numbers of a kind that the description of a network names one by one."""


def network_line(exercise: Exercise, start: Start | None) -> str:
    """What is trained, and the numbers with which it begins, as far as they are known."""
    kind = str(exercise)
    if start is None or exercise.samples > 1:
        return kind
    values = dict(start.values)
    targets, inputs, biases = (
        _listed([values[name] for name in names])
        for names in (exercise.targets, exercise.inputs, exercise.biases)
    )
    weights = exercise.weights
    first, last = (f"{values[name]:.6g}" for name in (weights[0], weights[-1]))
    text = f"{kind}: t = ({targets}), i = ({inputs}), start weights {first} … {last}"
    return f"{text}, biases {biases}" if biases else text


def _listed(numbers: Sequence[float]) -> str:
    """The numbers in a line; of many, the first and the last."""
    texts = [f"{number:.6g}" for number in numbers]
    return ", ".join(texts) if len(texts) <= MOST_LISTED else f"{texts[0]} … {texts[-1]}"


def right_line(exercise: Exercise, columns: Mapping[str, JudgedColumn], wrong: set[str]) -> str:
    """The columns of which nothing is wrong, in one line."""
    right = [name for name in columns if name not in wrong]
    if not wrong:
        return f"all {len(columns)} computed columns"
    if not right:
        return f"none of the {len(columns)} computed columns"
    listed = ", ".join(_runs(exercise, right))
    return f"{listed}: {len(right)} of {len(columns)} computed columns"


def _runs(exercise: Exercise, names: list[str]) -> list[str]:
    """Names in a line; all weights, or gradients of weights, as one."""
    listed = [label(name) for name in names]
    weights = exercise.weights
    gradients, following = ([name(w) for w in weights] for name in (gradient_name, next_name))
    for group in (weights, gradients, following):
        if len(group) > 1 and set(group) <= set(names):
            start = listed.index(label(group[0]))
            taken = set(map(label, group))
            listed = [name for name in listed if name not in taken]
            first = group[0] if group is not following else weights[0]
            listed.insert(start, f"{label(first)} … {label(group[-1])}")
    return listed
