"""Which columns are the steps of parameters, where no update says what the learning rate is."""

from __future__ import annotations

import math
from collections.abc import Sequence

from backprop_xlsx.check.judging.claims.possible import Possible
from backprop_xlsx.check.judging.claims.readings import Readings
from backprop_xlsx.check.judging.claims.sisters import SEVERAL
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.formula.block import as_number
from backprop_xlsx.formula.expression import Expression, Symbol
from backprop_xlsx.formula.names import gradient_name, negative, of_gradient

Rate = Expression | float
"""A cell outside the table, or a number."""
AT = ((0.5, 3.0), (2.0, 0.25))
"""Learning rates and gradients at which a product is looked at."""


class Steps:
    """Takes columns for the steps of a table of one row: ``found`` are theirs."""

    def __init__(self, judge: Judge, readings: Readings, possible: Possible) -> None:
        self.found: dict[str, int] = {}
        self._table = judge.table
        self._readings = readings
        self._possible = possible

    def by_rate(self, columns: Sequence[int]) -> list[int]:
        """Take what are gradients times the same cell outside, or number, below zero.

        While nothing says what the rate is, whether they are right tells nothing of gradients.
        """
        steps: dict[Rate, dict[str, int]] = {}
        for column in columns if not self._possible.knows_learning_rate else ():
            expression = self._readings.expression(column)
            leaves = set() if expression is None else {*expression.leaves()}
            gradients = [leaf for leaf in leaves if isinstance(leaf, Symbol)]
            if expression is None or len(leaves) > 2 or len(gradients) != 1:
                continue
            step = f"Δ{of_gradient(gradients[0].name)}"
            rate = _rate(expression, gradients[0], *leaves.difference(gradients))
            if rate is not None and step in self._possible.equations:
                steps.setdefault(rate, {})[step] = column
        most = max(steps.values(), key=len, default={})
        self.found = most if len(most) >= SEVERAL else {}
        return [column for column in columns if column not in self.found.values()]

    def as_the_last(self, columns: Sequence[int]) -> list[int]:
        """Take the only column that is left for the only step that is missing.

        Or what seems the only gradient of the other sign: the learning rate is missing there.
        """
        others = self._readings.found
        known = {*self.found, *others}
        missing = [n for n in self._table.exercise.parameters if f"Δ{n}" not in known]
        several = sum(name.startswith("Δ") for name in known) >= SEVERAL
        if len(missing) != 1 or not several:
            return [*columns]
        turned = [name for name in others if name.startswith(negative(gradient_name("")))]
        if turned == [negative(gradient_name(missing[0]))]:
            self.found[f"Δ{missing[0]}"] = others.pop(turned[0])
        elif len(columns) == 1:
            self.found[f"Δ{missing[0]}"] = columns[0]
            return []
        return [*columns]


def _rate(
    expression: Expression, gradient: Expression, outside: Expression | None = None
) -> Rate | None:
    """By what else, below zero, an expression multiplies a gradient; None if it does not."""
    if outside is not None:
        values = ((x, y, expression.value({outside: x, gradient: y}.__getitem__)) for x, y in AT)
        return outside if all(value == -x * y for x, y, value in values) else None
    rate = -as_number(expression.value(lambda _: 1.0))
    values = ((rate, y, expression.value({gradient: y}.__getitem__)) for _, y in AT)
    is_multiple = all(math.isclose(as_number(value), -rate * y) for _, y, value in values)
    return rate if is_multiple and rate > 0 else None
