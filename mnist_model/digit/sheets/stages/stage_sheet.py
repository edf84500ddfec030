"""What the sheets of all stages share: their names, words and limits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy
from xlsxwriter.format import Format

from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.ooxml.formula_text import MAXIMUM_COLUMN, MAXIMUM_ROW
from backprop_xlsx.spreadsheet.sheets.page import Page, Position
from mnist_model.digit.network.stages import Pooling, Shape, Stage, is_list
from mnist_model.digit.network.steps import Array
from mnist_model.digit.sheets.cells import Cells, Place, Tiling
from mnist_model.digit.sheets.empty_page import ONLY_PAPER, EmptyPage
from mnist_model.digit.sheets.head import TOP, Links, finish, put_head
from mnist_model.digit.sheets.looks import Looks

LEAST_COLUMNS = 10


class StageSheet(ABC):
    """The sheet of one stage: where its outputs stand, and how it is written.

    ``labels`` name the outputs' channels, "1", "2", … unless given; ``reads_signed`` tells
    whether what it reads can be negative.
    """

    def __init__(
        self, number: int, stage: Stage, labels: Sequence[str] | None, reads_signed: bool
    ) -> None:
        self.stage = stage
        self.number = number
        self.name = f"{number} {stage.kind}"
        self.reads_signed = reads_signed
        channels = stage.output_shape[0]
        self.labels = labels or tuple(str(index + 1) for index in range(channels))

    @property
    @abstractmethod
    def formulas(self) -> int:
        """How many formulas the sheet has."""

    @property
    @abstractmethod
    def last_row(self) -> int:
        """The last row with anything in it, from 0."""

    @property
    @abstractmethod
    def last_column(self) -> int:
        """The last column with anything in it, from 0."""

    @property
    def printed(self) -> Position:
        """The last row and column that go to print; the head needs some width."""
        return self.last_row, max(self.last_column, LEAST_COLUMNS)

    @property
    def is_long(self) -> bool:
        """Whether it is a list, which goes on over several pages of paper."""
        return self.stage.is_list

    @property
    @abstractmethod
    def outputs(self) -> Cells:
        """Where the outputs stand."""

    def argument(self, source: Cells, place: Place, prefix: str = "") -> str:
        """What the sum of an output is made of; ``prefix`` names this sheet from another one.

        ``source`` is where the inputs stand.
        """
        raise NotImplementedError

    def constants(self, channel: int, prefix: str = "") -> list[str]:
        """The addresses of the numbers of a channel that its formulas use."""
        raise NotImplementedError

    @abstractmethod
    def words(self) -> tuple[str, str]:
        """Two sentences: what the formulas compute, and where what they read stands."""

    @abstractmethod
    def put(self, page: Page, looks: Looks, source: Cells, inputs: Array, outputs: Array) -> None:
        """Puts everything below the head; ``source`` is where the inputs stand."""

    def put_formulas(
        self, page: Page, source: Cells, outputs: Array, styles: Sequence[Sequence[Format]]
    ) -> None:
        """A formula for each output; ``styles`` are those of each row and column of a map."""
        for place in numpy.ndindex(self.stage.output_shape):
            channel, row, column = place
            formula = self.stage.formula(self.argument(source, place), self.constants(channel))
            position = self.outputs.position(*place)
            page.formula(position, formula, outputs[place], styles[row][column])

    def put_labels(self, page: Page, looks: Looks, maps: Tiling) -> None:
        """A label above each map."""
        for channel, label in enumerate(self.labels):
            top, left = maps.corner(channel)
            text = f"map {label}" if maps.width > 3 else label
            page.text((top - 1, left), text, looks("label"))

    @property
    def is_signed(self) -> bool:
        """Whether an output can be negative."""
        if self.stage.steps:
            return self.stage.steps[-1].is_signed
        return self.reads_signed or not isinstance(self.stage, Pooling)

    def require_room(self) -> None:
        """Raises InputError if a sheet has not enough rows or columns."""
        stage = self.stage
        what = f"{stage.layers[0]}, {_shape(stage.input_shape)} to {_shape(stage.output_shape)}"
        require_room(what, self.last_row, self.last_column)

    def write(
        self,
        page: Page,
        looks: Looks,
        links: Links,
        source: Cells,
        inputs: Array,
        outputs: Array,
        empty: EmptyPage,
    ) -> None:
        """Writes the whole sheet."""
        stage = self.stage
        put_head(page, looks, f"{self.number}: {', '.join(stage.layers)}", links)
        computes, reads = self.words()
        sizes = f"{_shape(stage.input_shape)} in, {_shape(stage.output_shape)} out. "
        page.text((1, 1), sizes + computes, looks())
        page.text((2, 1), reads, looks("quiet"))
        if empty.is_possible:
            page.formula((3, 1), *empty.unless('""', "", ONLY_PAPER), looks("warning"))
        self.put(page, looks, source, inputs, outputs)
        finish(page, self.printed, frozen_columns=1)
        page.worksheet.fit_to_pages(1, 0 if self.is_long else 1)
        if self.is_long:
            page.worksheet.repeat_rows(TOP, TOP + 1)
            page.worksheet.set_portrait()


def require_room(what: str, last_row: int, last_column: int) -> None:
    """Raises InputError if no sheet has that row and column, counted from 0."""
    limits = ((last_row, MAXIMUM_ROW, "rows"), (last_column, MAXIMUM_COLUMN, "columns"))
    for last, most, kind in limits:
        if last >= most:
            raise InputError(
                f"{what}: a sheet of {last + 1:,} {kind} would be needed, and one has {most:,}; "
                "take fewer channels, smaller inputs or fewer of them"
            )


def _shape(shape: Shape) -> str:
    channels, height, width = shape
    if is_list(shape):
        return f"{channels} value{'s' * (channels != 1)}"
    return f"{channels} map{'s' * (channels != 1)} of {height} × {width}"
