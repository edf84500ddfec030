"""What the neurons of a table add up, read from the formulas of most rows."""

from __future__ import annotations

import math
import re
from collections.abc import Container
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from backprop_xlsx.check.judging.verdicts import safely
from backprop_xlsx.check.reading.forms import forms_of
from backprop_xlsx.check.reading.meanings import Outside, Place, meant
from backprop_xlsx.check.reading.surroundings import Surroundings
from backprop_xlsx.formula.block import as_number
from backprop_xlsx.formula.expression import Expression, Symbol
from backprop_xlsx.formula.tokens import FormulaError
from backprop_xlsx.model.network import Neuron

BIAS = r"b([0-9]+)"
"""How a bias is called."""
MOST_LEAVES = 24
"""Operands of a pre-activation that are told apart."""

Bias = str | Place | float
"""What stands for a bias: a quantity, a cell outside the table, a typed number."""


@dataclass(frozen=True)
class Sum:
    """A pre-activation as a sum of products: weights by name, and what is added."""

    weights: frozenset[str]
    bias: Bias | None


def typical(surroundings: Surroundings, quantity: str) -> Expression | None:
    """What most rows of a column compute; None if it cannot be read."""
    table = surroundings.table
    if quantity not in table.columns:
        return None
    cells = [(row, table.cell(quantity, row)) for row in table.rows[1:] or table.rows]
    forms = forms_of((row, cell.formula) for row, cell in cells if cell and cell.formula)
    if not forms:
        return None
    form = max(forms, key=lambda form: len(form.rows))
    try:
        return meant(form.part.expression, surroundings.meanings(form.tokens, form.first_row))
    except FormulaError:
        return None


def weighted_sum(surroundings: Surroundings, neuron: Neuron) -> Expression | None:
    """What a neuron activates: its column, or the part of the activation that is linear."""
    found = typical(surroundings, neuron.pre_activation)
    if found is not None:
        return found
    whole = typical(surroundings, neuron.activation)
    parts = [] if whole is None else [whole]
    for part in parts:  # the outer ones first
        weights = {leaf for leaf in part.leaves() if _is_weight(leaf)}
        if weights and _is_linear(part, weights):
            return part
        parts += part.children() if weights else ()
    return None


def _is_weight(leaf: Expression) -> bool:
    return isinstance(leaf, Symbol) and leaf.name[0] == "w"


def _is_one(leaf: Expression) -> bool:
    """Whether it is a cell that holds 1, by which a bias may be multiplied."""
    return isinstance(leaf, Outside) and leaf.number == 1.0


def _is_linear(expression: Expression, leaves: Container[Expression]) -> bool:
    """Whether equal steps of these leaves together make equal steps of the value, all else 1."""

    def at(x: float) -> float:
        return as_number(safely(expression, lambda leaf: x if leaf in leaves else 1.0))

    first, second = at(1.5) - at(0.5), at(2.5) - at(1.5)
    return first != 0.0 and math.isclose(first, second)


def read_sum(expression: Expression) -> Sum:
    """Which weights an expression multiplies with something, and what it only adds."""
    leaves = list(dict.fromkeys(expression.leaves()))[:MOST_LEAVES]
    random = np.random.default_rng(1986)
    base = dict(zip(leaves, random.uniform(0.5, 1.5, len(leaves)), strict=True))
    base |= dict.fromkeys(filter(_is_one, leaves), 1.0)

    def at(moved: Container[Expression]) -> float:
        values = {leaf: value + (leaf in moved) for leaf, value in base.items()}
        return as_number(safely(expression, lambda leaf: values.get(leaf, np.nan)))

    start = at(())
    slopes = {leaf: at((leaf,)) - start for leaf in leaves}
    multiplied = {
        leaf
        for one, other in combinations(leaves, 2)
        if math.isclose(abs(at((one, other)) - start - slopes[one] - slopes[other]), 1.0)
        for leaf in (one, other)
    }
    weights = {leaf for leaf in leaves if isinstance(leaf, Symbol) and _is_weight(leaf)}
    biases = {leaf for leaf in leaves if isinstance(leaf, Symbol) and re.fullmatch(BIAS, leaf.name)}
    added = [leaf for leaf in leaves if leaf in biases or leaf not in multiplied | weights]
    bias: Bias | None = None
    for leaf in added:
        if not math.isclose(abs(slopes[leaf]), 1.0):
            continue
        if isinstance(leaf, Outside):
            bias = leaf.place
        elif isinstance(leaf, Symbol) and leaf in biases:
            bias = leaf.name
    if not added:
        values = dict.fromkeys(leaves, 0.0)
        typed = as_number(safely(expression, lambda leaf: values.get(leaf, np.nan)))
        bias = round(typed, 9) or None
    return Sum(frozenset(leaf.name for leaf in weights if slopes[leaf]), bias)
