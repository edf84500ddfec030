"""Of the columns that headers name, which are something else: it takes a name what computes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backprop_xlsx.check.judging.claims.possible import Possible
from backprop_xlsx.check.judging.claims.readings import Readings, is_right, value_of
from backprop_xlsx.check.judging.claims.unexplained import Unexplained
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.reading.tables import Table


def contested(judge: Judge, taken: frozenset[int]) -> Table:
    """The judge's table without the names that wrong columns claimed though they are others'."""
    sheet = Unexplained(judge.table, taken)
    table = judge.table
    wrong = [
        name
        for name, column in table.columns.items()
        if name in table.exercise.equations
        and sheet.forms_of(column)
        and not is_right(judge, name, sheet.typical_form(column))
    ]
    if not wrong:
        return table
    claimed = _computed_elsewhere(judge, sheet, wrong)
    columns = {name: at for name, at in table.columns.items() if name not in claimed}
    columns |= claimed
    misnamed = _misnamed(judge, taken, [name for name in wrong if name not in claimed])
    if not claimed and not misnamed:
        return table
    return replace(table, columns={n: at for n, at in columns.items() if n not in misnamed})


def _computed_elsewhere(judge: Judge, sheet: Unexplained, wrong: Sequence[str]) -> dict[str, int]:
    """The unexplained columns that compute what wrong columns are called."""
    taken: dict[str, int] = {}
    for column in sheet.columns:
        value = value_of(judge, sheet.typical_form(column))
        from_it = {judge.table.quantities.get(at) for at in sheet.references(column)}
        for name in wrong:
            if name in from_it and name in judge.exercise.starts:
                continue  # what is computed from a weight is its next one, equal as it may be
            if value is not None and name not in taken and judge.probes.right(name, value):
                taken[name] = column
                break
    return taken


def _misnamed(judge: Judge, taken: frozenset[int], wrong: Sequence[str]) -> set[str]:
    """The names of columns that are something on the way, and used as that.

    "error 1" may head t1 − a_o1 as well as a loss: what refers to it tells.
    """
    columns = {name: at for name, at in judge.table.columns.items() if name not in wrong}
    plain = judge.of(replace(judge.table, columns=columns))
    sheet = Unexplained(plain.table, taken)
    readings = Readings(plain, sheet, Possible(plain))
    found: set[str] = set()
    for name in wrong:
        column = judge.table.columns[name]
        for other in readings.computed(column):
            users = [(user, known) for user, known in readings.users(column) if known is not None]
            if readings.score(column, other, users) > readings.score(column, name, users):
                found.add(name)
    return found
