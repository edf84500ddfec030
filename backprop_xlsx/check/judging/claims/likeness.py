"""How like a column is to a quantity that is missing though its sisters have columns."""

from __future__ import annotations

from backprop_xlsx.check.judging.claims.possible import Possible
from backprop_xlsx.check.judging.claims.readings import Readings
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.formula.expression import Expression, Symbol
from backprop_xlsx.formula.names import TOTAL_LOSS

ALIKE = 0.5
"""Of what two formulas refer to, how much is the same if they are to be of one quantity."""


class Likeness:
    """Tells which missing quantity a column may be, wrong as it is, by what it refers to."""

    def __init__(self, judge: Judge, readings: Readings, possible: Possible) -> None:
        self._table = judge.table
        self._typed = {name for name, _ in judge.fixed}
        self._readings = readings
        self._possible = possible

    def missing(self) -> list[str]:
        """Quantities of the exercise without a column, whose like have one; the sum of losses."""
        exercise = self._table.exercise
        losses = exercise.network.losses
        known = {*self._table.columns, *self._readings.found}
        kinds = {kind_of(name) for name in exercise.computed if name in known}
        if len(losses) > 1 and kind_of(losses[0]) in kinds:
            kinds.add(TOTAL_LOSS)
        return [
            name
            for name in exercise.computed
            if name not in known and name in self._possible.equations and kind_of(name) in kinds
        ]

    def missing_on_the_way(self) -> list[str]:
        """Auxiliary quantities without a column, whose like have one."""
        known = {*self._table.columns, *self._readings.found}
        kinds = {kind_of(name) for name in self._readings.found}
        others = self._possible.equations.keys() - known - {*self._table.exercise.computed}
        return sorted(name for name in others if kind_of(name) in kinds)

    def of(self, column: int, name: str) -> float:
        """Which share of what a column and a quantity are computed from is the same."""
        equation = self._sources(self._possible.equations[name])
        own = self._sources(self._readings.expression(column))
        shared = own & equation
        if all(leaf.name in self._table.exercise.starts for leaf in shared):
            return 0.0
        return len(shared) / len(own | equation)

    def _sources(self, expression: Expression | None) -> set[Symbol]:
        found = set() if expression is None else self._possible.sources(expression)
        return {leaf for leaf in found if leaf.name not in self._typed}


def kind_of(name: str) -> str:
    """What a quantity and its sisters have in common: their name without its numbers."""
    return "".join(character for character in name if not character.isdigit())
