"""Checking a folder of workbooks, against the time that LibreOffice needs merely to convert them.

    python benchmarks/check.py FOLDER [--repeats 3]

Both start a process of their own for the whole folder, in turn; the table gives the medians.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def seconds(command: list[str]) -> float:
    """How long a command takes; its exit status says what it found, not whether it worked."""
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, check=False)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="a folder of .xlsx files")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    books = sorted(str(path) for path in options.folder.glob("*.xlsx"))
    times: dict[str, list[float]] = {"LibreOffice, converting": [], "check": []}
    with tempfile.TemporaryDirectory() as folder:
        profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
        convert = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", folder]
        seconds([*convert, books[0]])  # makes the profile
        for _ in range(options.repeats):
            times["LibreOffice, converting"].append(seconds([*convert, *books]))
            times["check"].append(seconds([sys.executable, "-m", "backprop_xlsx.check", *books]))
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(f"{len(books)} workbooks\n\n| what | ratio | seconds |\n|---|---|---|")
    for name, value in medians.items():
        print(f"| {name} | {value / medians['LibreOffice, converting']:.2f} | {value:.1f} |")


if __name__ == "__main__":
    main()
