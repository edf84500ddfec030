"""Writes the whole workbook of an experiment."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from xlsxwriter import Workbook

from backprop_xlsx import reference
from backprop_xlsx.model.description import to_properties
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.spreadsheet.files import Placed, beside, place
from backprop_xlsx.spreadsheet.progress import Report, silent
from backprop_xlsx.spreadsheet.sheets.plain_workbook import PlainWorkbook
from backprop_xlsx.spreadsheet.sheets.properties import CREATED
from backprop_xlsx.spreadsheet.sheets.rules import show_errors_pale
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from backprop_xlsx.workbook.checks.checks_sheet import write_checks
from backprop_xlsx.workbook.columns import TrainedRun, trained_run
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
from backprop_xlsx.workbook.learning_rates.learning_rates_sheet import write_learning_rates
from backprop_xlsx.workbook.limits import check_limits
from backprop_xlsx.workbook.network.diagram import diagram
from backprop_xlsx.workbook.network.drawing import Drawing
from backprop_xlsx.workbook.network.network_sheet import write_network
from backprop_xlsx.workbook.network.selected_sheet import write_selected
from backprop_xlsx.workbook.network.selection import Selection
from backprop_xlsx.workbook.run.run_sheet import write_run
from backprop_xlsx.workbook.samples.samples_sheet import write_samples
from backprop_xlsx.workbook.surface_sheet import has_surface, write_surface

# Beyond, XlsxWriter keeps one row at a time: 100,000 steps then need 21 MB instead of 810, and
# texts stand in their cells instead of in a shared table, which Excel moves at the next save.
MOST_CELLS_IN_MEMORY = 180_000

SHARE_OF_SHEETS = 0.8
"""Of the time that a book takes to write; the rest goes into packing it."""


def build(experiment: Experiment, path: Path | str) -> Placed:
    """Writes the workbook of an experiment to ``path``, without verifying it.

    A file that is there with other content is kept under a numbered name. Raises FileError where
    the file cannot be written; whatever happens, no half-written file is left.
    """
    target = Path(path)
    with beside(target) as temporary:
        write_workbook(experiment, temporary)
        return place(temporary, target)


def write_workbook(experiment: Experiment, path: Path, report: Report = silent) -> None:
    """Writes the workbook to exactly ``path``; ``report`` is told how far it has come.

    Raises InputError, before any work, if it would not fit into a worksheet's limits, and if a
    run leaves the range of a number.
    """
    check_limits(experiment)
    report("training in numpy", 0)
    trained = reference.train(experiment)
    all_runs = [
        trained_run(run, quantities)
        for run, quantities in zip(runs(experiment), trained, strict=True)
    ]
    cells = sum(len(run.columns) for run in all_runs) * (experiment.steps + 1)
    # What XlsxWriter keeps in files goes with the folder, also where the work is interrupted.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        options = {"constant_memory": cells > MOST_CELLS_IN_MEMORY, "tmpdir": folder}
        workbook = PlainWorkbook(str(path), options)
        _write_sheets(workbook, experiment, all_runs, trained, report)
        report("packing the sheets", SHARE_OF_SHEETS)
        workbook.close()


def _write_sheets(
    workbook: Workbook,
    experiment: Experiment,
    all_runs: list[TrainedRun],
    trained: Sequence[dict[str, reference.Array]],
    report: Report,
) -> None:
    workbook.set_properties({"title": experiment.title, "created": CREATED})
    for name, text in to_properties(experiment).items():
        workbook.set_custom_property(name, text, "text")
    workbook.set_calc_mode("auto")
    theme = Theme(workbook)
    samples = (SAMPLES,) if len(experiment.samples) > 1 else ()
    surface = (SURFACE,) if has_surface(experiment) else ()
    trainings = [run.sheet for run in all_runs]
    before, after = (DERIVATION, *samples), (LEARNING_RATES, *surface, CHECKS, SELECTED)
    names = (NETWORK, *before, *trainings, *after)
    sheets = {name: workbook.add_worksheet(name) for name in names}
    rounding = reference.run_rounding(experiment, trained)
    verdict = write_checks(sheets[CHECKS], theme, all_runs, rounding)
    selection = Selection(all_runs)
    shapes = diagram(experiment)
    drawing = None if shapes is None else Drawing(selection, shapes)
    write_selected(sheets[SELECTED], theme, selection, drawing)
    write_network(sheets[NETWORK], theme, selection, drawing, verdict, (*before, *after))
    write_derivation(sheets[DERIVATION], theme, selection)
    if samples:
        write_samples(sheets[SAMPLES], theme, all_runs)
    for number, run in enumerate(all_runs):
        report(f"writing {run.sheet}", SHARE_OF_SHEETS * number / len(all_runs))
        write_run(sheets[run.sheet], theme, run)
    write_learning_rates(sheets[LEARNING_RATES], theme, all_runs)
    if surface:
        write_surface(sheets[SURFACE], theme, all_runs)
    # Where a yellow cell holds no number, what is wrong is said on top.
    for sheet in sheets.values():
        show_errors_pale(sheet, theme, (0, 0, sheet.dim_rowmax, sheet.dim_colmax))
