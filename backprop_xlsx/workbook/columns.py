"""The columns of a run sheet: each one's formulas, values and look together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from xlsxwriter.utility import xl_col_to_name

from backprop_xlsx.equations import COUNTED_FROM, counting, turns
from backprop_xlsx.formula.expression import Expression, Symbol, Value
from backprop_xlsx.formula.names import SAMPLE, STEP, label
from backprop_xlsx.reference import Array
from backprop_xlsx.spreadsheet.sheets.page import anchored
from backprop_xlsx.workbook.layout import (
    BELOW,
    DRAWN_LOSS,
    DRAWN_STEP,
    GLANCE,
    MOVING_MEAN,
    ROSE,
    THRESHOLD_NAME,
    Run,
    start_cell,
    start_name,
)

# A smaller rise is rounding: near its end a run's loss flickers in its last digits.
SMALLEST_RISE, SMALLEST_RELATIVE_RISE = 1e-15, 1e-14
# Zero has no place on a logarithmic axis, and a loss that is lower than this is rounding.
LOWEST_ON_LOGARITHMIC_AXIS = 1e-15
# How the numbers of a group are written where they may be small.
STYLES_OF_GROUPS = {
    "loss": "loss",
    "deltas": "gradient",
    "gradients": "gradient",
    "state": "gradient",
}
# The threshold that the book starts with; the reader sets another on the sheet Learning rates.
THRESHOLD = 0.01


@dataclass(frozen=True)
class RunColumn:
    """One column of a run sheet.

    ``first`` and ``later`` are the formulas, without "=", of step 0 and of every other step;
    ``{row}`` and ``{above}`` stand for the numbers of the own row and of the row above. None
    leaves the cell empty.
    """

    header: str
    style: str
    first: str | None
    later: str


@dataclass(frozen=True, eq=False)
class TrainedRun(Run):
    """A run with every column's values, arrays (steps + 1,)."""

    values: Mapping[str, Array]

    @property
    def losses(self) -> Array:
        """The loss of each step."""
        return self.values[self.loss]


def smallest_rise(loss: Value) -> Value:
    """What a loss has to change by, lest it be rounding."""
    return SMALLEST_RELATIVE_RISE * loss + SMALLEST_RISE


def smallest_rise_formula(loss: str) -> str:
    """The same as a formula."""
    return f"{SMALLEST_RELATIVE_RISE:.0E}*{loss}+{SMALLEST_RISE:.0E}"


def run_columns(run: Run) -> dict[str, RunColumn]:
    """Every column of a run sheet by its name, from left to right."""
    experiment, network = run.experiment, run.experiment.network

    def above(name: str) -> str:
        return f"{xl_col_to_name(run.columns[name])}{{above}}"

    def drawn(name: str, point: str) -> str:
        return f"IF({loss}/{lowest}<1,{above(name)},{point})"

    loss, step = (f"{xl_col_to_name(run.columns[name])}{{row}}" for name in (run.loss, STEP))
    lowest = f"{LOWEST_ON_LOGARITHMIC_AXIS:.0E}"
    below = f"IF({loss}<{THRESHOLD_NAME},1,0)"
    before = above(run.loss)
    rose = f"IF({loss}-{before}>{smallest_rise_formula(before)},1,0)"
    raised = f"MAX({loss},{lowest})"
    columns = {
        ROSE: RunColumn("rose", "whole", None, rose),
        BELOW: RunColumn("below", "whole", below, below),
        DRAWN_STEP: RunColumn(DRAWN_STEP, "whole", step, drawn(DRAWN_STEP, step)),
        DRAWN_LOSS: RunColumn(DRAWN_LOSS, "loss", raised, drawn(DRAWN_LOSS, loss)),
        GLANCE: RunColumn(f"{label(run.loss)} ▸", "loss", loss, loss),
    }
    if experiment.in_turn:
        mean = above(MOVING_MEAN)
        moved = f"{mean}+({loss}-{mean})/{len(experiment.samples)}"
        columns[MOVING_MEAN] = RunColumn(MOVING_MEAN, "loss", loss, moved)
    for name in network.given:
        given = start_cell(experiment, name)
        columns[name] = RunColumn(name, "value", given, given)
    styles = {
        name: STYLES_OF_GROUPS[group]
        for group, names in run.groups
        for name in names
        if group in STYLES_OF_GROUPS
    }
    kept = (name for weight in network.parameters for name in run.optimiser.state_names(weight))
    starts = {name: str(number) for name, number in COUNTED_FROM.items()}
    starts |= {name: start_name(name) for name in network.parameters} | dict.fromkeys(kept, "0")
    computed = counting() | run.equations
    if experiment.in_turn:
        computed |= turns(network, len(experiment.samples))
    for name, equation in computed.items():
        template = equation.formula(lambda leaf: _cell(run, leaf))
        style = "whole" if name in COUNTED_FROM else styles.get(name, "value")
        columns[name] = RunColumn(label(name), style, starts.get(name, template), template)
    for name in network.bias_names:
        if name not in columns:
            columns[name] = RunColumn(name, "value", start_name(name), start_name(name))
    return {name: columns[name] for name in run.columns}


def trained_run(run: Run, quantities: Mapping[str, Array]) -> TrainedRun:
    """A run with the values of every column, given those of the quantities."""
    losses = quantities[run.loss]
    rises = losses[1:] - losses[:-1] > smallest_rise(losses[:-1])
    rose = np.concatenate([[0.0], rises.astype(float)])
    steps = np.arange(len(losses), dtype=float)
    is_drawn = losses / LOWEST_ON_LOGARITHMIC_AXIS >= 1
    drawn = np.maximum.accumulate(np.where(is_drawn, np.arange(len(losses)), 0))
    own = {
        STEP: steps,
        SAMPLE: steps % len(run.experiment.samples) + COUNTED_FROM[SAMPLE],
        ROSE: rose,
        BELOW: (losses < THRESHOLD).astype(float),
        DRAWN_STEP: steps[drawn],
        DRAWN_LOSS: np.maximum(losses, LOWEST_ON_LOGARITHMIC_AXIS)[drawn],
        GLANCE: losses,
        MOVING_MEAN: _moving_mean(losses, len(run.experiment.samples)),
    }
    values = {name: own[name] if name in own else quantities[name] for name in run.columns}
    return TrainedRun(run.index, run.experiment, values)


def _moving_mean(losses: Array, samples: int) -> Array:
    """The mean of a run's losses in which each new one counts as one of so many samples."""
    means = np.array(losses)
    for step in range(1, len(means)):
        means[step] = means[step - 1] + (losses[step] - means[step - 1]) / samples
    return means


def _cell(run: Run, leaf: Expression) -> str:
    assert isinstance(leaf, Symbol)
    if leaf.name in run.optimiser.constants:
        return anchored(*run.constant_cell(leaf.name))
    if leaf.name not in run.columns:
        return start_cell(run.experiment, leaf.name)
    row = "{above}" if leaf.steps_back else "{row}"
    return xl_col_to_name(run.columns[leaf.name]) + row
