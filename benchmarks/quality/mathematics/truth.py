"""The truth: what every quantity of every step is, computed the long way round.

Knows nothing of formulas, nor of the package that checks them.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace
from functools import lru_cache

from .conventions import Convention, Start, wide_start

Row = dict[str, float]


def activated(kind: str, x: float) -> float:
    """An activation function."""
    if kind == "sigmoid":
        return 1 / (1 + math.exp(-x)) if x > -700 else 0.0
    if kind == "tanh":
        return math.tanh(x)
    return max(0.0, x) if kind == "relu" else x


def slope(kind: str, a: float) -> float:
    """The derivative of an activation function, by its value."""
    if kind == "sigmoid":
        return a * (1 - a)
    if kind == "tanh":
        return 1 - a * a
    return float(a > 0) if kind == "relu" else 1.0


def loss(convention: Convention, t: float, a: float) -> float:
    """The loss of one output."""
    if convention.loss == "cross entropy":
        return -(t * math.log(a) + (1 - t) * math.log(1 - a))
    return (t - a) ** 2 / (2 if convention.loss.startswith("half") else 1)


def total(convention: Convention, losses: list[float]) -> float:
    """The loss of all outputs."""
    return sum(losses) / (len(losses) if "mean" in convention.loss else 1)


def loss_slope(convention: Convention, t: float, a: float) -> float:
    """∂E/∂a of an output."""
    if convention.loss == "cross entropy":
        return (a - t) / (a * (1 - a))
    share = convention.sizes[2] if "mean" in convention.loss else 1
    return (a - t) * (1 if convention.loss.startswith("half") else 2) / share


def run(convention: Convention, start: Start, steps: int) -> list[Row]:
    """Every quantity of every step, auxiliary ones too."""
    state: Row = dict(start.numbers)
    velocity = dict.fromkeys(convention.parameters, 0.0)
    rows = []
    for _ in range(steps + 1):
        row = dict(state)
        forward(convention, row)
        backward(convention, row)
        for name in convention.parameters:
            gradient = row[f"dE/d{name}"]
            row[f"step {name}"] = -row["rate"] * gradient
            row[f"v {name}"] = velocity[name]
            if convention.momentum == "velocity":
                velocity[name] = row["momentum"] * velocity[name] - row["rate"] * gradient
                state[name] = row[name] + velocity[name]
            elif convention.momentum == "gradients":
                velocity[name] = row["momentum"] * velocity[name] + gradient
                state[name] = row[name] - row["rate"] * velocity[name]
            else:
                state[name] = row[name] - row["rate"] * gradient
        rows.append(row)
    return rows


def forward(convention: Convention, row: Row) -> None:
    """The neurons and the losses."""
    inputs, hidden, outputs = convention.sizes
    for j in range(1, hidden + 1):
        bias = convention.hidden_bias(j)
        row[f"h{j}"] = (row[bias] if bias else 0.0) + sum(
            row[convention.hidden_weights[j, k]] * row[f"i{k}"] for k in range(1, inputs + 1)
        )
        row[f"a_h{j}"] = activated(convention.hidden, row[f"h{j}"])
    for j in range(1, outputs + 1):
        bias = convention.output_bias(j)
        row[f"o{j}"] = (row[bias] if bias else 0.0) + sum(
            row[convention.output_weights[j, k]] * row[source]
            for k, source in enumerate(convention.sources, 1)
        )
        row[f"a_o{j}"] = activated(convention.output, row[f"o{j}"])
        row[f"err{j}"] = row[f"t{j}"] - row[f"a_o{j}"]
        row[f"E{j}"] = loss(convention, row[f"t{j}"], row[f"a_o{j}"])
    row["E_total"] = total(convention, [row[f"E{j}"] for j in range(1, outputs + 1)])


def backward(convention: Convention, row: Row) -> None:
    """The gradients, and what stands between."""
    inputs, hidden, outputs = convention.sizes
    for j in range(1, outputs + 1):
        a = row[f"a_o{j}"]
        row[f"dE/da_o{j}"] = loss_slope(convention, row[f"t{j}"], a)
        row[f"da_o{j}/do{j}"] = slope(convention.output, a)
        row[f"delta_o{j}"] = row[f"dE/da_o{j}"] * row[f"da_o{j}/do{j}"]
        for k, name in enumerate(convention.sources, 1):
            row[f"dE/d{convention.output_weights[j, k]}"] = row[f"delta_o{j}"] * row[name]
    for k in range(1, hidden + 1):
        for j in range(1, outputs + 1):
            weight = convention.output_weights[j, k]
            row[f"dE{j}/da_h{k}"] = row[f"delta_o{j}"] * row[weight]
        row[f"dE/da_h{k}"] = sum(row[f"dE{j}/da_h{k}"] for j in range(1, outputs + 1))
        row[f"da_h{k}/dh{k}"] = slope(convention.hidden, row[f"a_h{k}"])
        row[f"delta_h{k}"] = row[f"dE/da_h{k}"] * row[f"da_h{k}/dh{k}"]
        for source in range(1, inputs + 1):
            weight = convention.hidden_weights[k, source]
            row[f"dE/d{weight}"] = row[f"delta_h{k}"] * row[f"i{source}"]
            for j in range(1, outputs + 1):
                row[f"dE{j}/d{weight}"] = (
                    row[f"dE{j}/da_h{k}"] * row[f"da_h{k}/dh{k}"] * row[f"i{source}"]
                )
    for name in convention.bias_names:
        hidden_ones = [k for k in range(1, hidden + 1) if convention.hidden_bias(k) == name]
        output_ones = [j for j in range(1, outputs + 1) if convention.output_bias(j) == name]
        row[f"dE/d{name}"] = sum(row[f"delta_h{k}"] for k in hidden_ones) + sum(
            row[f"delta_o{j}"] for j in output_ones
        )


STATES = 120
ROWS = 4


@lru_cache(maxsize=64)
def states(
    convention: Convention, typed: tuple[tuple[str, float], ...] = ()
) -> list[tuple[list[Row], Row]]:
    """Random runs of four steps, each with the start of another run; a third nearly trained.

    What is ``typed`` into the formulas of a book has just these values.
    """
    rng = random.Random(f"states of {convention}")
    found: list[tuple[list[Row], Row]] = []
    while len(found) < STATES:
        start = wide_start(convention, rng)
        try:
            if len(found) % 3 == 0:
                first = run(convention, start, 0)[0]
                near = {
                    f"t{j}": min(0.999, max(0.001, first[f"a_o{j}"] + rng.gauss(0, 0.05)))
                    for j in range(1, convention.sizes[2] + 1)
                }
                start = replace(start, numbers=start.numbers | near)
            start = replace(start, numbers=start.numbers | dict(typed))
            rows = run(convention, start, ROWS - 1)
        except (ArithmeticError, ValueError):
            continue
        if all(abs(value) < 1e6 for row in rows for value in row.values()):
            found.append((rows, wide_start(convention, rng).numbers))
    return found
