"""The first sheet: choose an input or type over it, and see what the network makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.sheets.grids import PAPER, POSITIVE, colour_values, mixed
from backprop_xlsx.spreadsheet.sheets.page import Page, Position, prepare
from mnist_model.digit.network.stages import Shape, number
from mnist_model.digit.network.steps import Array
from mnist_model.digit.sheets.cells import Cells, Tiling, cell, fixed, listed
from mnist_model.digit.sheets.gallery_sheet import Gallery
from mnist_model.digit.sheets.looks import LIST_WIDTH, SQUARE_WIDTH, Looks
from mnist_model.digit.sheets.output_panel import WIDTH as PANEL_WIDTH
from mnist_model.digit.sheets.output_panel import OutputPanel
from mnist_model.digit.sheets.proof_sheet import Proof
from mnist_model.digit.sheets.stages.stage_sheet import TOP

MARGIN = 2
LABEL, TYPED, READS = 1, 2, 3  # columns of a list
SHADES = 8
FRAME = {"border": 1, "border_color": "#E0912F"}
DIGIT = "digit"
"""The noun of inputs whose values are ink, 0 to 255."""


@dataclass(frozen=True, eq=False)
class InputSheet:
    """The sheet ``name``: squares to type into, and the numbers that the network reads.

    A typed number takes the place of the chosen input's; an empty square leaves it.
    """

    name: str
    shape: Shape
    gallery: Gallery
    proof: Proof

    @property
    def is_list(self) -> bool:
        """Whether the inputs are single values and not maps."""
        return self.shape[1:] == (1, 1)

    @property
    def _squares(self) -> Tiling:
        return Tiling.gallery(self.shape, TOP, 1)

    @property
    def _reads(self) -> Tiling:
        return Tiling.gallery(self.shape, self._seen_first + 3, 1)

    @property
    def _seen_first(self) -> int:
        """The last row of the squares and of the panel."""
        return max(self._squares.last_row, self._panel_row)

    @property
    def _panel_row(self) -> int:
        return OutputPanel.last_row(self.proof.outputs)

    @property
    def panel_column(self) -> int:
        """The first column of the panel at the right."""
        return (READS if self.is_list else self._squares.last_column) + 2

    @property
    def last_row(self) -> int:
        """The last row with anything in it."""
        if self.is_list:
            return max(TOP + 1 + self.shape[0], self._panel_row)
        return self._reads.last_row

    @property
    def last_column(self) -> int:
        """That of the panel."""
        return max(self.panel_column + PANEL_WIDTH - 1, self._reads.last_column)

    @property
    def choice(self) -> Position:
        """The cell of the drop-down."""
        return OutputPanel.choice(self.panel_column)

    @property
    def _found(self) -> tuple[Position, Position, Position]:
        """The cells of the number of the chosen input and of its grid's row and column."""
        return OutputPanel.found(self.panel_column, self.proof.outputs)

    @property
    def selected(self) -> tuple[str, str, str]:
        """Addresses from other sheets: the chosen name, its number, the squares typed into."""
        first, last = self.typed.corners
        typed = f"{fixed(*first)}:{fixed(*last)}"
        places = (fixed(*self.choice), fixed(*self._found[0]), typed)
        name, index, painted = (f"'{self.name}'!{place}" for place in places)
        return name, index, painted

    @cached_property
    def typed(self) -> Cells:
        """The cells to type into."""
        if self.is_list:
            return listed(self.name, TOP + 2, TYPED, self.shape[0], self._is_signed)
        return self._squares.cells(self.name, self._is_signed)

    @cached_property
    def outputs(self) -> Cells:
        """The cells that the network reads."""
        if self.is_list:
            return listed(self.name, TOP + 2, READS, self.shape[0], self._is_signed)
        return self._reads.cells(self.name, self._is_signed)

    @property
    def _is_signed(self) -> bool:
        # What is scaled around its mean was paper and ink before.
        examples = self.proof.examples
        return examples.scaling is None and bool((examples.values < 0).any())

    def write(
        self,
        worksheet: Worksheet,
        looks: Looks,
        links: Sequence[str],
        live: Cells,
        found: Array,
    ) -> None:
        """Writes the sheet.

        ``links`` are sheets to go to, ``live`` the network's outputs, ``found`` their cached
        values.
        """
        page = Page(worksheet)
        noun = self.proof.examples.noun
        worksheet.set_column(0, 0, MARGIN)
        article = "an" if noun[0].casefold() in "aeiou" else "a"
        page.text((0, 1), f"A network that reads {article} {noun}, in formulas", looks("title"))
        page.height(0, 30)
        is_digit = noun == DIGIT
        typing = "paint: type numbers from 0 (paper) to 255 (ink)" if is_digit else "type numbers"
        page.text(
            (1, 1),
            f"Choose {article} {noun} at the right, and {typing} over it. "
            "Everything else is a live formula.",
            looks("lead"),
        )
        page.text(
            (2, 1),
            "What you type takes the place of the chosen number; delete it, and that is back.",
            looks("quiet"),
        )
        painted = self.selected[2]
        panel = OutputPanel(self.panel_column, self.proof, painted, live, found)
        panel.put(worksheet, page, looks, links)
        if self.is_list:
            worksheet.set_column(LABEL, READS, LIST_WIDTH)
            self._put_list(page, looks)
        else:
            worksheet.set_column(1, self.panel_column - 1, SQUARE_WIDTH)
            self._put_squares(worksheet, page, looks)
        page.write()
        last_row = self.last_row if self.is_list else self._seen_first
        prepare(worksheet, last_row, self.last_column)
        worksheet.fit_to_pages(1, 1)
        worksheet.set_selection(*self.choice, *self.choice)
        self._colour_reads(worksheet)

    def _put_list(self, page: Page, looks: Looks) -> None:
        page.text((TOP, LABEL), "Inputs", looks("heading"))
        for column, header in ((LABEL, ""), (TYPED, "type here"), (READS, "it reads")):
            page.text((TOP + 1, column), header, looks("header_right"))
        for channel in range(self.shape[0]):
            page.text((TOP + 2 + channel, LABEL), f"i{channel + 1}", looks("quiet", "right"))
            page.blank((TOP + 2 + channel, TYPED), looks("editable"))
        self._put_reads(page, [[looks("list")]])

    def _put_squares(self, worksheet: Worksheet, page: Page, looks: Looks) -> None:
        words = "What the network reads"
        scaling = self.proof.examples.scaling
        if scaling is not None:
            words += (
                f": (the number / {number(scaling.largest)} − {number(scaling.mean)}) / "
                f"{number(scaling.standard_deviation)}"
            )
        page.text((self._reads.top - 1, 1), words, looks("heading"))
        for place in zip(self.typed.rows.flat, self.typed.columns.flat, strict=True):
            page.blank((int(place[0]), int(place[1])), looks("paper"))
        if self.shape[0] > 1:
            for tiles in (self._squares, self._reads):
                for channel in range(self.shape[0]):
                    top, left = tiles.corner(channel)
                    page.text((top - 1, left), f"map {channel + 1}", looks("label"))
        self._put_reads(page, looks.framed(*self.shape[1:], "square"))
        self._shade(worksheet, looks)
        if self.proof.examples.noun == DIGIT:
            first, last = self.typed.corners
            worksheet.data_validation(
                xl_range(*first, *last),
                {
                    "validate": "decimal",
                    "criteria": "between",
                    "minimum": 0,
                    "maximum": 255,
                    "error_title": "Paper or ink?",
                    "error_message": "Type a number from 0 (paper) to 255 (ink).",
                },
            )

    def _put_reads(self, page: Page, styles: list[list[Format]]) -> None:
        examples = self.proof.examples
        values = examples.scaled.reshape(-1, *self.shape)[examples.chosen]
        _, top, left = (fixed(*place) for place in self._found)
        for place in numpy.ndindex(self.shape):
            typed = cell(*self.typed.position(*place))
            down, right = self.gallery.offset(*place)
            row, column = _plus(top, down), _plus(left, right)
            formula = f"IF(ISNUMBER({typed}),{typed},INDEX({self.gallery.area},{row},{column}))"
            if examples.scaling is not None:
                largest, mean, deviation = (
                    number(constant)
                    for constant in (
                        examples.scaling.largest,
                        examples.scaling.mean,
                        examples.scaling.standard_deviation,
                    )
                )
                formula = f"({formula}/{largest}-{mean})/{deviation}"
            style = styles[place[1]][place[2]]
            page.formula(self.outputs.position(*place), formula, values[place], style)

    def _shade(self, worksheet: Worksheet, looks: Looks) -> None:
        """The squares take the shade of what is read; those typed into get a frame."""
        values = self.proof.examples.scaled
        low, high = float(values.min()), float(values.max())
        tiles, reads = self._squares, self._reads
        for index in range(self.shape[0]):
            first, read = tiles.corner(index), cell(*reads.corner(index))
            place = xl_range(*first, first[0] + tiles.height - 1, first[1] + tiles.width - 1)
            typed = f"ISNUMBER({cell(*first)})"
            # Of all rules that hold, LibreOffice applies the first alone.
            for shade in range(SHADES, 0, -1):
                bound = low + (high - low) * (shade - 0.5) / SHADES
                is_shade = f"{read}>={number(bound)}"
                colour = {"bg_color": mixed(PAPER, POSITIVE, shade / SHADES)}
                _add_rule(worksheet, looks, place, f"AND({typed},{is_shade})", colour | FRAME)
                _add_rule(worksheet, looks, place, is_shade, colour)
            _add_rule(worksheet, looks, place, typed, {"bg_color": PAPER} | FRAME)

    def _colour_reads(self, worksheet: Worksheet) -> None:
        first, last = self.outputs.corners
        colour_values(worksheet, (*first, *last), self._is_signed, light=self.is_list)


def _add_rule(
    worksheet: Worksheet, looks: Looks, place: str, condition: str, look: dict[str, Any]
) -> None:
    rule = {"type": "formula", "criteria": f"={condition}", "stop_if_true": True}
    worksheet.conditional_format(place, rule | {"format": looks.workbook.add_format(look)})


def _plus(address: str, offset: int) -> str:
    return f"{address}+{offset}" if offset else address
