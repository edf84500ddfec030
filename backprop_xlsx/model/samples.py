"""What a network learns from: samples, given or read from a CSV file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backprop_xlsx.model.valid import LARGEST_NUMBER_OF_SAMPLES
from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.numbers import number
from backprop_xlsx.spreadsheet.text_files import read_text

LARGEST_FILE = 16 * 2**20  # bytes

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Sample:
    """One sample: its inputs (i1, i2, …) and its targets (t1, t2, …)."""

    inputs: tuple[float, ...]
    targets: tuple[float, ...]


def read_samples(path: Path, inputs: int, targets: int) -> tuple[Sample, ...]:
    """The samples of a CSV file: on each line the inputs, then the targets.

    Commas separate the values; or, if the first line has any, semicolons or tabs, and a number
    may then have a decimal comma, as spreadsheets write it where that is the custom. A first line
    without any number is a header; one of the names i1, i2, …, t1, t2, … gives their order.
    Raises FileError if the file cannot be read, and InputError, naming the line, for anything
    else than ``inputs`` + ``targets`` numbers.
    """
    lines = _lines(path, read_text(path, LARGEST_FILE))
    names = [f"i{n + 1}" for n in range(inputs)] + [f"t{n + 1}" for n in range(targets)]
    order = list(range(len(names)))
    samples: list[Sample] = []
    for index, (line, cells) in enumerate(lines):
        if index == 0 and not any(_NUMBER.fullmatch(cell) for cell in cells):
            header = [cell.lower() for cell in cells]
            if sorted(header) == sorted(names):
                order = [header.index(name) for name in names]
            continue
        if len(cells) != len(names):
            raise InputError(
                f"{path}, line {line}: {len(cells)} values given, expected {inputs} inputs "
                f"and {targets} targets"
            )
        if len(samples) == LARGEST_NUMBER_OF_SAMPLES:
            raise InputError(
                f"{path}: more than {LARGEST_NUMBER_OF_SAMPLES:,} samples; give a part of them"
            )
        values = tuple(_value(f"{path}, line {line}", cells[column]) for column in order)
        samples.append(Sample(values[:inputs], values[inputs:]))
    if not samples:
        raise InputError(f"{path}: has no samples; expected lines of numbers")
    return tuple(samples)


def _lines(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Every line that is not empty, with its number; points in place of decimal commas."""
    first_line = text.lstrip().partition("\n")[0]
    separator = next((sign for sign in ";\t" if sign in first_line), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for line in reader:
            cells = [cell.strip() for cell in line]
            if separator != ",":
                # 1.234,5 stays as it is, and is refused.
                cells = [cell if "." in cell else cell.replace(",", ".") for cell in cells]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: is not CSV ({error})") from error


def _value(place: str, cell: str) -> float:
    if not _NUMBER.fullmatch(cell):
        raise InputError(f"{place}: {cell!r:.40} is not a number")
    return number(place, float(cell))
