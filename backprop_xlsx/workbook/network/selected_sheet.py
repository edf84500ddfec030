"""The sheet Selected: all quantities of the chosen run and step, and the shapes of the drawing."""

from __future__ import annotations

from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.formula.names import label
from backprop_xlsx.spreadsheet.sheets.page import Page, anchored, prepare
from backprop_xlsx.spreadsheet.sheets.theme import Theme, style_of
from backprop_xlsx.workbook.layout import SELECTED
from backprop_xlsx.workbook.network.drawing import Drawing
from backprop_xlsx.workbook.network.selection import (
    CHOICE_ROW,
    FIRST_QUANTITY_ROW,
    NAME_COLUMN,
    NUMBER_COLUMN,
    RUN_NAME,
    SAMPLE_NAME,
    SELECTED_RUN,
    SELECTED_SAMPLE,
    SELECTED_STEP,
    STEP_NAME,
    TEXT_COLUMN,
    Selection,
)

LETTERS_COLUMN = 5  # of the runs, among which the chosen one is looked up


def write_selected(
    worksheet: Worksheet,
    theme: Theme,
    selection: Selection,
    drawing: Drawing | None,
) -> None:
    """Writes the sheet; ``drawing`` is that of the sheet Network, if its network is drawn."""
    worksheet.set_column(0, 0, 2)
    worksheet.set_column(NAME_COLUMN, NUMBER_COLUMN, 16)
    worksheet.set_column(TEXT_COLUMN, TEXT_COLUMN, 26)
    page = Page(worksheet)
    page.text((0, NAME_COLUMN), "Selected", theme("title"))
    page.height(0, 28)
    lead = "Every number of the run, step and sample that are chosen on the sheet Network."
    page.text((1, NAME_COLUMN), lead, theme("left"))
    _put_choice(page, theme, selection)
    headers = ("quantity", "number", "as the drawing shows it")
    for column, header in enumerate(headers, start=NAME_COLUMN):
        style = "header_right" if column == NUMBER_COLUMN else "header_left"
        indented = ("indented",) if column == TEXT_COLUMN else ()
        position = (FIRST_QUANTITY_ROW - 1, column)
        page.text(position, header, theme(style, *indented, "group_step"))
    for name in selection.names:
        _put_quantity(page, theme, selection, name)
    if drawing is not None:
        drawing.put(page, theme)
    page.write()
    prepare(worksheet, FIRST_QUANTITY_ROW + len(selection.names) - 1, LETTERS_COLUMN)
    worksheet.set_portrait()
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(FIRST_QUANTITY_ROW - 1)


def _put_choice(page: Page, theme: Theme, selection: Selection) -> None:
    """The choice as whole numbers; whatever is typed, there is such a run, step and sample."""
    letters = [run.letter for run in selection.runs]
    last_letter = (CHOICE_ROW + len(letters) - 1, LETTERS_COLUMN)
    page.text((CHOICE_ROW - 1, LETTERS_COLUMN), "runs", theme("header_left"))
    for row, letter in enumerate(letters, start=CHOICE_ROW):
        page.text((row, LETTERS_COLUMN), letter, theme("left", "ruled"))
    area = xl_range_abs(CHOICE_ROW, LETTERS_COLUMN, *last_letter)
    run = f"IFERROR(MATCH({RUN_NAME},{area},0),1)"
    lines = [
        ("run, from 1", SELECTED_RUN, run, selection.run.index + 1),
        ("step", SELECTED_STEP, _within(STEP_NAME, 0, selection.run.steps), selection.step),
    ]
    if selection.has_samples:
        formula = _within(SAMPLE_NAME, 1, len(selection.experiment.samples))
        lines.append(("sample", SELECTED_SAMPLE, formula, selection.sample + 1))
    for row, (text, name, formula, value) in enumerate(lines, start=CHOICE_ROW):
        page.text((row, NAME_COLUMN), text, theme("bold", "ruled"))
        page.formula((row, NUMBER_COLUMN), formula, value, theme("whole", "ruled"))
        theme.workbook.define_name(name, f"={SELECTED}!{anchored(row, NUMBER_COLUMN)}")


def _within(name: str, smallest: int, largest: int) -> str:
    """A whole number between two; the smallest for what is no number."""
    return f"IF(ISNUMBER({name}),MAX({smallest},MIN({largest},ROUND({name},0))),{smallest})"


def _put_quantity(page: Page, theme: Theme, selection: Selection, name: str) -> None:
    row, value = selection.row(name), selection.value(name)
    page.text((row, NAME_COLUMN), label(name), theme("bold", "ruled"))
    style = "left" if isinstance(value, str) else style_of(value)
    style = "plain_number" if selection.is_constant(name) else style
    page.formula((row, NUMBER_COLUMN), selection.formula(name), value, theme(style, "ruled"))
    text = selection.text(name)
    page.formula((row, TEXT_COLUMN), selection.text_formula(name), text, theme("indented", "ruled"))
