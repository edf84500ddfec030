"""The rows of a table as states: formulas that branch are tried where the table itself goes."""

from __future__ import annotations

import numpy as np

from backprop_xlsx.check.judging.probes import OwnRows
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.reading.single_cells import number_of
from backprop_xlsx.formula.names import LEARNING_RATE

MOST_ROWS = 2_000
"""Of a table, that are tried."""


def own_rows(judge: Judge, learning_rate: float | None) -> OwnRows | None:
    """The states that follow from the parameters of each row; None if the numbers do not suffice.

    Only given numbers and parameters are read: everything else is what the equations make of them.
    """
    exercise, table, surroundings = judge.exercise, judge.table, judge.surroundings
    rows = table.rows[:MOST_ROWS]
    typed = dict(judge.fixed)
    single = {LEARNING_RATE: learning_rate, **typed}
    for place, name in surroundings.roles.cells.items():
        single.setdefault(name, number_of(place, surroundings))

    def column(name: str) -> list[float | None]:
        if name not in table.columns or name in typed:
            return [single.get(name)] * len(rows)
        at = table.columns[name]
        own = [number_of((surroundings.home, row, at), surroundings) for row in rows]
        return [single.get(name) if number is None else number for number in own]

    names = (*exercise.ordered_constants, *exercise.starts)
    found = {name: np.array(column(name), dtype=float) for name in names}
    known = np.all([np.isfinite(numbers) for numbers in found.values()], axis=0)
    if not known.any():
        return None
    found = {name: numbers[known] for name, numbers in found.items()}
    if LEARNING_RATE not in typed:
        # A step that changes nothing shows the first row itself.
        found = {name: np.concatenate([numbers[:1], numbers]) for name, numbers in found.items()}
        found[LEARNING_RATE][0] = 0.0
    constants = {name: found[name] for name in exercise.ordered_constants}
    with np.errstate(all="ignore"):
        return OwnRows(exercise, constants, {name: found[name] for name in exercise.starts})
