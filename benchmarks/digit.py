"""Digit workbooks: file size, writing, recalculating and opening, for each network.

    python benchmarks/digit.py [--networks 19626 4838] [--batchnorm fold] [--repeats 3]

The weights are drawn at random, and BatchNorm's statistics come from one pass over digits: neither
changes what is measured. XlsxWriter alone replays the recorded calls with all strings, numbers and
formats ready; both in processor seconds. One pixel is painted inside each engine; LibreOffice opens
the book and converts its first sheet, which includes starting up.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
import xlsxwriter
from torch import nn

from backprop_xlsx.spreadsheet.engines import engines, open_live
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from measuring import clock_seconds, processor_seconds
from mnist_model.digit import book as book_module
from mnist_model.digit.book import Plan, plan, write
from mnist_model.digit.mnist import mnist_examples
from mnist_model.training.data import load_sample
from mnist_model.training.networks import build_network, network_names
from mnist_model.training.score import normalised, scaled
from replaying import record, replay


def network_with_statistics(name: str) -> nn.Sequential:
    """A network with random weights, after one pass over digits in training mode."""
    torch.manual_seed(0)
    network = build_network(name).train()
    with torch.no_grad():
        network(normalised(scaled(load_sample().train_images[::20])))
    return network.eval()


def writing(make: Any, planned: Plan, path: Path, repeats: int) -> tuple[float, float]:
    """Processor seconds of planning and writing, and of XlsxWriter alone; medians, in turn."""
    alone = path.with_name("alone.xlsx")
    book, calls = record(book_module, "Workbook", lambda: write(planned, path))
    times: list[tuple[float, float]] = []
    for _ in range(repeats):
        other = processor_seconds(lambda: replay(book, calls, alone))
        times.append((processor_seconds(lambda: write(make(), path)), other))
    if alone.read_bytes() != path.read_bytes():
        raise SystemExit("the replay wrote another file: the comparison is void")
    ours, others = zip(*times, strict=True)
    return statistics.median(ours), statistics.median(others)


def formulas(path: Path) -> int:
    """How many formulas a book has."""
    sheets = read_book(path).sheets
    return sum(cell.formula is not None for sheet in sheets for cell in sheet.cells.values())


def painting(planned: Plan, path: Path, engine: str) -> tuple[float, float]:
    """Seconds to load and recalculate everything, and then after one painted pixel."""
    sheet = planned.input
    row, column = sheet.typed.position(0, 14, 14)
    start = time.perf_counter()
    with open_live(path, engine) as live:
        live.recalculate()
        first = time.perf_counter() - start

        def paint() -> None:
            live.type(sheet.name, row + 1, column + 1, 200)
            live.recalculate()

        return first, clock_seconds(paint)


def opening(path: Path) -> float:
    """Seconds for LibreOffice to start, open the book and convert its first sheet."""
    command = ["soffice", "--headless", "--convert-to", "csv", "--outdir", str(path.parent)]
    return clock_seconds(lambda: subprocess.run([*command, path], check=True, capture_output=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", nargs="+", default=network_names(), metavar="NAME")
    parser.add_argument("--batchnorm", choices=("fold", "show"), default="fold")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    names = engines()
    print(f"Python {platform.python_version()}, XlsxWriter {xlsxwriter.__version__}, ", end="")
    print(f"BatchNorm: {options.batchnorm}; seconds")
    columns = ["network", "formulas", "MB", "write", "ratio"]
    columns += [f"{name}: {what}" for name in names for what in ("open", "pixel")]
    columns.append("LibreOffice: open")
    print("| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|")
    for name in options.networks:
        network = network_with_statistics(name)
        examples = mnist_examples(network, load_sample())

        def make(network: nn.Module = network, examples: Any = examples) -> Plan:
            return plan(network, (1, 28, 28), examples, options.batchnorm)

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "Digit.xlsx"
            planned = make()
            ours, alone = writing(make, planned, path, options.repeats)
            cells = [name, f"{formulas(path):,}", f"{path.stat().st_size / 1e6:.1f}"]
            cells += [f"{ours:.1f}", f"{ours / alone:.2f}"]
            for engine in names:
                cells += [f"{time:.2f}" for time in painting(planned, path, engine)]
            cells.append(f"{opening(path):.1f}" if shutil.which("soffice") else "–")
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
