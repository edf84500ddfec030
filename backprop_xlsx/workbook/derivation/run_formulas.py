"""The formulas of a run's sheet with quantities' names for their cells: what one types."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xlsxwriter.utility import xl_col_to_name

from backprop_xlsx.derivation.forward import forward_names
from backprop_xlsx.derivation.lines import Extent
from backprop_xlsx.formula.expression import Expression, Symbol
from backprop_xlsx.formula.names import MEAN_LOSS, gradient_name, label, sampled
from backprop_xlsx.workbook.layout import Run

ABOVE = "↑"  # behind the name of a cell of the row above


@dataclass(frozen=True)
class RunFormula:
    """A quantity, the column that it has in a run's sheet, and its formula there."""

    quantity: str
    column: str
    formula: str

    def rows(self, width: int) -> list[str]:
        """The formula, with "=", in rows of about so many characters."""
        rows = [""]
        for piece in re.split(r"(?=[-+*/,])", f"={self.formula}"):
            if len(rows[-1]) + len(piece) > width and rows[-1]:
                rows.append("")
            rows[-1] += piece
        return rows


def run_formulas(run: Run) -> list[RunFormula]:
    """Those of the quantities that the derivation shows; of several samples, of the first."""
    shown, extent = _shown(run), Extent(run.experiment.network)
    constants = run.optimiser.constants

    def name(leaf: Expression) -> str:
        assert isinstance(leaf, Symbol)
        above = leaf.steps_back and leaf.name not in constants
        return label(leaf.name) + (ABOVE if above else "")

    return [
        RunFormula(label(quantity), xl_col_to_name(run.columns[quantity]), equation.formula(name))
        for quantity, equation in run.equations.items()
        if quantity in shown and extent.fits(equation)
    ]


def _shown(run: Run) -> set[str]:
    network = run.experiment.network
    extent = Extent(network)
    first = 0 if run.experiment.samples_a_step > 1 else None
    shown = {MEAN_LOSS}
    shown |= {sampled(name, first) for name in forward_names(network)}
    for layer in extent.layers:
        for index in extent.neurons(layer):
            pre_activation = network.layers[layer].neurons[index].pre_activation
            shown.add(sampled(gradient_name(pre_activation), first))
        for parameter in extent.of_layer(layer):
            shown |= {parameter, gradient_name(parameter), *run.optimiser.state_names(parameter)}
    return shown
