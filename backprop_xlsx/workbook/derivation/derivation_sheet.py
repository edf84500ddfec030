"""The sheet Derivation: its parts as boxes, each equation with its numbers put in."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.derivation import derivation
from backprop_xlsx.derivation.chain_rule import NOT_SHOWN, WhereDivisible
from backprop_xlsx.derivation.lines import Extent, Line, Part, Remark
from backprop_xlsx.derivation.remarks import WAYS
from backprop_xlsx.formula.expression import Symbol, Value
from backprop_xlsx.formula.names import SAMPLE
from backprop_xlsx.formula.put_in import Piece, Place, Slot, as_formula, as_text
from backprop_xlsx.spreadsheet.sheets.page import Page, Position, prepare
from backprop_xlsx.spreadsheet.sheets.theme import SCIENTIFIC, Theme
from backprop_xlsx.workbook.derivation.broken_lines import broken
from backprop_xlsx.workbook.derivation.quantities import Quantities
from backprop_xlsx.workbook.derivation.run_formulas import ABOVE, run_formulas
from backprop_xlsx.workbook.derivation.written_numbers import NUMBER, WrittenNumber, WrittenNumbers
from backprop_xlsx.workbook.network.selection import (
    SELECTED_RUN,
    SELECTED_SAMPLE,
    SELECTED_STEP,
    Selection,
)

# Two boxes side by side, each with the left sides, the equations and the numbers; then the table
# of the numbers and their texts, outside of what is printed.
WIDTHS = (1.5, 12, 44.5, 12, 1.5, 12, 44.5, 12)
BOXES = (1, 5)
TABLE_COLUMN = len(WIDTHS) + 1
FIRST_ROW = 3
# In characters: an equation's first row ends before the number, all others go on below that.
WIDTHS_OF_EQUATION, WIDTHS_OF_NUMBERS, WIDTH_OF_WORDS = (54, 68), (68, 68), 82
WIDTHS_OF_CHOSEN, WIDTH_OF_FORMULA = (185, 185), 50
WIDTH_OF_A_NUMBER = 7
IS = "\u00a0=\u00a0"  # where no row ends
NUMBERS = "0.00000000"
# Outside of these bounds a number is not legible with eight decimals.
SMALLEST_PLAIN, LARGEST_PLAIN = 1e-4, 1e4
ROW_HEIGHT, TITLE_HEIGHT, TOP_HEIGHT = 14, 19, 28  # points
PRINT_SCALE, PAGE_HEIGHT = 70, 745  # of A4 in landscape, in points at this scale
MARGIN = 0.4  # inches, above and below


@dataclass(frozen=True)
class _Row:
    """One row of a box: a text on the left, a text or a formula beside it, perhaps a number.

    ``shown`` is the text that the formula makes.
    """

    left: str = ""
    right: str = ""
    formula: str = ""
    shown: Callable[[], str] = str
    style: str = "base"
    number_formula: str = ""
    number: Value = None


def write_derivation(
    workbook: Workbook, worksheet: Worksheet, theme: Theme, selection: Selection
) -> None:
    """Writes the sheet: what is chosen, then the parts, each line from those above it."""
    _DerivationSheet(workbook, worksheet, theme, selection).write()


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

    def __init__(
        self, workbook: Workbook, worksheet: Worksheet, theme: Theme, selection: Selection
    ) -> None:
        self._workbook, self._worksheet = workbook, worksheet
        self._page = Page(worksheet)
        self._theme = theme
        self._selection = selection
        self._experiment = selection.experiment
        self._extent = Extent(self._experiment.network)
        self._table = WrittenNumbers(FIRST_ROW, TABLE_COLUMN)
        self._quantities = Quantities(selection, self._table)
        self._later: list[Callable[[], None]] = []

    def write(self) -> None:
        for column, width in enumerate(WIDTHS):
            self._worksheet.set_column(column, column, width)
        self._worksheet.set_column(TABLE_COLUMN, self._table.last_column, 14)
        page, theme = self._page, self._theme
        page.text((0, 1), "The derivation", theme("title"))
        page.height(0, TOP_HEIGHT)
        self._worksheet.set_default_row(ROW_HEIGHT)
        lead = "Every number is live: of the run and step that are chosen on the sheet Network."
        if self._selection.has_samples:
            lead = lead.replace("run and step", "run, step and sample")
        page.text((1, 1), " ".join(filter(None, (lead, self._extent.sentence))), theme("lead"))
        row = self._put_chosen(2) + 1
        breaks = []
        parts = derivation(self._experiment)
        for index in range(0, len(parts), len(BOXES)):
            breaks.append(row)
            ends = [
                self._put_part(row, column, part)
                for column, part in zip(BOXES, parts[index : index + len(BOXES)], strict=False)
            ]
            row = max(ends) + 1
        breaks.append(row)
        row = self._put_run_formulas(row)
        for put in self._later:
            put()
        self._table.write(page, theme)
        page.write()
        last = row - 2
        self._format_numbers(last)
        prepare(self._worksheet, last, len(WIDTHS) - 1)
        self._worksheet.set_margins(left=0.4, right=0.4, top=MARGIN, bottom=0.5)
        self._worksheet.set_print_scale(PRINT_SCALE)
        self._worksheet.center_horizontally()
        self._worksheet.set_h_pagebreaks(_page_breaks(breaks, last))

    def _put_chosen(self, row: int) -> int:
        """What is chosen and, of a small network, its numbers; returns the row after them."""
        selection, network = self._selection, self._experiment.network
        letters = "".join(run.run.letter for run in selection.runs)
        formula = f'"Run "&MID("{letters}",{SELECTED_RUN},1)&", step "&{SELECTED_STEP}'
        text = f"Run {selection.run.run.letter}, step {selection.step}"
        if selection.has_samples:
            formula += f'&", sample "&{SELECTED_SAMPLE}'
            text += f", sample {selection.sample + 1}"
        elif self._experiment.in_turn:
            formula += f'&", sample "&{selection.cell(SAMPLE)}'
            text += f", sample {float(selection.value(SAMPLE)):.0f}"
        names = list(selection.run.run.optimiser.constants)
        if self._extent.complete:
            given = (*network.inputs, *network.targets, *network.weights, *network.bias_names)
            names = [*given, *names]
        parts: list[Piece] = []
        for name in names:
            parts += [
                f", {name}{IS}" if parts else f"{name}{IS}",
                Slot(Symbol(name), Place.OPENING),
            ]
        self._page.formula((row, BOXES[0]), formula, text, self._theme("bold", "left"))

        def number(slot: Slot) -> WrittenNumber:
            assert isinstance(slot.leaf, Symbol)
            return self._quantities.chosen(slot.leaf.name)

        for line in broken(parts, WIDTHS_OF_CHOSEN, lambda piece: _width(piece, number)):
            found = as_formula(line, lambda slot: self._table.text_cell(number(slot)))
            shown = partial(as_text, line, lambda slot: number(slot).text())
            row += 1
            self._put_later((row, BOXES[0]), found, shown, self._theme("left"))
        return row + 1

    def _put_later(
        self, position: Position, formula: str, shown: Callable[[], str], style: Format
    ) -> None:
        """A formula whose text is known once every line has said what must be told apart."""
        self._later.append(lambda: self._page.formula(position, formula, shown(), style))

    def _put_top(self, top: int, column: int, title: str, explanation: str) -> int:
        """Puts a box's title and what is said below it; returns the last row of that."""
        page, theme = self._page, self._theme
        page.text((top, column), title, theme("heading", "box_title", "box_left"))
        page.blank((top, column + 1), theme("box_title"))
        page.blank((top, column + 2), theme("box_title", "box_right"))
        page.height(top, TITLE_HEIGHT)
        row = top
        words = _wrapped(explanation)
        for index, text in enumerate(words):
            row += 1
            ends = ("ruled",) if index == len(words) - 1 else ()
            page.text((row, column), text, theme("quiet", "box_left", *ends))
            page.blank((row, column + 1), theme(*ends))
            page.blank((row, column + 2), theme("box_right", *ends))
        return row

    def _put_run_formulas(self, top: int) -> int:
        """The formulas of the chosen kind of run; returns the row after the box after them."""
        found = run_formulas(self._selection.run.run)
        half = (len(found) + 1) // 2
        ends = []
        for column, words, formulas in zip(
            BOXES, self._formula_words(), (found[:half], found[half:]), strict=True
        ):
            row = self._put_top(top, column, *words)
            for position, entry in enumerate(formulas):
                texts = entry.rows(WIDTH_OF_FORMULA)
                rows = [_Row(right=text, style="code") for text in texts]
                rows[0] = replace(rows[0], left=entry.quantity, number=f"column {entry.column}")
                row = self._put_rows(row, column, rows, position == len(formulas) - 1)
            ends.append(row + 1)
        return max(ends) + 1

    def _formula_words(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """The titles of the two boxes with formulas, and what is said below each."""
        run = self._selection.run.run
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

    def _put_part(self, top: int, column: int, part: Part) -> int:
        """Puts a part into a box from a row on; returns the row after it."""
        row = self._put_top(top, column, part.title, part.explanation)
        for position, line in enumerate(part.lines):
            following = part.lines[position + 1 :]
            if isinstance(line, Line):
                row = self._put_line(row, column, line, part, not following)
            elif following and isinstance(following[0], Remark) and not following[0].left:
                row = self._put_rows(row, column, _remark_rows(line), None)
            else:
                row = self._put_rows(row, column, _remark_rows(line), not following)
        return row + 1

    def _put_line(self, row: int, column: int, line: Line, part: Part, last: bool) -> int:
        """Puts the equation, its number, and the equation with its numbers put in."""
        formula, value = self._quantities.formula_and_value(line, part)
        if not isinstance(value, str):
            value = float(value) + 0.0  # of −0, 0
        cell = xl_rowcol_to_cell(row + 1, column + 2)
        number = self._quantities.add(line, part, cell, value)
        rows = [_Row(right=text) for text in _rows_of_text(line.right, WIDTHS_OF_EQUATION)]
        first = replace(rows[0], left=f"{line.left} =", number_formula=formula, number=value)
        rows = [first, *rows[1:], *self._numbers_put_in(line, part, number)]
        return self._put_rows(row, column, rows, last)

    def _numbers_put_in(self, line: Line, part: Part, result: WrittenNumber) -> list[_Row]:
        """The rows with the numbers put in, and the result."""
        own = Symbol(line.name, -1)  # no equation uses its own result
        slots = sum(isinstance(piece, Slot) for piece in line.numbers)
        parts: tuple[Piece, ...] = (*line.numbers, " = ", Slot(own, Place.OPENING))
        if len(line.numbers) == 1:
            parts = parts[-1:] if slots else line.numbers

        # Looked up now: a later part may have a quantity of the same name.
        found = {
            piece: self._quantities.of_leaf(piece.leaf, line, part)
            for piece in line.numbers
            if isinstance(piece, Slot)
        }
        found[Slot(own, Place.OPENING)] = result
        number = found.__getitem__
        rows = []
        may_fail = isinstance(line.expression, WhereDivisible)
        for index, pieces in enumerate(
            broken(parts, WIDTHS_OF_NUMBERS, lambda piece: _width(piece, number))
        ):
            formula = as_formula(
                pieces, lambda slot: self._table.text_cell(number(slot), slot.place)
            )
            otherwise = "" if index else NOT_SHOWN
            if may_fail:
                formula = f'IF(ISNUMBER({result.cell}),{formula},"{otherwise}")'

            def shown(pieces: tuple[Piece, ...] = pieces, otherwise: str = otherwise) -> str:
                if may_fail and isinstance(result.value, str):
                    return otherwise
                return as_text(pieces, lambda slot: number(slot).text(slot.place))

            rows.append(_Row("" if index else "=", formula=formula, shown=shown, style="numbers"))
        return rows

    def _put_rows(self, row: int, column: int, rows: Sequence[_Row], last: bool | None) -> int:
        """Puts the rows of one line below a row; returns the last of them.

        ``last``: it is the last one of the box; None: the next one belongs to it.
        """
        page, theme = self._page, self._theme
        for index, entry in enumerate(rows):
            row += 1
            ends = index == len(rows) - 1
            rule: tuple[str, ...] = ()
            if ends and last is not None:
                rule = ("box_end",) if last else ("ruled",)
            page.text((row, column), entry.left, theme("bold", "right", "box_left", *rule))
            style = theme(entry.style, "left", *rule)
            if entry.formula:
                self._put_later((row, column + 1), entry.formula, entry.shown, style)
            else:
                page.text((row, column + 1), entry.right, style)
            of_number = "header_right" if isinstance(entry.number, str) else "value"
            style = theme(of_number, *rule, "box_right", number_format=NUMBERS)
            if entry.number_formula:
                page.formula((row, column + 2), entry.number_formula, entry.number, style)
            elif entry.number:
                page.text(
                    (row, column + 2), entry.number, theme("quiet", "right", *rule, "box_right")
                )
            else:
                page.blank((row, column + 2), style)
        return row

    def _format_numbers(self, last: int) -> None:
        """Very small and very large numbers are shown with a power of ten."""
        powers = self._workbook.add_format({"num_format": SCIENTIFIC})
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


def _remark_rows(remark: Remark) -> list[_Row]:
    left = remark.left and (remark.left + (":" if remark.left in WAYS else " ="))
    if not left and not remark.right.startswith("as "):
        left = "="
    return [
        _Row("" if index else left, text)
        for index, text in enumerate(_rows_of_text(remark.right, WIDTHS_OF_NUMBERS))
    ]


def _wrapped(words: str) -> list[str]:
    """Sentences in rows; none ends within an equation."""
    kept_together = re.sub(r" ([=+−·]) ", "\u00a0\\1\u00a0", words)
    rows = textwrap.wrap(kept_together, WIDTH_OF_WORDS)
    return [row.replace("\u00a0", " ") for row in rows]


def _rows_of_text(text: str, widths: tuple[int, int]) -> list[str]:
    return [as_text(row, str) for row in broken((text,), widths, lambda piece: len(str(piece)))]


def _width(piece: Piece, number: Callable[[Slot], WrittenNumber]) -> int:
    """How many characters a piece takes, with room for another number."""
    if isinstance(piece, str):
        return len(piece)
    return max(WIDTH_OF_A_NUMBER, len(number(piece).text(piece.place)))


def _page_breaks(starts: Sequence[int], last: int) -> list[int]:
    """Before which rows a page ends, so that boxes stay whole where they fit on a page."""
    breaks: list[int] = []
    height = float(TOP_HEIGHT + (starts[0] - 1) * ROW_HEIGHT)
    for start, after in zip(starts, (*starts[1:], last + 2), strict=True):
        own = TITLE_HEIGHT + (after - start - 2) * ROW_HEIGHT
        if height + own > PAGE_HEIGHT and start > starts[0]:
            breaks.append(start)
            height = 0.0
        height += own + ROW_HEIGHT
    return breaks
