"""The sheet Proof: what torch computed for each input, beside what the formulas give right now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy

from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.rules import colour_verdicts
from mnist_model.digit.examples import Examples
from mnist_model.digit.network.steps import Array
from mnist_model.digit.sheets.cells import Cells
from mnist_model.digit.sheets.empty_page import EmptyPage
from mnist_model.digit.sheets.head import TOP, Links, finish, put_head
from mnist_model.digit.sheets.looks import NAVIGATION_WIDTH, Looks
from mnist_model.sheets.addresses import area, cell, fixed, fixed_area

NAME = "Proof"
TOLERANCE = 1e-9
NAMES, TARGETS, OUTPUTS = 1, 2, 3  # columns
LIVE, STORED, DIFFERENCE, VERDICT = range(TOP + 2, TOP + 6)  # rows
TABLE = VERDICT + 2
FIRST = TABLE + 2
VERDICT_COLUMNS = 6
NO_TARGET = "–"
AGREES, DIFFERS = "✓ agrees with torch", "✗ differs from torch"
OWN = "your own"
PAINTED = "torch's outputs are stored only for what is unchanged"
UNPAINTED = "nothing is painted yet"


@dataclass(frozen=True, eq=False)
class Proof:
    """The sheet; ``expected`` are torch's outputs [inputs, outputs]."""

    examples: Examples
    expected: Array

    @property
    def outputs(self) -> int:
        """How many outputs the network has."""
        return int(self.expected.shape[1])

    @property
    def predicted(self) -> int:
        """The column of the class that torch's largest output stands for."""
        return OUTPUTS + self.outputs

    @property
    def last_row(self) -> int:
        """That of the last input."""
        return FIRST + len(self.examples.names) - 1

    @property
    def last_column(self) -> int:
        """That of what torch reads."""
        return self.predicted

    def column(self, column: int) -> str:
        """The address of a column of the table, from another sheet."""
        return f"'{NAME}'!" + self._own_column(column)

    def _own_column(self, column: int) -> str:
        return fixed_area(FIRST, column, len(self.examples.names), 1)

    @property
    def last_of_verdict(self) -> int:
        """The last column that the verdict spreads over."""
        return OUTPUTS + VERDICT_COLUMNS - 1

    @property
    def verdict(self) -> str:
        """The address of the verdict, from another sheet."""
        return f"'{NAME}'!{fixed(VERDICT, OUTPUTS)}"

    def verdict_of(self, found: Array) -> str:
        """The verdict where the input chosen at first gives these outputs."""
        expected = self.expected[self.examples.chosen]
        allowed = TOLERANCE * max(1.0, float(numpy.abs(expected).max()))
        return AGREES if float(numpy.abs(found - expected).max()) <= allowed else DIFFERS

    def write(
        self,
        page: Page,
        looks: Looks,
        links: Links,
        live: Cells,
        found: Array,
        selected: tuple[str, str],
        empty: EmptyPage,
    ) -> None:
        """Writes the sheet.

        ``live`` are the cells of the workbook's outputs, ``found`` their cached values;
        ``selected`` are the address of the chosen one's number and the condition that something
        is painted.
        """
        worksheet = page.worksheet
        worksheet.set_column(0, 0, NAVIGATION_WIDTH)
        worksheet.set_column(NAMES, NAMES, 30)
        worksheet.set_column(TARGETS, self.last_column, 10)
        put_head(page, looks, "Is the workbook right?", links)
        noun = self.examples.noun
        words = (
            f"For each of the {len(self.examples.names)} {noun}s the outputs that torch computed "
            "in float64 from the same weights; above them the workbook's own."
        )
        page.text((1, 1), words, looks())
        words = (
            f"Verifying the file paints {noun}s too: torch then gets what the network sees, and "
            "its gradient is compared with the sheet Why."
        )
        page.text((2, 1), words, looks("quiet"))
        self._put_live(page, looks, live, found, selected, empty)
        self._put_table(page, looks, empty.is_possible)
        finish(page, (self.last_row, self.last_column))
        place = (VERDICT, OUTPUTS, VERDICT, self.last_of_verdict)
        colour_verdicts(page.worksheet, looks, place)
        worksheet.repeat_rows(TABLE + 1)
        worksheet.fit_to_pages(1, 0)

    def _put_live(
        self,
        page: Page,
        looks: Looks,
        live: Cells,
        found: Array,
        selected: tuple[str, str],
        empty: EmptyPage,
    ) -> None:
        number, painted = selected
        chosen = self.examples.chosen
        page.text((TOP, NAMES), f"The {self.examples.noun} shown", looks("heading"))
        page.text((TOP, OUTPUTS), "outputs", looks("heading"))
        name = f'IF({painted},"{OWN}",INDEX({self._own_column(NAMES)},{number}))'
        page.formula((TOP + 1, NAMES), name, self.examples.names[chosen], looks("bold"))
        labels = ("this workbook, now", "torch", "difference", "verdict")
        for row, label in enumerate(labels, start=LIVE):
            page.text((row, NAMES), label, looks("right"))
        references = live.references()
        expected = self.expected[chosen].tolist()
        for index, value in enumerate(found.tolist()):
            column = OUTPUTS + index
            page.number((TOP + 1, column), index, looks("header_right", "whole"))
            page.formula((LIVE, column), references[index], value, looks("output"))
            stored = f'IF({painted},"{NO_TARGET}",INDEX({self._own_column(column)},{number}))'
            page.formula((STORED, column), stored, expected[index], looks("output"))
            both = f"ABS({cell(LIVE, column)}-{cell(STORED, column)})"
            formula = f'IF({painted},"{NO_TARGET}",{both})'
            difference = abs(value - expected[index])
            page.formula((DIFFERENCE, column), formula, difference, looks("scientific"))
        width = self.outputs
        torch, differences = (area(row, OUTPUTS, 1, width) for row in (STORED, DIFFERENCE))
        allowed = f"{TOLERANCE:.0E}*MAX(1,MAX({torch}),-MIN({torch}))"
        condition = f"MAX({differences})<={allowed}"
        agrees, verdict = empty.unless(f'"{AGREES}"', self.verdict_of(found), UNPAINTED)
        formula = f'IF({painted},"{PAINTED}",IF({condition},{agrees},"{DIFFERS}"))'
        page.merged_formula(
            (VERDICT, OUTPUTS), self.last_of_verdict, formula, verdict, looks("bold")
        )

    def _put_table(self, page: Page, looks: Looks, is_page: bool) -> None:
        """What torch reads on empty paper is no answer, so it is not told."""
        noun = self.examples.noun
        page.text((TABLE, NAMES), "What torch computed", looks("heading"))
        page.text((TABLE, OUTPUTS), "outputs", looks("heading"))
        headers = [noun, "is", *range(self.outputs), "torch reads"]
        for column, header in enumerate(headers, start=NAMES):
            if isinstance(header, int):
                page.number((TABLE + 1, column), header, looks("header_right", "whole"))
            else:
                style = "header_left" if column == NAMES else "header_right"
                page.text((TABLE + 1, column), header, looks(style))
        rows = zip(self.examples.names, self.examples.targets, self.expected, strict=True)
        for index, (name, target, outputs) in enumerate(rows):
            row = FIRST + index
            page.text((row, NAMES), name, looks())
            if target is None:
                page.text((row, TARGETS), NO_TARGET, looks("right"))
            else:
                page.number((row, TARGETS), target, looks("whole", "bold"))
            for column, value in enumerate(outputs.tolist(), start=OUTPUTS):
                page.number((row, column), value, looks("output"))
            if is_page and not self.examples.values[index].any():
                page.text((row, self.predicted), NO_TARGET, looks("right"))
                continue
            predicted = int(numpy.argmax(outputs))
            style = "differs" if target is not None and predicted != target else "whole"
            page.number((row, self.predicted), predicted, looks("whole", style))
