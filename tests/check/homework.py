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

WEIGHTS = {
    "w1": 0.15,
    "w2": 0.2,
    "w3": 0.25,
    "w4": 0.3,
    "w5": 0.4,
    "w6": 0.45,
    "w7": 0.5,
    "w8": 0.55,
}
START = {"t1": 0.5, "t2": 0.5, "i1": 0.05, "i2": 0.1} | WEIGHTS
LEARNING_RATE = 0.5
DELTA = "(({a_o1}-{t1})*{a_o1}*(1-{a_o1})*%s+({a_o2}-{t2})*{a_o2}*(1-{a_o2})*%s)"
FORMULAS = {
    "h1": "{w1}*{i1}+{w2}*{i2}",
    "a_h1": "1/(1+EXP(-{h1}))",
    "h2": "{w3}*{i1}+{w4}*{i2}",
    "a_h2": "1/(1+EXP(-{h2}))",
    "o1": "{w5}*{a_h1}+{w6}*{a_h2}",
    "a_o1": "1/(1+EXP(-{o1}))",
    "o2": "{w7}*{a_h1}+{w8}*{a_h2}",
    "a_o2": "1/(1+EXP(-{o2}))",
    "E1": "0.5*({t1}-{a_o1})^2",
    "E2": "0.5*({t2}-{a_o2})^2",
    "E_total": "{E1}+{E2}",
    "dE/dw1": DELTA % ("{w5}", "{w7}") + "*{a_h1}*(1-{a_h1})*{i1}",
    "dE/dw2": DELTA % ("{w5}", "{w7}") + "*{a_h1}*(1-{a_h1})*{i2}",
    "dE/dw3": DELTA % ("{w6}", "{w8}") + "*{a_h2}*(1-{a_h2})*{i1}",
    "dE/dw4": DELTA % ("{w6}", "{w8}") + "*{a_h2}*(1-{a_h2})*{i2}",
    "dE/dw5": "({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{a_h1}",
    "dE/dw6": "({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{a_h2}",
    "dE/dw7": "({a_o2}-{t2})*{a_o2}*(1-{a_o2})*{a_h1}",
    "dE/dw8": "({a_o2}-{t2})*{a_o2}*(1-{a_o2})*{a_h2}",
} | {weight: f"{{{weight} before}}-{{rate}}*{{dE/d{weight} before}}" for weight in WEIGHTS}
COLUMNS = (
    *("t1", "t2", "i1", "i2", "w1", "w2", "w3", "w4", "h1", "a_h1", "h2", "a_h2"),
    *("w5", "w6", "w7", "w8", "o1", "a_o1", "o2", "a_o2", "E1", "E2", "E_total"),
    *(f"dE/d{weight}" for weight in WEIGHTS),
)

# The mistake that a third of all public workbooks hold.
SIBLING = {
    "dE/dw3": DELTA % ("{w6}", "{w8}") + "*{a_h1}*(1-{a_h1})*{i1}",
    "dE/dw4": DELTA % ("{w6}", "{w8}") + "*{a_h1}*(1-{a_h1})*{i2}",
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
    return xl_rowcol_to_cell(HEADER_ROW + 1 + step, COLUMNS.index(quantity))


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
            page.write_number("B2", LEARNING_RATE)
            page.write_row(HEADER_ROW, 0, COLUMNS)
            for step, (column, name) in itertools.product(
                range(self.steps + 1), enumerate(COLUMNS)
            ):
                row = HEADER_ROW + 1 + step
                if (name, step) in self.typed:
                    page.write_number(row, column, self.typed[name, step])
                elif name in START and (step == 0 or name not in self.formulas):
                    page.write_number(row, column, START[name])
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
                column = COLUMNS.index(name)
                lines.add_series(
                    {"name": name, "values": [self.sheet, first, column, last, column]}
                )
                summary.insert_chart(place, lines)


def _in_cells(formula: str, step: int) -> str:
    def cell(match: re.Match[str]) -> str:
        name, _, before = match[1].partition(" ")
        return "$B$2" if name == "rate" else address(name, step - bool(before))

    return "=" + re.sub(r"\{([^}]*)\}", cell, formula)
