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
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import xlsxwriter

from backprop_xlsx import Experiment, build, verify
from backprop_xlsx.workbook import build as build_module


class Recorder:
    """Stands for one of XlsxWriter's objects, passes every call on and keeps it."""

    def __init__(self, target: Any, calls: list[Any]) -> None:
        self._target, self._calls = target, calls

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._target, name)
        if not callable(attribute):
            return attribute

        def call(*arguments: Any, **options: Any) -> Any:
            plain, plain_options = [_plain(a) for a in arguments], _plain(options)
            result = attribute(*plain, **plain_options)
            known = result if type(result).__module__.startswith("xlsxwriter") else None
            self._calls.append((self._target, name, plain, plain_options, known))
            return result if known is None else Recorder(known, self._calls)

        return call


def _plain(value: Any) -> Any:
    if isinstance(value, Recorder):
        return value._target
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def record(experiment: Experiment, path: Path) -> tuple[Any, list[Any]]:
    """The workbook object of a build and every call that was made on it and its parts."""
    calls: list[Any] = []
    books: list[Any] = []

    def make(*arguments: Any) -> Recorder:
        books.append(xlsxwriter.Workbook(*arguments))
        return Recorder(books[0], calls)

    with mock.patch.object(build_module, "PlainWorkbook", make):
        build_module.write_workbook(experiment, path)
    return books[0], calls


def replay(book: Any, calls: list[Any], path: Path) -> None:
    """XlsxWriter alone: the recorded calls on a new workbook."""
    new = xlsxwriter.Workbook(str(path), {"constant_memory": book.constant_memory})
    stands_for = {id(book): new}

    def translate(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: translate(item) for key, item in value.items()}
        return stands_for.get(id(value), value)

    for target, name, arguments, options, result in calls:
        method = getattr(stands_for[id(target)], name)
        made = method(
            *[translate(a) for a in arguments], **{k: translate(o) for k, o in options.items()}
        )
        if result is not None:
            stands_for[id(result)] = made


def seconds(work: Callable[[], object]) -> float:
    """How long the processor works on something, whatever else the machine does."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--layers")
    options = parser.parse_args()
    repeats, experiment = options.repeats, Experiment.preset()
    if options.layers:
        experiment = Experiment.preset(layers=options.layers, biases="trained")
    with tempfile.TemporaryDirectory() as folder:
        recorded, ours, alone = (Path(folder) / f"{name}.xlsx" for name in ("a", "b", "c"))
        book, calls = record(experiment, recorded)
        times: dict[str, list[float]] = {"XlsxWriter alone": [], "build": [], "verify": []}
        for _ in range(repeats):
            times["XlsxWriter alone"].append(seconds(lambda: replay(book, calls, alone)))
            times["build"].append(seconds(lambda: build(experiment, ours)))
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
