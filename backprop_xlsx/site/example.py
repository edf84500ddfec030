"""The workbook that the page opens with: a class table with one mistake, as students make it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell

from backprop_xlsx.check.evaluation import evaluate
from backprop_xlsx.equations import equations
from backprop_xlsx.formula.expression import Expression, Symbol
from backprop_xlsx.formula.names import LEARNING_RATE, gradient_name, label
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import CLASS_NETWORK
from backprop_xlsx.spreadsheet.sheets.properties import CREATED

NAME = "Example.xlsx"
STEPS = 100
WRONG = tuple(map(gradient_name, ("w3", "w4")))
"""In these ``a_h1`` stands where ``a_h2`` belongs, as in a third of all published workbooks."""

_SHEET = "Back-propagation"
_HEADER_ROW = 3


def example() -> bytes:
    """The workbook: right but for the columns of :data:`WRONG`, with the values that it gives."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        _write(path, lambda row, column: 0)
        recalculated = evaluate(path)
        _write(path, lambda row, column: recalculated.value(_SHEET, row + 1, column + 1))
        return path.read_bytes()


def _write(path: Path, value: Callable[[int, int], Any]) -> None:
    experiment = Experiment.preset("eva", learning_rates=[0.5])
    formulas = equations(CLASS_NETWORK, 1, experiment.optimisers[0])
    starts = experiment.start_values
    computed = [name for name in formulas if name not in starts]
    columns = {name: index for index, name in enumerate([*starts, *computed])}
    with Workbook(path) as book:
        book.set_properties({"created": CREATED})
        sheet = book.add_worksheet(_SHEET)
        sheet.write_row(1, 0, ["learning rate", 0.5])
        sheet.write_row(_HEADER_ROW, 0, map(label, columns))
        sheet.freeze_panes(_HEADER_ROW + 1, 0)
        for step in range(STEPS + 1):
            row = _HEADER_ROW + 1 + step
            for name, column in columns.items():
                if name in starts and (step == 0 or name not in formulas):
                    sheet.write_number(row, column, starts[name])
                    continue
                formula = formulas[name].rebuilt(_mistaken) if name in WRONG else formulas[name]
                text = formula.formula(partial(_cell, row=row, columns=columns))
                sheet.write_formula(row, column, f"={text}", None, value(row, column))


def _mistaken(leaf: Expression) -> Expression:
    return Symbol("a_h1") if leaf == Symbol("a_h2") else leaf


def _cell(leaf: Expression, row: int, columns: Mapping[str, int]) -> str:
    assert isinstance(leaf, Symbol)
    if leaf.name == LEARNING_RATE:
        return "$B$2"
    return xl_rowcol_to_cell(row - leaf.steps_back, columns[leaf.name])
