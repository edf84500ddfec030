"""Writing and verifying large books: time, peak memory, and the memory that the limit reckons with.

    python benchmarks/memory.py [--large]

Each book is made in a process of its own; ``--large`` adds those of several million cells. The
samples are made here: three classes of four measurements each.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from backprop_xlsx import Experiment, build, verify
from backprop_xlsx.workbook.limits import table_cells, verifying_memory
from measuring import printed_numbers, processor_seconds

FLOWERS = {
    "layers": "4-8-3",
    "loss": "cross-entropy",
    "activation": "relu",
    "biases": "trained",
    "standardise": True,
}
BOOKS: dict[str, dict[str, Any]] = {
    "2-2-2, 6 rates, 100 steps": {},
    "2-2-2, 1 rate, 10,000 steps": {"steps": 10_000, "learning_rates": [0.5]},
    "10-10-10-10, 6 rates, 100 steps": {"layers": "10-10-10-10"},
    "4-8-3, 30 samples, 6 rates, 200 steps": FLOWERS | {"samples": 30, "steps": 200},
}
LARGE_BOOKS: dict[str, dict[str, Any]] = {
    "2-2-2, 6 rates, 34,000 steps": {"steps": 34_000},
    "4-8-3, 150 samples, 6 rates, 200 steps": FLOWERS | {"samples": 150, "steps": 200},
}


def experiment_of(settings: dict[str, Any]) -> Experiment:
    """The experiment of a book; ``samples`` are the number of flowers to be made."""
    flowers = settings.pop("samples", 0)
    if flowers:
        random = np.random.default_rng(0)
        kinds = np.arange(flowers) % 3
        centres = np.array([(5.0, 3.4, 1.5, 0.2), (5.9, 2.8, 4.3, 1.3), (6.6, 3.0, 5.6, 2.0)])
        settings["inputs"] = random.normal(centres[kinds], 0.3).round(1).tolist()
        settings["targets"] = np.eye(3)[kinds].tolist()
    return Experiment.preset(**settings)


def measure(settings: dict[str, Any]) -> None:
    """Makes a book and prints its cells, processor seconds, peak bytes, and those reckoned with."""
    experiment = experiment_of(settings)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        built = processor_seconds(lambda: build(experiment, path))
        verified = processor_seconds(lambda: verify(path, experiment))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    reckoned = verifying_memory(experiment, experiment.steps)
    print(table_cells(experiment), built, verified, peak, reckoned)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        measure(json.loads(options.one))
        return
    print("| book | cells of runs | build, s of processor | verify, s | peak, MB | reckoned, MB |")
    print("|---|---|---|---|---|---|")
    for name, settings in (BOOKS | (LARGE_BOOKS if options.large else {})).items():
        cells, build_, verify_, peak, reckoned = printed_numbers(
            __file__, "--one", json.dumps(settings)
        )
        print(
            f"| {name} | {cells:,.0f} | {build_:.0f} | {verify_:.0f} | {peak / 1e6:.0f} "
            f"| {reckoned / 1e6:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
