"""Building one learning rate with more and more steps: time and memory for each step.

    python benchmarks/steps.py [--steps 1000 10000 100000] [--layers 10-10-10-10]

Each size is built in a process of its own, whose peak memory is read at its end.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import zipfile
from pathlib import Path

from backprop_xlsx import Experiment, build
from measuring import printed_numbers, processor_seconds


def measure(steps: int, layers: str) -> None:
    """Builds a book of that many steps and prints seconds, peak bytes and the number of charts."""
    baseline = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    experiment = Experiment.preset(layers=layers, learning_rates=[0.1], steps=steps)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        seconds = processor_seconds(lambda: build(experiment, path))
        with zipfile.ZipFile(path) as package:
            charts = sum(name.startswith("xl/charts/chart") for name in package.namelist())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(seconds, baseline * 1024, peak * 1024, charts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--layers", default="2-2-2")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        measure(options.one, options.layers)
        return
    print("| steps | seconds | ms a step | peak memory, MB | kB a step | charts |")
    print("|---|---|---|---|---|---|")
    for steps in options.steps:
        seconds, baseline, peak, charts = printed_numbers(
            __file__, "--one", str(steps), "--layers", options.layers
        )
        print(
            f"| {steps:,} | {seconds:.1f} | {seconds / steps * 1e3:.2f} | {peak / 1e6:.0f} "
            f"| {(peak - baseline) / steps / 1e3:.1f} | {charts:.0f} |"
        )


if __name__ == "__main__":
    main()
