"""What a column is of which all sisters, or nearly all, are known: the one that is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from backprop_xlsx.check.judging.claims.likeness import ALIKE, Likeness, kind_of
from backprop_xlsx.check.judging.claims.possible import Possible
from backprop_xlsx.check.judging.claims.readings import Readings
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.formula.expression import Expression, Symbol
from backprop_xlsx.formula.names import TOTAL_LOSS

SEVERAL = 3
"""Sisters that are known where one more is certain to belong to them."""


class Sisters:
    """Takes columns for what is missing among quantities of its kind."""

    def __init__(
        self, judge: Judge, readings: Readings, likeness: Likeness, possible: Possible
    ) -> None:
        self._table = judge.table
        self._readings = readings
        self._likeness = likeness
        self._possible = possible
        self._found = readings.found

    def by_likeness(self, columns: Sequence[int], only: str = "") -> list[int]:
        """Take columns for what is missing while its sisters are there, if they refer to alike.

        For what is on the way only if they refer to the same. Of two that do one may be computed
        from the other, which then comes first: a step from its gradient.
        """
        exact = self._likeness.missing_on_the_way()
        depths = self._depths(columns)
        pairs = [
            (-likeness, depths[column], place, name)
            for name in [*self._likeness.missing(), *exact]
            if name.startswith(only)
            for place, column in enumerate(columns)
            if (likeness := self._likeness.of(column, name)) >= (1 if name in exact else ALIKE)
        ]
        for _, _, place, name in sorted(pairs):
            if name not in self._found and columns[place] not in self._found.values():
                self._found[name] = columns[place]
        return [column for column in columns if column not in self._found.values()]

    def _depths(self, columns: Sequence[int]) -> dict[int, int]:
        """By way of how many others each of these columns is computed from the first of them."""
        depths = dict.fromkeys(columns, 0)
        users = {column: [user for user, _ in self._readings.users(column)] for column in columns}
        for depth in range(1, len(columns)):
            reached = {u for c, each in users.items() if depths[c] == depth - 1 for u in each}
            if reached.isdisjoint(columns):
                break
            depths |= dict.fromkeys(reached.intersection(columns), depth)
        return depths

    def by_form(self, columns: Sequence[int]) -> list[int]:
        """Take what is computed as a sister is, from the same kinds, for the missing one.

        So it is if all others of its kind are there.
        """
        missing = self._missing()
        for sister, place in list(self._found.items()):
            names = missing.get(kind_of(sister), [])
            form = self._kinds_in(place) if len(names) == 1 else None
            for column in columns if form is not None else ():
                if names[0] not in self._found and self._kinds_in(column) == form:
                    self._found[names[0]] = column
        return [column for column in columns if column not in self._found.values()]

    def _kinds_in(self, column: int) -> Expression | None:
        """What a column computes, of kinds of quantities instead of these."""

        def kind(leaf: Expression) -> Expression:
            if not isinstance(leaf, Symbol):
                return leaf
            return Symbol(kind_of(leaf.name), leaf.steps_back)

        expression = self._readings.expression(column)
        return None if expression is None else expression.rebuilt(kind)

    def as_the_last(self, columns: Sequence[int]) -> list[int]:
        """Take the only column that is left for what alone is missing of several of a kind.

        Others that are left may be computed from it.
        """
        known = Counter(map(kind_of, {**self._table.columns, **self._found}))
        alone = [
            names[0]
            for kind, names in self._missing().items()
            if len(names) == 1 and known[kind] >= SEVERAL
        ]
        used = {user for column in columns for user, _ in self._readings.users(column)}
        first = [column for column in columns if column not in used]
        if len(first) != 1 or len(alone) != 1:
            return [*columns]
        self._found[alone[0]] = first[0]
        return [column for column in columns if column not in first]

    def _missing(self) -> dict[str, list[str]]:
        """What has no column, by its kind."""
        found: dict[str, list[str]] = {}
        for name in self._possible.equations:
            if name not in self._table.columns and name not in self._found:
                found.setdefault(kind_of(name), []).append(name)
        return found

    def as_sum_of_one(self, columns: Sequence[int]) -> list[int]:
        """Take what sums up one output's loss for the missing sum of all.

        Of a single output it may be anything that is computed from its loss alone.
        """
        losses = self._table.exercise.network.losses
        known = {**self._table.columns, **self._found}
        missing = [name for name in (*losses, TOTAL_LOSS) if name not in known]
        if len(missing) != 1 or (missing != [TOTAL_LOSS] and len(losses) > 1):
            return [*columns]
        sums = [c for c in columns if self._readings.repeated(c) in {*map(Symbol, losses)}]
        if len(losses) == 1:
            sums += [c for c in columns if self._computed_from(c) <= {*losses, TOTAL_LOSS}]
        if sums:
            self._found[missing[0]] = sums[0]
        return [column for column in columns if column not in sums[:1]]

    def _computed_from(self, column: int) -> set[str]:
        """The names of all that a column is computed from; what has none counts too."""
        expression = self._readings.expression(column)
        leaves = set() if expression is None else {*expression.leaves()}
        return {leaf.name if isinstance(leaf, Symbol) else "" for leaf in leaves} or {""}
