"""A drawing of a network: its feature maps as blocks, from the picture to the ten outputs."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import ACCENT, GROUP_TINTS, INK, QUIET, Theme
from mnist_model.sheets.grid import ROW_HEIGHT, TABLE_WIDTH, WORDS, Headed, put_heading
from mnist_model.sheets.paging import ROW
from mnist_model.training.record import LayerRow

HEIGHT = 160  # pixels
INCH = 96  # pixels on a sheet
RESOLUTION = 192
TALLEST = 1.0  # of a block, where the drawing is 2 high
DEEPEST = 0.34
TEXT = 6.5
WORDS_OF_LAYERS = {
    "Depthwise convolution": "depthwise",
    "Convolution": "convolution",
    "Dropout of whole channels": "dropout",
    "Global average pooling": "global\naverage",
    "Max pooling": "max pooling",
    "Average pooling": "average\npooling",
    "Linear": "fully\nconnected",
}


@dataclass(frozen=True)
class NetworkDrawing(Headed):
    """The drawing with its title, from row ``top`` on."""

    layers: tuple[LayerRow, ...]

    @property
    def bottom(self) -> int:
        """The last row that it covers."""
        return self.top + HEIGHT // ROW_HEIGHT

    def put(self, page: Page, theme: Theme) -> None:
        """Writes the title, and keeps the rows under the picture as high as they are drawn."""
        put_heading(page, theme, self.top, "The network, from picture to outputs")
        for row in range(self.top + 1, self.bottom + 1):
            page.height(row, ROW)

    def insert_picture(self, page: Page) -> None:
        """Puts the drawing over its rows."""
        content = io.BytesIO(drawing(self.layers, TABLE_WIDTH, HEIGHT))
        words = "feature maps as blocks, from the picture to the ten outputs"
        options = {"image_data": content, "object_position": 2, "description": words}
        page.worksheet.insert_image(self.top + 1, WORDS, "architecture.png", options)


@dataclass
class Stage:
    """Feature maps, and the operations that lead to them from those before."""

    channels: int
    side: int
    operations: list[str] = field(default_factory=list)
    tint: str = "inputs"


def stages(layers: Sequence[LayerRow]) -> list[Stage]:
    """The picture and what follows: a stage for each layer with a window or with weights.

    What works on each value alone (BatchNorm, ReLU, dropout) belongs to the stage before it.
    """
    found = [Stage(layers[0].input_shape[0], layers[0].input_shape[-1], ["picture"])]
    for layer in layers:
        channels = layer.output_shape[0]
        side = layer.output_shape[-1] if len(layer.output_shape) > 1 else 1
        if layer.kernel is not None or layer.multiply_adds:
            tint = "weights" if layer.multiply_adds else "forward"
            found.append(Stage(channels, side, [_words(layer)], tint))
        elif layer.operation != "Flatten":  # which changes no number
            found[-1].operations.append(_words(layer))
    return found


def _words(layer: LayerRow) -> str:
    known = [name for name in WORDS_OF_LAYERS if layer.operation.startswith(name)]
    text = WORDS_OF_LAYERS[known[0]] if known else layer.operation
    if layer.kernel is None or layer.operation == "Global average pooling":
        return text
    stride = f", /{layer.stride}" if layer.multiply_adds and layer.stride != 1 else ""
    return f"{text}\n{layer.kernel} × {layer.kernel}{stride}"


def drawing(layers: Sequence[LayerRow], width: int, height: int) -> bytes:
    """The drawing as a PNG file, to be shown with that size in pixels.

    A block's height goes with the side of its maps, its depth with their number.
    """
    figure = Figure(figsize=(width / INCH, height / INCH))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    drawn = stages(layers)
    axes.set(xlim=(0, len(drawn)), ylim=(0, 2))
    most = max(stage.channels for stage in drawn)
    whole = drawn[0].side
    for place, stage in enumerate(drawn):
        _block(axes, place + 0.5, stage, stage.side / whole, stage.channels / most)
        if place:
            arrow = {"arrowstyle": "->", "color": QUIET, "linewidth": 0.8}
            axes.annotate("", (place + 0.08, 1.0), (place - 0.08, 1.0), arrowprops=arrow)
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=RESOLUTION)
    return content.getvalue()


def _block(axes: Axes, centre: float, stage: Stage, side: float, channels: float) -> None:
    tall, wide = max(0.06, side * TALLEST), max(0.05, side * 0.4)
    # Sheets one behind the other: a few for few channels, more for many.
    count = 1 + round(4 * math.sqrt(channels)) if stage.channels > 1 else 1
    step = DEEPEST * 0.1
    for index in reversed(range(count)):
        shift = (index - (count - 1) / 2) * step
        corner = (centre - wide / 2 + shift, 1.0 - tall / 2 + shift)
        axes.add_patch(
            Rectangle(
                corner,
                wide,
                tall,
                facecolor=GROUP_TINTS[stage.tint],
                edgecolor=ACCENT,
                linewidth=0.6,
            )
        )
    shape = f"{stage.channels} × {stage.side} × {stage.side}" if stage.side > 1 else stage.channels
    axes.text(centre, 0.3, str(shape), ha="center", va="top", fontsize=TEXT + 0.5, color=INK)
    first, *others = stage.operations
    text = "\n".join([first, ", ".join(others)] if others else [first])
    axes.text(centre, 1.98, text, ha="center", va="top", fontsize=TEXT, color=INK, linespacing=1.1)
