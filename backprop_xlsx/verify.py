"""Proves a workbook right: other engines recalculate it, and numpy is compared with the result."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from backprop_xlsx import reference
from backprop_xlsx.equations import EQUATIONS
from backprop_xlsx.errors import InputError, VerificationError
from backprop_xlsx.experiment import Experiment
from backprop_xlsx.network import INPUTS, TARGETS, WEIGHTS
from backprop_xlsx.ooxml.book import Book, read_book
from backprop_xlsx.ooxml.formula_text import cell_name
from backprop_xlsx.ooxml.patch import spoil
from backprop_xlsx.recalculate import Recalculated, engines, recalculate
from backprop_xlsx.reference import Array
from backprop_xlsx.workbook.central_differences import CentralDifferences
from backprop_xlsx.workbook.layout import CHECKS, COLUMNS, FIRST_ROW, Run, runs

ABSOLUTE, RELATIVE = 1e-12, 1e-11
# In the order of a run's columns, so that the first cell that differs is named.
QUANTITIES = tuple(name for name in COLUMNS if name in (*INPUTS, *TARGETS, *EQUATIONS))
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
    path: Path | str, experiment: Experiment, by: tuple[str, ...] | None = None
) -> Verification:
    """Recalculates a workbook and compares every formula with the reference of an experiment.

    ``by`` names the engines, all that are installed unless given. The engines get a copy whose
    cached values are all wrong. Raises VerificationError, naming the first cell that differs,
    FileError if the file cannot be read, and InputError if no engine is there.
    """
    path = Path(path)
    by = engines() if by is None else by
    if not by:
        raise InputError("no engine to verify with: install ironcalc or formualizer")
    book = read_book(path)
    comparison = _Comparison(experiment, book)
    with tempfile.TemporaryDirectory() as folder:
        spoilt = Path(folder) / "spoilt.xlsx"
        spoil(book, spoilt)
        for engine in by:
            comparison.compare(recalculate(spoilt, engine))
    return Verification(by, comparison.formulas, comparison.largest, comparison.unsteady)


class _Comparison:
    """The reference of an experiment, against which engines' results are held."""

    def __init__(self, experiment: Experiment, book: Book) -> None:
        self._experiment = experiment
        self._inputs = np.array(experiment.inputs)
        self._targets = np.array(experiment.targets)
        self._runs = runs(experiment)
        self._trained = reference.train(experiment)
        self._run_rounding = RUN_ROUNDING * reference.run_rounding(experiment)
        self.unsteady = tuple(
            run.sheet
            for run, amount in zip(self._runs, self._run_rounding, strict=True)
            if not amount <= LARGEST_RUN_ROUNDING
        )
        sheets = {run.sheet for run in self._runs}
        self._others = [
            (sheet.name, row, column, cell.value)
            for sheet in book.sheets
            for (row, column), cell in sheet.cells.items()
            if cell.formula is not None and (sheet.name not in sheets or row <= FIRST_ROW)
        ]
        self.formulas = sum(
            cell.formula is not None for sheet in book.sheets for cell in sheet.cells.values()
        )
        self.largest = 0.0

    def compare(self, recalculated: Recalculated) -> None:
        for run in self._runs:
            found = self._table(recalculated, run)
            self._compare_steps(recalculated.engine, run, found)
            if run.sheet not in self.unsteady:
                self._compare_run(recalculated.engine, run, found)
        if not self.unsteady:
            self._compare_others(recalculated)

    def _table(self, recalculated: Recalculated, run: Run) -> Array:
        """A run's recalculated quantities, array (steps + 1, quantities)."""
        rows = []
        for row in range(FIRST_ROW + 1, FIRST_ROW + run.steps + 2):
            numbers = []
            for name in QUANTITIES:
                value = recalculated.value(run.sheet, row, COLUMNS[name] + 1)
                if isinstance(value, bool) or not isinstance(value, (int, float)):
                    where = f"'{run.sheet}'!{cell_name(row, COLUMNS[name] + 1)}"
                    raise VerificationError(
                        f"{where}: {recalculated.engine} gives {value!r}, expected a number"
                    )
                numbers.append(value)
            rows.append(numbers)
        return np.array(rows, dtype=float)

    def _compare_steps(self, engine: str, run: Run, found: Array) -> None:
        """Row 0 with the start values, every other with one step from its own previous row."""
        rate = np.array(self._experiment.learning_rates[run.index])
        weights = found[:-1, [QUANTITIES.index(name) for name in WEIGHTS]]
        at_start = (self._inputs, self._targets, np.array(self._experiment.weights))
        first = reference.quantities(*at_start)
        later = reference.step(self._inputs, self._targets, weights, rate)
        rounding = reference.step_rounding(self._inputs, self._targets, weights, rate)
        expected = np.vstack([_matrix(first), _matrix(later)])
        moves = _matrix(rounding)
        self._compare(engine, run, found, expected, STEP_ROUNDING * np.vstack([moves[:1], moves]))
        self.largest = max(self.largest, float(np.abs(found - expected).max()))

    def _compare_run(self, engine: str, run: Run, found: Array) -> None:
        expected = _matrix({name: q[:, run.index] for name, q in self._trained.items()})
        allowed = np.full(expected.shape, self._run_rounding[run.index])
        self._compare(engine, run, found, expected, allowed)

    def _compare(self, engine: str, run: Run, found: Array, expected: Array, moves: Array) -> None:
        allowed = np.maximum(np.maximum(ABSOLUTE, RELATIVE * np.abs(expected)), moves)
        # Written so that a difference that is not a number counts as too large.
        wrong = ~(np.abs(found - expected) <= allowed)
        if wrong.any():
            step, column = (int(index) for index in np.argwhere(wrong)[0])
            name = QUANTITIES[column]
            address = cell_name(FIRST_ROW + 1 + step, COLUMNS[name] + 1)
            raise VerificationError(
                f"'{run.sheet}'!{address} ({name} at step {step}): {engine} gives "
                f"{float(found[step, column])!r}, the reference {float(expected[step, column])!r}"
            )

    def _compare_others(self, recalculated: Recalculated) -> None:
        """All cells outside the runs' rows with their cached values."""
        differences = CentralDifferences(self._experiment, row=0)
        checks = max(differences.margin(weight, 0.0) for weight in WEIGHTS)
        runs_rounding = float(np.max(self._run_rounding))
        for sheet, row, column, expected in self._others:
            found = recalculated.value(sheet, row, column)
            allowed = max(ABSOLUTE, runs_rounding, checks if sheet == CHECKS else 0.0)
            if not _same(found, expected, allowed):
                raise VerificationError(
                    f"'{sheet}'!{cell_name(row, column)}: {recalculated.engine} gives {found!r}, "
                    f"the cached value is {expected!r}"
                )


def _matrix(quantities: dict[str, Array]) -> Array:
    """Quantities, arrays (steps,) or single numbers, as an array (steps, quantities)."""
    return np.stack([np.atleast_1d(quantities[name]) for name in QUANTITIES], axis=-1)


def _same(found: Any, expected: Any, allowed: float) -> bool:
    if isinstance(found, (int, float)) and isinstance(expected, (int, float)):
        return abs(found - expected) <= max(allowed, RELATIVE * abs(expected))
    # A formula whose text is empty has no cached value at all.
    return (found or "") == (expected or "")
