"""What the sheets of all stages share: their names, heads, links and limits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.sheets.page import Page, prepare
from mnist_model.digit.network.stages import Pooling, Stage
from mnist_model.digit.network.steps import Array, Relu, Sigmoid
from mnist_model.digit.sheets.cells import Cells, Place
from mnist_model.digit.sheets.empty_page import ONLY_PAPER, EmptyPage
from mnist_model.digit.sheets.looks import Looks

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
HEAD_ROWS = 4
LEAST_COLUMNS = 10
TOP = HEAD_ROWS + 1
"""The row of the first heading below the frozen head."""


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
    def printed(self) -> tuple[int, int]:
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
    def put(
        self,
        worksheet: Worksheet,
        page: Page,
        looks: Looks,
        source: Cells,
        inputs: Array,
        outputs: Array,
    ) -> None:
        """Puts everything below the head; ``source`` is where the inputs stand."""

    @property
    def is_signed(self) -> bool:
        """Whether an output can be negative."""
        if self.stage.steps:
            return not isinstance(self.stage.steps[-1], Relu | Sigmoid)
        return self.reads_signed or not isinstance(self.stage, Pooling)

    def require_room(self) -> None:
        """Raises InputError if a sheet has not enough rows or columns."""
        stage = self.stage
        what = f"{stage.layers[0]}, {_shape(stage.input_shape)} to {_shape(stage.output_shape)}"
        require_room(what, self.last_row, self.last_column)

    def write(
        self,
        worksheet: Worksheet,
        looks: Looks,
        neighbours: tuple[str, str],
        home: tuple[str, str],
        source: Cells,
        inputs: Array,
        outputs: Array,
        empty: EmptyPage,
    ) -> None:
        """Writes the whole sheet; ``neighbours`` are the sheets before and after it."""
        page = Page(worksheet)
        stage = self.stage
        page.text((0, 1), f"{self.number}: {', '.join(stage.layers)}", looks("title"))
        page.height(0, 26)
        computes, reads = self.words()
        sizes = f"{_shape(stage.input_shape)} in, {_shape(stage.output_shape)} out. "
        page.text((1, 1), sizes + computes, looks())
        page.text((2, 1), reads, looks("quiet"))
        if empty.is_possible:
            page.formula((3, 1), *empty.unless('""', "", ONLY_PAPER), looks("warning"))
        put_links(page, looks, neighbours, home)
        self.put(worksheet, page, looks, source, inputs, outputs)
        page.write()
        worksheet.freeze_panes(HEAD_ROWS, 1)
        prepare(worksheet, *self.printed)
        worksheet.print_area(0, 1, *self.printed)  # links are of no use on paper
        worksheet.fit_to_pages(1, 0 if self.is_long else 1)
        if self.is_long:
            worksheet.repeat_rows(TOP, TOP + 1)
            worksheet.set_portrait()


def require_room(what: str, last_row: int, last_column: int) -> None:
    """Raises InputError if no sheet has that row and column, counted from 0."""
    for last, most, kind in ((last_row, MOST_ROWS, "rows"), (last_column, MOST_COLUMNS, "columns")):
        if last >= most:
            raise InputError(
                f"{what}: a sheet of {last + 1:,} {kind} would be needed, and one has {most:,}; "
                "take fewer channels, smaller inputs or fewer of them"
            )


def put_links(page: Page, looks: Looks, neighbours: tuple[str, str], home: tuple[str, str]) -> None:
    """Links in the first column: to the first sheets, to the one before and the one after."""
    for row, sheet in enumerate(home):
        page.link((row, 0), sheet, sheet, looks("link"))
    before, after = neighbours
    page.link((2, 0), before, f"← {before}", looks("link"))
    page.link((3, 0), after, f"→ {after}", looks("link"))


def _shape(shape: tuple[int, int, int]) -> str:
    channels, height, width = shape
    if (height, width) == (1, 1):
        return f"{channels} value{'s' * (channels != 1)}"
    return f"{channels} map{'s' * (channels != 1)} of {height} × {width}"
