"""What a network learns from: samples, given or read from a CSV file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from backprop_xlsx.model.valid import LARGEST_NUMBER_OF_SAMPLES, LONGEST_CLASS_NAME, check_text
from backprop_xlsx.spreadsheet.csv_text import rows_of, separator_of
from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.numbers import number
from backprop_xlsx.spreadsheet.text_files import read_text

LARGEST_FILE = 16 * 2**20  # bytes
# So many inputs are named in the note on how they were standardised.
LARGEST_LISTED = 12

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Sample:
    """One sample: its inputs (i1, i2, …) and its targets (t1, t2, …)."""

    inputs: tuple[float, ...]
    targets: tuple[float, ...]

    @property
    def numbers(self) -> tuple[float, ...]:
        """The inputs, then the targets."""
        return self.inputs + self.targets


@dataclass(frozen=True)
class SampleSet:
    """Samples, and what is known of them beside their numbers.

    ``input_names`` are the words of a file's header. ``class_names`` are those of the targets,
    where a class was given instead: one for each output, or of a single output that for 0 and that
    for 1. ``scales`` has the mean and the standard deviation of each input before it was
    standardised.
    """

    samples: tuple[Sample, ...]
    input_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    scales: tuple[tuple[float, float], ...] = ()

    @property
    def scales_in_words(self) -> str:
        """How each input was standardised, of many inputs the first ones; empty if none was."""
        if not self.scales:
            return ""
        names = self.input_names or tuple(f"input {n + 1}" for n in range(len(self.scales)))
        said = [
            f"i{number} = ({name:.30} \N{MINUS SIGN} {mean:g})/{deviation:g}"
            for number, (name, (mean, deviation)) in enumerate(
                zip(names, self.scales, strict=True), start=1
            )
        ]
        listed = ", ".join(said[:LARGEST_LISTED]) + (", …" if len(said) > LARGEST_LISTED else "")
        return f"The inputs are standardised by mean and standard deviation: {listed}."

    def standardised(self) -> SampleSet:
        """The set with each input less its mean, divided by its standard deviation.

        Both have six digits, so that what a book says of them is what was done. An input that is
        the same in all samples becomes 0. Raises InputError for a single sample.
        """
        if len(self.samples) < 2:
            raise InputError("standardise: there is a single sample; give several, or leave it out")
        columns = np.array([sample.inputs for sample in self.samples], dtype=float).T
        scales = tuple(
            (_six_digits(column.mean()), _six_digits(column.std()) or 1.0) for column in columns
        )
        means, deviations = np.array(scales).T
        inputs = (columns.T - means) / deviations
        samples = tuple(
            Sample(tuple(map(float, row)), sample.targets)
            for row, sample in zip(inputs, self.samples, strict=True)
        )
        return replace(self, samples=samples, scales=scales)


def read_samples(path: Path, inputs: int, targets: int) -> SampleSet:
    """The samples of a CSV file: on each line the inputs, then the targets or the class.

    Commas separate the values; or, if the first line has any, semicolons or tabs, and a number
    may then have a decimal comma, as spreadsheets write it where that is the custom. A first line
    without any number is a header; one of the names i1, i2, …, t1, t2, … gives their order. With
    one value in place of the targets, of several outputs or as a word, that one is the class: the
    classes in order are the outputs, and the target is 1 for its own and 0 for the others; a
    single output has 0 for the first of two classes and 1 for the second.
    Raises FileError if the file cannot be read, and InputError, naming the line, for anything
    else than ``inputs`` numbers with ``targets`` numbers or a class.
    """
    lines = list(islice(_lines(path, read_text(path, LARGEST_FILE)), LARGEST_NUMBER_OF_SAMPLES + 2))
    header: list[str] = []
    if lines and not any(_NUMBER.fullmatch(cell) for cell in lines[0][1]):
        header = lines.pop(0)[1]
    if not lines:
        raise InputError(f"{path}: has no samples; expected lines of numbers")
    if len(lines) > LARGEST_NUMBER_OF_SAMPLES:
        raise InputError(
            f"{path}: more than {LARGEST_NUMBER_OF_SAMPLES:,} samples; give a part of them"
        )
    column = _class_column([cells for _, cells in lines], inputs, targets)
    order = _order(header, inputs, targets, column)
    expected = f"{inputs} inputs and {targets} targets"
    if column is not None or targets > 1:
        expected += f", or {inputs} inputs and a class"
    numbers: list[tuple[float, ...]] = []
    classes: list[str] = []
    for line, cells in lines:
        if len(cells) != len(order) + (column is not None):
            raise InputError(f"{path}, line {line}: {len(cells)} values given, expected {expected}")
        numbers.append(tuple(_value(f"{path}, line {line}", cells[index]) for index in order))
        if column is not None:
            check_text(f"{path}, line {line}: class", cells[column], LONGEST_CLASS_NAME)
            classes.append(cells[column])
    names = (
        tuple(header[index] for index in order[:inputs]) if len(header) == len(lines[0][1]) else ()
    )
    if column is None:
        return SampleSet(tuple(Sample(row[:inputs], row[inputs:]) for row in numbers), names)
    class_names = _class_names(path, classes, targets)
    hot = {name: _one_hot(index, targets) for index, name in enumerate(class_names)}
    return SampleSet(tuple(map(Sample, numbers, map(hot.__getitem__, classes))), names, class_names)


def _class_column(lines: list[list[str]], inputs: int, targets: int) -> int | None:
    """Where each line has its class: the last value, or the only word; None if it has targets."""
    words = [index for index, cell in enumerate(lines[0]) if not _NUMBER.fullmatch(cell)]
    if len(lines[0]) != inputs + 1:
        return None
    column = inputs if inputs in words or not words else words[0]
    if targets > 1:
        return column
    # A single target is expected to be a number; one word that stands there is a mistake.
    different = {cells[column] for cells in lines if len(cells) > column}
    return column if words == [column] and len(different) > 1 else None


def _order(header: list[str], inputs: int, targets: int, column: int | None) -> list[int]:
    """Where i1, i2, … stand, and t1, t2, … unless there is a class."""
    names = [f"i{n + 1}" for n in range(inputs)]
    names += [f"t{n + 1}" for n in range(targets)] if column is None else []
    places = [place for place in range(len(names) + (column is not None)) if place != column]
    found = [name.lower() for name in header]
    if sorted(found[place] for place in places if place < len(found)) == sorted(names):
        return [found.index(name) for name in names]
    return places


def _class_names(path: Path, classes: list[str], outputs: int) -> tuple[str, ...]:
    """The classes in order, numbers by their value; as many as the outputs can tell apart."""
    different = set(classes)
    numeric = all(_NUMBER.fullmatch(name) for name in different)
    names = tuple(sorted(different, key=(lambda name: (float(name), name)) if numeric else None))
    expected = max(outputs, 2)
    if len(names) != expected:
        listed = ", ".join(map(repr, names[:4])) + (", …" if len(names) > 4 else "")
        raise InputError(
            f"{path}: has {len(names):,} classes ({listed:.80}), expected {expected} for "
            f"{outputs} output{'s' * (outputs > 1)}; change the last number of layers"
        )
    return names


def _one_hot(index: int, outputs: int) -> tuple[float, ...]:
    if outputs == 1:
        return (float(index),)
    return tuple(float(output == index) for output in range(outputs))


def _six_digits(value: float) -> float:
    return float(f"{value:.6g}")


def _lines(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Every line that is not empty, with its number; points in place of decimal commas."""
    separator = separator_of(text)
    for line, row in rows_of(path, text, separator):
        cells = [cell.strip() for cell in row]
        if separator != ",":
            # 1.234,5 stays as it is, and is refused.
            cells = [cell if "." in cell else cell.replace(",", ".") for cell in cells]
        if any(cells):
            yield line, cells


def _value(place: str, cell: str) -> float:
    if not _NUMBER.fullmatch(cell):
        raise InputError(f"{place}: {cell!r:.40} is not a number")
    return number(place, float(cell))
