"""The sheet Derivation: its parts as boxes, each equation with its numbers put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.derivation import derivation
from backprop_xlsx.derivation.lines import Extent
from backprop_xlsx.formula.expression import Symbol
from backprop_xlsx.formula.names import SAMPLE
from backprop_xlsx.formula.put_in import Piece, Place, Slot, as_formula, as_text
from backprop_xlsx.spreadsheet.sheets.page import Page, Position, prepare
from backprop_xlsx.spreadsheet.sheets.theme import SCIENTIFIC, Theme
from backprop_xlsx.workbook.derivation import boxes
from backprop_xlsx.workbook.derivation.arrangement import ROW_HEIGHT, arranged
from backprop_xlsx.workbook.derivation.boxes import Box, BoxLine, BoxRow, put_box, width, wrapped
from backprop_xlsx.workbook.derivation.broken_lines import broken
from backprop_xlsx.workbook.derivation.parts_in_boxes import PartsInBoxes
from backprop_xlsx.workbook.derivation.quantities import Quantities
from backprop_xlsx.workbook.derivation.run_formulas import ABOVE, run_formulas
from backprop_xlsx.workbook.derivation.written_numbers import NUMBER, WrittenNumber, WrittenNumbers
from backprop_xlsx.workbook.network.selection import (
    SELECTED_RUN,
    SELECTED_SAMPLE,
    SELECTED_STEP,
    Selection,
)

# Two boxes side by side; then the table of the numbers and their texts, outside of what is
# printed.
WIDTHS = (1.5, *boxes.WIDTHS, 1.5, *boxes.WIDTHS)
BOXES = (1, 5)
TABLE_COLUMN = len(WIDTHS) + 1
FIRST_ROW = 3
WIDTHS_OF_CHOSEN, WIDTH_OF_FORMULA = (185, 185), 50  # in characters
IS = "\u00a0=\u00a0"  # where no row ends
# Outside of these bounds a number is not legible with eight decimals.
SMALLEST_PLAIN, LARGEST_PLAIN = 1e-4, 1e4
TOP_HEIGHT = 28  # points
PRINT_SCALE = 70  # per cent
MARGIN = 0.4  # inches, above and below


def write_derivation(worksheet: Worksheet, theme: Theme, selection: Selection) -> None:
    """Writes the sheet: what is chosen, then the parts, each line from those above it."""
    _DerivationSheet(worksheet, theme, selection).write()


def figures_of_rounding(values: Mapping[Position, Any], smallest: float) -> set[Position]:
    """The cells that write numbers which are nothing but rounding, and in no engine the same.

    ``values`` are those of the sheet's formulas, rows and columns from 1; a number up to
    ``smallest`` may be rounding.
    """
    number = TABLE_COLUMN + 1 + NUMBER
    rows = {
        row
        for (row, column), value in values.items()
        if column == number and isinstance(value, float | int) and abs(value) <= smallest
    }
    return {(row, column) for row, column in values if row in rows and column > number}


class _DerivationSheet:
    """The sheet under construction."""

    def __init__(self, worksheet: Worksheet, theme: Theme, selection: Selection) -> None:
        self._worksheet = worksheet
        self._page = Page(worksheet)
        self._theme = theme
        self._selection = selection
        self._experiment = selection.experiment
        self._extent = Extent(self._experiment.network)
        self._table = WrittenNumbers(FIRST_ROW, TABLE_COLUMN)
        self._quantities = Quantities(selection, self._table)

    def write(self) -> None:
        for column, chars in enumerate(WIDTHS):
            self._worksheet.set_column(column, column, chars)
        self._worksheet.set_column(TABLE_COLUMN, self._table.last_column, 14)
        page, theme = self._page, self._theme
        page.text((0, 1), "The derivation", theme("title"))
        page.height(0, TOP_HEIGHT)
        self._worksheet.set_default_row(ROW_HEIGHT)
        lead = "Every number is live: of the run and step that are chosen on the sheet Network."
        if self._selection.has_samples:
            lead = lead.replace("run and step", "run, step and sample")
        page.text((1, BOXES[0]), lead, theme("lead"))
        row = 2
        if self._extent.sentence:
            page.text((row, BOXES[0]), self._extent.sentence, theme("left"))
            row += 1
        chosen = self._chosen()
        last, breaks = self._put_boxes(row + len(chosen) + 2)
        # Texts are known once every line has said what must be told apart.
        self._put_chosen(row, chosen)
        self._table.write(page, theme)
        page.write()
        self._format_numbers(last)
        prepare(self._worksheet, last, len(WIDTHS) - 1)
        self._worksheet.set_margins(left=0.4, right=0.4, top=MARGIN, bottom=0.5)
        self._worksheet.set_print_scale(PRINT_SCALE)
        self._worksheet.center_horizontally()
        self._worksheet.set_h_pagebreaks(breaks)

    def _put_boxes(self, first_row: int) -> tuple[int, list[int]]:
        """Puts all boxes from a row on; the last row, and before which rows a page ends."""
        parts, formulas = derivation(self._experiment), self._run_formulas()
        # How high a part's box is can be told before it has a place.
        table = WrittenNumbers(FIRST_ROW, TABLE_COLUMN)
        trial = PartsInBoxes(Quantities(self._selection, table), table)
        heights = [trial.box(part, (0, 0)).height for part in parts]
        heights += [box.height for box in formulas]
        found = arranged(heights, first_row, TOP_HEIGHT + (first_row - 1) * ROW_HEIGHT)
        places = [(row, BOXES[side]) for row, side in found.places]
        real = PartsInBoxes(self._quantities, self._table)
        made = [real.box(part, place) for part, place in zip(parts, places, strict=False)]
        for place, box in zip(places, (*made, *formulas), strict=True):
            put_box(self._page, self._theme, place, box)
        return found.last_row, list(found.breaks)

    def _chosen(self) -> list[tuple[Piece, ...]]:
        """What is chosen, of a small network with all its start values, in rows."""
        network = self._experiment.network
        names = list(self._selection.run.optimiser.constants)
        if self._extent.complete:
            given = (*network.inputs, *network.targets, *network.weights, *network.bias_names)
            names = [*given, *names]
        pieces: list[Piece] = []
        for name in names:
            pieces += [
                f", {name}{IS}" if pieces else f"{name}{IS}",
                Slot(Symbol(name), Place.OPENING),
            ]
        return list(broken(pieces, WIDTHS_OF_CHOSEN, lambda piece: width(piece, self._number)))

    def _put_chosen(self, row: int, lines: list[tuple[Piece, ...]]) -> None:
        """The run, step and sample that are chosen, and below them the numbers."""
        selection = self._selection
        letters = "".join(run.letter for run in selection.runs)
        formula = f'"Run "&MID("{letters}",{SELECTED_RUN},1)&", step "&{SELECTED_STEP}'
        text = f"Run {selection.run.letter}, step {selection.step}"
        if selection.has_samples:
            formula += f'&", sample "&{SELECTED_SAMPLE}'
            text += f", sample {selection.sample + 1}"
        elif self._experiment.in_turn:
            formula += f'&", sample "&{selection.cell(SAMPLE)}'
            text += f", sample {float(selection.value(SAMPLE)):.0f}"
        self._page.formula((row, BOXES[0]), formula, text, self._theme("bold", "left"))
        for line in lines:
            row += 1
            found = as_formula(line, lambda slot: self._table.text_cell(self._number(slot)))
            shown = as_text(line, lambda slot: self._number(slot).text())
            self._page.formula((row, BOXES[0]), found, shown, self._theme("left"))

    def _number(self, slot: Slot) -> WrittenNumber:
        assert isinstance(slot.leaf, Symbol)
        return self._quantities.chosen(slot.leaf.name)

    def _run_formulas(self) -> list[Box]:
        """Two boxes with the formulas of the chosen kind of run."""
        found = run_formulas(self._selection.run)
        half = (len(found) + 1) // 2
        made = []
        for (title, words), formulas in zip(
            self._formula_words(), (found[:half], found[half:]), strict=True
        ):
            lines = []
            for entry in formulas:
                rows = [BoxRow(right=text, style="code") for text in entry.rows(WIDTH_OF_FORMULA)]
                rows[0] = replace(rows[0], left=entry.quantity, number=f"column {entry.column}")
                lines.append(BoxLine(rows))
            made.append(Box(title, wrapped(words), lines))
        return made

    def _formula_words(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """The titles of the two boxes with formulas, and what is said below each."""
        run = self._selection.run
        sheets = "the sheet Run A" if len(self._selection.runs) == 1 else "the sheets of the runs"
        if len({type(optimiser) for optimiser in self._experiment.optimisers}) > 1:
            sheets = f"the sheet {run.sheet}"
        text = f"What stands in a row of {sheets}, with each quantity for the cell that it is in."
        if "sigmoid" in self._experiment.network.activations:
            text += " MAX(…,-700) keeps Excel's EXP from overflowing and changes no digit."
        above = f"{ABOVE} is the row above: all that was known before the update."
        if self._selection.has_samples:
            above += " [1] is sample 1; the others stand beside it."
        return ("As formulas", text), ("As formulas, continued", above)

    def _format_numbers(self, last: int) -> None:
        """Very small and very large numbers are shown with a power of ten."""
        powers = self._theme.workbook.add_format({"num_format": SCIENTIFIC})
        for column in BOXES:
            first = xl_rowcol_to_cell(FIRST_ROW, column + 2)
            size = f"ABS({first})"
            outside = f"OR(AND({size}>0,{size}<{SMALLEST_PLAIN}),{size}>={LARGEST_PLAIN:.0f})"
            self._worksheet.conditional_format(
                *(FIRST_ROW, column + 2, last, column + 2),
                {
                    "type": "formula",
                    "criteria": f"=IF(ISNUMBER({first}),{outside},FALSE)",
                    "format": powers,
                },
            )
