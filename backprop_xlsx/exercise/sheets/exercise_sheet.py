"""The sheet Exercise: start values, the cells to fill in, their marks, the score, the switches."""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.exercise.filling import Filling
from backprop_xlsx.exercise.hints import hints
from backprop_xlsx.exercise.layout import (
    CORRECT,
    FIRST_ROW,
    GIVEN_NAME,
    GIVEN_ROW,
    GIVEN_VALUES,
    HIDE,
    NOT_DONE,
    SHOW,
    SWITCH_OF_PART,
    SWITCHES,
    WRONG,
    Layout,
    switch,
)
from backprop_xlsx.exercise.practice import PARTS, ROWS, Quantity, points_by_part
from backprop_xlsx.exercise.sheets.expected_sheet import ExpectedSheet
from backprop_xlsx.formula.names import STEP
from backprop_xlsx.model.network import CLASS_NETWORK
from backprop_xlsx.model.optimisers import SYMBOLS
from backprop_xlsx.spreadsheet.sheets.page import Page, Position, prepare
from backprop_xlsx.spreadsheet.sheets.theme import AGREES_STYLE, DIFFERS_STYLE, RULE, Theme

TITLE, WHO, SCORE, SCORES, SWITCH_TITLE, HEADER = (0, 1), (1, 1), 3, 4, (2, 1), FIRST_ROW - 1
WIDTHS = {"name": 17.0, "row": 4.0, "value": 10.5, "mark": 12.0, "remark": 78.0}
PART_TITLES = {
    "forward": "Forward pass",
    "loss": "Loss",
    "gradients": "Gradients, from the loss back",
    "update": "Update of the weights, all at once",
}
VALUES_AFTER_NAME = 2
"""From the column of a quantity's name to that of its first value."""
# A loss that is wrong may be negative, which the style of losses does not show.
STYLES_OF_PARTS = {"loss": "gradient", "gradients": "gradient"}
TINTS = {"forward": "forward", "loss": "loss", "gradients": "gradients", "update": "weights"}
HOW_TO = (
    "Type a formula into the framed cell of row 1, as =…, and fill it down to row 2, which has "
    "other start values: only what is right in both rows is CORRECT. A mistake costs its own mark "
    "alone."
)
HOW_TO_WIDE = (
    "Type a formula into the first framed cell of row 1, as =…, and fill it to the right, one "
    "column for each sample, and down to row 2, which has other start values: only what is right "
    "in all its cells is CORRECT. A mistake costs its own mark alone."
)
LONGEST_TEXT = 250
"""Of a text within a formula: Excel takes up to 255 characters."""
TEXTS_OF_SWITCHES = {
    "hints": "hints",
    "forward pass": "forward pass, loss",
    "backward pass": "gradients, update",
}


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

    def write(self, workbook: Workbook, worksheet: Worksheet, theme: Theme) -> None:
        """Writes the sheet."""
        page = Page(worksheet)
        self._put_top(page, theme)
        self._put_given(page, theme)
        texts = hints(self.layout.practice)
        for part in PARTS:
            self._put_part(page, theme, part, texts)
        page.write()
        self._columns(worksheet)
        self._colour(workbook, worksheet)
        last = self.layout.mark_column + 1
        prepare(worksheet, self.layout.last_row, last)
        worksheet.fit_to_pages(1, 0)
        worksheet.repeat_rows(HEADER)
        worksheet.freeze_panes(FIRST_ROW, 0)

    def _put_top(self, page: Page, theme: Theme) -> None:
        layout, practice = self.layout, self.layout.practice
        network = practice.network
        what = "the class network" if network == CLASS_NETWORK else f"a network {network}"
        page.text(TITLE, f"Practise back-propagation: one step of {what}", theme("title"))
        if self.who:
            page.text(WHO, self.who, theme("lead", "bold"))
        several = layout.width > 1
        note = HOW_TO_WIDE if several else HOW_TO
        note_column, last = layout.name_column, layout.mark_column + 1
        page.merged((1, note_column), last, note, theme("wrap"))
        page.height(0, 28)
        page.height(1, 30)
        page.text(SWITCH_TITLE, "Show or hide", theme("bold", "left"))
        for name, position in SWITCHES.items():
            state = SHOW if name != "hints" or self.answers else HIDE
            label = (position[0], GIVEN_NAME)
            page.text(label, TEXTS_OF_SWITCHES[name], theme("left", "ruled"))
            page.text(position, state, theme("editable", "centre"))
            page.worksheet.data_validation(
                *position, *position, {"validate": "list", "source": [SHOW, HIDE]}
            )
        if practice.blanks:
            self._put_score(page, theme)
        heads = {
            GIVEN_NAME: "given",
            GIVEN_ROW: "row",
            layout.name_column: "to compute",
            layout.name_column + 1: "row",
            layout.mark_column: "mark",
            layout.mark_column + 1: "remark, and below it the hint",
        }
        for column in range(1, last + 1):
            if column == layout.name_column - 1:
                continue
            first = {GIVEN_VALUES: "value", layout.values_column: "value"}
            sample = column - (GIVEN_VALUES if column < note_column else layout.values_column)
            numbered = f"sample {sample + 1}" if several else first.get(column, "")
            text = heads.get(column, numbered)
            style = "header_right" if text == numbered else "header_left"
            style = "header" if column == layout.mark_column else style
            page.text((HEADER, column), text, theme(style))

    def _put_score(self, page: Page, theme: Theme) -> None:
        layout, practice = self.layout, self.layout.practice
        column, whole = layout.name_column, len(practice.blanks)
        right = self.filling.right
        count = f'SUMPRODUCT(({layout.marks}="{CORRECT}")*1)'
        page.text((SCORE, column), "Score", theme("title"))
        page.formula(
            (SCORE, column + 2),
            f'{count}&" of {whole}"',
            f"{len(right)} of {whole}",
            theme("title"),
        )
        texts, formulas = [], []
        for part, (points, of) in points_by_part(practice, right).items():
            first, last = layout.span(part)
            letter = layout.marks.split("$")[1]
            area = f"${letter}${first + 1}:${letter}${last + 1}"
            formulas.append(f'"{part} "&SUMPRODUCT(({area}="{CORRECT}")*1)&" of {of}"')
            texts.append(f"{part} {points} of {of}")
        formula, text = '&" · "&'.join(formulas), " · ".join(texts)
        page.formula((SCORES + 1, column), formula, text, theme("lead", "quiet"))

    def _put_given(self, page: Page, theme: Theme) -> None:
        layout, practice = self.layout, self.layout.practice
        texts = _given_texts(layout)
        for quantity in practice.given:
            top = layout.rows[quantity.name]
            for row in range(ROWS):
                edge = ("ruled",) if row else ()
                name = texts.get(quantity.name, quantity.label) if row == 0 else ""
                self._put_text(page, (top + row, GIVEN_NAME), name, theme("left", "shrunk", *edge))
                page.number((top + row, GIVEN_ROW), row + 1, theme("quiet", "centre", *edge))
                for cell in quantity.cells:
                    number = self.filling.rows[row][cell]
                    page.number(layout.position(cell, row), number, theme("editable"))

    def _put_part(self, page: Page, theme: Theme, part: str, texts: dict[str, str]) -> None:
        layout = self.layout
        heading, _ = layout.span(part)
        tint = f"group_{TINTS[part]}"
        last = layout.mark_column + 1
        page.text((heading, layout.name_column), PART_TITLES[part], theme("bold", "left", tint))
        for column in range(layout.name_column + 1, last + 1):
            page.blank((heading, column), theme(tint))
        for quantity in layout.of_part(part):
            self._put_quantity(page, theme, quantity, texts[quantity.name])

    def _put_quantity(self, page: Page, theme: Theme, quantity: Quantity, hint: str) -> None:
        layout, blank = self.layout, quantity.part in self.layout.practice.blank
        top, name_column, remark = (
            layout.rows[quantity.name],
            layout.name_column,
            (layout.mark_column + 1),
        )
        style = STYLES_OF_PARTS.get(quantity.part, "value")
        for row in range(ROWS):
            edge = ("ruled",) if row else ()
            name = computed_name(quantity) if row == 0 else ""
            self._put_text(page, (top + row, name_column), name, theme("bold", "right", *edge))
            page.number((top + row, name_column + 1), row + 1, theme("quiet", "centre", *edge))
            for cell, equation in zip(quantity.cells, quantity.equations, strict=True):
                position = layout.position(cell, row)
                if cell in self.filling.rows[row]:
                    look = theme(style, "to_fill_in") if blank else theme(style, *edge)
                    formula = equation.formula(layout.naming(row))
                    page.formula(position, formula, self.filling.shown(cell, row), look)
                else:
                    page.blank(position, theme(style, "to_fill_in"))
        shown = f'IF({switch("hints")}="{SHOW}","{hint}","")'
        hint_style = theme("quiet", "left", "ruled")
        if not blank:
            page.text((top, layout.mark_column), "given", theme("quiet", "centre"))
            page.blank((top + 1, layout.mark_column), theme("ruled"))
            page.blank((top + 1, remark), theme("ruled"))
            return
        mark = self.expected.mark(quantity)
        value = self.filling.marks[quantity.name]
        page.formula(layout.mark(quantity), mark, value, theme("bold", "centre"))
        page.blank((top + 1, layout.mark_column), theme("ruled"))
        self._put_remark(page, theme, quantity, (top, remark))
        page.formula((top + 1, remark), shown, hint if self.answers else "", hint_style)

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

    @staticmethod
    def _put_text(page: Page, position: Position, text: str, style: Format) -> None:
        if text:
            page.text(position, text, style)
        else:
            page.blank(position, style)

    def _columns(self, worksheet: Worksheet) -> None:
        layout = self.layout
        value = WIDTHS["value"]
        worksheet.set_column(0, 0, 1.5)
        worksheet.set_column(GIVEN_NAME, GIVEN_NAME, WIDTHS["name"])
        worksheet.set_column(GIVEN_ROW, GIVEN_ROW, WIDTHS["row"])
        worksheet.set_column(GIVEN_VALUES, GIVEN_VALUES + layout.width - 1, value)
        worksheet.set_column(layout.name_column - 1, layout.name_column - 1, 2)
        worksheet.set_column(layout.name_column, layout.name_column, WIDTHS["name"])
        worksheet.set_column(layout.name_column + 1, layout.name_column + 1, WIDTHS["row"])
        worksheet.set_column(layout.values_column, layout.mark_column - 1, value)
        worksheet.set_column(layout.mark_column, layout.mark_column, WIDTHS["mark"])
        worksheet.set_column(layout.mark_column + 1, layout.mark_column + 1, WIDTHS["remark"])

    def _colour(self, workbook: Workbook, worksheet: Worksheet) -> None:
        """Hidden parts in white on white; marks in colour; errors pale, until all is filled in."""
        layout = self.layout
        paper = dict.fromkeys(("font_color", "bg_color", "border_color"), "#FFFFFF")
        white = workbook.add_format({**paper, "border": 1})
        last_column = layout.mark_column + 1
        for part in PARTS:
            first, last = layout.span(part)
            hidden = f'{switch(SWITCH_OF_PART[part])}="{HIDE}"'
            rule = {"type": "formula", "criteria": f"={hidden}", "format": white}
            area = (first, layout.name_column, last, last_column)
            worksheet.conditional_format(*area, rule | {"stop_if_true": True})
        marks = (FIRST_ROW, layout.mark_column, layout.last_row, layout.mark_column)
        for text, look in (
            (CORRECT, AGREES_STYLE),
            (WRONG, DIFFERS_STYLE),
            (NOT_DONE, {"font_color": "#6B7885", "bg_color": "#EEF1F4", "bold": False}),
        ):
            equal = {"type": "cell", "criteria": "==", "value": f'"{text}"'}
            worksheet.conditional_format(*marks, equal | {"format": workbook.add_format(look)})
        pale = {"type": "errors", "format": workbook.add_format({"font_color": RULE})}
        worksheet.conditional_format(
            FIRST_ROW, layout.values_column, layout.last_row, layout.mark_column - 1, pale
        )


def computed_name(quantity: Quantity) -> str:
    """What stands before a computed quantity."""
    return f"{quantity.label} ="


def names_shown(layout: Layout) -> dict[str, str]:
    """The text that stands before each quantity, by the quantity's name."""
    texts = _given_texts(layout)
    found = {each.name: texts.get(each.name, each.label) for each in layout.practice.given}
    return found | {each.name: computed_name(each) for each in layout.practice.quantities}


def _given_texts(layout: Layout) -> dict[str, str]:
    """What each given quantity is, in a few words."""
    practice = layout.practice
    network = practice.network
    found = {name: f"target {name}" for name in network.targets}
    found |= {name: f"input {name}" for name in network.inputs}
    for neuron in network.neurons:
        for weight, source in zip(neuron.weights, neuron.sources, strict=True):
            found[weight] = f"{weight}: {source} → {neuron.pre_activation}"
        if neuron.bias is not None:
            found[neuron.bias] = f"{neuron.bias} of {neuron.pre_activation}"
    found |= {
        symbol: f"{field.replace('_', ' ')} {symbol}"
        for field, symbol in SYMBOLS.items()
        if symbol in practice.optimiser.constants
    }
    for parameter in network.parameters:
        for name in practice.optimiser.state_names(parameter):
            found[name] = f"{name}, kept before"
    return found | {STEP: "step: which update"}
