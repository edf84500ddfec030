"""Proves a workbook right: other engines recalculate it, and numpy is compared with the result."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from backprop_xlsx import reference
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.reference import Array, State
from backprop_xlsx.spreadsheet.engines import Recalculated, engines, recalculate
from backprop_xlsx.spreadsheet.errors import InputError, VerificationError
from backprop_xlsx.spreadsheet.ooxml.book import Book
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name
from backprop_xlsx.spreadsheet.ooxml.patching.portions import Portion, PortionedBook
from backprop_xlsx.spreadsheet.progress import Report, silent
from backprop_xlsx.spreadsheet.sheets.significant import alike
from backprop_xlsx.workbook.checks.central_differences import CentralDifferences
from backprop_xlsx.workbook.columns import trained_run
from backprop_xlsx.workbook.derivation.derivation_sheet import figures_of_rounding
from backprop_xlsx.workbook.layout import CHECKS, DERIVATION, FIRST_ROW, ROSE, Run, runs
from backprop_xlsx.workbook.limits import table_cells

# Cells of all runs together; a book of more is recalculated run by run.
MOST_CELLS_AT_ONCE = 200_000

ABSOLUTE, RELATIVE = 1e-12, 1e-11
# A step may differ by a few units in the last place of each activation, amplified as it is.
STEP_ROUNDING = 8.0
# Over a run rounding adds up; one that amplifies it beyond this is not compared as a whole.
RUN_ROUNDING, LARGEST_RUN_ROUNDING = 1e3, 1e-9


@dataclass(frozen=True)
class Verification:
    """What was compared: by which engines, how many formulas, and the largest difference.

    ``largest_difference`` is that of any run's cell from one reference step out of its own
    recalculated previous row; ``unsteady`` names the runs that amplify rounding too much to be
    compared as a whole, which leaves out the cells that sum them up.
    """

    engines: tuple[str, ...]
    formulas: int
    largest_difference: float
    unsteady: tuple[str, ...]


def verify(
    path: Path | str,
    experiment: Experiment,
    by: tuple[str, ...] | None = None,
    report: Report = silent,
) -> Verification:
    """Recalculates a workbook and compares every formula with the reference of an experiment.

    ``by`` names the engines, all that are installed unless given. The engines get a copy whose
    cached values are all wrong; a large book comes to them run by run. ``report`` is told how far
    it has come. Raises VerificationError, naming the first cell that differs, FileError if the
    file cannot be read, and InputError if no engine is there.
    """
    path = Path(path)
    by = engines() if by is None else by
    if not by:
        raise InputError("no engine to verify with: install ironcalc or formualizer")
    tables = [run.sheet for run in runs(experiment)]
    whole = table_cells(experiment) <= MOST_CELLS_AT_ONCE
    portioned = PortionedBook(path, tables, FIRST_ROW + 1, whole)
    comparison = _Comparison(experiment, portioned.book)
    with tempfile.TemporaryDirectory() as folder:
        for number, portion in enumerate(portioned.portions(Path(folder))):
            for turn, engine in enumerate(by):
                done = (number + turn / len(by)) / len(portioned)
                report(f"{engine} recalculates {portion.name}", done)
                comparison.compare(recalculate(portion.path, engine), portion)
    return Verification(by, portioned.formulas, comparison.largest, comparison.unsteady)


@dataclass(frozen=True)
class _Expected:
    """What a run's table should hold, arrays (steps + 1, quantities), and how far it may be off."""

    run: Run
    quantities: tuple[str, ...]
    values: Array
    rounding: float


class _Comparison:
    """The reference of an experiment, against which engines' results are held."""

    def __init__(self, experiment: Experiment, book: Book) -> None:
        self._experiment = experiment
        trained = reference.train(experiment)
        rounding = RUN_ROUNDING * reference.run_rounding(experiment, trained)
        self._expected = [
            _expected(run, quantities, float(amount))
            for run, quantities, amount in zip(runs(experiment), trained, rounding, strict=True)
        ]
        self._samples = reference.samples_of_rows(experiment)
        self.unsteady = tuple(
            expected.run.sheet
            for expected in self._expected
            if not expected.rounding <= LARGEST_RUN_ROUNDING
        )
        sheets = {expected.run.sheet for expected in self._expected}
        last = FIRST_ROW + experiment.steps + 1
        self._others = [
            (sheet.name, row, column, cell.value)
            for sheet in book.sheets
            for (row, column), cell in sheet.cells.items()
            if cell.formula is not None
            and (sheet.name not in sheets or not FIRST_ROW < row <= last)
        ]
        derived = {
            (row, col): value for name, row, col, value in self._others if name == DERIVATION
        }
        self._of_rounding = figures_of_rounding(derived, ABSOLUTE)
        self.largest = 0.0

    def compare(self, recalculated: Recalculated, portion: Portion) -> None:
        for expected in self._expected:
            if expected.run.sheet not in portion.tables:
                continue
            found = _table(recalculated, expected.run, expected.quantities)
            self._compare_steps(recalculated.engine, expected, found)
            _compare_helpers(recalculated, expected, found)
            if expected.run.sheet not in self.unsteady:
                allowed = np.full(found.shape, expected.rounding)
                _compare(recalculated.engine, expected, found, expected.values, allowed)
        if portion.others and not self.unsteady:
            self._compare_others(recalculated)

    def _compare_steps(self, engine: str, expected: _Expected, found: Array) -> None:
        """Row 0 with the start values, every other with one step from its own previous row."""
        run, network = expected.run, self._experiment.network
        inputs, targets = self._samples

        def columns(names: tuple[str, ...]) -> Array:
            return found[:-1, [expected.quantities.index(name) for name in names]]

        state = State(
            columns(network.weights + network.bias_names),
            {
                letter: columns(tuple(f"{letter}_{name}" for name in network.parameters))
                for letter in run.optimiser.states
            },
        )
        before, after = (inputs[:-1], targets[:-1]), (inputs[1:], targets[1:])
        numbers = np.arange(1, run.steps + 1, dtype=float)
        with np.errstate(all="ignore"):
            later = reference.step(network, run.optimiser, before, after, state, numbers)
            moves = reference.step_rounding(network, run.optimiser, before, after, state, numbers)
        rounding = _matrix(expected, moves)
        steps = np.vstack([expected.values[:1], _matrix(expected, later)])
        allowed = STEP_ROUNDING * np.vstack([rounding[:1], rounding])
        _compare(engine, expected, found, steps, allowed)
        self.largest = max(self.largest, float(np.abs(found - steps).max()))

    def _compare_others(self, recalculated: Recalculated) -> None:
        """All cells outside the runs' rows with their cached values."""
        differences = CentralDifferences(self._experiment, row=0)
        checks = max(
            (differences.margin(weight, 0.0) for weight in differences.parameters), default=0.0
        )
        runs_rounding = max(expected.rounding for expected in self._expected)
        for sheet, row, column, expected in self._others:
            if sheet == DERIVATION and (row, column) in self._of_rounding:
                continue
            found = recalculated.value(sheet, row, column)
            allowed = max(ABSOLUTE, runs_rounding, checks if sheet == CHECKS else 0.0)
            if not _same(found, expected, allowed):
                raise VerificationError(
                    f"'{sheet}'!{cell_name(row, column)}: {recalculated.engine} gives {found!r}, "
                    f"the cached value is {expected!r}"
                )


def _expected(run: Run, trained: dict[str, Array], rounding: float) -> _Expected:
    # In the order of the run's columns, so that the first cell that differs is named.
    quantities = tuple(name for name in run.columns if name in trained)
    return _Expected(run, quantities, np.stack([trained[n] for n in quantities], 1), rounding)


def _table(
    recalculated: Recalculated, run: Run, names: Sequence[str], first_step: int = 0
) -> Array:
    """A run's recalculated columns of these names from a step on, array (steps, names)."""
    rows = []
    columns = [run.columns[name] + 1 for name in names]
    for row in range(FIRST_ROW + 1 + first_step, FIRST_ROW + run.steps + 2):
        numbers = []
        for column in columns:
            value = recalculated.value(run.sheet, row, column)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                where = f"'{run.sheet}'!{cell_name(row, column)}"
                raise VerificationError(
                    f"{where}: {recalculated.engine} gives {value!r}, expected a number"
                )
            numbers.append(value)
        rows.append(numbers)
    return np.array(rows, dtype=float)


def _compare_helpers(recalculated: Recalculated, expected: _Expected, found: Array) -> None:
    """The columns that follow the course of the loss, with what follows from the loss found."""
    run = expected.run
    quantities = dict(zip(expected.quantities, found.T, strict=True))
    values = trained_run(run, quantities).values
    for name in run.columns:
        if name in quantities:
            continue
        # Step 0 has nothing above it from which the loss could have risen.
        first = 1 if name == ROSE else 0
        column = _table(recalculated, run, (name,), first)[:, 0]
        wrong = ~(np.abs(column - values[name][first:]) <= ABSOLUTE)
        if wrong.any():
            step = first + int(np.argmax(wrong))
            address = cell_name(FIRST_ROW + 1 + step, run.columns[name] + 1)
            raise VerificationError(
                f"'{run.sheet}'!{address} ({name} at step {step}): {recalculated.engine} gives "
                f"{float(column[step - first])!r}, expected {float(values[name][step])!r}"
            )


def _compare(engine: str, expected: _Expected, found: Array, values: Array, moves: Array) -> None:
    allowed = np.maximum(np.maximum(ABSOLUTE, RELATIVE * np.abs(values)), moves)
    # Written so that a difference that is not a number counts as too large.
    wrong = ~(np.abs(found - values) <= allowed)
    if wrong.any():
        step, column = (int(index) for index in np.argwhere(wrong)[0])
        name, run = expected.quantities[column], expected.run
        address = cell_name(FIRST_ROW + 1 + step, run.columns[name] + 1)
        raise VerificationError(
            f"'{run.sheet}'!{address} ({name} at step {step}): {engine} gives "
            f"{float(found[step, column])!r}, the reference {float(values[step, column])!r}"
        )


def _matrix(expected: _Expected, quantities: dict[str, Array]) -> Array:
    """Quantities, arrays (steps,), as an array (steps, quantities)."""
    return np.stack([quantities[name] for name in expected.quantities], axis=-1)


def _same(found: Any, expected: Any, allowed: float) -> bool:
    if isinstance(found, (int, float)) and isinstance(expected, (int, float)):
        return abs(found - expected) <= max(allowed, RELATIVE * abs(expected))
    # A formula whose text is empty has no cached value at all.
    found, expected = found or "", expected or ""
    if isinstance(found, str) and isinstance(expected, str):
        return found == expected or alike(found, expected, allowed)
    return bool(found == expected)
