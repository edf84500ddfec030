"""Workbooks as a student writes them, with the mistakes that a test asks for."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ironcalc
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from tests.oracles.class_table import (
    CLASS_ORDER,
    UPDATE,
    WEIGHTS,
    Start,
)
from tests.oracles.class_table import FORMULAS as WITHOUT_UPDATES

START = Start(targets=(0.5, 0.5))
FORMULAS = WITHOUT_UPDATES | {weight: UPDATE.format(k=weight[1:]) for weight in WEIGHTS}
# The mistake that a third of all public workbooks hold.
SIBLING = {
    gradient: FORMULAS[gradient].replace("{a_h2}*(1-{a_h2})", "{a_h1}*(1-{a_h1})")
    for gradient in ("dE/dw3", "dE/dw4")
}

HEADER_ROW = 3
"""0-based; the first step stands below it."""


def write_homework(
    path: Path,
    faults: Mapping[str, str] | None = None,
    steps: int = 100,
    sheet: str = "Back prop",
    typed: Mapping[tuple[str, int], float] | None = None,
    chart: bool = True,
    texts: Mapping[str, str] | None = None,
    cached: bool = True,
) -> None:
    """Write a book with one table, its formulas and the values that they give.

    `faults` replaces the formula of whole columns, `typed` single cells by (quantity, step);
    `texts` are cells of the second sheet that hold a text, by address. Without `cached` each
    formula has the value 0, as of a program that does not compute.
    """
    homework = _Homework(
        FORMULAS | dict(faults or {}), steps, sheet, typed or {}, chart, texts or {}
    )
    homework.write(path, lambda sheet_index, row, column: 0)
    if cached:
        model = ironcalc.load_from_xlsx(str(path))
        model.evaluate()
        homework.write(path, model.get_cell_value)


def address(quantity: str, step: int) -> str:
    """The cell of a quantity at a step."""
    return xl_rowcol_to_cell(HEADER_ROW + 1 + step, CLASS_ORDER.index(quantity))


@dataclass(frozen=True)
class _Homework:
    formulas: dict[str, str]
    steps: int
    sheet: str
    typed: Mapping[tuple[str, int], float]
    chart: bool
    texts: Mapping[str, str]

    def write(self, path: Path, value: Callable[[int, int, int], Any]) -> None:
        """`value` gives the cached value of a formula by sheet index, and row and column from 1."""
        with xlsxwriter.Workbook(path) as book:
            page, summary = book.add_worksheet(self.sheet), book.add_worksheet("Summary")
            page.write_string("A2", "learning rate")
            page.write_number("B2", START.rate)
            page.write_row(HEADER_ROW, 0, CLASS_ORDER)
            for step, (column, name) in itertools.product(
                range(self.steps + 1), enumerate(CLASS_ORDER)
            ):
                row = HEADER_ROW + 1 + step
                if (name, step) in self.typed:
                    page.write_number(row, column, self.typed[name, step])
                elif name in START.numbers and (step == 0 or name not in self.formulas):
                    page.write_number(row, column, START.numbers[name])
                else:
                    formula = _in_cells(self.formulas[name], step)
                    page.write_formula(row, column, formula, value=value(0, row + 1, column + 1))
            quoted = self.sheet.replace("'", "''")
            formulas = (f"='{quoted}'!{address('E_total', self.steps)}", "=B1*2", "=LEN(A1)")
            for row, formula in enumerate(formulas):
                summary.write_formula(row, 1, formula, value=value(1, row + 1, 2))
            summary.write_string(0, 0, "final loss")
            for place, text in self.texts.items():
                summary.write_string(place, text)
            for place, name in {"D2": "E_total", "D20": "i1"}.items() if self.chart else ():
                lines = book.add_chart({"type": "line"})
                first, last = HEADER_ROW + 1, HEADER_ROW + 1 + self.steps
                column = CLASS_ORDER.index(name)
                lines.add_series(
                    {"name": name, "values": [self.sheet, first, column, last, column]}
                )
                summary.insert_chart(place, lines)


def _in_cells(formula: str, step: int) -> str:
    def cell(match: re.Match[str]) -> str:
        name = match[1].removeprefix("above ")
        return "$B$2" if name == "rate" else address(name, step - (name != match[1]))

    return "=" + re.sub(r"\{([^}]*)\}", cell, formula)
