"""The hidden sheet Expected: what each blank should hold by its own cells, and whether it does.

Row by row as on the sheet Exercise: for each sample the expected number, how far from it a right
one may be, and whether the student's fits; then what there is to say about the quantity.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.exercise.filling import Filling
from backprop_xlsx.exercise.layout import (
    CORRECT,
    EXERCISE,
    EXPECTED,
    MISTAKES,
    NOT_DONE,
    WRONG,
    Layout,
    on,
)
from backprop_xlsx.exercise.practice import ROWS, Quantity
from backprop_xlsx.exercise.tolerance import LEAST, RELATIVE, ROUNDING, magnitude
from backprop_xlsx.formula.expression import Expression, Symbol
from backprop_xlsx.formula.names import label
from backprop_xlsx.spreadsheet.sheets.page import Page, prepare
from backprop_xlsx.spreadsheet.sheets.theme import Theme

NAME_COLUMN, ROW_COLUMN, FIRST_COLUMN = 0, 1, 2
MOST_AWAITED = 25
"""Of what an equation reads, so many are named where they are missing; formulas nest no deeper."""
BOTH_ROWS = "fill the formula down: both rows count"
ONE_ROW = "right in row {} only: a number typed in, or a cell that should move on ($)?"
WAITS = "waits for "
KNOWN = "this is what one mistake gives: "


@dataclass(frozen=True)
class ExpectedSheet:
    """The sheet under construction; ``mistakes`` has the rows of each quantity's known ones.

    Those are on the sheet of the known mistakes, from the first to the last.
    """

    layout: Layout
    filling: Filling
    mistakes: dict[str, tuple[int, int]]

    @property
    def remark_column(self) -> int:
        """The column of what there is to say."""
        return FIRST_COLUMN + 3 * self.layout.width + 1

    def mark(self, quantity: Quantity) -> str:
        """The formula of a quantity's mark, on the sheet Exercise."""
        count = ROWS * len(quantity.cells)
        ready, fits = self._ready(quantity), self._block(quantity, 2)
        fitting = f"SUMPRODUCT({on(EXPECTED, fits)})={count}"
        return f'IF({on(EXPECTED, ready)}=0,"{NOT_DONE}",IF({fitting},"{CORRECT}","{WRONG}"))'

    def remark(self, quantity: Quantity) -> str:
        """The address of what there is to say about a quantity."""
        return on(EXPECTED, xl_rowcol_to_cell(self._row(quantity), self.remark_column))

    def write(self, worksheet: Worksheet, theme: Theme) -> None:
        """Writes the sheet and hides it."""
        worksheet.set_column(FIRST_COLUMN, self.remark_column - 2, 22)
        worksheet.set_column(self.remark_column, self.remark_column, 90)
        page = Page(worksheet)
        text = "What each blank should hold, by the cells that its equation reads."
        page.text((0, 0), text, theme("heading"))
        width = self.layout.width
        titles = ["quantity", "row", *["expected"] * width, *["tolerance"] * width]
        titles += [*["fits"] * width, "ready", "remark"]
        for column, title in enumerate(titles):
            page.text((2, column), title, theme("header_left"))
        for quantity in self.layout.practice.blanks:
            self._put(page, theme, quantity)
        page.write()
        prepare(worksheet, self.layout.last_row, self.remark_column)
        worksheet.fit_to_pages(1, 0)
        worksheet.hide()

    def _put(self, page: Page, theme: Theme, quantity: Quantity) -> None:
        top, width, filling = self._row(quantity), self.layout.width, self.filling
        for row in range(ROWS):
            page.text((top + row, NAME_COLUMN), quantity.label, theme("left"))
            page.number((top + row, ROW_COLUMN), row + 1, theme("whole"))
            for sample, equation in enumerate(quantity.equations):
                columns = [FIRST_COLUMN + sample + width * kind for kind in range(3)]
                expected, tolerance, _ = (
                    xl_rowcol_to_cell(top + row, column) for column in columns
                )
                cell = self.layout.naming(row, EXERCISE)(Symbol(quantity.cells[sample]))
                formulas = (
                    self.layout.if_filled_in(equation, row),
                    self._tolerance(equation, row, expected),
                    f"IF(COUNT({cell},{expected})=2,"
                    f"IF(ABS({cell}-{expected})/{tolerance}<=1,1,0),0)",
                )
                values = (
                    filling.expected(quantity, sample, row),
                    filling.tolerance(quantity, sample, row),
                    filling.fits(quantity, sample, row),
                )
                for column, formula, value in zip(columns, formulas, values, strict=True):
                    page.formula((top + row, column), formula, value, theme("every_digit"))
        ready = (top, self.remark_column - 1)
        count, own = ROWS * len(quantity.cells), self.layout.area(quantity, EXERCISE)
        there = f"COUNTA({own})={count}"
        known = f"COUNT({self._block(quantity, 0)})={count}"
        is_ready = filling.is_ready(quantity)
        page.formula(ready, f"IF({there},IF({known},1,0),0)", is_ready, theme("whole"))
        remark = (top, self.remark_column)
        page.formula(remark, self._remark(quantity, there, known), "", theme("left"))

    def _tolerance(self, equation: Expression, row: int, expected: str) -> str:
        size = magnitude(equation).formula(self.layout.naming(row, EXERCISE))
        sum_of_both = f"{RELATIVE:.0E}*ABS({expected})+{ROUNDING:.0E}*({size})+{LEAST:.0E}"
        return f'IF(ISNUMBER({expected}),{sum_of_both},"")'

    def _remark(self, quantity: Quantity, there: str, known: str) -> str:
        own = self.layout.area(quantity, EXERCISE)
        width, count = len(quantity.cells), ROWS * len(quantity.cells)
        whole = [f"SUMPRODUCT({self._block(quantity, 2, row)})={width}" for row in range(ROWS)]
        said = self._known_mistake(quantity)
        for row in reversed(range(ROWS)):
            said = f'IF({whole[row]},"{ONE_ROW.format(row + 1)}",{said})'
        said = (
            f'IF({known},IF({whole[0]},IF({whole[1]},"",{said}),{said}),{self._awaited(quantity)})'
        )
        return f'IF(COUNTA({own})=0,"",IF(COUNTA({own})<{count},"{BOTH_ROWS}",{said}))'

    def _known_mistake(self, quantity: Quantity) -> str:
        if quantity.name not in self.mistakes:
            return '""'
        first, last = self.mistakes[quantity.name]
        words = on(MISTAKES, f"$B${first + 1}:$B${last + 1}")
        fits = on(MISTAKES, f"$E${first + 1}:$E${last + 1}")
        return f'IFERROR("{KNOWN}"&INDEX({words},MATCH(1,{fits},0)),"")'

    def _awaited(self, quantity: Quantity) -> str:
        """The first of what a quantity reads that holds no number."""
        areas: dict[str, str] = {}
        for each in (*self.layout.practice.given, *self.layout.practice.quantities):
            if set(each.cells) & set(quantity.reads):
                cells = [cell for cell in each.cells if cell in quantity.reads]
                name = self.layout.naming
                area = f"{name(0, EXERCISE)(Symbol(cells[0]))}:{name(1)(Symbol(cells[-1]))}"
                areas[label(each.name)] = f"COUNT({area})<{ROWS * len(cells)}"
        said = '"waits for numbers in the cells that its equation reads"'
        for words, missing in reversed(list(areas.items())[:MOST_AWAITED]):
            said = f'IF({missing},"{WAITS}{words}",{said})'
        return said

    def _row(self, quantity: Quantity) -> int:
        return self.layout.rows[quantity.name]

    def _ready(self, quantity: Quantity) -> str:
        return xl_rowcol_to_cell(self._row(quantity), self.remark_column - 1)

    def _block(self, quantity: Quantity, kind: int, row: int | None = None) -> str:
        """The cells of one kind of a quantity (expected, tolerance, fits), in one row or both."""
        first = FIRST_COLUMN + self.layout.width * kind
        top = self._row(quantity)
        rows = (top, top + ROWS - 1) if row is None else (top + row, top + row)
        return xl_range(rows[0], first, rows[1], first + len(quantity.cells) - 1)
