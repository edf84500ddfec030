"""Checking a folder of workbooks, against the time that LibreOffice needs merely to convert them.

    python benchmarks/check.py FOLDER [--repeats 3]

Both start a process of their own for the whole folder, in turn, and the check one for each file.
The table gives the medians; processor seconds hold on a machine with other work as well.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from measuring import Cost, cost, median


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="a folder of .xlsx files")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    books = sorted(str(path) for path in options.folder.glob("*.xlsx"))
    check = [sys.executable, "-m", "backprop_xlsx.check"]
    costs: dict[str, list[Cost]] = {"LibreOffice, converting": [], "check": []}
    single: dict[str, list[Cost]] = {book: [] for book in books}
    with tempfile.TemporaryDirectory() as folder:
        profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
        convert = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", folder]
        cost([*convert, books[0]])  # makes the profile
        for _ in range(options.repeats):
            costs["LibreOffice, converting"].append(cost([*convert, *books]))
            costs["check"].append(cost([*check, *books]))
            for book in books:
                single[book].append(cost([*check, book]))
    converting, checking = (median(each) for each in costs.values())
    alone = sorted((median(each) for each in single.values()), key=lambda each: each.seconds)
    lines = {
        "LibreOffice, converting": converting,
        "check": checking,
        "check, a process for each file: the middle one": alone[len(alone) // 2],
        "check, a process for each file: the slowest one": alone[-1],
    }
    print(f"{len(books)} workbooks\n")
    print(
        "| what | ratio | seconds | ratio of processors | processor seconds |\n" + 5 * "|---" + "|"
    )
    for name, found in lines.items():
        ratio = found.seconds / converting.seconds
        used = found.processor_seconds / converting.processor_seconds
        print(
            f"| {name} | {ratio:.2f} | {found.seconds:.1f} | {used:.2f} "
            f"| {found.processor_seconds:.2f} |"
        )


if __name__ == "__main__":
    main()
