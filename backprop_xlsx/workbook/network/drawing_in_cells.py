"""A network too large for a chart, drawn in cells: neurons as boxes, their weights before them."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_xlsx.formula.names import MEAN_LOSS, TOTAL_LOSS
from backprop_xlsx.model.network import Neuron
from backprop_xlsx.model.words import in_words, layer_words
from backprop_xlsx.spreadsheet.sheets.page import Page, Position
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from backprop_xlsx.workbook.network.selection import Selection

# Up to this size every neuron is drawn; of a larger network, one neuron of each layer.
MOST_LAYERS, MOST_NEURONS, MOST_SOURCES = 4, 6, 6
# Wide enough for the numbers that an edit may bring.
INPUT_WIDTH, LABEL_WIDTH, NUMBER_WIDTH, BOX_WIDTH, LAST_WIDTH = 14, 11, 17, 18, 17
GAP = 1  # rows between neurons


class CellDrawing:
    """A drawing whose corner is ``position``: for each layer a column of weights, one of boxes."""

    def __init__(self, page: Page, theme: Theme, selection: Selection, position: Position) -> None:
        self._page, self._theme, self._selection = page, theme, selection
        self._row, self._column = position
        self._experiment = selection.experiment
        self._network = self._experiment.network
        widths, count, half = self._network.widths, len(self._network.layers), MOST_LAYERS // 2
        few = count <= MOST_LAYERS
        self._layers = [*range(count)] if few else [*range(half), *range(count - half, count)]
        self._complete = (
            few and max(widths[1:]) <= MOST_NEURONS and max(widths[:-1]) <= MOST_SOURCES
        )

    @property
    def widths(self) -> tuple[int, ...]:
        """The widths of the columns that it takes."""
        of_layers = (LABEL_WIDTH, NUMBER_WIDTH, BOX_WIDTH) * len(self._layers)
        return (INPUT_WIDTH, *of_layers, LAST_WIDTH)

    @property
    def _sentence(self) -> str:
        """What is left out, if anything is."""
        if self._complete:
            return ""
        count, layers = len(self._network.layers), "each layer"
        if len(self._layers) < count:
            half = in_words(MOST_LAYERS // 2)
            layers = f"the first {half} and the last {half} of {in_words(count)} layers"
        return f"One neuron of {layers} in full; the others go alike."

    def _quantity(self, position: Position, name: str, *styles: str, arrow: str = "") -> None:
        """``h1 = 0.0275``, and an arrow if there is one."""
        after = f"  {arrow}" if arrow else ""
        formula = self._selection.text_cell(name) + (f'&"{after}"' if after else "")
        text = self._selection.text(name) + after
        self._page.formula(position, formula, text, self._theme(*(styles or ("centre",))))

    def _box(self, row: int, column: int, neuron: Neuron) -> None:
        top, bottom = (
            ("centre", "box_top", "group_forward"),
            ("centre", "box_bottom", "group_forward", "bold"),
        )
        self._quantity((row, column), neuron.pre_activation, *top)
        self._quantity((row + 1, column), neuron.activation, *bottom)

    def _header(self, row: int, first: int, last: int, text: str, tint: str) -> None:
        style = self._theme("bold", "centre", f"group_{tint}")
        if first == last:
            self._page.text((row, first), text, style)
        else:
            self._page.merged((row, first), last, text, style)

    @property
    def _weights_title(self) -> str:
        return "weights" if self._network.biases == "none" else "weights and biases"

    def put(self) -> int:
        """Puts the drawing on the page; returns its last row."""
        if self._sentence:
            position = (self._row, self._column)
            self._page.text(position, self._sentence, self._theme("quiet"))
        titles, left = self._row + 1, self._column
        top = titles + 2
        total_height = max(2 * len(self._inputs) - 1, *map(self._height, self._layers))
        self._header(titles, left, left, "inputs", "inputs")
        self._put_inputs(top + (total_height - 2 * len(self._inputs) + 1) // 2)
        # What is left out of the inputs or neurons is said in the row below them.
        last = top + total_height - self._complete
        column = left + 1
        for layer in self._layers:
            words = layer_words(self._network, layer).removeprefix("the ")
            self._header(titles, column, column + 1, self._weights_title, "weights")
            self._header(titles, column + 2, column + 2, words, "forward")
            start = top + (total_height - self._height(layer)) // 2
            self._put_layer(layer, start, column)
            column += 3
        self._header(titles, column, column, "targets and losses", "loss")
        # The last layer drawn is that of the outputs.
        return max(last, self._put_losses(layer, start, column))

    @property
    def _inputs(self) -> Sequence[str]:
        return self._network.inputs[:MOST_SOURCES]

    def _neurons(self, layer: int) -> Sequence[Neuron]:
        neurons = self._network.layers[layer].neurons
        return neurons if self._complete else neurons[:1]

    def _rows(self, neuron: Neuron) -> int:
        """The rows that a neuron takes: its weights, its bias, what is left out of them."""
        sources = len(neuron.sources)
        rows = min(sources, MOST_SOURCES) + (sources > MOST_SOURCES) + (neuron.bias is not None)
        return max(rows, 2)

    def _height(self, layer: int) -> int:
        rows = [self._rows(neuron) for neuron in self._neurons(layer)]
        return sum(rows) + GAP * (len(rows) - 1)

    def _box_row(self, neuron: Neuron, row: int) -> int:
        return row + (self._rows(neuron) - 2) // 2

    def _put_inputs(self, row: int) -> None:
        for name in self._inputs:
            position = (row, self._column)
            styles = ("centre", "box_top", "box_bottom", "group_inputs", "bold")
            self._quantity(position, name, *styles)
            row += 2
        left_out = len(self._network.inputs) - len(self._inputs)
        self._put_left_out((row - 1, self._column), left_out, "centre")

    def _put_layer(self, layer: int, row: int, column: int) -> None:
        neurons = self._neurons(layer)
        for neuron in neurons:
            self._put_weights(neuron, row, column)
            self._box(self._box_row(neuron, row), column + 2, neuron)
            row += self._rows(neuron) + GAP
        left_out = len(self._network.layers[layer].neurons) - len(neurons)
        below = self._box_row(neurons[-1], row - self._rows(neurons[-1]) - GAP) + 2
        self._put_left_out((below, column + 2), left_out, "centre")

    def _put_weights(self, neuron: Neuron, row: int, column: int) -> None:
        pairs = list(zip(neuron.weights, neuron.sources, strict=True))
        for weight, source in pairs[:MOST_SOURCES]:
            self._put_weight((row, column), f"from {source}:", weight)
            row += 1
        left_out = len(pairs) - MOST_SOURCES
        if left_out > 0:
            self._put_left_out((row, column), left_out, "plain_number")
            row += 1
        if neuron.bias is not None:
            self._put_weight((row, column), "bias:", neuron.bias)

    def _put_weight(self, position: Position, text: str, name: str) -> None:
        row, column = position
        self._page.text(position, text, self._theme("plain_number", "quiet"))
        self._quantity((row, column + 1), name, "plain_number", arrow="→")

    def _put_left_out(self, position: Position, count: int, align: str) -> None:
        if count > 0:
            self._page.text(position, f"… and {count} more", self._theme("quiet", align))

    def _put_losses(self, layer: int, row: int, column: int) -> int:
        """Beside each output its target and its part of the loss, and the total below them."""
        network = self._network
        neurons = self._neurons(layer)
        for index, neuron in enumerate(neurons):
            box = self._box_row(neuron, row)
            self._quantity((box, column), network.targets[index])
            if network.losses:
                self._quantity((box + 1, column), network.losses[index], "centre", "group_loss")
            row += self._rows(neuron) + GAP
        below = self._box_row(neurons[-1], row - self._rows(neurons[-1]) - GAP)
        below += 3 if network.losses else 1
        totals = [TOTAL_LOSS, *([MEAN_LOSS] if self._experiment.samples_a_step > 1 else [])]
        for offset, name in enumerate(totals):
            self._quantity((below + offset, column), name, "centre", "boxed", "group_loss", "bold")
        return below + len(totals) - 1
