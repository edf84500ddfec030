"""How far a change of a parameter spreads, and rounding with it: a table with a line a layer.

A change reaches a later layer at most as many times as large as its source and the weights on the
way are; √(Σ w²) of a layer bounds what it passes on. Each sum is off by a few units in the last
place of what was added up, and the loss by that times ∂E/∂(the sum).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from xlsxwriter.utility import xl_range

from backprop_xlsx.equations import each, written_out
from backprop_xlsx.formula.names import TOTAL_LOSS, gradient_name, sampled
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Layer
from backprop_xlsx.reference import Array, quantities, samples_of_rows
from backprop_xlsx.spreadsheet.sheets.page import Page, anchored, put_headers
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from backprop_xlsx.workbook.checks.identities.columns import Columns
from backprop_xlsx.workbook.layout import runs

NAME, WEIGHTS, BIASES, SOURCES, DELTAS, PASSED_ON, SHARE = range(1, 8)
HEADERS = ("layer", "weights", "biases", "sources", "∂E/∂(sum)", "passed on", "in the loss")

# A formula without "=", and its value.
Computed = tuple[str, float]


class Spread:
    """The table's cells and values, of the first run's step 0; ``row`` is that of its headers."""

    def __init__(self, experiment: Experiment, row: int) -> None:
        self._columns, self._row = Columns(runs(experiment)[0]), row
        network = experiment.network
        inputs, targets = (numbers[0] for numbers in samples_of_rows(experiment))
        parameters = np.array(experiment.weights + experiment.biases)
        with np.errstate(all="ignore"):
            self._start = quantities(network, inputs, targets, parameters)
        self._layers = network.layers
        self._places = {
            parameter: (index, source)
            for index, layer in enumerate(network.layers)
            for neuron in layer.neurons
            for parameter, source in (
                *zip(neuron.weights, neuron.sources, strict=True),
                (str(neuron.bias), ""),
            )
        }
        self._lines: dict[int, dict[int, Computed]] = {}
        for index in reversed(range(len(self._layers))):
            self._lines[index] = self._line(index)

    @property
    def last_row(self) -> int:
        """The table's last row, that of the sum."""
        return self._row + len(self._layers) + 1

    @property
    def size_cell(self) -> str:
        """What the loss comes from, in size: its rounding is a small part of that."""
        return anchored(self.last_row, SHARE)

    @property
    def size(self) -> float:
        """The value in :attr:`size_cell`."""
        return self._total()[1]

    def of(self, parameter: str) -> Computed:
        """How many times as large a change of a parameter may be later on."""
        index, source = self._places[parameter]
        cell, value = anchored(self._row_of(index), PASSED_ON), self._lines[index][PASSED_ON][1]
        if not source:
            return cell, value
        (area,) = self._areas([source])
        largest = max(1.0, float(np.abs(self._values([source])).max()))
        return f"MAX(1,{area},-MIN({area}))*{cell}", largest * value

    def put(self, page: Page, theme: Theme) -> None:
        """Puts the table on the page."""
        put_headers(page, theme, (self._row, NAME), HEADERS)
        number = theme("scientific", "ruled")
        for index, layer in enumerate(self._layers):
            neurons = dict.fromkeys(layer.neurons[end].pre_activation for end in (0, -1))
            row = self._row_of(index)
            page.text((row, NAME), " … ".join(neurons), theme("bold", "ruled"))
            for column, computed in self._lines[index].items():
                page.formula((row, column), *computed, number)
        page.text((self.last_row, NAME), "and its own size", theme("bold", "ruled"))
        for column in range(WEIGHTS, SHARE):
            page.blank((self.last_row, column), theme("ruled"))
        page.formula((self.last_row, SHARE), *self._total(), number)

    def _line(self, index: int) -> dict[int, Computed]:
        """The cells of a layer, by column."""
        layer, samples = self._layers[index], self._columns.samples
        row = self._row_of(index)
        sources = layer.neurons[0].sources
        line = {
            WEIGHTS: self._norm(layer.weights, block=True),
            BIASES: self._norm(layer.biases, block=True) if layer.biases else ("0", 0.0),
            SOURCES: self._norm(sources),
        }
        weights, biases, seen = (line[column][1] for column in (WEIGHTS, BIASES, SOURCES))
        line[DELTAS] = self._deltas(layer, anchored(row, SOURCES), seen)
        line[PASSED_ON] = ("1", 1.0)
        if index + 1 in self._lines:
            below, later = self._row_of(index + 1), self._lines[index + 1]
            factor = max(1.0, later[WEIGHTS][1])
            formula = f"MAX(1,{anchored(below, WEIGHTS)})*{anchored(below, PASSED_ON)}"
            line[PASSED_ON] = (formula, factor * later[PASSED_ON][1])
        own = {column: anchored(row, column) for column in line}
        summed = f"{own[WEIGHTS]}*{own[SOURCES]}+{own[BIASES]}*SQRT({samples})"
        share = line[DELTAS][1] * (weights * seen + biases * samples**0.5) / samples
        line[SHARE] = (f"{own[DELTAS]}*({summed})/{samples}", share)
        return line

    def _deltas(self, layer: Layer, seen_cell: str, seen: float) -> Computed:
        """∂E/∂(sum), which of a single sample is what is left of the gradients without sources."""
        if not written_out(self._columns.network, self._columns.samples):
            pre_activations = [neuron.pre_activation for neuron in layer.neurons]
            return self._norm([gradient_name(name) for name in pre_activations], block=True)
        formula, gradients = self._norm(map(gradient_name, layer.weights), block=True)
        left = gradients / seen if seen > 0 else 0.0
        return f"IF({seen_cell}>0,{formula}/{seen_cell},0)", left

    def _total(self) -> Computed:
        """1, the loss, what of a binary cross-entropy is subtracted, and the shares of all layers.

        Of losses of several samples the root of the mean square.
        """
        network, samples = self._columns.network, self._columns.samples
        own = [self._norm([*network.losses, TOTAL_LOSS], block=True)]
        if network.loss_name == "binary cross-entropy":
            own.append(self._norm([neuron.pre_activation for neuron in network.outputs]))
        shares = xl_range(self._row_of(0), SHARE, self.last_row - 1, SHARE)
        formula = f"1+({'+'.join(cell for cell, _ in own)})/SQRT({samples})+SUM({shares})"
        value = sum(number for _, number in own) / samples**0.5
        return formula, 1 + value + sum(line[SHARE][1] for line in self._lines.values())

    def _norm(self, names: Iterable[str], block: bool = False) -> Computed:
        """√(Σ x²) of quantities at step 0; those of a ``block`` stand side by side."""
        names = list(names)
        areas = [self._columns.starting(names[0], names[-1])] if block else self._areas(names)
        return f"SQRT(SUMSQ({','.join(areas)}))", float(np.linalg.norm(self._values(names)))

    def _areas(self, names: Sequence[str]) -> list[str]:
        """Where quantities stand at step 0, each with all samples."""
        columns = self._columns
        return [
            columns.given(name)
            if columns.samples > 1 and name in columns.network.inputs
            else columns.starting(name, name)
            for name in names
        ]

    def _values(self, names: Sequence[str]) -> Array:
        """Quantities at step 0, each of all samples if there are several."""
        samples = each(self._columns.samples)
        found = [
            [self._start[name]]
            if name in self._start
            else [self._start[sampled(name, sample)] for sample in samples]
            for name in names
        ]
        return np.array(found)

    def _row_of(self, index: int) -> int:
        return self._row + 1 + index
