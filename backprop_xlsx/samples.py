"""What a network learns from: samples, given or read from a CSV file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from backprop_xlsx.errors import FileError, InputError


@dataclass(frozen=True)
class Sample:
    """One sample: its inputs (i1, i2, …) and its targets (t1, t2, …)."""

    inputs: tuple[float, ...]
    targets: tuple[float, ...]


def read_samples(path: Path, inputs: int, targets: int) -> tuple[Sample, ...]:
    """The samples of a CSV file: on each line the inputs, then the targets.

    A first line without any number is a header. Raises FileError if the file cannot be read, and
    InputError, naming the line, for anything else than ``inputs`` + ``targets`` numbers.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise FileError(f"{path}: is not text in UTF-8; save it as CSV in UTF-8") from error
    samples = []
    for number, cells in enumerate(csv.reader(text.splitlines()), start=1):
        if not any(cell.strip() for cell in cells):
            continue
        if number == 1 and not any(_is_number(cell) for cell in cells):
            continue
        if len(cells) != inputs + targets:
            raise InputError(
                f"{path}, line {number}: {len(cells)} values, expected {inputs} inputs and "
                f"{targets} targets"
            )
        for cell in cells:
            if not _is_number(cell):
                raise InputError(f"{path}, line {number}: {cell!r} is not a number")
        values = tuple(float(cell) for cell in cells)
        samples.append(Sample(values[:inputs], values[inputs:]))
    return tuple(samples)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
