"""Proves a digit workbook right: other engines recalculate it, and torch is compared with that."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import torch
from torch import Tensor, nn

from backprop_xlsx.spreadsheet.engines import LiveWorkbook, engines, open_live
from backprop_xlsx.spreadsheet.errors import InputError, VerificationError
from backprop_xlsx.spreadsheet.ooxml.book import Book, read_book
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name
from backprop_xlsx.spreadsheet.ooxml.patching.patch import spoil
from mnist_model.digit.book import Plan, plan
from mnist_model.digit.examples import Examples
from mnist_model.digit.network.centring import centred, painted
from mnist_model.digit.network.gradient import evidence
from mnist_model.digit.network.reference import outputs
from mnist_model.digit.sheets.cells import Cells
from mnist_model.digit.sheets.proof_sheet import TOLERANCE

LEAST_EXAMPLES = 10
PAINTED_VALUES = 12
MARKS = ("x", 1, 255, "#")


@dataclass(frozen=True)
class Verification:
    """By which engines, how many formulas, for how many inputs, and the largest difference.

    ``largest_difference`` is that of any output from torch's in float64.
    """

    engines: tuple[str, ...]
    formulas: int
    inputs: int
    largest_difference: float


def verify(
    path: Path | str,
    module: nn.Module,
    input_shape: tuple[int, ...],
    examples: Examples | None = None,
    batch_norm: str = "fold",
) -> Verification:
    """Verifies a workbook that :func:`mnist_model.digit.to_workbook` wrote for the same arguments.

    Raises what :func:`verify_planned` does.
    """
    return verify_planned(Path(path), plan(module, input_shape, examples, batch_norm))


def verify_planned(path: Path, planned: Plan) -> Verification:
    """Recalculates a workbook and compares it with torch in float64.

    The engines get a copy whose cached values are all wrong. Every formula is compared as the file
    stands, the outputs then for at least ten inputs chosen inside the engine, and for one that is
    painted over there.

    Raises VerificationError, naming the cell that differs, FileError if the file cannot be read,
    and InputError if no engine is there.
    """
    by = engines()
    if not by:
        raise InputError("no engine to verify with: install ironcalc or formualizer")
    book = read_book(path)
    chosen = _spread(len(planned.examples.names), planned.examples.chosen)
    largest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        spoilt = Path(folder) / "spoilt.xlsx"
        spoil(book, spoilt)
        for engine in by:
            with open_live(spoilt, engine) as live:
                live.recalculate()
                _compare_all(book, live, engine)
                session = _Session(planned, live, engine)
                largest = max(largest, *(session.choose(index) for index in chosen))
                largest = max(largest, session.paint())
    formulas = sum(c.formula is not None for sheet in book.sheets for c in sheet.cells.values())
    return Verification(by, formulas, len(chosen) + 1, largest)


class _Session:
    """One engine, in which inputs are chosen and painted over."""

    def __init__(self, planned: Plan, live: LiveWorkbook, engine: str) -> None:
        self._planned, self._live, self._engine = planned, live, engine

    def choose(self, index: int) -> float:
        """Chooses an input and compares the outputs; the largest difference."""
        sheet, name = self._planned.input, self._planned.examples.names[index]
        row, column = sheet.choice
        self._live.type(sheet.name, row + 1, column + 1, name)
        self._live.recalculate()
        examples = self._planned.examples
        is_empty = sheet.empty.is_possible and not examples.values[index].any()
        return self._compare(examples.scaled[index], f"input {name!r}", is_empty)

    def paint(self) -> float:
        """Paints a page, or types over some values of the chosen input; the largest difference."""
        examples, painting = self._planned.examples, self._planned.input.painting
        self.choose(examples.chosen)
        if painting is None:
            return self._type_over()
        height, width = self._planned.input.shape[1:]
        marks = numpy.zeros((height, width))
        for number, (row, column) in enumerate(_strokes(height, width)):
            marks[row, column] = 1
            at = self._planned.input.typed.position(0, row, column)
            mark = MARKS[number % len(MARKS)]
            self._live.type(self._planned.input.name, at[0] + 1, at[1] + 1, mark)
        self._live.recalculate()
        scaled = examples.taken(torch.from_numpy(centred(painted(marks, painting.full))))
        seen = self._read(self._planned.input.outputs)
        self._require(seen, scaled.flatten().tolist(), self._planned.input.outputs, "a painting")
        # Torch gets the very numbers that the network sees.
        return self._compare(
            torch.tensor(seen, dtype=torch.float64).reshape(examples.values.shape[1:]), "a painting"
        )

    def _type_over(self) -> float:
        examples, sheet = self._planned.examples, self._planned.input
        values = examples.values[examples.chosen].reshape(sheet.shape).clone()
        high, low = float(examples.values.max()), float(examples.values.min())
        places = list(numpy.ndindex(sheet.shape))
        for number, place in enumerate(places[:: max(1, len(places) // PAINTED_VALUES)]):
            values[place] = high if number % 2 else low
            row, column = sheet.typed.position(*place)
            self._live.type(sheet.name, row + 1, column + 1, float(values[place]))
        self._live.recalculate()
        values = values.reshape(examples.values.shape[1:])
        return self._compare(examples.taken(values), "a painted input")

    def _compare(self, scaled: Tensor, what: str, is_empty: bool = False) -> float:
        """The outputs and the evidence against torch; the outputs' largest difference.

        Of an empty page no evidence is shown.
        """
        expected = outputs(self._planned.twin, scaled[None])[0].tolist()
        cells = self._planned.stages[-1].outputs
        found = self._read(cells)
        self._require(found, expected, cells, what)
        why = evidence(self._planned.twin, scaled.double()).flatten().tolist()
        cells = self._planned.why.evidence
        shown = [None] * len(why) if is_empty else why
        self._require(self._read(cells), shown, cells, f"the evidence of {what}")
        return max(abs(one - other) for one, other in zip(found, expected, strict=True))

    def _read(self, cells: Cells) -> list[Any]:
        """What the engine has in these cells, in torch's order."""
        at = cells.positions
        return [self._live.value(cells.sheet, row + 1, column + 1) for row, column in at]

    def _require(
        self, found: Sequence[Any], expected: Sequence[float | None], cells: Cells, what: str
    ) -> None:
        """Raises VerificationError for the first that differs."""
        for (row, column), one, other in zip(cells.positions, found, expected, strict=True):
            if not _same(one, other):
                raise VerificationError(
                    f"'{cells.sheet}'!{cell_name(row + 1, column + 1)}, {what}: {self._engine} "
                    f"gives {one!r}, torch {other!r}"
                )


def _strokes(height: int, width: int) -> list[tuple[int, int]]:
    """The squares of a hook, out of the middle."""
    rows = range(height // 6, max(height // 6 + 1, height // 2))
    columns = range(width // 3, max(width // 3 + 1, width * 3 // 4))
    return [(row, columns[0]) for row in rows] + [(rows[-1], column) for column in columns[1:]]


def _compare_all(book: Book, live: LiveWorkbook, engine: str) -> None:
    for sheet in book.sheets:
        for (row, column), at in sheet.cells.items():
            if at.formula is None:
                continue
            found = live.value(sheet.name, row, column)
            if not _same(found, at.value):
                raise VerificationError(
                    f"'{sheet.name}'!{cell_name(row, column)}: {engine} gives {found!r}, the "
                    f"cached value is {at.value!r}"
                )


def _same(found: Any, expected: Any) -> bool:
    if isinstance(expected, (int, float)) and not isinstance(expected, bool):
        is_number = isinstance(found, (int, float)) and not isinstance(found, bool)
        # Written so that a difference that is not a number counts as too large.
        return is_number and abs(found - expected) <= TOLERANCE * max(1, abs(expected))
    if expected is None:  # how a file keeps an empty text
        return found in (None, "")
    return bool(found == expected)


def _spread(count: int, chosen: int) -> Sequence[int]:
    """Indices over the whole list, at least ten where there are as many."""
    wanted = torch.linspace(0, count - 1, min(count, LEAST_EXAMPLES + 1)).round().int().tolist()
    return sorted({*wanted, chosen})
