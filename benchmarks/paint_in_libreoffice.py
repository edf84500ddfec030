"""What a painted square costs in LibreOffice, which is kept open: processor seconds.

    python3 benchmarks/paint_in_libreoffice.py Digit.xlsx [Other.xlsx ...] [--repeats 12]

Needs LibreOffice and the interpreter that has its module `uno` (Debian: python3-uno), nothing
else. A stroke is painted on each book's sheet Digit, then squares are marked and cleared, in turn
on all books. Told are the least and the median of three times, each on top of the one before:
until the square is set, until the answer on the sheet Proof is read, which is what a person waits
for, and until every formula of the book is right, which LibreOffice computes when a sheet is shown.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import uno

TOP, LEFT, SIDE, INK = 6, 1, 28, 255
ANSWER = "this workbook, now"
LABELS, OUTPUTS = 12, 10
SECONDS_TO_START = 60


def desktop(pipe: str) -> Any:
    """The desktop of the LibreOffice that listens to a pipe."""
    local = uno.getComponentContext()
    name = "com.sun.star.bridge.UnoUrlResolver"
    resolver = local.ServiceManager.createInstanceWithContext(name, local)
    until = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            url = f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext"
            remote = resolver.resolve(url)
            name = "com.sun.star.frame.Desktop"
            return remote.ServiceManager.createInstanceWithContext(name, remote)
        except Exception:  # its own kind is known only once it is connected
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def process_of(profile: str) -> int:
    """The number of the process that uses a profile: soffice itself only starts it."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if b"soffice.bin" in command and profile.encode() in command:
                return int(folder.name)
    raise SystemExit("LibreOffice has not started")


def processor_seconds(process: int) -> float:
    """What a process has computed so far, all threads together."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def answer_cells(book: Any) -> list[Any]:
    """The cells of the network's outputs on the sheet Proof."""
    sheet = book.Sheets.getByName("Proof")
    for row in range(LABELS):
        for column in range(LABELS):
            if sheet.getCellByPosition(column, row).getString() == ANSWER:
                first = column + 2
                return [sheet.getCellByPosition(first + n, row) for n in range(OUTPUTS)]
    raise SystemExit(f"no cell {ANSWER!r} on the sheet Proof")


class Painted:
    """One open book, and what its squares cost."""

    def __init__(self, opened: Any, path: Path, process: int) -> None:
        self.path, self._book, self._process = path, opened, process
        self._squares = opened.Sheets.getByName("Digit")
        opened.calculateAll()
        self._answer = answer_cells(opened)
        self.times: list[tuple[float, float, float]] = []
        for row in range(8, 18):
            self._square(row, 13).setValue(INK)
        opened.calculate()

    def _square(self, row: int, column: int) -> Any:
        return self._squares.getCellByPosition(LEFT + column, TOP + row)

    def change(self, row: int, column: int) -> None:
        """Marks a square, or clears it if it is marked."""
        square = self._square(row, column)
        times = [processor_seconds(self._process)]
        if square.getString():
            square.setString("")
        else:
            square.setValue(INK)
        times.append(processor_seconds(self._process))
        for cell in self._answer:
            cell.getValue()
        times.append(processor_seconds(self._process))
        self._book.calculate()
        times.append(processor_seconds(self._process))
        first, *later = times
        self.times.append((later[0] - first, later[1] - first, later[2] - first))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("books", nargs="+", type=Path)
    parser.add_argument("--repeats", type=int, default=12)
    options = parser.parse_args()
    draw = random.Random(0)
    with tempfile.TemporaryDirectory() as profile:
        pipe = Path(profile).name
        office = subprocess.Popen(
            ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--norestore",
             f"--accept=pipe,name={pipe};urp;"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            desk = desktop(pipe)
            process = process_of(profile)
            books = []
            for path in options.books:
                opened = desk.loadComponentFromURL(path.resolve().as_uri(), "_blank", 0, ())
                books.append(Painted(opened, path, process))
            for _ in range(options.repeats):
                place = draw.randrange(SIDE // 4, SIDE * 3 // 4), draw.randrange(SIDE // 2)
                for book in books:
                    book.change(*place)
            desk.terminate()
            office.wait(SECONDS_TO_START)
        finally:
            office.kill()
    print("| book | set | answer | everything |\n|---|---|---|---|")
    for book in books:
        columns = zip(*book.times, strict=True)
        told = [f"{min(times):.2f} ({statistics.median(times):.2f})" for times in columns]
        print("| " + " | ".join((str(book.path), *told)) + " |")


if __name__ == "__main__":
    main()
