"""Fifty digits of scikit-learn, painted on a digit workbook at random places and sizes.

    python benchmarks/painted_digits.py runs/fast-seed0 [--data FOLDER] [--seed 0] [--other BOOK]

`load_digits` has eight squares a side, written by 43 people, none of them in MNIST. Five of each
class are drawn, enlarged to 12 to 28 squares a side, and what is at least half ink is marked on the
workbook's squares inside an engine. Torch gets the numbers that the network sees. `--other` is an
older workbook of the same network, whose squares took numbers from 0 to 255: the same squares are
typed into it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy
import torch
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from torch.nn.functional import interpolate

from backprop_xlsx.spreadsheet.engines import LiveWorkbook, open_live
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from mnist_model.digit.book import Plan, plan, write
from mnist_model.digit.mnist import mnist_examples
from mnist_model.digit.network.reference import outputs
from mnist_model.training.checkpoint import load_model
from mnist_model.training.data import digits_of
from mnist_model.training.networks.architecture import INPUT_SHAPE
from mnist_model.training.record import read_record

SIDE, SMALLEST, PER_CLASS, FULL = 28, 12, 5, 16
Marks = NDArray[numpy.bool_]


def paintings(seed: int) -> Iterator[tuple[int, Marks]]:
    """Fifty digits and which squares of the page each marks."""
    draw, digits = numpy.random.default_rng(seed), load_digits()
    for digit in range(10):
        of_class = numpy.flatnonzero(digits.target == digit)
        for index in draw.choice(of_class, PER_CLASS, replace=False):
            side = int(draw.integers(SMALLEST, SIDE + 1))
            ink = torch.from_numpy(digits.images[index] / FULL)[None, None]
            large = interpolate(ink, size=(side, side), mode="bicubic")[0, 0].numpy()
            row, column = draw.integers(0, SIDE - side + 1, 2)
            page = numpy.zeros((SIDE, SIDE), bool)
            page[row : row + side, column : column + side] = large >= 0.5
            yield digit, page


def paint(live: LiveWorkbook, page: Marks, before: Marks | None) -> None:
    """Types the squares that change; both workbooks have theirs from B7 on."""
    old = numpy.zeros_like(page) if before is None else before
    for row, column in zip(*numpy.nonzero(page != old), strict=True):
        live.type("Digit", 7 + int(row), 2 + int(column), 255 if page[row, column] else None)
    live.recalculate()


def read_here(planned: Plan, seed: int) -> tuple[list[int], float]:
    """What this project's workbook reads, and its outputs' largest difference from torch's."""
    read, difference, before = [], 0.0, None
    seen, results = planned.input.outputs, planned.stages[-1].outputs
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Digit.xlsx"
        write(planned, path)
        with open_live(path, "ironcalc") as live:
            for _, page in paintings(seed):
                paint(live, page, before)
                before = page
                values = [
                    [
                        live.value(cells.sheet, row + 1, column + 1)
                        for row, column in cells.positions
                    ]
                    for cells in (seen, results)
                ]
                inputs = torch.tensor(values[0], dtype=torch.float64).reshape(1, *INPUT_SHAPE)
                expected = outputs(planned.twin, inputs)[0]
                found = torch.tensor(values[1], dtype=torch.float64)
                difference = max(difference, float((found - expected).abs().max()))
                read.append(int(found.argmax()))
    return read, difference


def read_there(path: Path, seed: int) -> list[int]:
    """What another workbook reads, by the outputs on its sheet Proof."""
    book = read_book(path)
    cells = book.sheet("Proof").cells
    (row,) = [place[0] for place, cell in cells.items() if cell.value == "this workbook, now"]
    chosen = cells[7, 2].value  # the digit shown, to be replaced by the empty page
    sheet = book.sheet("Digit").cells
    (choice,) = [place for place, cell in sheet.items() if place[0] == 6 and cell.value == chosen]
    read, before = [], None
    with open_live(path, "ironcalc") as live:
        live.type("Digit", *choice, "blank page")
        for _, page in paintings(seed):
            paint(live, page, before)
            before = page
            found = [live.value("Proof", row, 4 + digit) for digit in range(10)]
            read.append(int(numpy.argmax(found)))
    return read


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--data")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--other", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    _, network = load_model(options.run)
    examples = mnist_examples(network, digits_of(read_record(options.run), options.data))
    digits = [digit for digit, _ in paintings(options.seed)]
    read, difference = read_here(plan(network, INPUT_SHAPE, examples), options.seed)
    rows = [("this workbook", read)]
    if options.other is not None:
        rows.append((options.other.name, read_there(options.other, options.seed)))
    print("| workbook | read rightly |\n|---|---|")
    for name, found in rows:
        right = sum(one == other for one, other in zip(found, digits, strict=True))
        print(f"| {name} | {right} of {len(digits)} |")
    print(f"\nlargest difference of an output from torch's: {difference:.1e}")
    wrong = [f"{d} as {r}" for d, r in zip(digits, read, strict=True) if d != r]
    print(f"misread here: {', '.join(wrong) or 'none'}")


if __name__ == "__main__":
    main()
