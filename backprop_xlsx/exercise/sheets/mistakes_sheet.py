"""The hidden sheet Known mistakes: what each would give, by the student's own cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.exercise.filling import Filling
from backprop_xlsx.exercise.layout import EXERCISE, Layout
from backprop_xlsx.exercise.mistakes.known import Mistake
from backprop_xlsx.exercise.practice import ROWS
from backprop_xlsx.exercise.tolerance import LEAST, RELATIVE
from backprop_xlsx.formula.expression import Symbol
from backprop_xlsx.spreadsheet.sheets.page import Page, prepare
from backprop_xlsx.spreadsheet.sheets.theme import Theme

FIRST_ROW = 3
TITLES = ("quantity", "mistake", "value in row 1", "value in row 2", "fits")

Mistakes = Mapping[str, Sequence[Mistake]]


def mistake_rows(mistakes: Mistakes) -> dict[str, tuple[int, int]]:
    """The first and the last row of each quantity's mistakes; of those that have any."""
    found: dict[str, tuple[int, int]] = {}
    row = FIRST_ROW
    for name, made in mistakes.items():
        if made:
            found[name] = (row, row + len(made) - 1)
            row += len(made)
    return found


def write_mistakes(
    worksheet: Worksheet, theme: Theme, layout: Layout, filling: Filling, mistakes: Mistakes
) -> None:
    """Writes the sheet and hides it."""
    worksheet.set_column(0, 0, 10)
    worksheet.set_column(1, 1, 90)
    worksheet.set_column(2, 3, 22)
    page = Page(worksheet)
    page.text((0, 0), "What known mistakes would give in the cells as they are.", theme("heading"))
    for column, title in enumerate(TITLES):
        page.text((FIRST_ROW - 1, column), title, theme("header_left"))
    cells = {blank.name: blank.cells[-1] for blank in layout.practice.blanks}
    row = FIRST_ROW
    for name, made in mistakes.items():
        for mistake in made:
            _put(page, theme, layout, filling, row, cells[name], mistake)
            row += 1
    page.write()
    prepare(worksheet, row, len(TITLES) - 1)
    worksheet.fit_to_pages(1, 0)
    worksheet.hide()


def _put(
    page: Page,
    theme: Theme,
    layout: Layout,
    filling: Filling,
    row: int,
    cell: str,
    mistake: Mistake,
) -> None:
    page.text((row, 0), cell, theme("left"))
    page.text((row, 1), mistake.words, theme("left"))
    owns, near, fits = [], [], []
    for each in range(ROWS):
        formula = layout.if_filled_in(mistake.equation, each)
        value = filling.computed(mistake.equation, each)
        page.formula((row, 2 + each), formula, value, theme("every_digit"))
        own, given = layout.naming(each, EXERCISE)(Symbol(cell)), f"{'CD'[each]}{row + 1}"
        owns.append(own)
        near.append(f"ABS({own}-{given})/({RELATIVE:.0E}*ABS({given})+{LEAST:.0E})<=1")
        found = filling.rows[each].get(cell)
        fits.append(
            found is not None
            and not isinstance(value, str)
            and abs(found - value) / (RELATIVE * abs(value) + LEAST) <= 1
        )
    both = f"COUNT({','.join(owns)},C{row + 1}:D{row + 1})={2 * ROWS}"
    formula = f"IF({both},IF({near[0]},IF({near[1]},1,0),0),0)"
    page.formula((row, 4), formula, all(fits), theme("whole"))
