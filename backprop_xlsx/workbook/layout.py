"""Where everything stands: sheet names, named start cells, and the columns and rows of a run."""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from backprop_xlsx.experiment import Experiment
from backprop_xlsx.network import (
    GRADIENTS,
    HIDDEN,
    HIDDEN_WEIGHTS,
    INPUTS,
    LOSSES,
    OUTPUT_WEIGHTS,
    OUTPUTS,
    TARGETS,
    TOTAL_LOSS,
)

NETWORK, DERIVATION, LEARNING_RATES, CHECKS = "Network", "Derivation", "Learning rates", "Checks"

STEP = "step"
# Helper columns of a run, right of the class's columns.
ROSE, BELOW, FLOORED = "rose", "below", "floored"


# The class's column order, as (group, quantities).
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("step", (STEP,)),
    ("inputs", TARGETS + INPUTS),
    ("weights", HIDDEN_WEIGHTS),
    ("forward", tuple(name for n in HIDDEN for name in (n.pre_activation, n.activation))),
    ("weights", OUTPUT_WEIGHTS),
    ("forward", tuple(name for n in OUTPUTS for name in (n.pre_activation, n.activation))),
    ("loss", (*LOSSES, TOTAL_LOSS)),
    ("gradients", GRADIENTS),
    ("progress", (ROSE, BELOW, FLOORED)),
)
COLUMNS = {name: i for i, name in enumerate(name for _, names in GROUPS for name in names)}

# Rows of a run sheet, from 0: facts and chart on top, then group names, headers, and the steps.
GROUP_ROW, HEADER_ROW, FIRST_ROW = 13, 14, 15
SERIES_NAME_CELL, LEARNING_RATE_CELL = (0, 0), (2, 4)

VERDICT_CELL = (4, 3)  # on the sheet Network


@dataclass(frozen=True)
class Run:
    """One learning rate's sheet: ``index`` from 0, ``letter`` A, B, …"""

    index: int
    steps: int

    @property
    def letter(self) -> str:
        """The run's letter: A for the first."""
        return chr(ord("A") + self.index)

    @property
    def sheet(self) -> str:
        """The sheet's name, which carries no number that an edit could make stale."""
        return f"Run {self.letter}"

    def cell(self, quantity: str, step: int) -> str:
        """The address of a quantity at a step, with its sheet: ``'Run A'!J16``."""
        return f"'{self.sheet}'!{xl_rowcol_to_cell(FIRST_ROW + step, COLUMNS[quantity])}"

    def column(self, quantity: str) -> str:
        """The address of a quantity's cells over all steps, with sheet and anchors."""
        letter = xl_col_to_name(COLUMNS[quantity])
        return f"'{self.sheet}'!${letter}${FIRST_ROW + 1}:${letter}${FIRST_ROW + self.steps + 1}"

    def range(self, quantity: str) -> list[str | int]:
        """The same cells in the form in which XlsxWriter's charts take them."""
        column = COLUMNS[quantity]
        return [self.sheet, FIRST_ROW, column, FIRST_ROW + self.steps, column]


def runs(experiment: Experiment) -> tuple[Run, ...]:
    """The runs of an experiment, in the order of its learning rates."""
    return tuple(Run(i, experiment.steps) for i in range(len(experiment.learning_rates)))


def series_name(run: Run, learning_rate: float) -> str:
    """The text of the cell that names a run wherever it is charted."""
    return f"Run {run.letter}: η = {learning_rate:.15g}"


def start_name(quantity: str) -> str:
    """The defined name of a start value's cell: ``start_w1`` (W1 alone is a cell's address)."""
    return f"start_{quantity}"


def learning_rate_name(run: Run) -> str:
    """The defined name of a run's learning rate: ``learning_rate_A``."""
    return f"learning_rate_{run.letter}"


THRESHOLD_NAME = "loss_threshold"
