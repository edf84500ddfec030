"""The sheet Exercise: what is given, the cells to fill in, their marks, remarks and hints."""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.exercise.filling import Filling
from backprop_xlsx.exercise.hints import hints
from backprop_xlsx.exercise.layout import (
    CORRECT,
    FIRST_ROW,
    HIDE,
    NOT_DONE,
    SHOW,
    SWITCH_OF_PART,
    WRONG,
    Layout,
    switch,
)
from backprop_xlsx.exercise.practice import PARTS, ROWS, Quantity
from backprop_xlsx.exercise.sheets.expected_sheet import ExpectedSheet
from backprop_xlsx.exercise.sheets.given import computed_name, put_given
from backprop_xlsx.exercise.sheets.top import HEADER, put_top
from backprop_xlsx.spreadsheet.sheets.page import Page, Position, prepare
from backprop_xlsx.spreadsheet.sheets.rules import show_errors_pale
from backprop_xlsx.spreadsheet.sheets.theme import AGREES_STYLE, DIFFERS_STYLE, Theme

MARGIN, GAP = 1.5, 2.0
WIDTHS = {"name": 17.0, "row": 4.0, "value": 10.5, "mark": 12.0, "remark": 78.0}
PART_TITLES = {
    "forward": "Forward pass",
    "loss": "Loss",
    "gradients": "Gradients, from the loss back",
    "update": "Update of the weights, all at once",
}
# A loss that is wrong may be negative, which the style of losses does not show.
STYLES_OF_PARTS = {"loss": "gradient", "gradients": "gradient"}
TINTS = {"forward": "forward", "loss": "loss", "gradients": "gradients", "update": "weights"}
LONGEST_TEXT = 250
"""Of a text within a formula: Excel takes up to 255 characters."""


@dataclass(frozen=True)
class ExerciseSheet:
    """The sheet under construction; ``who`` is the student's name, if the book is of one.

    In the ``answers`` each formula of row 1 is written out too, and the hints are shown.
    """

    layout: Layout
    filling: Filling
    expected: ExpectedSheet
    who: str = ""
    answers: bool = False

    def write(self, worksheet: Worksheet, theme: Theme) -> None:
        """Writes the sheet."""
        page = Page(worksheet)
        put_top(page, theme, self.layout, self.filling, self.who, self.answers)
        put_given(page, theme, self.layout, self.filling)
        texts = hints(self.layout.practice)
        for part in PARTS:
            self._put_part(page, theme, part, texts)
        page.write()
        self._columns(worksheet)
        self._colour(worksheet, theme)
        prepare(worksheet, self.layout.last_row, self.layout.remark_column)
        worksheet.fit_to_pages(1, 0)
        worksheet.repeat_rows(HEADER)
        worksheet.freeze_panes(FIRST_ROW, 0)

    def _put_part(self, page: Page, theme: Theme, part: str, texts: dict[str, str]) -> None:
        layout = self.layout
        heading, _ = layout.span(part)
        tint = f"group_{TINTS[part]}"
        page.text((heading, layout.name_column), PART_TITLES[part], theme("bold", "left", tint))
        for column in range(layout.name_column + 1, layout.remark_column + 1):
            page.blank((heading, column), theme(tint))
        for quantity in layout.of_part(part):
            self._put_quantity(page, theme, quantity, texts[quantity.name])

    def _put_quantity(self, page: Page, theme: Theme, quantity: Quantity, hint: str) -> None:
        layout, blank = self.layout, quantity.part in self.layout.practice.blank
        top, name_column = layout.rows[quantity.name], layout.name_column
        remark = layout.remark_column
        style = STYLES_OF_PARTS.get(quantity.part, "value")
        page.text((top, name_column), computed_name(quantity), theme("bold", "right"))
        page.blank((top + 1, name_column), theme("ruled"))
        for row in range(ROWS):
            edge = ("ruled",) if row else ()
            page.number((top + row, name_column + 1), row + 1, theme("quiet", "centre", *edge))
            for cell, equation in zip(quantity.cells, quantity.equations, strict=True):
                position = layout.position(cell, row)
                if cell in self.filling.rows[row]:
                    look = theme(style, "to_fill_in") if blank else theme(style, *edge)
                    formula = equation.formula(layout.naming(row))
                    page.formula(position, formula, self.filling.shown(cell, row), look)
                else:
                    page.blank(position, theme(style, "to_fill_in"))
        page.blank((top + 1, layout.mark_column), theme("ruled"))
        if not blank:
            page.text((top, layout.mark_column), "given", theme("quiet", "centre"))
            page.blank((top + 1, remark), theme("ruled"))
            return
        mark, value = self.expected.mark(quantity), self.filling.marks[quantity.name]
        page.formula(layout.mark(quantity), mark, value, theme("bold", "centre"))
        self._put_remark(page, theme, quantity, (top, remark))
        formula, shown = f'IF({switch("hints")}="{SHOW}","{hint}","")', hint if self.answers else ""
        page.formula((top + 1, remark), formula, shown, theme("quiet", "left", "ruled"))

    def _put_remark(self, page: Page, theme: Theme, quantity: Quantity, position: Position) -> None:
        """What there is to say, or else, in the answers, the formula of row 1."""
        remark = self.expected.remark(quantity)
        if not self.answers:
            page.formula(position, remark, "", theme("left"))
            return
        formula = "=" + quantity.equations[0].formula(self.layout.naming(0))
        if len(formula) > LONGEST_TEXT:
            page.text(position, formula, theme("code"))
        else:
            shown = f'IF({remark}="","{formula}",{remark})'
            page.formula(position, shown, formula, theme("code"))

    def _columns(self, worksheet: Worksheet) -> None:
        layout = self.layout
        block = [WIDTHS["name"], WIDTHS["row"], *[WIDTHS["value"]] * layout.width]
        widths = [MARGIN, *block, GAP, *block, WIDTHS["mark"], WIDTHS["remark"]]
        for column, width in enumerate(widths):
            worksheet.set_column(column, column, width)

    def _colour(self, worksheet: Worksheet, theme: Theme) -> None:
        """Hidden parts in white on white; marks in colour; errors pale, until all is filled in."""
        layout = self.layout
        paper = dict.fromkeys(("font_color", "bg_color", "border_color"), "#FFFFFF")
        white = theme.workbook.add_format({**paper, "border": 1})
        for part in PARTS:
            first, last = layout.span(part)
            hidden = f'{switch(SWITCH_OF_PART[part])}="{HIDE}"'
            rule = {"type": "formula", "criteria": f"={hidden}", "format": white}
            area = (first, layout.name_column, last, layout.remark_column)
            worksheet.conditional_format(*area, rule | {"stop_if_true": True})
        marks = (FIRST_ROW, layout.mark_column, layout.last_row, layout.mark_column)
        for text, look in (
            (CORRECT, AGREES_STYLE),
            (WRONG, DIFFERS_STYLE),
            (NOT_DONE, {"font_color": "#6B7885", "bg_color": "#EEF1F4", "bold": False}),
        ):
            equal: dict[str, object] = {"type": "cell", "criteria": "==", "value": f'"{text}"'}
            equal["format"] = theme.workbook.add_format(look)
            worksheet.conditional_format(*marks, equal)
        values = (FIRST_ROW, layout.values_column, layout.last_row, layout.mark_column - 1)
        show_errors_pale(worksheet, theme, values)
