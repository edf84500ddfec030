"""The table of central differences: E_total with each weight a little more, and a little less.

(E(w + s) − E(w − s)) / 2s differs from ∂E/∂w by about s²; it knows nothing of the chain rule.
"""

from __future__ import annotations

import numpy as np
from xlsxwriter.utility import xl_rowcol_to_cell

from backprop_xlsx.equations import forward
from backprop_xlsx.experiment import Experiment
from backprop_xlsx.expression import Expression, Symbol, Value
from backprop_xlsx.network import INPUTS, LOSSES, OUTPUT_WEIGHTS, TARGETS, TOTAL_LOSS, WEIGHTS
from backprop_xlsx.workbook.layout import start_name
from backprop_xlsx.workbook.page import Page
from backprop_xlsx.workbook.theme import Theme, style_of

LABEL, STEP, WEIGHT = 1, 2, 3
BASE_STEP, SMALLEST_RELATIVE_STEP = 1e-5, 1e-9
RELATIVE_MARGIN, ROUNDING = 1e-6, 1e-14
COLUMN = {name: column for column, name in enumerate(forward(), start=WEIGHT + 1)}


class CentralDifferences:
    """The table's cells and values; ``row`` is that of its first line, from 0."""

    def __init__(self, experiment: Experiment, row: int) -> None:
        self._row = row
        self._starts = dict(
            zip(
                INPUTS + TARGETS + WEIGHTS,
                experiment.inputs + experiment.targets + experiment.weights,
                strict=True,
            )
        )
        self._steps = np.array([self._step(weight) for weight in WEIGHTS])
        self._values = self._table()

    @property
    def last_row(self) -> int:
        """The table's last row, from 0."""
        return self._row + 2 * len(WEIGHTS) - 1

    def formula(self, weight: str) -> str:
        """The central difference of a weight, from the table's cells, without "="."""
        more, less = (self._cell(weight, sign, TOTAL_LOSS) for sign in (0, 1))
        above, below = (xl_rowcol_to_cell(self._line(weight) + sign, WEIGHT) for sign in (0, 1))
        return f"({more}-{less})/({above}-{below})"

    def value(self, weight: str) -> float:
        """The central difference of a weight."""
        index = WEIGHTS.index(weight)
        losses, weights = (
            self._values[name][2 * index : 2 * index + 2] for name in (TOTAL_LOSS, weight)
        )
        return float((losses[0] - losses[1]) / (weights[0] - weights[1]))

    def margin_formula(self, weight: str, derivative: str) -> str:
        """How far the central difference may be from ``derivative``, a cell, without "="."""
        loss, step = self._cell(weight, 0, TOTAL_LOSS), self._step_cell(weight)
        return f"{RELATIVE_MARGIN:.0E}*ABS({derivative})+{ROUNDING:.0E}*(1+{loss})/{step}"

    def margin(self, weight: str, derivative: float) -> float:
        """The margin's value."""
        index = WEIGHTS.index(weight)
        loss = float(self._values[TOTAL_LOSS][2 * index])
        rounding = ROUNDING * (1 + loss) / float(self._steps[index])
        return RELATIVE_MARGIN * abs(derivative) + rounding

    def put(self, page: Page, theme: Theme) -> None:
        """Puts the table on the page, with its heading in the rows above it."""
        page.text(
            (self._row - 3, LABEL), "How the central differences come about", theme("heading")
        )
        explanation = (
            "Each weight in turn a step more and a step less, all others as they are; then the "
            "forward pass again. The step is small against weights and inputs, and large against "
            "rounding."
        )
        page.text((self._row - 2, LABEL), explanation, theme("quiet"))
        headers = ("changed", "step", "weight", *forward())
        for column, header in enumerate(headers, start=LABEL):
            style = theme("header_left" if column == LABEL else "header_right", "group_step")
            page.text((self._row - 1, column), header, style)
        for index, weight in enumerate(WEIGHTS):
            for sign in (0, 1):
                self._put_line(page, theme, index, weight, sign)

    def _put_line(self, page: Page, theme: Theme, index: int, weight: str, sign: int) -> None:
        row = self._line(weight) + sign
        page.text((row, LABEL), f"{weight} {'+−'[sign]} step", theme("bold", "ruled"))
        step = float(self._steps[index])
        formula = self._step_formula(weight) if sign == 0 else self._step_cell(weight)
        page.formula((row, STEP), formula, step, theme("scientific", "ruled"))
        changed = f"{start_name(weight)}{'+-'[sign]}{xl_rowcol_to_cell(row, STEP)}"
        value = self._values[weight][2 * index + sign]
        page.formula((row, WEIGHT), changed, value, theme(style_of(value), "ruled"))

        def cell(leaf: Expression) -> str:
            assert isinstance(leaf, Symbol)
            if leaf.name == weight:
                return xl_rowcol_to_cell(row, WEIGHT)
            if leaf.name in COLUMN:
                return xl_rowcol_to_cell(row, COLUMN[leaf.name])
            return start_name(leaf.name)

        for name, equation in forward().items():
            value = self._values[name][2 * index + sign]
            style = "scientific" if name in (*LOSSES, TOTAL_LOSS) else style_of(value)
            formula = equation.formula(cell)
            page.formula((row, COLUMN[name]), formula, value, theme(style, "ruled"))

    def _table(self) -> dict[str, Value]:
        """Every column's values, arrays (16,): for each weight a step more, then a step less."""
        values: dict[str, Value] = dict(self._starts)
        for index, weight in enumerate(WEIGHTS):
            column = np.full(2 * len(WEIGHTS), self._starts[weight])
            column[2 * index] += self._steps[index]
            column[2 * index + 1] -= self._steps[index]
            values[weight] = column

        def lookup(leaf: Expression) -> Value:
            assert isinstance(leaf, Symbol)
            return values[leaf.name]

        for name, equation in forward().items():
            values[name] = equation.value(lookup)
        return values

    def _step_formula(self, weight: str) -> str:
        inputs = ",".join(f"ABS({start_name(name)})" for name in INPUTS)
        weights = ",".join(f"ABS({start_name(name)})" for name in OUTPUT_WEIGHTS)
        relative = f"{SMALLEST_RELATIVE_STEP:.0E}*ABS({start_name(weight)})"
        return f"MAX({BASE_STEP:.0E}/(MAX(1,{inputs})*MAX(1,{weights})),{relative})"

    def _step(self, weight: str) -> float:
        largest_input = max(1.0, *(abs(self._starts[name]) for name in INPUTS))
        largest_weight = max(1.0, *(abs(self._starts[name]) for name in OUTPUT_WEIGHTS))
        relative = SMALLEST_RELATIVE_STEP * abs(self._starts[weight])
        return max(BASE_STEP / (largest_input * largest_weight), relative)

    def _cell(self, weight: str, sign: int, name: str) -> str:
        return xl_rowcol_to_cell(self._line(weight) + sign, COLUMN[name])

    def _step_cell(self, weight: str) -> str:
        return xl_rowcol_to_cell(self._line(weight), STEP)

    def _line(self, weight: str) -> int:
        """The row of the line in which a weight is a step more; the next is a step less."""
        return self._row + 2 * WEIGHTS.index(weight)
