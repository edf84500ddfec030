"""The samples: a column each, to be edited, and below them what each run has learnt of them."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.model.words import start_value_words
from backprop_xlsx.spreadsheet.sheets.page import Page, prepare
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from backprop_xlsx.workbook.columns import TrainedRun
from backprop_xlsx.workbook.layout import SAMPLES_COLUMN, SAMPLES_ROW
from backprop_xlsx.workbook.ranges import ANY
from backprop_xlsx.workbook.samples.after_training import NAME, fits
from backprop_xlsx.workbook.samples.outputs import Outputs

SUMMARY = (2, NAME)  # above the samples, where it stays in sight
TOO_MANY = "What the runs make of so many samples after their last step is not shown."
COLUMNS_ON_A_PAGE = 16
LEAST_LAST_COLUMN = 11  # so that the sentence on top is not cut off on paper


def write_samples(worksheet: Worksheet, theme: Theme, runs: Sequence[TrainedRun]) -> None:
    """Writes the sheet."""
    experiment = runs[0].experiment
    samples, last_column = experiment.samples, SAMPLES_COLUMN + len(experiment.samples) - 1
    worksheet.set_column(0, 0, 2)
    worksheet.set_column(NAME, NAME, 26)
    worksheet.set_column(SAMPLES_COLUMN, last_column + 1, 9)
    page = Page(worksheet)
    page.text((0, NAME), "Samples", theme("title"))
    page.height(0, 28)
    lead = "Each step sees all samples; the gradient is the mean over them."
    if experiment.in_turn:
        lead = "Each step sees one sample, in turn."
    page.text((1, NAME), f"{lead} Edit a yellow number and everything follows.", theme("lead"))
    page.text((SAMPLES_ROW - 1, NAME), "sample", theme("header_left", "group_inputs"))
    for index in range(len(samples)):
        position = (SAMPLES_ROW - 1, SAMPLES_COLUMN + index)
        page.number(position, index + 1, theme("header_right", "group_inputs", number_format="0"))
    names, words = experiment.network.given, start_value_words(experiment.network)
    for row, name in enumerate(names, start=SAMPLES_ROW):
        page.text((row, NAME), words[name], theme("bold", "ruled"))
    for column, sample in enumerate(samples, start=SAMPLES_COLUMN):
        for row, number in enumerate(sample.numbers, start=SAMPLES_ROW):
            page.number((row, column), number, theme("editable"))
    last_row = SAMPLES_ROW + len(names) - 1
    area = (SAMPLES_ROW, SAMPLES_COLUMN, last_row, last_column)
    worksheet.data_validation(*area, ANY.rule("Not usable in a sample"))
    if fits(experiment):
        last_row = Outputs(page, theme, runs, last_row + 3).put(SUMMARY)
    else:
        last_row += 3
        page.text((last_row, NAME), TOO_MANY, theme("quiet"))
    page.write()
    worksheet.freeze_panes(SAMPLES_ROW, SAMPLES_COLUMN)
    prepare(worksheet, last_row, max(last_column + 1, LEAST_LAST_COLUMN))
    worksheet.fit_to_pages(-(-len(samples) // COLUMNS_ON_A_PAGE), 0)
