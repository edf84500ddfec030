"""Building and verifying a book, against XlsxWriter alone on ready-made strings.

    python benchmarks/build.py [--repeats 7] [--layers 10-10-10-10]

The book is the default one, or that of a network with trained biases.
The build is recorded once, call by call; XlsxWriter alone is the replay of those calls, with all
strings, numbers and formats ready. Both run in turn in one process; the table gives the medians of
the processor's seconds.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

import xlsxwriter

from backprop_xlsx import Experiment, build, verify
from backprop_xlsx.workbook import build as build_module
from measuring import processor_seconds
from replaying import record, replay


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--layers")
    options = parser.parse_args()
    experiment = Experiment.preset()
    if options.layers:
        experiment = Experiment.preset(layers=options.layers, biases="trained")
    with tempfile.TemporaryDirectory() as folder:
        recorded, ours, alone = (Path(folder) / f"{name}.xlsx" for name in ("a", "b", "c"))
        write = partial(build_module.write_workbook, experiment, recorded)
        book, calls = record(build_module, "PlainWorkbook", write)
        times: dict[str, list[float]] = {"XlsxWriter alone": [], "build": [], "verify": []}
        for _ in range(options.repeats):
            times["XlsxWriter alone"].append(processor_seconds(lambda: replay(book, calls, alone)))
            times["build"].append(processor_seconds(lambda: build(experiment, ours)))
            start = time.process_time()
            verification = verify(ours, experiment)
            times["verify"].append(time.process_time() - start)
        if alone.read_bytes() != ours.read_bytes():
            raise SystemExit("the replay wrote another file: the comparison is void")
    medians = {name: statistics.median(values) for name, values in times.items()}
    medians["build and verify"] = medians["build"] + medians.pop("verify")
    print(f"Python {platform.python_version()}, XlsxWriter {xlsxwriter.__version__}")
    print(f"{verification.formulas:,} formulas")
    print("| what | ratio | seconds of processor |\n|---|---|---|")
    for name, value in medians.items():
        print(f"| {name} | {value / medians['XlsxWriter alone']:.2f} | {value:.2f} |")


if __name__ == "__main__":
    main()
