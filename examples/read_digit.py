"""Turns a small network of your own into a workbook that reads digits, and reads a number back.

    python examples/read_digit.py

Writes Own.xlsx; its first sheet looks like pictures/digit-workbook.png, the sheet Why like
pictures/digit-why.png and that of a convolution like pictures/digit-stage.png.
"""

import torch
from torch import nn

from backprop_xlsx.spreadsheet.ooxml.book import read_book
from mnist_model.digit import Examples, Scaling, to_workbook, verify
from mnist_model.training.data import load_sample

torch.manual_seed(0)
network = nn.Sequential(
    nn.Conv2d(1, 8, 5, stride=2),
    nn.BatchNorm2d(8),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(8, 12, 3),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(192, 10),
)
scaling = Scaling(largest=255, mean=0.1307, standard_deviation=0.3081)
digits = load_sample()
optimiser = torch.optim.Adam(network.parameters(), 3e-3)
for start in range(40):
    batch = digits.train_images[start::40].float()
    loss = nn.functional.cross_entropy(
        network(scaling.scaled(batch)), digits.train_targets[start::40]
    )
    optimiser.zero_grad()
    torch.autograd.backward(loss)
    optimiser.step()

shown = Examples(
    digits.test_images[::20],
    targets=tuple(digits.test_targets[::20].tolist()),
    noun="digit",
    scaling=scaling,
    chosen=42,
)
placed = to_workbook(network, (1, 28, 28), "Own.xlsx", shown, batch_norm="show")
print(f"{placed.path}: {'as it was' if placed.unchanged else 'written'}")

verification = verify(placed.path, network, (1, 28, 28), shown, batch_norm="show")
print(f"{verification.formulas:,} formulas agree in {' and '.join(verification.engines)}")

why = read_book(placed.path).sheet("Why")
target = shown.targets[shown.chosen]
print(f"{shown.names[shown.chosen]} is a {target}. {why.cells[2, 2].value}")
