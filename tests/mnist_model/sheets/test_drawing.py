"""The drawing of a network: a block for every shape, in order, as large as it should be."""

from __future__ import annotations

import io
import math

import pytest
from PIL import Image

from mnist_model.sheets.run.drawing import INCH, RESOLUTION, drawing, stages
from mnist_model.training.networks import build_network, network_names
from mnist_model.training.networks.architecture import layer_table


@pytest.mark.parametrize("name", network_names())
def test_blocks_are_the_shapes_that_the_network_computes(name: str) -> None:
    layers = layer_table(build_network(name))
    drawn = stages(layers)
    assert (drawn[0].channels, drawn[0].side) == (1, 28)
    assert drawn[-1].channels == 10
    shapes = {layer.output_shape for layer in layers if layer.multiply_adds}
    blocks = {(s.channels, s.side, s.side) if s.side > 1 else (s.channels,) for s in drawn}
    assert {s if len(s) == 1 or s[1] > 1 else s[:1] for s in shapes} <= blocks
    told = sum(len(stage.operations) for stage in drawn) - 1  # the picture is no layer
    assert told == sum(layer.operation != "Flatten" for layer in layers)


def test_the_picture_has_the_size_that_was_asked_for() -> None:
    image = Image.open(io.BytesIO(drawing(layer_table(build_network("4838")), 900, 150)))
    assert image.size == (900 * RESOLUTION // INCH, 150 * RESOLUTION // INCH)
    assert [round(d) for d in image.info["dpi"]] == [RESOLUTION] * 2
    colours = image.convert("RGB").getcolors(2**20)
    assert colours is not None
    assert len(colours) > 3
    assert not math.isclose(max(count for count, _ in colours), image.size[0] * image.size[1])
