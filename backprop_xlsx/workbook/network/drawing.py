"""The network drawn in cells: neurons as boxes, their weights before them, live at step 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backprop_xlsx.equations import each
from backprop_xlsx.formula.expression import Value
from backprop_xlsx.model.names import MEAN_LOSS, TOTAL_LOSS, sampled
from backprop_xlsx.model.network import Neuron
from backprop_xlsx.model.words import in_words, layer_words
from backprop_xlsx.spreadsheet.sheets.page import Page, Position
from backprop_xlsx.spreadsheet.sheets.theme import Theme, style_of
from backprop_xlsx.workbook.columns import RunValues
from backprop_xlsx.workbook.layout import all_starts, start_cell

# Up to this size every neuron is drawn; of a larger network, one neuron of each layer.
MOST_LAYERS, MOST_NEURONS, MOST_SOURCES = 4, 6, 6
CROSSED = (2, 2, 2)  # the class network's shape has edges that cross, drawn by hand
CROSSED_WIDTHS = (18, 20, 19, 20, 19, 20)
# Wide enough for the numbers that an edit may bring.
INPUT_WIDTH, LABEL_WIDTH, NUMBER_WIDTH, BOX_WIDTH, LAST_WIDTH = 20, 17, 13, 22, 22
CROSSING_HEIGHT = 40
GAP = 1  # rows between neurons


def drawing_widths(run_values: RunValues) -> tuple[int, ...]:
    """The widths of the columns that the drawing takes."""
    drawing = Drawing(run_values)
    if drawing.crossed:
        return CROSSED_WIDTHS
    layers = len(drawing.layers)
    return (INPUT_WIDTH, *(LABEL_WIDTH, NUMBER_WIDTH, BOX_WIDTH) * layers, LAST_WIDTH)


@dataclass(frozen=True)
class Drawing:
    """What of the first run's network is drawn, and where its numbers of step 0 come from."""

    run_values: RunValues

    @property
    def crossed(self) -> bool:
        """Whether it is the drawing by hand."""
        return self.run_values.run.experiment.network.widths == CROSSED

    @property
    def complete(self) -> bool:
        """Whether every neuron and every weight is drawn."""
        widths = self.run_values.run.experiment.network.widths
        return (
            len(widths) - 1 <= MOST_LAYERS
            and max(widths[1:]) <= MOST_NEURONS
            and max(widths[:-1]) <= MOST_SOURCES
        )

    @property
    def layers(self) -> tuple[int, ...]:
        """The layers that are drawn, from 0."""
        count = len(self.run_values.run.experiment.network.layers)
        if count <= MOST_LAYERS:
            return tuple(range(count))
        half = MOST_LAYERS // 2
        return (*range(half), *range(count - half, count))

    @property
    def sentence(self) -> str:
        """What is left out, if anything is."""
        if self.complete:
            return ""
        count = len(self.run_values.run.experiment.network.layers)
        layers = "each layer"
        if len(self.layers) < count:
            half = in_words(MOST_LAYERS // 2)
            layers = f"the first {half} and the last {half} of {in_words(count)} layers"
        return f"One neuron of {layers} in full; the others go alike."

    def named(self, name: str) -> str:
        """A quantity of the sample that is drawn."""
        return sampled(name, each(self.run_values.run.experiment.samples_a_step)[0])

    def number(self, name: str) -> tuple[str, Value]:
        """The formula of a quantity at step 0, and its value."""
        run = self.run_values.run
        if name in run.columns:
            return run.cell(name, 0), self.run_values.values[name][0]
        return start_cell(run.experiment, name), all_starts(run.experiment)[name]


def put_drawing(
    page: Page, theme: Theme, run_values: RunValues, heading_row: int, column: int
) -> int:
    """Puts the drawing under its heading; returns its last row, from 0."""
    drawing = Drawing(run_values)
    experiment = run_values.run.experiment
    title = "The network at step 0"
    if len(experiment.samples) > 1:
        title += f", sample 1 of {in_words(len(experiment.samples))}"
    page.text((heading_row, column), title, theme("heading"))
    if drawing.crossed:
        return _Crossed(page, theme, drawing, heading_row, column).put()
    if drawing.sentence:
        page.text((heading_row + 1, column), drawing.sentence, theme("quiet"))
    return _Columns(page, theme, drawing, heading_row + 2, column).put()


class _Painter:
    """Cells that show a quantity by its name and its number."""

    def __init__(self, page: Page, theme: Theme, drawing: Drawing, row: int, column: int) -> None:
        self._page, self._theme, self._drawing = page, theme, drawing
        self._row, self._column = row, column
        self._run = drawing.run_values.run
        self._network = self._run.experiment.network

    def _quantity(self, position: Position, name: str, *styles: str, arrow: str = "") -> None:
        """``h1 = 0.0275``, and an arrow if there is one."""
        self._number(position, name, f"{name} = ", f"  {arrow}" if arrow else "", "centre", *styles)

    def _number(self, position: Position, name: str, before: str, after: str, *styles: str) -> None:
        formula, value = self._drawing.number(name)
        digits = "0.0000" if style_of(value) == "value" else "0.00E+00"
        head, tail = (f'"{text}"' if text else "" for text in (before, after))
        number_format = f'{head}{digits}{tail};"{before}−"{digits}{tail}'
        style = self._theme(*styles, number_format=number_format)
        self._page.formula(position, formula, value, style)

    def _box(self, row: int, column: int, neuron: Neuron) -> None:
        named = self._drawing.named
        self._quantity((row, column), named(neuron.pre_activation), "box_top", "group_forward")
        activation = named(neuron.activation)
        self._quantity((row + 1, column), activation, "box_bottom", "group_forward", "bold")

    def _header(self, row: int, first: int, last: int, text: str, tint: str) -> None:
        style = self._theme("bold", "centre", f"group_{tint}")
        if first == last:
            self._page.text((row, first), text, style)
        else:
            self._page.merged((row, first), last, text, style)

    @property
    def _weights_title(self) -> str:
        return "weights" if self._network.biases == "none" else "weights and biases"

    @property
    def _several(self) -> bool:
        return self._run.experiment.samples_a_step > 1


class _Crossed(_Painter):
    """The drawing of 2-2-2: upper and lower neurons, and the edges that cross between them."""

    def put(self) -> int:
        network, page, left = self._network, self._page, self._column
        named = self._drawing.named
        biased = network.biases != "none"
        upper, lower = self._row + 3, self._row + 6
        top = upper - 2 if biased else upper - 1  # the biases stand above and below the boxes
        weights = self._weights_title
        layers = ("inputs", weights, "hidden neurons", weights, "outputs", "targets and losses")
        tints = ("inputs", "weights", "forward", "weights", "forward", "loss")
        for offset, (layer, tint) in enumerate(zip(layers, tints, strict=True)):
            self._header(top, left + offset, left + offset, layer, tint)
        for row, name in zip((upper, lower), network.inputs, strict=True):
            self._quantity((row, left), named(name), "box_top", "group_inputs", "bold")
            page.blank((row + 1, left), self._theme("box_bottom", "group_inputs"))
        for column, layer_index in ((left + 2, 0), (left + 4, 1)):
            neurons = network.layers[layer_index].neurons
            for index, (row, neuron) in enumerate(zip((upper, lower), neurons, strict=True)):
                self._box(row, column, neuron)
                straight, crossing = (row, row + 1) if row == upper else (row + 1, row)
                self._quantity((straight, column - 1), neuron.weights[index], arrow="→")
                # The other weight starts at the other source: it crosses the middle.
                other, arrow = neurons[1 - index].weights[index], "↘" if row == upper else "↗"
                self._quantity((crossing, column - 1), other, arrow=arrow)
                if neuron.bias is not None:
                    beside = (upper - 1, "↓") if row == upper else (lower + 2, "↑")
                    self._quantity((beside[0], column), neuron.bias, arrow=beside[1])
            page.blank((upper + 2, column - 1), self._theme("crossing"))
        page.height(upper + 2, CROSSING_HEIGHT)
        for row, target, loss in zip((upper, lower), network.targets, network.losses, strict=True):
            self._quantity((row, left + 5), named(target))
            self._quantity((row + 1, left + 5), named(loss), "group_loss")
        middle = (upper + 2, left + 5)
        self._quantity(middle, named(TOTAL_LOSS), "boxed", "group_loss", "bold")
        if self._several:
            self._quantity((lower + 2, left + 5), MEAN_LOSS, "boxed", "group_loss", "bold")
        return lower + (2 if biased or self._several else 1)


class _Columns(_Painter):
    """The drawing of any other network: for each layer a column of weights, and one of boxes."""

    def put(self) -> int:
        drawing, left = self._drawing, self._column
        network = self._network
        top = self._row + 2
        total_height = max(
            2 * len(self._inputs) - 1, *(self._height(layer) for layer in drawing.layers)
        )
        self._header(self._row, left, left, "inputs", "inputs")
        self._put_inputs(top + (total_height - 2 * len(self._inputs) + 1) // 2)
        # What is left out of the inputs or neurons is said in the row below them.
        last = top + total_height - self._drawing.complete
        column = left + 1
        for layer in drawing.layers:
            words = layer_words(network, layer).removeprefix("the ")
            self._header(self._row, column, column + 1, self._weights_title, "weights")
            self._header(self._row, column + 2, column + 2, words, "forward")
            start = top + (total_height - self._height(layer)) // 2
            self._put_layer(layer, start, column)
            column += 3
        self._header(self._row, column, column, "targets and losses", "loss")
        # The last layer drawn is that of the outputs.
        return max(last, self._put_losses(layer, start, column))

    @property
    def _inputs(self) -> Sequence[str]:
        return self._network.inputs[:MOST_SOURCES]

    def _neurons(self, layer: int) -> Sequence[Neuron]:
        neurons = self._network.layers[layer].neurons
        return neurons if self._drawing.complete else neurons[:1]

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
            styles = ("box_top", "box_bottom", "group_inputs", "bold")
            self._quantity(position, self._drawing.named(name), *styles)
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
        lines = [(f"from {source}:  {weight} =", weight) for weight, source in pairs]
        lines = lines[:MOST_SOURCES]
        left_out = len(pairs) - len(lines)
        for text, weight in lines:
            self._put_weight((row, column), text, weight)
            row += 1
        if left_out:
            self._put_left_out((row, column), left_out, "plain_number")
            row += 1
        if neuron.bias is not None:
            self._put_weight((row, column), f"bias:  {neuron.bias} =", neuron.bias)

    def _put_weight(self, position: Position, text: str, name: str) -> None:
        row, column = position
        self._page.text(position, text, self._theme("plain_number", "quiet"))
        self._number((row, column + 1), name, "", "  →", "plain_number")

    def _put_left_out(self, position: Position, count: int, align: str) -> None:
        if count:
            self._page.text(position, f"… and {count} more", self._theme("quiet", align))

    def _put_losses(self, layer: int, row: int, column: int) -> int:
        """Beside each output its target and its part of the loss, and the total below them."""
        network, named = self._network, self._drawing.named
        neurons = self._neurons(layer)
        for index, neuron in enumerate(neurons):
            box = self._box_row(neuron, row)
            self._quantity((box, column), named(network.targets[index]))
            if network.losses:
                self._quantity((box + 1, column), named(network.losses[index]), "group_loss")
            row += self._rows(neuron) + GAP
        below = self._box_row(neurons[-1], row - self._rows(neurons[-1]) - GAP)
        below += 3 if network.losses else 1
        totals = [named(TOTAL_LOSS), *([MEAN_LOSS] if self._several else [])]
        for offset, name in enumerate(totals):
            self._quantity((below + offset, column), name, "boxed", "group_loss", "bold")
        return below + len(totals) - 1
