"""The table of central differences: the loss with each weight a little more, and a little less.

(E(w + s) − E(w − s)) / 2s differs from ∂E/∂w by about s²; it knows nothing of the chain rule.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from xlsxwriter.utility import xl_rowcol_to_cell

from backprop_xlsx.equations import each, forward, step_loss
from backprop_xlsx.formula.expression import Expression, Symbol, Value
from backprop_xlsx.formula.names import MEAN_LOSS, TOTAL_LOSS, label, sampled
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import Theme, style_of
from backprop_xlsx.workbook.layout import all_starts, start_cell, start_name

LABEL, STEP, WEIGHT = 1, 2, 3
BASE_STEP, SMALLEST_RELATIVE_STEP = 1e-5, 1e-9
RELATIVE_MARGIN, ROUNDING = 1e-6, 1e-14
# The table has about as many cells as a run's; beyond this it is for some weights only.
MOST_CELLS, MOST_PARAMETERS = 12_000, 60
# A formula that lists every weight would grow too long; the step is then the same for all.
MOST_WEIGHTS_IN_A_STEP = 40
# As many products fit into one formula; a network with more kinks has no check of derivatives.
MOST_KINKS, ARGUMENTS = 500, 200
KINKED = ("relu", "leaky relu")


class CentralDifferences:
    """The table's cells and values; ``row`` is that of its first line, from 0.

    ``parameters`` are those that it has lines for (see :func:`checked_parameters`).
    """

    def __init__(self, experiment: Experiment, row: int) -> None:
        self._row = row
        self._experiment = experiment
        self._starts = all_starts(experiment)
        self._forward = forward(experiment.network, experiment.samples_a_step)
        self._columns = {name: column for column, name in enumerate(self._forward, WEIGHT + 1)}
        self._loss = step_loss(experiment.samples_a_step)
        self._kinks = _kinks(experiment.network, experiment.samples_a_step)
        self.parameters = checked_parameters(experiment)
        self._steps = np.array([self._step(weight) for weight in self.parameters])
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
        loss, step = self._cell(weight, 0, self._loss), self._step_cell(weight)
        return f"{RELATIVE_MARGIN:.0E}*ABS({derivative})+{ROUNDING:.0E}*(1+{loss})/{step}"

    def margin(self, weight: str, derivative: float) -> float:
        """The margin's value."""
        loss = float(self._pair(weight, self._loss)[0])
        rounding = ROUNDING * (1 + loss) / float(self._steps[self.parameters.index(weight)])
        return RELATIVE_MARGIN * abs(derivative) + rounding

    def kink_formula(self, weight: str) -> str | None:
        """Below 0 where a ReLU has its kink between the two lines; None without a ReLU."""
        if not self._kinks:
            return None
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

    def has_kink(self, weight: str) -> bool:
        """Whether a ReLU has its kink between the two lines."""
        return any(float(np.prod(self._pair(weight, name))) < 0 for name in self._kinks)

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
        headers = ("changed", "step", "weight", *map(label, self._forward))
        for column, header in enumerate(headers, start=LABEL):
            style = theme("header_left" if column == LABEL else "header_right", "group_step")
            page.text((self._row - 1, column), header, style)
        for weight in self.parameters:
            for sign in (0, 1):
                self._put_line(page, theme, weight, sign)

    def _put_line(self, page: Page, theme: Theme, weight: str, sign: int) -> None:
        row, index = self._line(weight) + sign, self.parameters.index(weight)
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
            if leaf.name in self._columns:
                return xl_rowcol_to_cell(row, self._columns[leaf.name])
            return start_cell(self._experiment, leaf.name)

        for name, equation in self._forward.items():
            value = np.broadcast_to(self._values[name], 2 * len(self.parameters))[2 * index + sign]
            loss = name.partition("[")[0] in (
                *self._experiment.network.losses,
                TOTAL_LOSS,
                MEAN_LOSS,
            )
            style = "scientific" if loss else style_of(value)
            formula = equation.formula(cell)
            page.formula((row, self._columns[name]), formula, value, theme(style, "ruled"))

    def _table(self) -> dict[str, Value]:
        """Every column's values, arrays (lines,): for each weight a step more, then a step less."""
        values: dict[str, Value] = dict(self._starts)
        if self._experiment.in_turn:
            # The first row sees the first sample.
            for name in self._experiment.network.inputs + self._experiment.network.targets:
                values[name] = self._starts[sampled(name, 0)]
        for index, weight in enumerate(self.parameters):
            column = np.full(2 * len(self.parameters), self._starts[weight])
            column[2 * index] += self._steps[index]
            column[2 * index + 1] -= self._steps[index]
            values[weight] = column

        def lookup(leaf: Expression) -> Value:
            assert isinstance(leaf, Symbol)
            return values[leaf.name]

        for name, equation in self._forward.items():
            values[name] = equation.value(lookup)
        return values

    def _pair(self, weight: str, name: str) -> Value:
        """A quantity's values in the two lines of a weight."""
        index = self.parameters.index(weight)
        lines = np.broadcast_to(self._values[name], 2 * len(self.parameters))
        return lines[2 * index : 2 * index + 2]

    def _scales(self) -> list[list[str]]:
        """What a step is small against: the inputs, and the weights of each layer after the first.

        Each of them lists start values; the largest magnitude of a list counts, if above 1.
        """
        network = self._experiment.network
        if len(network.weights) > MOST_WEIGHTS_IN_A_STEP:
            return []
        samples = range(len(self._experiment.samples))
        inputs = list(network.inputs)
        if len(samples) > 1:
            inputs = [sampled(name, sample) for name in network.inputs for sample in samples]
        return [inputs, *(list(layer.weights) for layer in network.layers[1:])]

    def _step_formula(self, weight: str) -> str:
        scales = [f"MAX(1,{self._largest(names)})" for names in self._scales()]
        base = f"{BASE_STEP:.0E}"
        if scales:
            product = "*".join(scales)
            base += f"/{product}" if len(scales) == 1 else f"/({product})"
        return f"MAX({base},{SMALLEST_RELATIVE_STEP:.0E}*ABS({start_name(weight)}))"

    def _largest(self, names: Sequence[str]) -> str:
        """The largest magnitude of some start values, as the arguments of a MAX."""
        cells = [start_cell(self._experiment, name) for name in names]
        if names[0] in self._experiment.start_values:
            return ",".join(f"ABS({cell})" for cell in cells)
        # The samples' inputs fill a rectangle, whose first and last cell these are.
        area = f"{cells[0]}:{cells[-1].rpartition('!')[2]}"
        return f"MAX({area}),-MIN({area})"

    def _step(self, weight: str) -> float:
        step = BASE_STEP
        for names in self._scales():
            step /= max(1.0, *(abs(self._starts[name]) for name in names))
        return max(step, SMALLEST_RELATIVE_STEP * abs(self._starts[weight]))

    def _cell(self, weight: str, sign: int, name: str) -> str:
        return xl_rowcol_to_cell(self._line(weight) + sign, self._columns[name])

    def _step_cell(self, weight: str) -> str:
        return xl_rowcol_to_cell(self._line(weight), STEP)

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
