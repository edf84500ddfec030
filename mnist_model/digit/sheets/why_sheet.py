"""The sheet Why: what each square says for the winner against the runner-up, in two colours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy
import torch
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.sheets.grids import colour_values
from backprop_xlsx.spreadsheet.sheets.page import Page, Position
from backprop_xlsx.spreadsheet.sheets.readable import number_formula, number_text
from backprop_xlsx.spreadsheet.sheets.theme import INK
from mnist_model.digit.network.gradient import contest, speakers
from mnist_model.digit.network.stages import Shape, is_list, number
from mnist_model.digit.network.steps import Array
from mnist_model.digit.sheets.cells import Cells, Tiling, listed
from mnist_model.digit.sheets.empty_page import INVITATION, EmptyPage
from mnist_model.digit.sheets.head import TOP, Links, finish, put_head
from mnist_model.digit.sheets.looks import LIST_WIDTH, NAVIGATION_WIDTH, SQUARE_WIDTH, Looks
from mnist_model.digit.sheets.ranking_sheet import SPEAKERS, RankingSheet
from mnist_model.sheets.addresses import cell

NAME = "Why"
ZOOM = 75
LABEL, EVIDENCE, READS = 1, 2, 3  # columns of a list
WORDS_WIDTH = 6  # columns beside a list
LEAST_SQUARES = 40  # across a page of paper, so that the words have room
SPEAK = "The three squares that speak most for"


@dataclass(frozen=True, eq=False)
class WhySheet:
    """The evidence of each square, and beside it what the network reads there.

    ``empty`` tells when a page to paint on has no ink, ``level`` is the number from which a
    square of it counts as ink.
    """

    shape: Shape
    ranking: RankingSheet
    empty: EmptyPage
    level: float

    @property
    def _is_list(self) -> bool:
        return is_list(self.shape)

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
    def _speakers(self) -> Position:
        """Where the squares that speak most for the runner-up are named."""
        return (TOP, READS + 2) if self._is_list else (self._maps.last_row + 2, 2)

    @property
    def last(self) -> Position:
        """The last row and column."""
        named = self._speakers[0] + SPEAKERS
        if self._is_list:
            return max(TOP + 1 + self.shape[0], named), READS + 1 + WORDS_WIDTH
        return named, max(self._reads.last_column, LEAST_SQUARES)

    def write(
        self,
        page: Page,
        looks: Looks,
        links: Links,
        outputs: Array,
        inputs: Array,
        evidence: Array,
    ) -> None:
        """Writes the sheet; outputs, inputs and evidence are the cached values."""
        put_head(page, looks, "Why does the network read that?", links)
        self._put_words(page, looks, outputs)
        worksheet = page.worksheet
        worksheet.set_column(0, 0, NAVIGATION_WIDTH)
        width = LIST_WIDTH if self._is_list else SQUARE_WIDTH
        worksheet.set_column(1, self.last[1], width)
        if self._is_list:
            self._put_list(page, looks, inputs, evidence)
        else:
            self._put_maps(page, looks, inputs, evidence)
        if self.ranking.has_runner_up:
            self._put_speakers(page, looks, inputs, evidence, contest(torch.from_numpy(outputs))[1])
        finish(page, self.last)
        worksheet.set_zoom(ZOOM)
        worksheet.fit_to_pages(1, 0 if self._is_list else 1)

    def _put_words(self, page: Page, looks: Looks, outputs: Array) -> None:
        winner, runner_up = contest(torch.from_numpy(outputs))
        if runner_up is None:
            page.text((1, 1), "Blue squares raise the output, orange ones lower it.", looks("lead"))
        else:
            words = f"It reads {winner}; next comes {runner_up}."
            told = f'"It reads "&{self.ranking.winner}&"; next comes "&{self.ranking.runner_up}&"."'
            page.formula((1, 1), *self.empty.unless(told, words, INVITATION), looks("large"))
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

    def _put_list(self, page: Page, looks: Looks, inputs: Array, evidence: Array) -> None:
        for column, header in ((LABEL, "input"), (EVIDENCE, "evidence"), (READS, "it reads")):
            page.text((TOP + 1, column), header, looks("header_right"))
        page.text((TOP, LABEL), "Evidence", looks("heading"))
        for row in range(TOP + 2, TOP + 2 + self.shape[0]):
            page.text((row, LABEL), f"i{row - TOP - 1}", looks("quiet", "right"))
        for column, source, values in (
            (EVIDENCE, self.ranking.evidence, evidence),
            (READS, self.ranking.reads, inputs),
        ):
            formulas = zip(source.references(), values.flatten().tolist(), strict=True)
            for row, (formula, value) in enumerate(formulas, start=TOP + 2):
                page.formula((row, column), formula, value, looks("list"))
        colour_values(page.worksheet, self.evidence.rectangle, signed=True, light=True)

    def _put_maps(self, page: Page, looks: Looks, inputs: Array, evidence: Array) -> None:
        blocks = (
            ("Evidence", self._maps, self.ranking.evidence, evidence, "hidden_number"),
            ("What the network sees", self._reads, self.ranking.reads, inputs, "hidden_number"),
        )
        for title, tiles, source, values, style in blocks:
            page.text((TOP, tiles.left), title, looks("heading"))
            cells = tiles.cells(NAME, is_signed=True)
            styles = looks.framed(*self.shape[1:], style)
            references = source.references()
            for index, place in enumerate(numpy.ndindex(self.shape)):
                look = styles[place[1]][place[2]]
                own: tuple[str, float | str] = (references[index], float(values[place]))
                if tiles is self._maps:
                    own = self.empty.unless(*own)
                page.formula(cells.position(*place), *own, look)
            self._put_labels(page, looks, tiles)
        self._frame_ink(page.worksheet, looks)
        colour_values(page.worksheet, self.evidence.rectangle, signed=True)
        reads = self._reads.cells(NAME, self.ranking.reads.is_signed)
        colour_values(page.worksheet, reads.rectangle, reads.is_signed)

    def _put_labels(self, page: Page, looks: Looks, tiles: Tiling) -> None:
        for channel in range(self.shape[0]):
            top, left = tiles.corner(channel)
            if not self.ranking.is_picture:
                page.text((top - 1, left), f"map {channel + 1}", looks("label"))
                continue
            for column in range(self.shape[2]):
                page.number((top - 1, left + column), column + 1, looks("small_label"))
            if tiles is self._maps:
                for row in range(self.shape[1]):
                    page.number((top + row, left - 1), row + 1, looks("small_label"))

    def _frame_ink(self, worksheet: Worksheet, looks: Looks) -> None:
        """The digit over its evidence: a frame around each square with ink."""
        if not self.empty.is_possible:
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
        top, left = self._speakers
        heading = f'"{SPEAK} "&{self.ranking.runner_up}', f"{SPEAK} {runner_up}"
        page.formula((top, left), *self.empty.unless(*heading), looks("heading"))
        values = inputs.flatten()
        for rank, (at, found) in enumerate(speakers(evidence, SPEAKERS)):
            speaker = self.ranking.speaker(rank)
            told = f'"input "&{speaker.place}&": evidence "&{number_formula(speaker.evidence)}'
            words = f"input {at + 1}: evidence {number_text(found)}"
            if self.ranking.is_picture:
                told = (
                    f'"row "&{speaker.row}&", column "&{speaker.column}&": evidence "'
                    f'&{number_formula(speaker.evidence)}&", where it reads "'
                    f"&{number_formula(speaker.reads)}"
                )
                row, column = divmod(at, self.shape[2])
                words = (
                    f"row {row + 1}, column {column + 1}: evidence {number_text(found)}, "
                    f"where it reads {number_text(float(values[at]))}"
                )
            told, words = f'IF({speaker.evidence}<0,{told},"")', words if found < 0 else ""
            page.formula((top + 1 + rank, left), *self.empty.unless(told, words), looks("lead"))
