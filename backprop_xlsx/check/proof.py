"""Whether a corrected copy is right: formulas kept, nothing found, every value the reference's."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backprop_xlsx.check.book_check import judged, reports_of
from backprop_xlsx.check.doubts.doubts import require_in_order, require_undoubted
from backprop_xlsx.check.doubts.references import Corrections
from backprop_xlsx.check.findings import TableReport
from backprop_xlsx.check.judging.judged_table import JudgedTable
from backprop_xlsx.check.reading.convention import Convention
from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.check.report.phrases import cells
from backprop_xlsx.formula.expression import Expression, Symbol, Value
from backprop_xlsx.formula.names import LEARNING_RATE, label
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.optimisers import GradientDescent
from backprop_xlsx.reference.network import quantities
from backprop_xlsx.spreadsheet.engines import Recalculated
from backprop_xlsx.spreadsheet.errors import VerificationError
from backprop_xlsx.spreadsheet.ooxml.book import Book, read_book
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name

RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""How far a recalculated value may be from the reference's: a mistake is none of these."""

Array = NDArray[np.float64]


def require_verified(
    path: Path,
    original: Book,
    tables: tuple[TableReport, ...],
    corrections: Corrections,
    recalculated: Recalculated,
) -> None:
    """Hold a corrected copy against the book that it was made from, and against the reference.

    ``tables`` is what was found in the original, ``recalculated`` the copy in an engine. Raises
    VerificationError, with the reason as its text, if a right formula is not what it was, if the
    check finds anything, reads other tables or another network than before, if it could be
    explained otherwise, or if a value is not what the start values lead to.
    """
    copy = read_book(path)
    _require_formulas(original, copy, corrections)
    checked = judged(copy)
    view, reports = checked.view, reports_of(checked)
    for report in reports:
        for fault in report.faults:
            where = f"{fault.sheet or report.sheet}!{cells(fault)}"
            raise VerificationError(f"it would not pass the check ({where}: {fault.explanation})")
    if [_kind(report) for report in reports] != [_kind(table) for table in tables]:
        raise VerificationError("it would be read as another exercise")
    require_in_order(judged(original))
    require_undoubted(checked, original, corrections)
    for check in checked.tables:

        def value(place: Place) -> float:
            sheet, row, column = view.back(place)
            found = recalculated.value(view.real_name(sheet), row, column)
            return float(found) if isinstance(found, (int, float)) else math.nan

        _require_values(check, value)


def _kind(report: TableReport) -> str:
    return report.network.partition(":")[0]


def _require_formulas(original: Book, copy: Book, corrections: Corrections) -> None:
    for sheet in original.sheets:
        own, changed = copy.sheet(sheet.name).cells, corrections.get(sheet.name, {})
        for position in {*sheet.cells, *changed}:
            cell = sheet.cells.get(position)
            wanted = changed.get(position, None if cell is None else cell.formula)
            found = own[position].formula if position in own else None
            if found != wanted:
                where = f"{sheet.name}!{cell_name(*position)}"
                raise VerificationError(f"the formula of {where} would not be what it is to be")


def _require_values(check: JudgedTable, value: Callable[[Place], float]) -> None:
    """Compare every formula's value with what the parameters of its row, or the row above, give."""
    table, home = check.table, check.surroundings.home
    columns = {
        name: np.array([value((home, row, at)) for row in table.rows])
        for name, at in table.columns.items()
    }
    given = _given(check, columns, value)
    if given is None:
        return
    pasted = {
        name: columns[name]
        for name, column in check.columns.items()
        if column.numbers or column.typed or column.unjudged
    }
    expected = _expected(table.exercise, given, pasted)
    for name, numbers in expected.items():
        if name not in columns:
            continue
        for index, row in enumerate(table.rows):
            cell = table.cell(name, row)
            if cell is None or cell.formula is None:
                continue
            right = float(np.broadcast_to(numbers, columns[name].shape)[index])
            wrong = not abs(columns[name][index] - right) <= RELATIVE * abs(right) + ABSOLUTE
            if wrong and math.isfinite(right):  # of a start there is no row above
                raise VerificationError(
                    f"{label(name)} of step {index} would be {columns[name][index]:.10g} "
                    f"instead of {right:.10g}"
                )


def _given(
    check: JudgedTable, columns: Mapping[str, Array], value: Callable[[Place], float]
) -> dict[str, Array] | None:
    """Constants and parameters of each row; None if the table does not show them all."""
    exercise, rows = check.table.exercise, len(check.table.rows)
    single = dict(check.judge.fixed)
    for place, name in check.surroundings.roles.cells.items():
        single.setdefault(name, value(place))
    if check.rate is not None:
        single.setdefault(LEARNING_RATE, check.rate)
    found = {}
    for name in (*exercise.ordered_constants, *exercise.starts):
        numbers = columns.get(name, np.full(rows, np.nan))
        if name in exercise.constants:
            numbers = np.where(np.isfinite(numbers), numbers, single.get(name, np.nan))
            if not np.isfinite(numbers).all() and rows:
                numbers = np.where(np.isfinite(numbers), numbers, numbers[0])
        if not np.isfinite(numbers).any():
            return None
        found[name] = numbers
    return found


def _expected(
    exercise: Exercise, given: Mapping[str, Array], pasted: Mapping[str, Array]
) -> dict[str, Value]:
    """Every computed quantity of each row: parameters from the row above, the rest from its own.

    What is pasted is taken as it stands.
    """
    state: dict[str, Value] = {**given, **pasted}

    def lookup(leaf: Expression) -> Value:
        assert isinstance(leaf, Symbol)
        values = np.asarray(state[leaf.name], dtype=float)
        if not leaf.steps_back or leaf.name in exercise.constants:
            return values
        return np.concatenate([np.full(leaf.steps_back, np.nan), values[: -leaf.steps_back]])

    with np.errstate(all="ignore"):
        for name, equation in exercise.equations.items():
            if name not in state:
                state[name] = equation.value(lookup)
        if not pasted:
            state |= _referenced(exercise, given)
        found = {name: state[name] for name in exercise.equations if name not in given}
        return found | {name: exercise.equations[name].value(lookup) for name in exercise.starts}


def _referenced(exercise: Exercise, given: Mapping[str, Array]) -> dict[str, Array]:
    """What the reference, which knows no equation, makes of the parameters, where it knows them."""
    network = exercise.network
    if isinstance(network, Convention):
        plain = Network(network.widths, network.activations, network.biases)
        same = [neuron.weights for neuron in network.neurons] == [
            neuron.weights for neuron in plain.neurons
        ] and network.bias_names == plain.bias_names
        if not same or network.departures:
            return {}
        network = plain
    if exercise.samples > 1 or type(exercise.optimiser) is not GradientDescent:
        return {}
    names = (*network.weights, *network.bias_names)
    inputs, targets, parameters = (
        np.stack([given[name] for name in group], axis=-1)
        for group in (network.inputs, network.targets, names)
    )
    found = quantities(network, inputs[:, None, :], targets[:, None, :], parameters)
    return {name: found[name] for name in exercise.equations if name in found}
