"""Two general auditors of spreadsheets beside the check: which wrong cells do they point at?

    python benchmarks/auditors.py FOLDER --seed 7 --wrong 100 --right 30

FOLDER holds students' workbooks and expected.json, which tells their faults; the wrong and the
right books are those of check_quality.py. spreadsheet-auditor and unexplained-cells (its command is
show-your-work) are no dependencies: install them anywhere and let PATH find them; one that is not
found is left out. They know nothing of the exercise, the check knows its equations.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from backprop_xlsx.spreadsheet.ooxml.formula_text import column_number
from quality.judging.judged import judged
from quality.judging.scoring import Job
from quality.writing.files import recalculated, written
from quality.writing.layout import Place

Findings = list[set[Place]]
"""The cells of each finding about a book."""

_AREA = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]+)(?::\$?([A-Z]{1,3})\$?([0-9]+))?")


@dataclass(frozen=True)
class Case:
    """A book and its faults, each a set of cells: none of a right one."""

    path: Path
    faults: Findings


def _cells(sheet: str, text: str) -> set[Place]:
    """The cells of ``A1`` and ``A1:B2`` in a text."""
    found = set()
    for left, top, right, bottom in _AREA.findall(text):
        columns = range(column_number(left), column_number(right or left) + 1)
        rows = range(int(top), int(bottom or top) + 1)
        found |= {(sheet, row, column) for row in rows for column in columns}
    return found


def spreadsheet_auditor(path: Path) -> Findings:
    """What spreadsheet-auditor says: each finding lists the cells that have it."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "findings.json"
        command = ["spreadsheet-auditor", str(path), "--json", str(target), "--quiet"]
        subprocess.run(command, capture_output=True, check=False, cwd=folder)
        findings = json.loads(target.read_text(encoding="utf-8"))["findings"]
    named = [finding.get("members") or [finding["location"]] for finding in findings]
    return [
        set().union(*(_cells(*_parted(text)) for text in texts if "!" in text)) for texts in named
    ]


def unexplained_cells(path: Path) -> Findings:
    """What unexplained-cells says: each finding has a location on a sheet."""
    command = ["show-your-work", str(path), "--format", "json"]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    return [
        _cells(finding["sheet"], finding["location"])
        for finding in json.loads(done.stdout)["findings"]
    ]


def this_check(path: Path) -> Findings:
    """What the check of this package says."""
    return [set(accusation.cells) for accusation in judged(path).accusations]


def _parted(text: str) -> tuple[str, str]:
    sheet, _, cells = text.rpartition("!")
    return sheet.strip("'"), cells


TOOLS: dict[str, tuple[str | None, Callable[[Path], Findings]]] = {
    "spreadsheet-auditor": ("spreadsheet-auditor", spreadsheet_auditor),
    "unexplained-cells": ("show-your-work", unexplained_cells),
    "this check": (None, this_check),
}


def students(folder: Path) -> list[Case]:
    """The students' workbooks with the faults that they are known to have."""
    faults: dict[str, Findings] = {}
    for table in json.loads((folder / "expected.json").read_text(encoding="utf-8")):
        for wrong in table["wrong"]:
            area = f"{wrong['column']}{wrong['first_row']}:{wrong['column']}{wrong['last_row']}"
            faults.setdefault(table["file"], []).append(_cells(table["sheet"], area))
    return [Case(path, faults.get(path.name, [])) for path in sorted(folder.glob("*.xlsx"))]


def made(kind: str, seed: int, count: int, folder: Path) -> list[Case]:
    """Right books, or wrong ones with one change, of the generator."""
    cases: list[Case] = []
    number = 0
    while len(cases) < count:
        job = Job(kind, seed, number)
        number += 1
        book, wrong = job.make()
        if wrong is not None and len(wrong.changes) != 1:
            continue
        path = folder / f"{job.name}.xlsx"
        path.write_bytes(written(book, recalculated(book, book.cells())))
        cases.append(Case(path, [] if wrong is None else [set(wrong.changed)]))
    return cases


def line(name: str, tool: Callable[[Path], Findings], cases: Sequence[Case]) -> str:
    """What a tool points at in some books, as a line of the table."""
    pointed = exactly = false = alarmed = cells = 0
    for case in cases:
        findings = tool(case.path)
        wrong = set().union(*case.faults)
        said = set().union(*findings)
        pointed += sum(bool(fault & said) for fault in case.faults)
        exactly += said == wrong
        cells += len(said - wrong)
        false += sum(not finding & wrong for finding in findings)
        alarmed += any(not finding & wrong for finding in findings)
    faults = sum(len(case.faults) for case in cases)
    return f"| {name} | {pointed} of {faults} | {exactly} | {false} | {alarmed} | {cells} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="students' books and expected.json")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--wrong", type=int, default=100)
    parser.add_argument("--right", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sets = {
            "wrong books, one change each": made(
                "wrong", options.seed, options.wrong, Path(folder)
            ),
            "right books": made("right", options.seed, options.right, Path(folder)),
        }
        if options.folder is not None:
            sets = {"students' books": students(options.folder)} | sets
        for title, cases in sets.items():
            print(
                f"\n| {len(cases)} {title} | faults pointed at | books with exactly the cells "
                "| false alarms | books with one | right cells pointed at |\n"
                "|---|---|---|---|---|---|"
            )
            for name, (command, tool) in TOOLS.items():
                if command is None or shutil.which(command) is not None:
                    print(line(name, tool, cases), flush=True)


if __name__ == "__main__":
    main()
