"""The top of the sheet Exercise, which stays in sight: what to do, the switches, the score."""

from __future__ import annotations

from xlsxwriter.utility import xl_range_abs

from backprop_xlsx.exercise.filling import Filling
from backprop_xlsx.exercise.layout import (
    CORRECT,
    FIRST_ROW,
    GIVEN_NAME,
    HIDE,
    SHOW,
    SWITCHES,
    VALUES_AFTER_NAME,
    Layout,
)
from backprop_xlsx.exercise.practice import points_by_part
from backprop_xlsx.model.network import CLASS_NETWORK
from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import Theme

TITLE, WHO, SWITCH_TITLE = (0, 1), (1, 1), (2, 1)
SCORE, SCORE_OF_PARTS, HEADER = 3, 5, FIRST_ROW - 1
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
TEXTS_OF_SWITCHES = {
    "hints": "hints",
    "forward pass": "forward pass, loss",
    "backward pass": "gradients, update",
}


def put_top(
    page: Page, theme: Theme, layout: Layout, filling: Filling, who: str, answers: bool
) -> None:
    """Puts all of it; ``who`` is the name on the book, and ``answers`` begin with their hints."""
    network = layout.practice.network
    what = "the class network" if network == CLASS_NETWORK else f"a network {network}"
    page.text(TITLE, f"Practise back-propagation: one step of {what}", theme("title"))
    page.height(TITLE[0], 28)
    if who:
        page.text(WHO, who, theme("lead", "bold"))
    how_to = HOW_TO if layout.width == 1 else HOW_TO_WIDE
    page.merged((WHO[0], layout.name_column), layout.remark_column, how_to, theme("wrap"))
    page.height(WHO[0], 30)
    page.text(SWITCH_TITLE, "Show or hide", theme("bold", "left"))
    for name, position in SWITCHES.items():
        state = HIDE if name == "hints" and not answers else SHOW
        label = (position[0], GIVEN_NAME)
        page.text(label, TEXTS_OF_SWITCHES[name], theme("left", "ruled"))
        page.text(position, state, theme("editable", "centre"))
        choice = {"validate": "list", "source": [SHOW, HIDE]}
        page.worksheet.data_validation(*position, *position, choice)
    _put_score(page, theme, layout, filling)
    _put_headers(page, theme, layout)


def _put_score(page: Page, theme: Theme, layout: Layout, filling: Filling) -> None:
    column, whole = layout.name_column, len(layout.practice.blanks)
    page.text((SCORE, column), "Score", theme("title"))
    formula = f'{_right_in(layout.marks)}&" of {whole}"'
    text = f"{len(filling.right)} of {whole}"
    page.formula((SCORE, layout.values_column), formula, text, theme("title"))
    texts, formulas = [], []
    for part, (points, of) in points_by_part(layout.practice, filling.right).items():
        first, last = layout.span(part)
        area = xl_range_abs(first, layout.mark_column, last, layout.mark_column)
        formulas.append(f'"{part} "&{_right_in(area)}&" of {of}"')
        texts.append(f"{part} {points} of {of}")
    formula, text = '&" · "&'.join(formulas), " · ".join(texts)
    page.formula((SCORE_OF_PARTS, column), formula, text, theme("lead", "quiet"))


def _right_in(area: str) -> str:
    """How many marks of an area say CORRECT."""
    return f'SUMPRODUCT(({area}="{CORRECT}")*1)'


def _put_headers(page: Page, theme: Theme, layout: Layout) -> None:
    several = layout.width > 1
    values = [f"sample {number + 1}" if several else "value" for number in range(layout.width)]
    for column, title in ((GIVEN_NAME, "given"), (layout.name_column, "to compute")):
        page.text((HEADER, column), title, theme("header_left"))
        page.text((HEADER, column + 1), "row", theme("header"))
        for at, text in enumerate(values, start=column + VALUES_AFTER_NAME):
            page.text((HEADER, at), text, theme("header_right"))
    page.text((HEADER, layout.mark_column), "mark", theme("header"))
    remark = (HEADER, layout.remark_column)
    page.text(remark, "remark, and below it the hint", theme("header_left"))
