"""Of two columns that claim a quantity that takes it which computes it."""

from __future__ import annotations

from dataclasses import replace

from backprop_xlsx.check.judging.claims.readings import is_right, value_of
from backprop_xlsx.check.judging.claims.unexplained import Unexplained
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.reading.tables import Table


def contested(judge: Judge, sheet: Unexplained) -> Table:
    """The judge's table, with what wrong columns claimed given to unexplained ones that are it."""
    table = judge.table
    wrong = [
        name
        for name, column in table.columns.items()
        if name in table.exercise.equations
        and sheet.forms_of(column)
        and not is_right(judge, name, sheet.typical_form(column))
    ]
    taken: dict[str, int] = {}
    for column in sheet.columns if wrong else ():
        value = value_of(judge, sheet.typical_form(column))
        for name in wrong:
            if value is not None and name not in taken and judge.probes.right(name, value):
                taken[name] = column
                break
    if not taken:
        return table
    columns = {name: at for name, at in table.columns.items() if name not in taken}
    return replace(table, columns={**columns, **taken})
