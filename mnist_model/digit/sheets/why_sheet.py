"""The sheet Why: what each square says for the winner against the runner-up, in two colours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy
import torch
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.sheets.grids import colour_values
from backprop_xlsx.spreadsheet.sheets.page import Page, prepare
from backprop_xlsx.spreadsheet.sheets.theme import INK
from mnist_model.digit.network.gradient import contest
from mnist_model.digit.network.stages import Shape, number
from mnist_model.digit.network.steps import Array
from mnist_model.digit.sheets.cells import Cells, Tiling, cell, fixed, listed
from mnist_model.digit.sheets.gradient.sheet import flat_references
from mnist_model.digit.sheets.looks import LIST_WIDTH, NAVIGATION_WIDTH, SQUARE_WIDTH, Looks
from mnist_model.digit.sheets.ranking_sheet import SPEAKERS, RankingSheet
from mnist_model.digit.sheets.stages.stage_sheet import HEAD_ROWS, TOP, put_links

NAME = "Why"
ZOOM = 75
LABEL, EVIDENCE, READS = 1, 2, 3  # columns of a list
TABLE_WIDTHS = (8, 9, 9, 13, 13)
RANK, ROW, COLUMN, SHARE, VALUE = range(len(TABLE_WIDTHS))
IT_READS = "It reads "
EMPTY = "Nothing is painted yet. Paper alone would read as "
NONE = "–"


@dataclass(frozen=True, eq=False)
class WhySheet:
    """The evidence of each square, and beside it what the network reads there.

    ``nothing`` is the condition that a page to paint on has no ink, ``level`` the number from
    which a square of it counts as ink.
    """

    shape: Shape
    ranking: RankingSheet
    noun: str
    nothing: str | None
    level: float

    @property
    def _is_list(self) -> bool:
        return self.shape[1:] == (1, 1)

    @property
    def _is_one_map(self) -> bool:
        return self.shape[0] == 1 and not self._is_list

    @cached_property
    def _maps(self) -> Tiling:
        return Tiling.gallery(self.shape, TOP + 1, 2)

    @cached_property
    def _reads(self) -> Tiling:
        return Tiling.gallery(self.shape, TOP + 1, self._maps.last_column + 2)

    @cached_property
    def evidence(self) -> Cells:
        """The squares' cells."""
        if self._is_list:
            return listed(NAME, TOP + 2, EVIDENCE, self.shape[0], is_signed=True)
        return self._maps.cells(NAME, is_signed=True)

    @property
    def _table_left(self) -> int:
        return (READS if self._is_list else self._reads.last_column) + 2

    @property
    def last(self) -> tuple[int, int]:
        """The last row and column."""
        below = TOP + 1 + self.shape[0] if self._is_list else self._maps.last_row
        return max(below, TOP + 2 + SPEAKERS), self._table_left + len(TABLE_WIDTHS) - 1

    def write(
        self,
        worksheet: Worksheet,
        looks: Looks,
        neighbours: tuple[str, str],
        home: tuple[str, str],
        outputs: Array,
        inputs: Array,
        evidence: Array,
        is_empty: bool,
    ) -> None:
        """Writes the sheet; outputs, inputs and evidence are the cached values."""
        page = Page(worksheet)
        page.text((0, 1), "Why does the network read that?", looks("title"))
        page.height(0, 26)
        self._put_words(page, looks, outputs, is_empty)
        put_links(page, looks, neighbours, home)
        worksheet.set_column(0, 0, NAVIGATION_WIDTH)
        width = LIST_WIDTH if self._is_list else SQUARE_WIDTH
        worksheet.set_column(1, self._table_left - 1, width)
        for offset, width in enumerate(TABLE_WIDTHS):
            column = self._table_left + offset
            worksheet.set_column(column, column, width)
        if self._is_list:
            self._put_list(worksheet, page, looks, inputs, evidence)
        else:
            self._put_maps(worksheet, page, looks, inputs, evidence)
        if self.ranking.has_runner_up:
            self._put_speakers(page, looks, inputs, evidence, contest(torch.from_numpy(outputs))[1])
        page.write()
        worksheet.freeze_panes(HEAD_ROWS, 0)
        worksheet.set_zoom(ZOOM)
        prepare(worksheet, *self.last)
        worksheet.print_area(0, 1, *self.last)
        worksheet.fit_to_pages(1, 0 if self._is_list else 1)

    def _put_words(self, page: Page, looks: Looks, outputs: Array, is_empty: bool) -> None:
        winner, runner_up = contest(torch.from_numpy(outputs))
        if runner_up is None:
            page.text((1, 1), "Blue squares raise the output, orange ones lower it.", looks("lead"))
        else:
            begins, began = f'"{IT_READS}"', IT_READS
            if self.nothing is not None:
                begins = f'IF({self.nothing},"{EMPTY}","{IT_READS}")'
                began = EMPTY if is_empty else IT_READS
            told = f'{begins}&{self.ranking.winner}&"; next comes "&{self.ranking.runner_up}&"."'
            words = f"{began}{winner}; next comes {runner_up}."
            page.formula((1, 1), told, words, looks("large"))
            page.text(
                (2, 1),
                "Blue squares speak for the first, orange ones for the second.",
                looks("lead"),
            )
        page.text(
            (3, 1),
            "A square's evidence is its gradient times what the network reads there: live "
            "formulas, back through every layer on hidden sheets.",
            looks("quiet"),
        )

    def _put_list(
        self, worksheet: Worksheet, page: Page, looks: Looks, inputs: Array, evidence: Array
    ) -> None:
        for column, header in ((LABEL, "input"), (EVIDENCE, "evidence"), (READS, "it reads")):
            page.text((TOP + 1, column), header, looks("header_right"))
        page.text((TOP, LABEL), "Evidence", looks("heading"))
        reads = flat_references(self.ranking.reads)
        values = zip(
            flat_references(self.ranking.evidence),
            evidence.flatten().tolist(), reads, inputs.flatten().tolist(), strict=True,
        )  # fmt: skip
        for row, (own, value, read, number_) in enumerate(values, start=TOP + 2):
            page.text((row, LABEL), f"i{row - TOP - 1}", looks("quiet", "right"))
            page.formula((row, EVIDENCE), own, value, looks("list"))
            page.formula((row, READS), read, number_, looks("list"))
        first, last = self.evidence.corners
        colour_values(worksheet, (*first, *last), signed=True, light=True)

    def _put_maps(
        self, worksheet: Worksheet, page: Page, looks: Looks, inputs: Array, evidence: Array
    ) -> None:
        blocks = (
            ("Evidence", self._maps, self.ranking.evidence, evidence, "hidden_number"),
            ("What the network sees", self._reads, self.ranking.reads, inputs, "hidden_number"),
        )
        for title, tiles, source, values, style in blocks:
            page.text((TOP, tiles.left), title, looks("heading"))
            cells = tiles.cells(NAME, is_signed=True)
            styles = looks.framed(*self.shape[1:], style)
            references = flat_references(source)
            for index, place in enumerate(numpy.ndindex(self.shape)):
                look = styles[place[1]][place[2]]
                page.formula(cells.position(*place), references[index], values[place], look)
            self._put_labels(page, looks, tiles)
        first, last = self.evidence.corners
        self._frame_ink(worksheet, looks)
        colour_values(worksheet, (*first, *last), signed=True)
        first, last = self._reads.cells(NAME, True).corners
        colour_values(worksheet, (*first, *last), self.ranking.reads.is_signed)

    def _put_labels(self, page: Page, looks: Looks, tiles: Tiling) -> None:
        for channel in range(self.shape[0]):
            top, left = tiles.corner(channel)
            if not self._is_one_map:
                page.text((top - 1, left), f"map {channel + 1}", looks("label"))
                continue
            for column in range(self.shape[2]):
                page.number((top - 1, left + column), column + 1, looks("small_label"))
            if tiles is self._maps:
                for row in range(self.shape[1]):
                    page.number((top + row, left - 1), row + 1, looks("small_label"))

    def _frame_ink(self, worksheet: Worksheet, looks: Looks) -> None:
        """The digit over its evidence: a frame around each square with ink."""
        if self.nothing is None:
            return
        (top, left), (first, beside) = self._maps.corner(0), self._reads.corner(0)
        place = xl_range(top, left, top + self.shape[1] - 1, left + self.shape[2] - 1)
        condition = f"={cell(first, beside)}>={number(self.level)}"
        style = looks.workbook.add_format({"border": 1, "border_color": INK})
        rule = {"type": "formula", "criteria": condition, "format": style}
        worksheet.conditional_format(place, rule)

    def _put_speakers(
        self, page: Page, looks: Looks, inputs: Array, evidence: Array, runner_up: int | None
    ) -> None:
        left = self._table_left
        name = self.ranking.runner_up
        page.formula(
            (TOP, left),
            f'"The three squares that speak most for "&{name}',
            f"The three squares that speak most for {runner_up}",
            looks("heading"),
        )
        where = ("row", "column") if self._is_one_map else ("input", "")
        headers = ("", *where, "evidence", "it reads")
        for offset, header in enumerate(headers):
            page.text((TOP + 1, left + offset), header, looks("header_right"))
        height, width = self.shape[1:]
        remaining, values = evidence.flatten().copy(), inputs.flatten()
        first, last = self.ranking.reads.corners
        for rank in range(SPEAKERS):
            row = TOP + 2 + rank
            share, place = self.ranking.speaker(rank)
            at = int(remaining.argmin())
            found, remaining[at] = float(remaining[at]), 0
            speaks = f"{share}<0"
            # Without a function that rounds down: (place − ½) / width, rounded, is its row.
            down = f"ROUND(({place}-0.5)/{width}+0.5,0)"
            across = f"{place}-{width}*({down}-1)"
            y, x = divmod(at, width)
            cells = (
                ((down, y + 1), (across, x + 1)) if self._is_one_map else ((place, at + 1), None)
            )
            read = f"INDEX({self._read_area(first, last)},{down},{across})"
            if not self._is_one_map:
                read = ""
            page.number((row, left + RANK), rank + 1, looks("whole", "quiet"))
            for offset, pair in enumerate(
                (*cells, (share, found), (read, float(values[at])) if read else None), start=ROW
            ):
                if pair is not None:
                    formula, value = pair
                    style = looks("list") if offset >= SHARE else looks("whole", "bold")
                    shown = value if found < 0 else NONE
                    page.formula(
                        (row, left + offset), f'IF({speaks},{formula},"{NONE}")', shown, style
                    )

    def _read_area(self, first: tuple[int, int], last: tuple[int, int]) -> str:
        return f"'{self.ranking.reads.sheet}'!{fixed(*first)}:{fixed(*last)}"
