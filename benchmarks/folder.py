"""Checking a folder of any size: the same bytes everywhere, flat memory, speed by processes.

    python benchmarks/folder.py same --files 3000 --kills 3
    python benchmarks/folder.py memory --files 100000
    python benchmarks/folder.py speed --files 300

``same`` checks a folder of distinct files in one process, in a pool and on a local Dask cluster,
kills each run so many times with SIGKILL, resumes it, and compares the CSV files. ``memory`` sends
paths through a pool with a stub in place of the check. ``speed`` compares one process and two, in
turn; processor seconds stand beside those of the clock, as a machine is seldom idle.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from backprop_xlsx import equations
from backprop_xlsx.check.findings import FileReport
from backprop_xlsx.check.many.files import check_files
from backprop_xlsx.formula.expression import Expression, Symbol
from backprop_xlsx.formula.names import LEARNING_RATE, label
from backprop_xlsx.model.network import CLASS_NETWORK
from backprop_xlsx.model.optimisers import GradientDescent
from measuring import Cost, cost, median

SHORT, USUAL = 3, 100
"""Steps of a book: where only the number of files counts, and as they are handed in."""
GIVEN = {"t1": 0.5, "t2": 0.5, "i1": 0.05, "i2": 0.1}
START = {name: 0.15 + 0.05 * number for number, name in enumerate(CLASS_NETWORK.weights)}
EQUATIONS = equations.equations(CLASS_NETWORK, 1, GradientDescent(0.5))
SLIPS = (None, ("dE/dw3", "a_h2", "a_h1"), ("h2", "i2", "i1"), ("w6", "dE/dw6", "dE/dw5"))
"""In turn: the quantity, and which operand stands in place of which."""
COMMAND = [sys.executable, "-m", "backprop_xlsx.check"]


def write_book(path: Path, number: int, steps: int) -> None:
    """A book with a first weight of its own and, three in four, a slip."""
    slip = SLIPS[number % len(SLIPS)]
    columns = {name: at for at, name in enumerate((*GIVEN, *EQUATIONS))}
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["learning rate", 0.5])
        sheet.write_row(2, 0, [label(name) for name in columns])
        for step in range(steps + 1):
            for name, at in columns.items():
                if name in GIVEN:
                    sheet.write_number(3 + step, at, GIVEN[name])
                elif name in START and step == 0:
                    own = number * 1e-6 if name == "w1" else 0.0
                    sheet.write_number(3 + step, at, START[name] + own)
                else:
                    formula = _formula(EQUATIONS[name], name, step, columns, slip)
                    sheet.write_formula(3 + step, at, f"={formula}")


def _formula(
    equation: Expression,
    name: str,
    step: int,
    columns: dict[str, int],
    slip: tuple[str, str, str] | None,
) -> str:
    def cell(leaf: Expression) -> str:
        assert isinstance(leaf, Symbol)
        if leaf.name == LEARNING_RATE:
            return "$B$1"
        stands = slip[2] if slip and (name, leaf.name) == slip[:2] else leaf.name
        return str(xl_rowcol_to_cell(3 + step - leaf.steps_back, columns[stands]))

    return equation.formula(cell)


def write_books(folder: Path, number: int, steps: int) -> list[str]:
    """So many books of distinct content."""
    names = [folder / f"{index:06}.xlsx" for index in range(number)]
    for index, name in enumerate(names):
        write_book(name, index, steps)
    return [name.name for name in names]


def digest(path: Path) -> str:
    """The beginning of a file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


@contextmanager
def cluster() -> Iterator[str]:
    """The address of a Dask cluster of two processes on this machine."""
    distributed: Any = import_module("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as started:
        yield started.scheduler_address


def same(files: int, kills: int) -> None:
    """The CSV of each way of running, killed and resumed, and of a run that nobody kills."""
    print("| where | killed after lines | seconds | SHA-256 |\n|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as name, cluster() as address:
        folder = Path(name)
        names = write_books(folder, files, SHORT)
        ways = {"one process": [], "--jobs 2": ["--jobs", "2"]}
        ways["--scheduler (two workers)"] = ["--scheduler", address]
        plain = folder / "plain.csv"
        seconds = cost([*COMMAND, *names, "--csv", plain.name], folder).seconds
        print(f"| one process | – | {seconds:.0f} | {digest(plain)} |", flush=True)
        for number, (where, options) in enumerate(ways.items()):
            grades = folder / f"{number}.csv"
            files_and_options = ["--csv", grades.name, "--resume", f"{number}.journal", *options]
            command = [*COMMAND, *names, *files_and_options]
            start, killed = time.perf_counter(), []
            for kill in range(1, kills + 1):
                killed.append(_killed(command, grades, files * kill // (kills + 1)))
            subprocess.run(command, cwd=folder, capture_output=True)
            seconds = time.perf_counter() - start
            lines = ", ".join(map(str, killed))
            print(f"| {where} | {lines} | {seconds:.0f} | {digest(grades)} |", flush=True)
            assert grades.read_bytes() == plain.read_bytes()


def _killed(command: list[str], grades: Path, at: int) -> int:
    """Run a command until its CSV has so many lines, and kill it; gives the number of lines."""
    grades.unlink(missing_ok=True)
    process = subprocess.Popen(
        command, cwd=grades.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while process.poll() is None:
        lines = grades.read_bytes().count(b"\n") if grades.exists() else 0
        if lines >= at:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return lines
        time.sleep(0.05)
    raise SystemExit("the run ended before it could be killed")


def stub(path: Path) -> FileReport:
    """In place of the check."""
    return FileReport(path, error=f"{path}: " + "x" * 1000)


def memory(files: int) -> None:
    """The memory of the process that collects, at each tenth of the files."""
    print("| files | resident memory, MB |\n|---|---|")
    with ProcessPoolExecutor(2) as executor:
        paths = (Path(f"{number}.xlsx") for number in range(files))
        for number, _ in enumerate(check_files(paths, executor, check=stub), start=1):
            if number % (files // 10) == 0:
                print(f"| {number:,} | {_resident() / 1e6:.1f} |", flush=True)


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def speed(files: int, repeats: int) -> None:
    """One process against two, in turn, by the clock and by the processor."""
    costs: dict[str, list[Cost]] = {"--jobs 1": [], "--jobs 2": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        names = write_books(folder, files, USUAL)
        for _ in range(repeats):
            for option, found in costs.items():
                command = [*COMMAND, *names, *option.split(), "--csv", "grades.csv"]
                found.append(cost(command, folder))
    print("| processes | seconds | processor seconds | times as fast |\n|---|---|---|---|")
    one = median(costs["--jobs 1"]).seconds
    for option, found in costs.items():
        seconds, spent = median(found)
        print(f"| `{option}` | {seconds:.1f} | {spent:.1f} | {one / seconds:.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["same", "memory", "speed"])
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    if options.what == "same":
        same(options.files, options.kills)
    elif options.what == "memory":
        memory(options.files)
    else:
        speed(options.files, options.repeats)


if __name__ == "__main__":
    main()
