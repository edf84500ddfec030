"""The right half of the first sheet: the drop-down, the prediction, and the probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.spreadsheet.sheets.grids import LIGHT_POSITIVE
from backprop_xlsx.spreadsheet.sheets.page import Page, Position
from mnist_model.digit.network.centring import BRUSH, BRUSHES
from mnist_model.digit.network.steps import Array
from mnist_model.digit.sheets.cells import Cells, cell, fixed, fixed_area
from mnist_model.digit.sheets.looks import Looks
from mnist_model.digit.sheets.proof_sheet import NAMES, NO_TARGET, TARGETS, Proof
from mnist_model.digit.sheets.stages.stage_sheet import TOP
from mnist_model.sheets.grid import colour_verdicts

WIDTHS = (10, 12, 14, 12, 26)
WIDTH = len(WIDTHS)
CLASS, OUTPUT, POWER, SHARE, BAR = range(WIDTH)
HEADERS = ("class", "output", "e^(out − max)", "probability", "")
LINKS = TOP - 2
HUGE, HUGE_ROWS = TOP + 3, 8
TABLE = HUGE + HUGE_ROWS + 1
RIGHT, WRONG = "✓ right", "✗ wrong: it is a"
OWN, PAINTED, NOTHING = "changed by hand", "painted by hand", "no right answer is known"
READS = "is what the network reads, with probability"
INVITATION = "Nothing is painted yet: mark some squares with x."


@dataclass(frozen=True, eq=False)
class OutputPanel:
    """The panel from column ``column`` on.

    ``selected`` are the addresses of the chosen name and its number, and the condition that
    something is painted; ``nothing`` is the condition that there is no ink at all, for a page to
    paint on. ``live`` are the network's outputs and ``values`` those cells' cached values.
    """

    column: int
    proof: Proof
    selected: tuple[str, str, str]
    nothing: str | None
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

    def put(self, worksheet: Worksheet, page: Page, looks: Looks, links: Sequence[str]) -> None:
        """Puts everything; ``links`` are the sheets to go to."""
        for offset, width in enumerate(WIDTHS):
            worksheet.set_column(self.column + offset, self.column + offset, width)
        page.text((LINKS, self.column), "Go to", looks("bold"))
        for column, sheet in enumerate(links, start=self.column + 1):
            page.link((LINKS, column), sheet, sheet, looks("link"))
        self._put_choice(worksheet, page, looks)
        self._put_table(page, looks)
        if self._is_classifier:
            self._put_probabilities(worksheet, page, looks)
            self._put_prediction(worksheet, page, looks)

    @property
    def _is_classifier(self) -> bool:
        return len(self.values) > 1

    def _outputs(self, offset: int) -> str:
        """The address of a column of the table."""
        return fixed_area(TABLE + 1, self.column + offset, len(self.values), 1)

    def _put_choice(self, worksheet: Worksheet, page: Page, looks: Looks) -> None:
        examples = self.proof.examples
        row, column = self.choice(self.column)
        page.text((row, self.column), examples.noun.capitalize(), looks("bold"))
        name = examples.names[examples.chosen]
        page.merged((row, column), self.column + BAR, name, looks("choice"))
        worksheet.data_validation(
            row,
            column,
            row,
            column,
            {
                "validate": "list",
                "source": "=" + self.proof.column(NAMES),
                "error_title": f"Which {examples.noun}?",
                "error_message": "Choose one of the list.",
            },
        )
        if self.nothing is not None:
            row, column = self.brush(self.column)
            page.text((row, self.column), "Brush", looks("bold"))
            page.text((row, column), BRUSH, looks("choice"))
            words = "how much ink a mark gives the squares beside it"
            page.text((row, column + 1), words, looks("quiet"))
            worksheet.data_validation(
                row,
                column,
                row,
                column,
                {
                    "validate": "list",
                    "source": list(BRUSHES),
                    "error_title": "Which brush?",
                    "error_message": f"Choose {', '.join(BRUSHES)}.",
                },
            )

    def _unless_nothing(self, formula: str, instead: str) -> str:
        """The formula, or other words while nothing is painted."""
        return formula if self.nothing is None else f'IF({self.nothing},"{instead}",{formula})'

    def _cached(self, value: object, instead: str) -> object:
        """The value at first: the input chosen then may be an empty page."""
        is_empty = self.nothing is not None and not self.proof.examples.shown.any()
        return instead if is_empty else value

    def _put_table(self, page: Page, looks: Looks) -> None:
        shown = HEADERS if self._is_classifier else HEADERS[:POWER]
        for offset, header in enumerate(shown):
            page.text((TABLE, self.column + offset), header, looks("header_right"))
        references = self.live.flattened().references()
        for index, value in enumerate(self.values.tolist()):
            row = TABLE + 1 + index
            page.number((row, self.column), index, looks("whole", "bold"))
            page.formula((row, self.column + OUTPUT), references[index][0][0], value, looks("list"))

    def _put_probabilities(self, worksheet: Worksheet, page: Page, looks: Looks) -> None:
        powers = numpy.exp(self.values - self.values.max())
        shares = powers / powers.sum()
        for index in range(len(powers)):
            row = TABLE + 1 + index
            output, power, share, bar = ((row, self.column + n) for n in range(OUTPUT, WIDTH))
            formula = f"EXP({cell(*output)}-MAX({self._outputs(OUTPUT)}))"
            page.formula(power, formula, powers[index], looks("scientific", "quiet"))
            formula = f"{cell(*power)}/SUM({self._outputs(POWER)})"
            page.formula(share, formula, shares[index], looks("probability"))
            shown = self._unless_nothing(cell(*share), "")
            page.formula(bar, shown, self._cached(shares[index], ""), looks("probability"))
        first, last = TABLE + 1, TABLE + len(powers)
        worksheet.conditional_format(
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

    def _put_prediction(self, worksheet: Worksheet, page: Page, looks: Looks) -> None:
        examples, outputs = self.proof.examples, self._outputs(OUTPUT)
        predicted = int(self.values.argmax())
        last = (HUGE + HUGE_ROWS - 1, self.column + OUTPUT)
        worksheet.merge_range(HUGE, self.column, *last, "", looks("huge"))
        formula = f"INDEX({self._outputs(CLASS)},MATCH(MAX({outputs}),{outputs},0))"
        formula = self._unless_nothing(formula, "?")
        page.formula((HUGE, self.column), formula, self._cached(predicted, "?"), looks("huge"))
        column, last_column = self.column + POWER, self.column + BAR
        if self.nothing is None:
            page.text((HUGE + 1, column), READS, looks("lead"))
        else:
            formula = self._unless_nothing(f'"{READS}"', INVITATION)
            page.formula(
                (HUGE + 1, column), formula, self._cached(READS, INVITATION), looks("lead")
            )
        powers = numpy.exp(self.values - self.values.max())
        share = (HUGE + 2, column)
        style = looks("probability", "left", "bold")
        formula = self._unless_nothing(f"MAX({self._outputs(SHARE)})", "")
        page.formula(share, formula, self._cached(1 / powers.sum(), ""), style)
        target = examples.targets[examples.chosen]
        _, number, painted = self.selected
        is_what = f"INDEX({self.proof.column(TARGETS)},{number})"
        own = OWN if self.nothing is None else PAINTED
        formula = (
            f'IF({painted},"{own}",IF({is_what}="{NO_TARGET}","{NOTHING}",'
            f'IF({is_what}={fixed(HUGE, self.column)},"{RIGHT}","{WRONG} "&{is_what})))'
        )
        verdict = RIGHT if target == predicted else f"{WRONG} {target}"
        verdict = NOTHING if target is None else verdict
        verdicts = (
            (HUGE + 4, formula, verdict, looks("large")),
            (HUGE + 6, self.proof.verdict, self.proof.verdict_of(self.values), looks("indented")),
        )
        for row, formula, verdict, style in verdicts:
            formula, shown = self._unless_nothing(formula, ""), str(self._cached(verdict, ""))
            page.merged_formula((row, column), last_column, formula, shown, style)
        place = (HUGE + 4, column, HUGE + 6, last_column)
        colour_verdicts(looks.workbook, worksheet, place)
