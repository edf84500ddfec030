"""The hidden sheet behind Why: who wins, who comes next, and which squares speak for that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch

from backprop_xlsx.spreadsheet.sheets.page import Page, Position
from mnist_model.digit.network.gradient import contest, seed, speakers
from mnist_model.digit.network.steps import Array, Term
from mnist_model.digit.sheets.cells import Cells, listed
from mnist_model.digit.sheets.looks import Looks
from mnist_model.sheets.addresses import cell, fixed, fixed_area

NAME = "Ranking"
PLACES, NUMBERS, ROWS, COLUMNS, READS = range(1, 6)  # the rows of what follows from the lists
FIRST = READS + 2  # the first row of the lists
SPEAKERS = 3
INDEX, OUTPUT, OTHERS, SEED, PLACE, EVIDENCE = range(6)  # columns; one more for each speaker
HEADERS = ("output", "value", "without the largest", "gradient", "square", "evidence")
LABELS = {PLACES: "square", NUMBERS: "largest", ROWS: "row", COLUMNS: "column", READS: "it reads"}
# No output is below that, and no program takes it for infinite.
NO_OUTPUT = -1e300


@dataclass(frozen=True)
class Speaker:
    """The addresses of what is known of a square that speaks for the runner-up.

    Its evidence and its number, from 1; in a picture its row and its column too, and what the
    network reads there.
    """

    evidence: str
    place: str
    row: str
    column: str
    reads: str


@dataclass(frozen=True, eq=False)
class RankingSheet:
    """Lists of the outputs and of each square's evidence: its gradient times what is read there.

    ``live`` are the network's outputs and ``reads`` what it reads.
    """

    live: Cells
    reads: Cells

    @property
    def _count(self) -> int:
        return int(self.live.rows.size)

    @property
    def _squares(self) -> int:
        return int(self.reads.rows.size)

    @property
    def has_runner_up(self) -> bool:
        """Whether there are at least two outputs."""
        return self._count > 1

    @property
    def winner(self) -> str:
        """The address of the winner's number, from 0."""
        return f"'{NAME}'!{fixed(NUMBERS, INDEX)}"

    @property
    def runner_up(self) -> str:
        """The address of the runner-up's number, from 0."""
        return f"'{NAME}'!{fixed(NUMBERS, OTHERS)}"

    @property
    def upstream(self) -> list[Term]:
        """The gradient that the last stage's outputs get: 1 and −1."""
        return [Term(f"'{NAME}'!{cell(FIRST + index, SEED)}") for index in range(self._count)]

    @property
    def evidence(self) -> Cells:
        """Each square's evidence, as a vector."""
        return listed(NAME, FIRST, EVIDENCE, self._squares, is_signed=True)

    @property
    def is_picture(self) -> bool:
        """Whether the network reads a single map, whose squares have rows and columns."""
        channels, height, width = self.reads.shape
        return channels == 1 and (height, width) != (1, 1)

    def speaker(self, rank: int) -> Speaker:
        """The square with the largest evidence for the runner-up but ``rank`` others."""
        column = EVIDENCE + rank
        rows = (NUMBERS, PLACES, ROWS, COLUMNS, READS)
        return Speaker(*(f"'{NAME}'!{fixed(row, column)}" for row in rows))

    @property
    def last(self) -> Position:
        """The last row and column."""
        return FIRST + max(self._count, self._squares) - 1, EVIDENCE + SPEAKERS - 1

    def write(
        self,
        page: Page,
        looks: Looks,
        gradient: Iterable[Term],
        outputs: Array,
        inputs: Array,
        evidence: Array,
    ) -> None:
        """Writes the sheet and hides it.

        ``gradient`` is that with respect to what is read; the last three are cached values.
        """
        page.text((0, 0), "Behind the sheet Why", looks("heading"))
        for column, header in enumerate(HEADERS):
            page.text((FIRST - 1, column), header, looks("quiet"))
        for row, label in LABELS.items():
            page.text((row, SEED), label, looks("quiet"))
        self._put_outputs(page, looks, outputs)
        self._put_evidence(page, looks, gradient, evidence)
        if self.is_picture:
            self._put_places(page, looks, evidence, inputs)
        page.write()
        page.worksheet.hide()

    def _put_outputs(self, page: Page, looks: Looks, outputs: Array) -> None:
        values = torch.from_numpy(outputs).flatten()
        winner, runner_up = contest(values)
        count, style = self._count, looks("list")
        columns = {column: fixed_area(FIRST, column, count, 1) for column in (OUTPUT, OTHERS)}
        first, second = fixed(NUMBERS, INDEX), fixed(NUMBERS, OTHERS)
        for place, column, found in (((NUMBERS, INDEX), OUTPUT, winner),
                                     ((NUMBERS, OTHERS), OTHERS, runner_up)):  # fmt: skip
            if self.has_runner_up:
                formula = f"MATCH(MAX({columns[column]}),{columns[column]},0)-1"
                page.formula(place, formula, found, looks("whole"))
        signs = seed(values).tolist()
        references = self.live.references()
        for index, value in enumerate(values.tolist()):
            row = FIRST + index
            page.number((row, INDEX), index, looks("whole"))
            page.formula((row, OUTPUT), references[index], value, style)
            own = cell(row, INDEX)
            if not self.has_runner_up:
                page.number((row, SEED), 1, style)
                continue
            others = f"IF({own}={first},{NO_OUTPUT:.0E},{cell(row, OUTPUT)})"
            page.formula((row, OTHERS), others, NO_OUTPUT if index == winner else value, style)
            sign = f"IF({own}={first},1,IF({own}={second},-1,0))"
            page.formula((row, SEED), sign, signs[index], style)

    def _put_evidence(
        self, page: Page, looks: Looks, gradient: Iterable[Term], evidence: Array
    ) -> None:
        left, style = evidence.flatten().copy(), looks("list")
        values = zip(gradient, self.reads.references(), left.tolist(), strict=True)
        for row, (slope, read, value) in enumerate(values, start=FIRST):
            page.number((row, PLACE), row - FIRST + 1, looks("whole"))
            page.formula((row, EVIDENCE), f"{slope.bracketed}*{read}", value, style)
        for rank, (at, found) in enumerate(speakers(evidence, SPEAKERS)):
            column = EVIDENCE + rank
            # ironcalc matches nothing in a single cell; an empty one below does no harm.
            cells = fixed_area(FIRST, column, max(2, self._squares), 1)
            page.formula((NUMBERS, column), f"MIN({cells})", found, style)
            place = f"MATCH({fixed(NUMBERS, column)},{cells},0)"
            page.formula((PLACES, column), place, at + 1, looks("whole"))
            if rank == SPEAKERS - 1:
                break
            left[at] = 0
            for index, value in enumerate(left.tolist()):
                row = FIRST + index
                is_taken = f"{cell(row, PLACE)}={fixed(PLACES, column)}"
                formula = f"IF({is_taken},0,{cell(row, column)})"
                page.formula((row, column + 1), formula, value, style)

    def _put_places(self, page: Page, looks: Looks, evidence: Array, inputs: Array) -> None:
        """Row and column of the speakers in the picture, and what the network reads there."""
        width = self.reads.shape[2]
        values = inputs.flatten()
        for rank, (at, _) in enumerate(speakers(evidence, SPEAKERS)):
            column = EVIDENCE + rank
            place, down, across = (cell(row, column) for row in (PLACES, ROWS, COLUMNS))
            row, beside = divmod(at, width)
            formulas = (
                # Without a function that rounds down: (place − ½) / width, rounded, is its row.
                (ROWS, f"ROUND(({place}-0.5)/{width}+0.5,0)", row + 1, "whole"),
                (COLUMNS, f"{place}-{width}*({down}-1)", beside + 1, "whole"),
                (READS, f"INDEX({self.reads.address},{down},{across})", float(values[at]), "list"),
            )
            for row, formula, value, style in formulas:
                page.formula((row, column), formula, value, looks(style))
