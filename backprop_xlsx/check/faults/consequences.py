"""What the wrong cells of a judged table do: the run that it begins, with them and without."""

from __future__ import annotations

import math
from collections.abc import Sequence

from backprop_xlsx.check.faults.effect import Simulator, Start
from backprop_xlsx.check.faults.gathering import WrongCells
from backprop_xlsx.check.findings import LossCurve
from backprop_xlsx.check.judging.columns import FormRows
from backprop_xlsx.check.judging.judged_table import JudgedTable
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.reading.forms import Form
from backprop_xlsx.check.reading.meanings import meant
from backprop_xlsx.check.reading.single_cells import number_of
from backprop_xlsx.formula.expression import Expression, Symbol
from backprop_xlsx.formula.names import LEARNING_RATE

MOST_POINTS = 100
"""Of a loss curve: more are not told apart on a page."""


def start_of(judged: JudgedTable) -> Start | None:
    """What the table's run begins with; None if some of it is no number."""
    judge, surroundings, table = judged.judge, judged.surroundings, judged.table
    exercise = judge.exercise
    values: dict[str, float | None] = {**dict(judge.fixed), LEARNING_RATE: judged.rate}
    values |= exercise.starts
    for place, name in surroundings.roles.cells.items():
        values.setdefault(name, number_of(place, surroundings))
    for name in (*exercise.given, *exercise.starts):
        if name in table.columns and exercise.starts.get(name) is None:
            place = (surroundings.home, table.first_row, table.columns[name])
            values[name] = number_of(place, surroundings)
    names = (*exercise.ordered_constants, *exercise.starts)
    needed = {name: values.get(name) for name in names}
    numbers = tuple((name, value) for name, value in needed.items() if value is not None)
    if len(numbers) < len(needed):
        return None
    return Start(exercise, numbers, table.last_row - table.first_row)


def effect_of(judged: JudgedTable, cells: WrongCells, start: Start, simulator: Simulator) -> str:
    """What these wrong cells alone do to the final loss, in words; empty for no formula."""
    wrong = _wrong_formulas(judged, cells)
    return simulator.effect(start, wrong, _own_way(judged, [cells])) if wrong else ""


def curve_of(
    judged: JudgedTable, wrong: Sequence[WrongCells], start: Start | None, simulator: Simulator
) -> LossCurve | None:
    """The losses that the table's formulas lead to, wrong ones and all, beside the right ones.

    Where not all that is wrong is a formula: those that stand in the table. None where the right
    run is not known, or nothing can be told of the table's.
    """
    right = None if start is None else simulator.right_losses(start)
    if start is None or right is None:
        return None
    stride = -(-len(right) // MOST_POINTS)
    steps = sorted({*range(0, len(right), stride), len(right) - 1})
    formulas = {at: f for cells in wrong for at, f in _wrong_formulas(judged, cells).items()}
    theirs: Sequence[float | None] | None = None
    if all(cells.forms for cells in wrong):
        theirs = simulator.losses(start, formulas, steps, _own_way(judged, wrong))
    if theirs is None:
        theirs = _written_losses(judged, steps)
    return LossCurve(
        tuple(steps),
        tuple(map(_finite, theirs)),
        tuple(_finite(right[step]) for step in steps),
    )


def _wrong_formulas(judged: JudgedTable, cells: WrongCells) -> dict[tuple[str, int], Expression]:
    """The wrong formulas by quantity and step, their operands filled in.

    With the right ones that use auxiliary columns, if it is one of these that is wrong: no equation
    of the exercise does.
    """
    auxiliary = {Symbol(name) for name, _ in judged.table.exercise.auxiliary}
    wrong = _in_steps(judged, cells.quantity, cells.forms)
    if not wrong or Symbol(cells.quantity) not in auxiliary:
        return wrong
    users: dict[tuple[str, int], Expression] = {}
    for name, column in judged.columns.items():
        for form, rows in column.right:
            if not auxiliary.isdisjoint(_expression(judged.judge, form, rows[-1]).leaves()):
                users |= _in_steps(judged, name, [(form, rows)])
    return users | wrong


def _in_steps(
    judged: JudgedTable, quantity: str, forms: Sequence[FormRows]
) -> dict[tuple[str, int], Expression]:
    """Formulas of a quantity by step, their operands filled in."""
    found: dict[tuple[str, int], Expression] = {}
    for form, rows in forms:
        same = _expression(judged.judge, form, rows[0]) if judged.judge.steady(form) else None
        for row in rows:
            step = row - judged.table.first_row
            expression = same if same is not None else _expression(judged.judge, form, row)
            found[quantity, step] = expression
    return found


def _own_way(judged: JudgedTable, wrong: Sequence[WrongCells]) -> dict[str, Expression]:
    """The right formulas by which the table uses further columns, if one of these is wrong."""
    judge, first_row = judged.judge, judged.table.first_row
    further = {name for name, _ in judge.exercise.auxiliary}
    found: dict[str, Expression] = {}
    if further.isdisjoint(cells.quantity for cells in wrong):
        return found
    for name, column in judged.columns.items():
        for form, rows in column.right:
            if rows[-1] != first_row and judge.steady(form):
                expression = _expression(judge, form, rows[-1])
                leaves = (leaf for leaf in expression.leaves() if isinstance(leaf, Symbol))
                if any(leaf.name in further for leaf in leaves):
                    found[name] = expression
    return found


def _written_losses(judged: JudgedTable, steps: Sequence[int]) -> list[float | None]:
    table, loss = judged.table, judged.exercise.loss
    if loss not in table.columns:
        return [None] * len(steps)
    column, home = table.columns[loss], judged.surroundings.home
    return [
        number_of((home, table.first_row + step, column), judged.surroundings) for step in steps
    ]


def _finite(number: float | None) -> float | None:
    return None if number is None or not math.isfinite(number) else number


def _expression(judge: Judge, form: Form, row: int) -> Expression:
    meanings = judge.surroundings.meanings(form.tokens, row, row - form.first_row)
    return meant(form.part.expression, meanings)
