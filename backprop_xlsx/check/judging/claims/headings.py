"""What a column is by its heading, where neither its formula nor its use tells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from backprop_xlsx.check.judging.claims.possible import Possible
from backprop_xlsx.check.judging.claims.readings import Readings, value_of
from backprop_xlsx.check.judging.claims.unexplained import Unexplained
from backprop_xlsx.check.judging.verdicts import Judge

SISTERS = 3
"""Headings alike, but for a number that their quantities have too, that tell of another such."""


class Headings:
    """Takes columns for what they are headed: in known words, or as others of their series."""

    def __init__(
        self, judge: Judge, sheet: Unexplained, readings: Readings, possible: Possible
    ) -> None:
        self._judge = judge
        self._table = judge.table
        self._sheet = sheet
        self._possible = possible
        self._found = readings.found

    def by_header(self, columns: Sequence[int]) -> list[int]:
        """Take a column for what its header says where neither formula nor use tells."""
        if self._are_numbered_otherwise():
            return [*columns]
        left = []
        for column in columns:
            hint = self._sheet.hint(column)
            self._give_way(hint, column, self._sheet.hint)
            possible = hint in self._possible.equations and hint not in self._found
            if hint is not None and possible and self._can_be_told(hint):
                self._found[hint] = column
            else:
                left.append(column)
        return left

    def by_series(self, columns: Sequence[int]) -> list[int]:
        """Take what is headed like its sisters, but for the number, for the missing one of them.

        So it is in whatever language: beside slope 1 for ∂E/∂w1, and so on, slope 8 is ∂E/∂w8.
        """
        known = {**self._table.columns, **self._found}
        sisters: dict[tuple[str, ...], dict[int, str]] = {}
        for name, column in known.items():
            series, number = _numbered(self._sheet.title(column))
            sisters.setdefault(series, {})[number] = name

        def headed(column: int) -> str | None:
            series, number = _numbered(self._sheet.title(column))
            names = sisters.get(series, {})
            stems = Counter(name.removesuffix(str(at)) for at, name in names.items() if at)
            stem, times = stems.most_common(1)[0] if stems else ("", 0)
            return f"{stem}{number}" if number and SISTERS <= times >= len(names) - 1 else None

        for column in columns:
            sister = headed(column)
            self._give_way(sister, column, headed)
            if sister in self._possible.equations and sister not in {*known, *self._found}:
                self._found[sister] = column
        return [column for column in columns if column not in self._found.values()]

    def _give_way(self, name: str | None, column: int, headed: Callable[[int], str | None]) -> None:
        """Take a name from a column that is headed otherwise for one that is headed so, rightly."""
        holder = self._found.get(name or "")
        own = None if holder is None else headed(holder)
        if name is None or holder is None or own in (None, name) or own in self._found:
            return
        form = self._sheet.typical_form(column)
        value = value_of(self._judge, form) if own in self._possible.equations else None
        if value is not None and self._possible.is_value_of(name, value):
            del self._found[name]
            self._found[own] = holder

    def _are_numbered_otherwise(self) -> bool:
        """Whether most headers of what was found name something else, as one of another neuron."""
        told = [(self._sheet.hint(column), name) for name, column in self._found.items()]
        agreed = [hint == name for hint, name in told if hint is not None]
        return 2 * sum(agreed) < len(agreed)

    def _can_be_told(self, name: str) -> bool:
        """Whether a quantity is no step of a parameter, or the learning rate is known."""
        return self._possible.knows_learning_rate or not self._possible.takes_learning_rate(name)


def _numbered(title: str) -> tuple[tuple[str, ...], int]:
    """A heading around its only number, and that; 0 if it has none, or several."""
    parts = re.split(r"([0-9]+)", title)
    return ((parts[0], parts[2]), int(parts[1])) if len(parts) == 3 else ((), 0)
