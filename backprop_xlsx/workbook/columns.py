"""The columns of a run sheet: each one's formulas, values and look together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from backprop_xlsx.equations import EQUATIONS
from backprop_xlsx.expression import Expression, Symbol, label
from backprop_xlsx.network import (
    GRADIENTS,
    INPUTS,
    LEARNING_RATE,
    LOSSES,
    TARGETS,
    TOTAL_LOSS,
    WEIGHTS,
)
from backprop_xlsx.reference import Array
from backprop_xlsx.workbook.layout import (
    BELOW,
    COLUMNS,
    FLOORED,
    LEARNING_RATE_CELL,
    ROSE,
    STEP,
    THRESHOLD_NAME,
    Run,
    start_name,
)

# A smaller rise is rounding: near its end a run's loss flickers in its last digits.
SMALLEST_RISE = 1e-15
# Zero has no place on a logarithmic axis, and a loss that is lower than this is rounding.
LOWEST_ON_LOGARITHMIC_AXIS = 1e-16
# The threshold that the book starts with; the reader sets another on the sheet Learning rates.
THRESHOLD = 0.01


@dataclass(frozen=True)
class Column:
    """One column of a run sheet.

    ``first`` and ``later`` are the formulas, without "=", of step 0 and of every other step;
    ``{row}`` and ``{above}`` stand for the numbers of the own row and of the row above. None
    leaves the cell empty.
    """

    header: str
    style: str
    first: str | None
    later: str


@dataclass(frozen=True)
class RunValues:
    """A run with its learning rate and every column's values, arrays (steps + 1,)."""

    run: Run
    learning_rate: float
    values: Mapping[str, Array]


def run_columns() -> dict[str, Column]:
    """Every column of a run sheet by its name, from left to right."""
    step, loss = (xl_col_to_name(COLUMNS[name]) for name in (STEP, TOTAL_LOSS))
    below = f"IF({loss}{{row}}<{THRESHOLD_NAME},1,0)"
    rose = f"IF({loss}{{row}}>{loss}{{above}}+{SMALLEST_RISE:.0E},1,0)"
    floored = f"MAX({loss}{{row}},{LOWEST_ON_LOGARITHMIC_AXIS:.0E})"
    columns = {
        STEP: Column("step", "whole", "0", f"{step}{{above}}+1"),
        ROSE: Column("rose", "whole", None, rose),
        BELOW: Column("below", "whole", below, below),
        FLOORED: Column("for log axis", "scientific", floored, floored),
    }
    for name in TARGETS + INPUTS:
        columns[name] = Column(name, "value", start_name(name), start_name(name))
    for name in EQUATIONS:
        equation = _template(name)
        first = start_name(name) if name in WEIGHTS else equation
        small = name in GRADIENTS or name in LOSSES or name == TOTAL_LOSS
        columns[name] = Column(label(name), "scientific" if small else "value", first, equation)
    return {name: columns[name] for name in COLUMNS}


def run_values(quantities: Mapping[str, Array]) -> dict[str, Array]:
    """The values of every column of a run, arrays (steps + 1,), given those of the quantities."""
    losses = quantities[TOTAL_LOSS]
    rose = np.concatenate([[0.0], (losses[1:] > losses[:-1] + SMALLEST_RISE).astype(float)])
    own = {
        STEP: np.arange(len(losses), dtype=float),
        ROSE: rose,
        BELOW: (losses < THRESHOLD).astype(float),
        FLOORED: np.maximum(losses, LOWEST_ON_LOGARITHMIC_AXIS),
    }
    return {name: own[name] if name in own else quantities[name] for name in COLUMNS}


def _template(quantity: str) -> str:
    def cell(leaf: Expression) -> str:
        assert isinstance(leaf, Symbol)
        if leaf.name == LEARNING_RATE:
            return xl_rowcol_to_cell(*LEARNING_RATE_CELL, row_abs=True, col_abs=True)
        row = "{above}" if leaf.steps_back else "{row}"
        return xl_col_to_name(COLUMNS[leaf.name]) + row

    return EQUATIONS[quantity].formula(cell)
