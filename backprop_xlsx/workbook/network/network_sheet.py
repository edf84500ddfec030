"""The first sheet, a laboratory on one screen: start values, the live drawing, losses, verdict."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.words import neurons_in_words, training_in_words
from backprop_xlsx.spreadsheet.sheets.page import Page, prepare
from backprop_xlsx.spreadsheet.sheets.rules import colour_verdicts
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from backprop_xlsx.workbook.layout import CHECKS, EDITED, EDITED_CELL, VERDICT_CELL
from backprop_xlsx.workbook.network import losses, start_values
from backprop_xlsx.workbook.network.choice import put_choice
from backprop_xlsx.workbook.network.drawing import Drawing
from backprop_xlsx.workbook.network.drawing_in_cells import CellDrawing
from backprop_xlsx.workbook.network.losses import put_losses
from backprop_xlsx.workbook.network.notation import legend, notation
from backprop_xlsx.workbook.network.selection import Selection
from backprop_xlsx.workbook.network.start_values import StartValues

CALL = (
    "Change a yellow cell and everything follows: the drawing, the derivation, every run, the "
    "charts and the verdict. Every number that is not yellow is a live formula."
)
NOTE_OF_OTHERS = "Start values were edited; what follows is about those that the book began with:"
# Rows, from 0: the panels begin with their headings, and a screen ends some 24 rows down.
CALL_ROW, PANELS_ROW, LAST_ROW_ON_SCREEN = 2, 3, 23
VERDICT_LAST_COLUMN = 9
# In characters; a link in a gap between two panels could hardly be hit.
NARROWEST_OF_LINKS, USUAL_WIDTH, WIDTH_OF_A_LETTER = 5, 8.43, 0.85
# Beside the start values stand the drawing and the losses. A chart has columns of one width under
# it; a drawing in cells, which may be wide, stands right of the losses.
PANEL_COLUMN = len(start_values.WIDTHS)
CHART_WIDTHS = (8.7,) * 9
GAP_WIDTH = 1.5
CHOICE_OFFSET = 2  # columns from the heading of a drawing to the cells that choose what it shows
TEXT_WIDTH, MEANING_WIDTH = 180, 104  # characters in a line
SYMBOL_COLUMN, MEANING_COLUMN = 1, 4
LEGEND_OFFSET = 10  # columns from the panels to the colours
MOST_ROWS_ON_A_PAGE = 50


def write_network(
    worksheet: Worksheet,
    theme: Theme,
    selection: Selection,
    drawing: Drawing | None,
    verdict: tuple[str, str],
    links: Sequence[str],
) -> None:
    """Writes the sheet.

    ``drawing`` is the chart of the network, or None where it is drawn in cells. ``verdict`` is
    the formula of all checks' verdict, and its value; ``links`` are the sheets to link to.
    """
    page = Page(worksheet)
    _put_head(page, theme, selection.experiment, verdict)
    starts = StartValues(page, theme, selection.experiment, PANELS_ROW)
    last_row = max(starts.put(selection.runs), LAST_ROW_ON_SCREEN)
    if drawing is None:
        below, widths = _put_cells(page, theme, selection)
    else:
        below, widths = _put_chart(page, theme, selection, drawing)
    _put_links(page, theme, links, widths)
    texts_row = max(last_row, below) + 2
    row = _put_texts(page, theme, selection.experiment, texts_row)
    last_row = _put_notation(page, theme, selection, row)
    for column, width in enumerate(widths):
        worksheet.set_column(column, column, width)
    page.write()
    prepare(worksheet, last_row, len(widths) - 1)
    worksheet.fit_to_pages(1, 1 if last_row < MOST_ROWS_ON_A_PAGE else 0)
    if last_row >= MOST_ROWS_ON_A_PAGE:
        worksheet.set_h_pagebreaks([texts_row])
    # Rules look at the first character, so that any wording of either verdict is coloured.
    colour_verdicts(worksheet, theme, (*VERDICT_CELL, VERDICT_CELL[0], VERDICT_LAST_COLUMN))


def _put_head(page: Page, theme: Theme, experiment: Experiment, verdict: tuple[str, str]) -> None:
    """Title, verdict, and what to do."""
    page.text((0, 1), f"Back-propagation, step by step: {experiment.title}", theme("title"))
    page.height(0, 21)
    page.text((VERDICT_CELL[0], 1), "Do the formulas agree?", theme("bold"))
    style = theme("boxed", "bold", "indented")
    page.merged_formula(VERDICT_CELL, VERDICT_LAST_COLUMN, *verdict, style)
    page.text((CALL_ROW, 1), CALL, theme())


def _put_links(page: Page, theme: Theme, links: Sequence[str], widths: Sequence[float]) -> None:
    """Links to sheets beside the verdict, each over as many columns as it needs."""
    column = VERDICT_LAST_COLUMN + 1
    for sheet in links:
        if column < len(widths) and widths[column] < NARROWEST_OF_LINKS:
            column += 1
        page.link((VERDICT_CELL[0], column), sheet, sheet, theme("link"))
        room = 0.0
        while room < len(sheet) * WIDTH_OF_A_LETTER:
            room += widths[column] if column < len(widths) else USUAL_WIDTH
            column += 1


def _put_chart(
    page: Page, theme: Theme, selection: Selection, drawing: Drawing
) -> tuple[int, tuple[float, ...]]:
    """The drawing as a chart, then the losses; the last row, and the widths of all columns."""
    page.text((PANELS_ROW, PANEL_COLUMN), "The network", theme("heading"))
    choice = (PANELS_ROW, PANEL_COLUMN + CHOICE_OFFSET)
    put_choice(page, theme, selection, *choice)
    title = f"The network {selection.experiment.network} with its numbers"
    options = {"object_position": 2, "description": title}
    chart = drawing.chart(theme.workbook)
    page.worksheet.insert_chart(PANELS_ROW + 1, PANEL_COLUMN, chart, options)
    column = PANEL_COLUMN + len(CHART_WIDTHS) + 1
    last = put_losses(page, theme, selection, PANELS_ROW, column)
    widths = (*start_values.WIDTHS, *CHART_WIDTHS, GAP_WIDTH, *losses.WIDTHS)
    return max(last, LAST_ROW_ON_SCREEN), widths


def _put_cells(page: Page, theme: Theme, selection: Selection) -> tuple[int, tuple[float, ...]]:
    """The losses, then the drawing in cells; the last row, and the widths of all columns."""
    last = put_losses(page, theme, selection, PANELS_ROW, PANEL_COLUMN)
    column = PANEL_COLUMN + len(losses.WIDTHS) + 1
    page.text((PANELS_ROW, column), "The network", theme("heading"))
    put_choice(page, theme, selection, PANELS_ROW, column + 1)
    drawing = CellDrawing(page, theme, selection, (PANELS_ROW + 1, column))
    last = max(last, drawing.put())
    return last, (*start_values.WIDTHS, *losses.WIDTHS, GAP_WIDTH, *drawing.widths)


def _put_texts(page: Page, theme: Theme, experiment: Experiment, row: int) -> int:
    """What the book is about, and the experiment's note; the row after them."""
    page.text((row, SYMBOL_COLUMN), "What this is", theme("heading"))
    network = neurons_in_words(experiment.network)
    paragraphs = (
        f"A neural network with {network} learns by back-propagation.",
        training_in_words(experiment),
    )
    row = _put_paragraphs(page, theme, paragraphs, row)
    note = experiment.note.strip().splitlines()
    if note:
        row += 1
        edited = f"'{CHECKS}'!{xl_rowcol_to_cell(*EDITED_CELL)}=\"{EDITED}\""
        formula = f'IF({edited},"{NOTE_OF_OTHERS}","")'
        page.formula((row, SYMBOL_COLUMN), formula, "", theme("left", "bold"))
    return _put_paragraphs(page, theme, note, row) + 2


def _put_paragraphs(page: Page, theme: Theme, paragraphs: Sequence[str], row: int) -> int:
    """Texts below a row, wrapped; their last row."""
    for paragraph in paragraphs:
        for line in textwrap.wrap(paragraph, TEXT_WIDTH):
            row += 1
            page.text((row, SYMBOL_COLUMN), line, theme("left"))
    return row


def _put_notation(page: Page, theme: Theme, selection: Selection, row: int) -> int:
    """Names with their meanings, and colours with theirs; the last row."""
    column = PANEL_COLUMN + LEGEND_OFFSET
    page.text((row, SYMBOL_COLUMN), "Notation", theme("heading"))
    page.text((row, column), "Colours", theme("heading"))
    entries = legend(selection.run.groups)
    for offset, (style, meaning) in enumerate(entries, start=1):
        page.text((row + offset, column), meaning, theme(style, "left"))
    last_row = row + len(entries)
    for symbol, meaning in notation(selection.experiment):
        page.text((row + 1, SYMBOL_COLUMN), symbol, theme("bold"))
        for line in textwrap.wrap(meaning, MEANING_WIDTH):
            row += 1
            page.text((row, MEANING_COLUMN), line, theme("left"))
    return max(last_row, row)
