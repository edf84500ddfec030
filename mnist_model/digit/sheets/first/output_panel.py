"""The right half of the first sheet: the drop-down, the prediction, and the probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.sheets.grids import LIGHT_POSITIVE
from backprop_xlsx.spreadsheet.sheets.page import Page, Position, pixels
from backprop_xlsx.spreadsheet.sheets.rules import colour_verdicts
from mnist_model.digit.network.centring import BRUSH, BRUSHES
from mnist_model.digit.network.steps import Array
from mnist_model.digit.sheets.cells import Cells
from mnist_model.digit.sheets.empty_page import INVITATION, EmptyPage
from mnist_model.digit.sheets.first.painting_sheet import PaintingSheet
from mnist_model.digit.sheets.first.probability_chart import probability_chart
from mnist_model.digit.sheets.head import TOP
from mnist_model.digit.sheets.looks import SQUARE_PIXELS, Looks
from mnist_model.digit.sheets.proof_sheet import NAMES, NO_TARGET, TARGETS, Proof
from mnist_model.sheets.addresses import cell, fixed, fixed_area
from mnist_model.training.score import SURE

WIDTHS = (8, 10, 13, 11, 16)
WIDTH = len(WIDTHS)
CLASS, OUTPUT, POWER, SHARE, BAR = range(WIDTH)
HEADERS = ("class", "output", "e^(out − max)", "probability", "")
LINKS = TOP - 2
HUGE, HUGE_ROWS = TOP + 3, 8
TABLE = HUGE + HUGE_ROWS + 1
RIGHT, WRONG = "✓ right", "✗ wrong: it is a"
OWN, PAINTED, NOTHING = "changed by hand", "painted by hand", "no right answer is known"
READS = "is what the network reads, with probability"
DOUBTS = "is the nearest, but it may be no digit"
CLEAR = "Clear the squares to see the chosen one."


@dataclass(frozen=True, eq=False)
class OutputPanel:
    """The panel from column ``column`` on.

    ``selected`` are the address of the chosen one's number and the condition that something is
    typed; ``painting`` is there for a page to paint on, and ``empty`` tells when that is empty.
    ``live`` are the network's outputs and ``values`` those cells' cached values.
    """

    column: int
    proof: Proof
    selected: tuple[str, str]
    painting: PaintingSheet | None
    empty: EmptyPage
    live: Cells
    values: Array

    @staticmethod
    def last_row(outputs: int) -> int:
        """The last row of the table."""
        return TABLE + outputs

    @staticmethod
    def choice(column: int) -> Position:
        """The cell of the drop-down."""
        return TOP, column + 1

    @staticmethod
    def brush(column: int) -> Position:
        """The cell of the brush."""
        return TOP + 1, column + 1

    def put(self, page: Page, looks: Looks, links: Sequence[str]) -> None:
        """Puts everything; ``links`` are the sheets to go to."""
        for offset, width in enumerate(WIDTHS):
            page.worksheet.set_column(self.column + offset, self.column + offset, width)
        page.text((LINKS, self.column), "Go to", looks("bold"))
        for column, sheet in enumerate(links, start=self.column + 1):
            page.link((LINKS, column), sheet, sheet, looks("link"))
        self._put_choice(page, looks)
        self._put_table(page, looks)
        if self._is_classifier:
            self._put_probabilities(page, looks)
            self._put_prediction(page, looks)

    def put_chart(self, page: Page, looks: Looks, place: Position, rows: int) -> None:
        """A chart of the probabilities from ``place`` on, so many rows high, up to the right."""
        if not self._is_classifier:
            return
        chart = probability_chart(
            looks.workbook,
            page.worksheet.get_name(),
            (TABLE + 1, self.column + CLASS),
            (TABLE + 1, self.column + BAR),
            (TABLE, self.column + SHARE),
            len(self.values),
            self.proof.examples.noun,
        )
        squares = self.column - place[1]
        width = squares * SQUARE_PIXELS + sum(pixels(width) for width in WIDTHS)
        chart.set_size({"width": width, "height": rows * SQUARE_PIXELS})
        page.worksheet.insert_chart(*place, chart)

    @property
    def _is_classifier(self) -> bool:
        return len(self.values) > 1

    @property
    def _powers(self) -> Array:
        """The powers that the probabilities are shares of."""
        return numpy.exp(self.values - self.values.max())

    def _column(self, offset: int) -> str:
        """The address of a column of the table."""
        return fixed_area(TABLE + 1, self.column + offset, len(self.values), 1)

    def _put_choice(self, page: Page, looks: Looks) -> None:
        examples = self.proof.examples
        row, column = self.choice(self.column)
        page.text((row, self.column), examples.noun.capitalize(), looks("bold"))
        name = examples.names[examples.chosen]
        page.merged((row, column), self.column + BAR, name, looks("choice"))
        source, title = "=" + self.proof.column(NAMES), f"Which {examples.noun}?"
        _offer(page.worksheet, (row, column), source, title, "Choose one of the list.")
        if self.painting is not None:
            row, column = self.brush(self.column)
            page.text((row, self.column), "Brush", looks("bold"))
            page.text((row, column), BRUSH, looks("choice"))
            words = "how much ink a mark gives the squares beside it"
            page.text((row, column + 1), words, looks("quiet"))
            message = f"Choose {', '.join(BRUSHES)}."
            _offer(page.worksheet, (row, column), list(BRUSHES), "Which brush?", message)

    def _put_table(self, page: Page, looks: Looks) -> None:
        shown = HEADERS if self._is_classifier else HEADERS[:POWER]
        for offset, header in enumerate(shown):
            page.text((TABLE, self.column + offset), header, looks("header_right"))
        outputs = zip(self.live.references(), self.values.tolist(), strict=True)
        for index, (reference, value) in enumerate(outputs):
            row = TABLE + 1 + index
            page.number((row, self.column), index, looks("whole", "bold"))
            own, shown = self.empty.unless(reference, value)
            page.formula((row, self.column + OUTPUT), own, shown, looks("list"))

    def _put_probabilities(self, page: Page, looks: Looks) -> None:
        powers = self._powers
        shares, style = powers / powers.sum(), looks("probability")
        for index in range(len(powers)):
            row = TABLE + 1 + index
            output, power, share, bar = ((row, self.column + n) for n in range(OUTPUT, WIDTH))
            own = f"EXP({cell(*output)}-MAX({self._column(OUTPUT)}))"
            numbers = (
                (power, own, powers[index], looks("scientific", "quiet")),
                (share, f"{cell(*power)}/SUM({self._column(POWER)})", shares[index], style),
            )
            for place, formula, value, look in numbers:
                page.formula(place, *self.empty.unless(formula, value), look)
            drawn = self.empty.unless(cell(*share), shares[index], 0)
            page.formula(bar, *drawn, looks("hidden_number"))
        first, last = TABLE + 1, TABLE + len(powers)
        page.worksheet.conditional_format(
            xl_range(first, self.column + BAR, last, self.column + BAR),
            {
                "type": "data_bar",
                "bar_color": LIGHT_POSITIVE,
                "bar_solid": True,
                "bar_only": True,
                "data_bar_2010": True,
                "min_type": "num",
                "min_value": 0,
                "max_type": "num",
                "max_value": 1,
            },
        )

    def _put_prediction(self, page: Page, looks: Looks) -> None:
        examples, outputs = self.proof.examples, self._column(OUTPUT)
        predicted = int(self.values.argmax())
        last = (HUGE + HUGE_ROWS - 1, self.column + OUTPUT)
        page.worksheet.merge_range(HUGE, self.column, *last, "", looks("huge"))
        formula = f"INDEX({self._column(CLASS)},MATCH(MAX({outputs}),{outputs},0))"
        huge = self.empty.unless(formula, predicted, "?")
        page.formula((HUGE, self.column), *huge, looks("huge"))
        column, last_column = self.column + POWER, self.column + BAR
        largest = f"MAX({self._column(SHARE)})"
        if self.painting is None:
            page.text((HUGE + 1, column), READS, looks("lead"))
        else:
            is_doubtful = f"OR({self.painting.is_unlike},{largest}<{SURE})"
            words = f'IF(AND({self.painting.is_painted},{is_doubtful}),"{DOUBTS}","{READS}")'
            told = self.empty.unless(words, READS, INVITATION)
            page.formula((HUGE + 1, column), *told, looks("lead"))
        share = self.empty.unless(largest, 1 / self._powers.sum())
        page.formula((HUGE + 2, column), *share, looks("probability", "left", "bold"))
        target = examples.targets[examples.chosen]
        number, painted = self.selected
        is_what = f"INDEX({self.proof.column(TARGETS)},{number})"
        own = OWN if self.painting is None else PAINTED
        formula = (
            f'IF({painted},"{own}",IF({is_what}="{NO_TARGET}","{NOTHING}",'
            f'IF({is_what}={fixed(HUGE, self.column)},"{RIGHT}","{WRONG} "&{is_what})))'
        )
        verdict = RIGHT if target == predicted else f"{WRONG} {target}"
        verdict = NOTHING if target is None else verdict
        agreement = self.proof.verdict
        if self.painting is not None:
            clear = f'IF({self.painting.chosen}=0,"","{CLEAR}")'
            agreement = f"IF({painted},{clear},{agreement})"
        verdicts = (
            (HUGE + 4, formula, verdict, looks("large")),
            (HUGE + 6, agreement, self.proof.verdict_of(self.values), looks("indented")),
        )
        for row, formula, verdict, style in verdicts:
            formula, shown = self.empty.unless(formula, verdict)
            page.merged_formula((row, column), last_column, formula, shown, style)
        place = (HUGE + 4, column, HUGE + 6, last_column)
        colour_verdicts(page.worksheet, looks, place)


def _offer(
    worksheet: Worksheet, place: tuple[int, int], source: str | list[str], title: str, message: str
) -> None:
    """Let a cell take what a list has, and say so if it is given anything else."""
    choice = {"validate": "list", "source": source, "error_title": title, "error_message": message}
    worksheet.data_validation(*place, *place, choice)
