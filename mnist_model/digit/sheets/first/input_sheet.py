"""The first sheet: choose an input or type over it, and see what the network makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import cached_property

import numpy
from xlsxwriter.format import Format

from backprop_xlsx.spreadsheet.sheets.grids import colour_values
from backprop_xlsx.spreadsheet.sheets.page import Page, Position, prepare
from mnist_model.digit.network.stages import Shape, is_list, number
from mnist_model.digit.network.steps import Array
from mnist_model.digit.sheets.cells import Cells, Tiling, listed
from mnist_model.digit.sheets.empty_page import EmptyPage
from mnist_model.digit.sheets.first.choice_sheet import ChoiceSheet
from mnist_model.digit.sheets.first.output_panel import WIDTH as PANEL_WIDTH
from mnist_model.digit.sheets.first.output_panel import OutputPanel
from mnist_model.digit.sheets.first.painting_sheet import PaintingSheet
from mnist_model.digit.sheets.first.square_rules import shade_as_read, show_marks
from mnist_model.digit.sheets.gallery_sheet import Gallery
from mnist_model.digit.sheets.head import TOP
from mnist_model.digit.sheets.looks import LIST_WIDTH, SQUARE_WIDTH, Looks
from mnist_model.digit.sheets.proof_sheet import Proof
from mnist_model.sheets.addresses import cell, fixed

MARGIN = 2
LABEL, TYPED, READS = 1, 2, 3  # columns of a list
DIGIT = "digit"
"""The noun of inputs whose values are ink, 0 to 255."""
INK = 255.0
PAGE_ZOOM = 75
CHART_ROWS = 18
LINES = (
    "Choose {noun} at the right, and type numbers over it. Everything else is a live formula.",
    "What you type takes the place of the chosen number; delete it, and that is back.",
)
PAGE_LINES = (
    "Choose: take {noun} from the list at the right.",
    "Paint: type x into squares. As soon as one is marked, your painting alone counts.",
    "Clear: select the squares and press Delete; then the chosen one is back.",
)


@dataclass(frozen=True, eq=False)
class InputSheet:
    """The sheet ``name``: squares to type into, and the numbers that the network reads.

    A typed number takes the place of the chosen input's; an empty square leaves it. Digits are
    painted instead: any mark is ink, and as soon as there is one the painting alone counts.
    """

    name: str
    shape: Shape
    gallery: Gallery
    choice_sheet: ChoiceSheet
    proof: Proof

    @property
    def is_list(self) -> bool:
        """Whether the inputs are single values and not maps."""
        return is_list(self.shape)

    @property
    def is_page(self) -> bool:
        """Whether it is a page to paint on."""
        return self.proof.examples.noun == DIGIT and self.shape[0] == 1 and not self.is_list

    @cached_property
    def painting(self) -> PaintingSheet | None:
        """The sheet that centres what is painted on a page."""
        if not self.is_page:
            return None
        brush = f"'{self.name}'!{fixed(*OutputPanel.brush(self.panel_column))}"
        scaling = self.proof.examples.scaling
        full = INK if scaling is None else scaling.largest
        return PaintingSheet(self.typed, brush, full, self.choice_sheet.ink)

    @property
    def empty(self) -> EmptyPage:
        """Whether a page to paint on has no ink."""
        condition = None if self.painting is None else self.painting.is_empty
        return EmptyPage(condition, not self.proof.examples.shown.any())

    @property
    def _squares(self) -> Tiling:
        return Tiling.gallery(self.shape, TOP, 1)

    @property
    def _reads(self) -> Tiling:
        if self.is_page:
            return Tiling.gallery(self.shape, TOP, self._squares.last_column + 2)
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
        if self.is_list:
            return READS + 2
        return (self._reads if self.is_page else self._squares).last_column + 2

    @property
    def last_row(self) -> int:
        """The last row with anything in it."""
        if self.is_list:
            return max(TOP + 1 + self.shape[0], self._panel_row)
        return self._seen_first + 2 + CHART_ROWS if self.is_page else self._reads.last_row + 1

    @property
    def last_column(self) -> int:
        """That of the panel."""
        return max(self.panel_column + PANEL_WIDTH - 1, self._reads.last_column)

    @property
    def choice(self) -> Position:
        """The cell of the drop-down."""
        return OutputPanel.choice(self.panel_column)

    @property
    def chosen(self) -> str:
        """The address of the chosen name, from another sheet."""
        return f"'{self.name}'!{fixed(*self.choice)}"

    @property
    def selected(self) -> tuple[str, str]:
        """The address of the chosen one's number, and the condition that it was changed."""
        return self.choice_sheet.number, self._is_changed

    @property
    def _is_changed(self) -> str:
        if self.painting is not None:
            return self.painting.is_painted
        return f"COUNT({self.typed.address})>0"

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
        self, page: Page, looks: Looks, links: Sequence[str], live: Cells, found: Array
    ) -> None:
        """Writes the sheet.

        ``links`` are sheets to go to, ``live`` the network's outputs, ``found`` their cached
        values.
        """
        worksheet = page.worksheet
        noun = self.proof.examples.noun
        worksheet.set_column(0, 0, MARGIN)
        article = "an" if noun[0].casefold() in "aeiou" else "a"
        page.text((0, 1), f"A network that reads {article} {noun}, in formulas", looks("title"))
        page.height(0, 30)
        for row, line in enumerate(PAGE_LINES if self.is_page else LINES, start=1):
            page.text((row, 1), line.format(noun=f"{article} {noun}"), looks("lead"))
        panel = OutputPanel(
            self.panel_column, self.proof, self.selected, self.painting, self.empty, live, found
        )
        panel.put(page, looks, links)
        if self.is_list:
            worksheet.set_column(LABEL, READS, LIST_WIDTH)
            self._put_list(page, looks)
        else:
            worksheet.set_column(1, self.panel_column - 1, SQUARE_WIDTH)
            self._put_squares(page, looks)
        page.write()
        prepare(worksheet, self.last_row, self.last_column)
        worksheet.fit_to_pages(1, 1)
        height, width = self.shape[1:]
        first = self.typed.position(0, height // 2, width // 2) if self.is_page else self.choice
        worksheet.set_selection(*first, *first)
        if self.is_page:
            worksheet.set_zoom(PAGE_ZOOM)
            panel.put_chart(page, looks, (self._seen_first + 3, 1), CHART_ROWS)
        colour_values(worksheet, self.outputs.rectangle, self._is_signed, light=self.is_list)

    def _put_list(self, page: Page, looks: Looks) -> None:
        page.text((TOP, LABEL), "Inputs", looks("heading"))
        for column, header in ((LABEL, ""), (TYPED, "type here"), (READS, "it reads")):
            page.text((TOP + 1, column), header, looks("header_right"))
        for channel in range(self.shape[0]):
            page.text((TOP + 2 + channel, LABEL), f"i{channel + 1}", looks("quiet", "right"))
            page.blank((TOP + 2 + channel, TYPED), looks("editable"))
        self._put_reads(page, [[looks("list")]])

    def _put_squares(self, page: Page, looks: Looks) -> None:
        words = "What the network sees" if self.is_page else "What the network reads"
        reads = self._reads
        page.text((reads.top - (not self.is_page), reads.left), words, looks("heading"))
        self._put_scaling(page, looks)
        for position in self.typed.positions:
            page.blank(position, looks("paper"))
        if self.shape[0] > 1:
            for tiles in (self._squares, self._reads):
                for channel in range(self.shape[0]):
                    top, left = tiles.corner(channel)
                    page.text((top - 1, left), f"map {channel + 1}", looks("label"))
        self._put_reads(page, looks.framed(*self.shape[1:], "square"))
        if self.painting is None:
            values = self.proof.examples.scaled
            bounds = float(values.min()), float(values.max())
            shade_as_read(page.worksheet, looks, self._squares, self._reads, bounds)
        else:
            page.text((TOP, 1), "Paint here", looks("heading"))
            show_marks(page.worksheet, looks, self.typed, self.painting.full)
            self._put_warning(page, looks, self.painting)

    def _put_scaling(self, page: Page, looks: Looks) -> None:
        """What becomes of a number, below what the network reads."""
        scaling = self.proof.examples.scaling
        if scaling is not None:
            largest, mean, deviation = map(number, astuple(scaling))
            words = f"(the number / {largest} − {mean}) / {deviation}"
            page.text((self._reads.last_row + 1, self._reads.left), words, looks("quiet"))

    def _put_warning(self, page: Page, looks: Looks, painting: PaintingSheet) -> None:
        """How many numbers are no ink, below the squares."""
        words = f" marked: expected 0 to {number(painting.full)}, or any letter"
        formula = f'IF({painting.wrong}>0,{painting.wrong}&"{words}","")'
        page.formula((self._squares.last_row + 1, 1), formula, "", looks("warning"))

    def _put_reads(self, page: Page, styles: list[list[Format]]) -> None:
        examples = self.proof.examples
        values = examples.scaled.reshape(-1, *self.shape)[examples.chosen]
        top, left = self.choice_sheet.row, self.choice_sheet.column
        for place in numpy.ndindex(self.shape):
            typed = cell(*self.typed.position(*place))
            down, right = self.gallery.offset(*place)
            row, column = _plus(top, down), _plus(left, right)
            formula = f"INDEX({self.gallery.area},{row},{column})"
            if self.painting is not None:
                painted = self.painting.seen(*place[1:])
                formula = f"IF({self.painting.is_painted},{painted},{formula})"
            else:
                formula = f"IF(ISNUMBER({typed}),{typed},{formula})"
            if examples.scaling is not None:
                largest, mean, deviation = map(number, astuple(examples.scaling))
                formula = f"({formula}/{largest}-{mean})/{deviation}"
            style = styles[place[1]][place[2]]
            page.formula(self.outputs.position(*place), formula, values[place], style)


def _plus(address: str, offset: int) -> str:
    return f"{address}+{offset}" if offset else address
