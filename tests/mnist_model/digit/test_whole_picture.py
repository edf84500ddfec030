"""A convolution whose window is the whole picture: each map is a single cell, as of a neuron."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from backprop_xlsx.spreadsheet.ooxml.book import read_book
from mnist_model.digit import Examples, to_workbook, verify

SHAPE = (2, 4, 5)


@pytest.mark.parametrize("moved", [1, 2])
def test_it_is_shown_as_the_linear_layer_that_it_is(tmp_path: Path, moved: int) -> None:
    torch.manual_seed(1)
    network = nn.Sequential(
        nn.Conv2d(2, 3, (4, 5), stride=moved), nn.ReLU(), nn.Flatten(), nn.Linear(3, 2)
    )
    network = network.double().eval()
    examples = Examples(torch.randn(3, *SHAPE, dtype=torch.float64))
    path = tmp_path / "book.xlsx"
    to_workbook(network, SHAPE, path, examples)
    assert verify(path, network, SHAPE, examples).largest_difference < 1e-12
    cells = read_book(path).sheet("1 Linear").cells.values()
    assert sum("SUMPRODUCT" in (cell.formula or "") for cell in cells) == 3
