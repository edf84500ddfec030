"""The table of central differences: the loss with each weight a little more, and a little less.

(E(w + s) − E(w − s)) / 2s differs from ∂E/∂w by about s²; it knows nothing of the chain rule. The
step s is small against what becomes of it in later layers (see :mod:`.spread`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from xlsxwriter.utility import xl_rowcol_to_cell

from backprop_xlsx.equations import each, forward
from backprop_xlsx.formula.expression import Expression, Symbol, Value, by_name
from backprop_xlsx.formula.names import (
    MEAN_LOSS,
    TOTAL_LOSS,
    label,
    sampled,
    step_loss,
    without_sample,
)
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.spreadsheet.sheets.page import Page, put_headers
from backprop_xlsx.spreadsheet.sheets.theme import Theme, style_of
from backprop_xlsx.workbook.checks.spread import Spread
from backprop_xlsx.workbook.checks.verdicts import KINK, TOO_STEEP
from backprop_xlsx.workbook.layout import all_starts, start_cell, start_name

LABEL, SPREAD, STEP, WEIGHT = 1, 2, 3, 4
# The smallest leaves a weight four of its digits.
BASE_STEP, SMALLEST_RELATIVE_STEP = 1e-5, 1e-12
RELATIVE_MARGIN, ROUNDING = 1e-6, 1e-14
# Of a loss of size 1 it is at most about that, times the cube of the spread.
A_SIXTH_OF_THIRD_DERIVATIVE = 1
# Times its spread; a larger step says nothing of the derivative.
LARGEST_STEP = 1e-2
# The table has about as many cells as a run's; beyond this it is for some weights only.
MOST_CELLS, MOST_PARAMETERS = 12_000, 60
# As many products fit into one formula; a network with more kinks has no check of derivatives.
MOST_KINKS, ARGUMENTS = 500, 200
KINKED = ("relu", "leaky relu")


class CentralDifferences:
    """The table's cells and values; ``row`` is that of its heading, from 0.

    ``parameters`` are those that it has lines for (see :func:`checked_parameters`).
    """

    def __init__(self, experiment: Experiment, row: int) -> None:
        self._heading = row
        self._spread = Spread(experiment, row + 2)
        self._row = self._spread.last_row + 3
        self._experiment = experiment
        self._starts = all_starts(experiment)
        self._forward = forward(experiment.network, experiment.samples_a_step)
        self._columns = {name: column for column, name in enumerate(self._forward, WEIGHT + 1)}
        self._loss = step_loss(experiment.samples_a_step)
        self._kinks = _kinks(experiment.network, experiment.samples_a_step)
        self.parameters = checked_parameters(experiment)
        # In numpy, where a step of 0 is divided by without an error.
        self._steps = {weight: np.float64(self._step(weight)) for weight in self.parameters}
        self._values = self._table()

    @property
    def complete(self) -> bool:
        """Whether there are lines for every parameter."""
        return len(self.parameters) == len(self._experiment.network.parameters)

    @property
    def last_row(self) -> int:
        """The table's last row, from 0."""
        return self._row + 2 * len(self.parameters) - 1

    def formula(self, weight: str) -> str:
        """The central difference of a weight, from the table's cells, without "="."""
        more, less = (self._cell(weight, sign, self._loss) for sign in (0, 1))
        above, below = (xl_rowcol_to_cell(self._line(weight) + sign, WEIGHT) for sign in (0, 1))
        return f"({more}-{less})/({above}-{below})"

    def value(self, weight: str) -> float:
        """The central difference of a weight."""
        losses, weights = (self._pair(weight, name) for name in (self._loss, weight))
        return float((losses[0] - losses[1]) / (weights[0] - weights[1]))

    def margin_formula(self, weight: str, derivative: str) -> str:
        """How far the central difference may be from ``derivative``, a cell, without "="."""
        step, spread = self._step_cell(weight), self._spread_cell(weight)
        # Beyond the largest step nothing is judged, and the square of huge weights would overflow.
        turn = f"MIN({step}*{spread},{LARGEST_STEP})"
        bend = f"{A_SIXTH_OF_THIRD_DERIVATIVE}*{spread}*{turn}^2"
        absolute = f"{self._spread.size_cell}*({ROUNDING:.0E}/{step}+{bend})"
        return f"{RELATIVE_MARGIN:.0E}*ABS({derivative})+{absolute}"

    def margin(self, weight: str, derivative: float) -> float:
        """The margin's value: for the digits of the loss, and for the square of the step."""
        step, spread = self._steps[weight], self._spread.of(weight)[1]
        turn = min(step * spread, LARGEST_STEP)
        bend = A_SIXTH_OF_THIRD_DERIVATIVE * spread * turn**2
        absolute = self._spread.size * float(ROUNDING / step + bend)
        return RELATIVE_MARGIN * abs(derivative) + absolute

    def obstacles(self, weight: str) -> Iterator[tuple[str, bool, str]]:
        """Why a central difference may say nothing: a condition, whether it holds, its verdict."""
        step, spread = self._step_cell(weight), self._spread_cell(weight)
        numbers = self._steps[weight] * self._spread.of(weight)[1]
        condition = f"IFERROR({step}*{spread}>{LARGEST_STEP},0=0)"
        yield condition, not numbers <= LARGEST_STEP, TOO_STEEP
        if self._kinks:
            kinked = any(float(np.prod(self._pair(weight, name))) < 0 for name in self._kinks)
            yield f"{self._kink_formula(weight)}<0", kinked, KINK

    def _kink_formula(self, weight: str) -> str:
        """Below 0 where a ReLU has its kink between the two lines."""
        products = [
            "*".join(self._cell(weight, sign, name) for sign in (0, 1)) for name in self._kinks
        ]
        groups = [
            f"MIN({','.join(products[start : start + ARGUMENTS])})"
            for start in range(0, len(products), ARGUMENTS)
        ]
        smallest = groups[0] if len(groups) == 1 else f"MIN({','.join(groups)})"
        # Compared with 0 by its sign: ironcalc takes a number above -2e-16 for 0.
        return f"SIGN({smallest})"

    def put(self, page: Page, theme: Theme) -> None:
        """Puts the table on the page, below its heading and how far a change spreads."""
        title = "How the central differences come about"
        page.text((self._heading, LABEL), title, theme("heading"))
        explanation = (
            "Each weight in turn a step more and a step less, all others as they are; then the "
            "forward pass again. The step is small against what later layers make of it (the "
            "spread), and large against rounding."
        )
        page.text((self._heading + 1, LABEL), explanation, theme("quiet"))
        self._spread.put(page, theme)
        headers = ("changed", "spread", "step", "weight", *map(label, self._forward))
        put_headers(page, theme, (self._row - 1, LABEL), headers)
        for weight in self.parameters:
            for sign in (0, 1):
                self._put_line(page, theme, weight, sign)

    def _put_line(self, page: Page, theme: Theme, weight: str, sign: int) -> None:
        row = self._line(weight) + sign
        page.text((row, LABEL), f"{weight} {'+−'[sign]} step", theme("bold", "ruled"))
        (spread_formula, spread), step_formula = self._spread.of(weight), self._step_formula(weight)
        if sign:
            spread_formula, step_formula = self._spread_cell(weight), self._step_cell(weight)
        number = theme("scientific", "ruled")
        page.formula((row, SPREAD), spread_formula, spread, number)
        page.formula((row, STEP), step_formula, self._steps[weight], number)
        changed = f"{start_name(weight)}{'+-'[sign]}{xl_rowcol_to_cell(row, STEP)}"
        value = self._pair(weight, weight)[sign]
        page.formula((row, WEIGHT), changed, value, theme(style_of(value), "ruled"))
        columns = self._columns | {weight: WEIGHT}

        def cell(leaf: Expression) -> str:
            assert isinstance(leaf, Symbol)
            if leaf.name in columns:
                return xl_rowcol_to_cell(row, columns[leaf.name])
            return start_cell(self._experiment, leaf.name)

        losses = (*self._experiment.network.losses, TOTAL_LOSS, MEAN_LOSS)
        for name, equation in self._forward.items():
            value = self._pair(weight, name)[sign]
            style = "scientific" if without_sample(name) in losses else style_of(value)
            formula = equation.formula(cell)
            page.formula((row, self._columns[name]), formula, value, theme(style, "ruled"))

    def _table(self) -> dict[str, Value]:
        """Every column's values, arrays (lines,): for each weight a step more, then a step less."""
        values: dict[str, Value] = dict(self._starts)
        if self._experiment.in_turn:
            # The first row sees the first sample.
            for name in self._experiment.network.given:
                values[name] = self._starts[sampled(name, 0)]
        for index, weight in enumerate(self.parameters):
            column = np.full(2 * len(self.parameters), self._starts[weight])
            column[2 * index] += self._steps[weight]
            column[2 * index + 1] -= self._steps[weight]
            values[weight] = column
        for name, equation in self._forward.items():
            values[name] = equation.value(by_name(values))
        return values

    def _pair(self, weight: str, name: str) -> Value:
        """A quantity's values in the two lines of a weight."""
        index = self.parameters.index(weight)
        lines = np.broadcast_to(self._values[name], 2 * len(self.parameters))
        return lines[2 * index : 2 * index + 2]

    def _step_formula(self, weight: str) -> str:
        step = f"{BASE_STEP:.0E}/{self._spread_cell(weight)}"
        return f"MAX({step},{SMALLEST_RELATIVE_STEP:.0E}*ABS({start_name(weight)}))"

    def _step(self, weight: str) -> float:
        step = BASE_STEP / self._spread.of(weight)[1]
        return max(step, SMALLEST_RELATIVE_STEP * abs(self._starts[weight]))

    def _cell(self, weight: str, sign: int, name: str) -> str:
        return xl_rowcol_to_cell(self._line(weight) + sign, self._columns[name])

    def _step_cell(self, weight: str) -> str:
        return xl_rowcol_to_cell(self._line(weight), STEP)

    def _spread_cell(self, weight: str) -> str:
        return xl_rowcol_to_cell(self._line(weight), SPREAD)

    def _line(self, weight: str) -> int:
        """The row of the line in which a weight is a step more; the next is a step less."""
        return self._row + 2 * self.parameters.index(weight)


def checked_parameters(experiment: Experiment) -> tuple[str, ...]:
    """The parameters whose derivatives are checked.

    All; where that would be too many, those of one neuron in each layer, or the first of these;
    none where a network has too many kinks to look at.
    """
    network, samples = experiment.network, experiment.samples_a_step
    if len(_kinks(network, samples)) > MOST_KINKS:
        return ()
    most = min(MOST_PARAMETERS, MOST_CELLS // (2 * len(forward(network, samples))))
    if len(network.parameters) <= most:
        return network.parameters
    neurons = [layer.neurons[0] for layer in network.layers]
    shown = [name for neuron in neurons for name in (*neuron.weights, neuron.bias)]
    kept = shown if len(shown) <= most else [neuron.weights[0] for neuron in neurons]
    return tuple(name for name in network.parameters if name in kept)


def _kinks(network: Network, samples: int) -> tuple[str, ...]:
    """The pre-activations whose activation has a kink."""
    return tuple(
        sampled(neuron.pre_activation, sample)
        for layer in network.layers
        if layer.activation in KINKED
        for neuron in layer.neurons
        for sample in each(samples)
    )
