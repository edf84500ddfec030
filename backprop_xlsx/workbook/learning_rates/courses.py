"""The course of a run's loss in words: whether it fell, stood still, rose or diverged."""

from __future__ import annotations

import numpy as np
from xlsxwriter.utility import xl_range

from backprop_xlsx.workbook.columns import TrainedRun, smallest_rise, smallest_rise_formula
from backprop_xlsx.workbook.layout import FIRST_ROW, ROSE, Run

FELL, NEVER_ROSE, STILL = "fell at every step", "never rose", "did not move"
OSCILLATED, DIVERGED = "rose in between", "ended above its start"
SENTENCES = {
    FELL: "Fell at every step:",
    NEVER_ROSE: "Fell, but not at every step:",
    STILL: "Did not move:",
    OSCILLATED: "Rose in between:",
    DIVERGED: "Ended above its start:",
}


def course_formula(run: Run, start: str, end: str, rises: str) -> str:
    """The formula of a run's course, from cells: the losses at both ends, and the rises."""
    column = run.columns[run.loss]
    before, after = (
        f"'{run.sheet}'!{xl_range(FIRST_ROW + first, column, FIRST_ROW + last, column)}"
        for first, last in ((0, run.steps - 1), (1, run.steps))
    )
    stood = f"SUMPRODUCT((({before}-{after})/({smallest_rise_formula(before)})<=1)*1)"
    moved = f"({start}-{end})/({smallest_rise_formula(start)})"
    unmoved = f'IF({moved}<=1,"{STILL}",IF({stood}>0,"{NEVER_ROSE}","{FELL}"))'
    risen = f'IF({end}>{start},"{DIVERGED}","{OSCILLATED}")'
    return f'IFERROR(IF({rises}=0,{unmoved},{risen}),"–")'


def course(run: TrainedRun) -> str:
    """A run's course."""
    losses = run.losses
    if run.values[ROSE].any():
        return DIVERGED if losses[-1] > losses[0] else OSCILLATED
    before, after = losses[:-1], losses[1:]
    if losses[0] - losses[-1] <= smallest_rise(losses[0]):
        return STILL
    return NEVER_ROSE if np.any(before - after <= smallest_rise(before)) else FELL
