"""Writes the whole workbook of an experiment."""

from __future__ import annotations

import datetime
from pathlib import Path

from xlsxwriter import Workbook

from backprop_xlsx import reference
from backprop_xlsx.model.description import to_properties
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.spreadsheet.files import Placed, beside, place
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from backprop_xlsx.workbook.checks.checks_sheet import write_checks
from backprop_xlsx.workbook.columns import run_values
from backprop_xlsx.workbook.derivation.derivation_sheet import write_derivation
from backprop_xlsx.workbook.layout import (
    CHECKS,
    DERIVATION,
    LEARNING_RATES,
    NETWORK,
    SAMPLES,
    SELECTED,
    SURFACE,
    runs,
)
from backprop_xlsx.workbook.learning_rates_sheet import write_learning_rates
from backprop_xlsx.workbook.limits import check_limits
from backprop_xlsx.workbook.network.network_sheet import write_network
from backprop_xlsx.workbook.network.selected_sheet import write_selected
from backprop_xlsx.workbook.network.selection import Selection
from backprop_xlsx.workbook.run_sheet import write_run
from backprop_xlsx.workbook.samples_sheet import write_samples
from backprop_xlsx.workbook.surface_sheet import has_surface, write_surface

# A fixed moment, so that the same experiment gives the same bytes.
CREATED = datetime.datetime(2000, 1, 1)
# Beyond, XlsxWriter keeps one row at a time: 100,000 steps then need 21 MB instead of 810, and
# texts stand in their cells instead of in a shared table, which Excel moves at the next save.
MOST_CELLS_IN_MEMORY = 180_000


def build(experiment: Experiment, path: Path | str) -> Placed:
    """Writes the workbook of an experiment to ``path``, without verifying it.

    A file that is there with other content is kept under a numbered name. Raises FileError where
    the file cannot be written; whatever happens, no half-written file is left.
    """
    target = Path(path)
    with beside(target) as temporary:
        write_workbook(experiment, temporary)
        return place(temporary, target)


def write_workbook(experiment: Experiment, path: Path) -> None:
    """Writes the workbook to exactly ``path``.

    Raises InputError, before any work, if it would not fit into a worksheet's limits, and if a
    run leaves the range of a number.
    """
    check_limits(experiment)
    trained = reference.train(experiment)
    all_runs = [
        run_values(run, quantities)
        for run, quantities in zip(runs(experiment), trained, strict=True)
    ]
    cells = sum(len(run.run.columns) for run in all_runs) * (experiment.steps + 1)
    with Workbook(str(path), {"constant_memory": cells > MOST_CELLS_IN_MEMORY}) as workbook:
        workbook.set_properties({"title": experiment.title, "created": CREATED})
        for name, text in to_properties(experiment).items():
            workbook.set_custom_property(name, text, "text")
        workbook.set_calc_mode("auto")
        theme = Theme(workbook)
        samples = (SAMPLES,) if len(experiment.samples) > 1 else ()
        surface = (SURFACE,) if has_surface(experiment) else ()
        trainings = (run.run.sheet for run in all_runs)
        names = (
            NETWORK,
            DERIVATION,
            *samples,
            *trainings,
            LEARNING_RATES,
            *surface,
            CHECKS,
            SELECTED,
        )
        sheets = {name: workbook.add_worksheet(name) for name in names}
        rounding = reference.run_rounding(experiment, trained)
        verdict = write_checks(workbook, sheets[CHECKS], theme, experiment, all_runs, rounding)
        selection = Selection(all_runs)
        write_selected(workbook, sheets[SELECTED], theme, selection)
        write_network(
            workbook, sheets[NETWORK], theme, experiment, all_runs, verdict, selection, surface
        )
        write_derivation(workbook, sheets[DERIVATION], theme, selection)
        if samples:
            write_samples(workbook, sheets[SAMPLES], theme, experiment, all_runs)
        for run in all_runs:
            write_run(workbook, sheets[run.run.sheet], theme, run)
        write_learning_rates(workbook, sheets[LEARNING_RATES], theme, all_runs)
        if surface:
            write_surface(workbook, sheets[SURFACE], theme, experiment, all_runs)
