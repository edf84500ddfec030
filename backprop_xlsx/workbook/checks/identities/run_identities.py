"""Every column of a run with what it must agree with, in the order of the run's columns."""

from __future__ import annotations

from backprop_xlsx.formula.names import without_sample
from backprop_xlsx.spreadsheet.errors import BackpropError
from backprop_xlsx.workbook.checks.identities.backward import backward_identities
from backprop_xlsx.workbook.checks.identities.columns import Columns, Identity
from backprop_xlsx.workbook.checks.identities.course import course_identities
from backprop_xlsx.workbook.checks.identities.forward import forward_identities
from backprop_xlsx.workbook.checks.identities.sums import LONGEST
from backprop_xlsx.workbook.checks.identities.updates import update_identities
from backprop_xlsx.workbook.layout import Run


def run_identities(run: Run) -> dict[str, Identity]:
    """The identity of each quantity of a run; one of several samples holds for all of them.

    Raises BackpropError if a column has none.
    """
    columns = Columns(run)
    found = dict(course_identities(columns))
    found |= dict(forward_identities(columns))
    found |= dict(backward_identities(columns))
    found |= dict(update_identities(columns))
    names = dict.fromkeys(map(without_sample, run.columns))
    if set(names) != set(found):
        raise BackpropError(f"{run.sheet}: no check for {sorted(set(names) ^ set(found))}")
    return {name: _fitting(found[name]) for name in names}


def _fitting(identity: Identity) -> Identity:
    """The identity, without its formula if that is too long for a cell."""
    return identity if len(identity.formula) <= LONGEST else Identity(identity.words, ())
