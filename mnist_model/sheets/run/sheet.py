"""The sheet of one recipe's runs: claims, curves, seeds, epochs, confusion, layers, mistakes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import NamedTuple

from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.sheets.page import Page, prepare
from backprop_xlsx.spreadsheet.sheets.rules import colour_verdicts
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from mnist_model.sheets.addresses import fixed
from mnist_model.sheets.grid import (
    LAST_COLUMN,
    NUMBERS,
    set_columns,
)
from mnist_model.sheets.paging import page_breaks
from mnist_model.sheets.placing import put_sheet, sheet_name
from mnist_model.sheets.run.claims import (
    REQUIRED,
    SETTING,
    VERDICT,
    Claim,
    Claims,
    accuracy_claim,
)
from mnist_model.sheets.run.confusion import ConfusionMatrix
from mnist_model.sheets.run.distorted import DistortedImages
from mnist_model.sheets.run.drawing import NetworkDrawing
from mnist_model.sheets.run.epochs import CHART_ROWS, EPOCH, TEST_ACCURACY, EpochTable
from mnist_model.sheets.run.layers import OPERATION, PARAMETERS, LayerTable
from mnist_model.sheets.run.mistakes import Mistakes
from mnist_model.sheets.run.seeds import SeedTable
from mnist_model.sheets.title import images_of, put_title
from mnist_model.training.record import Record

MOST_PARAMETERS, MOST_EPOCHS = 20_000, 20
MATRIX_MARGIN = 0.005  # per cent: half of what one image in 10,000 counts
VERDICT_ROW, CLAIMS_ROW = 3, 5
ASKED_CELL = fixed(CLAIMS_ROW + 2, REQUIRED)  # of the first claim
# What a layer's operation looks like, to COUNTIF and fnmatch alike.
LAYERS_ASKED = (
    ("layers of BatchNorm", "BatchNorm*"),
    ("layers of Dropout", "Dropout*"),
    ("layers of pooling", "*pooling"),
    ("layers of global average pooling", "Global average pooling"),
    ("fully connected layers", "Linear*"),
)


def put_runs(workbook: Path, records: Sequence[Record], replace: bool) -> str:
    """Puts a sheet with one recipe's runs into a workbook; returns the sheet's name.

    The workbook is made if it is not there. With ``replace``, an earlier sheet of the same recipe
    and data gives its place to this one; otherwise this one comes last, under a name that is free.
    The first record is shown in full, all of them in a table of seeds.

    Raises InputError if there is no record or the sheet in the way is not this project's, and
    FileError if the workbook is damaged, open in another program or cannot be written.
    """
    if not records:
        raise InputError("no runs to put into the workbook, expected at least one record")
    name = sheet_name(f"MNIST {_subject(records[0])}", records[0])
    write = partial(_write, records=tuple(records))
    return put_sheet(workbook, name, replace, write)


def _subject(record: Record) -> str:
    return re.sub(r"-seed\d+$", "", record.name)


class Tables(NamedTuple):
    """The tables that the claims are about."""

    seeds: SeedTable
    epochs: EpochTable
    confusion: ConfusionMatrix
    drawing: NetworkDrawing
    layers: LayerTable


def _write(page: Page, theme: Theme, records: tuple[Record, ...]) -> None:
    first = records[0]
    settings = {
        **first.settings,
        "device, threads": f"{first.device}, {first.threads}",
        **{f"version of {name}": version for name, version in first.versions.items()},
    }
    # The rows of the tables follow from the number of claims, and the claims from all their cells.
    rows_of_claims = max(len(settings), len(_claims(_tables(records, 0))))
    charts_row = CLAIMS_ROW + 2 + rows_of_claims + 1
    tables = _tables(records, charts_row + CHART_ROWS + 1)
    distorted = DistortedImages(tables.layers.bottom + 2, first)
    mistakes = Mistakes(distorted.bottom + 2, first)
    claims = Claims(CLAIMS_ROW, _claims(tables), settings)

    _put_title(page, theme, records)
    claims.put_verdict(page, theme, VERDICT_ROW)
    _put_result(page, theme, tables.epochs, tables.confusion)
    claims.put(page, theme)
    sections = [
        *(tables if len(records) > 1 else tables[1:]),
        *([distorted] if first.distorted else ()),
        mistakes,
    ]
    for section in sections:
        section.put(page, theme)
    page.write()

    set_columns(page.worksheet)
    tables.epochs.insert_charts(page, theme, charts_row)
    tables.drawing.insert_picture(page)
    distorted.insert_pictures(page)
    mistakes.insert_pictures(page)
    tables.confusion.colour(page, theme)
    for area in (
        (VERDICT_ROW, NUMBERS, VERDICT_ROW, VERDICT),
        (CLAIMS_ROW + 2, VERDICT, CLAIMS_ROW + 1 + len(claims.claims), VERDICT),
    ):
        colour_verdicts(page.worksheet, theme, area)
    page.worksheet.freeze_panes(VERDICT_ROW + 1, 0)
    prepare(page.worksheet, mistakes.bottom, LAST_COLUMN)
    page.worksheet.fit_to_pages(1, 0)
    page.worksheet.set_h_pagebreaks(page_breaks(sections))


def _tables(records: tuple[Record, ...], top: int) -> Tables:
    """The tables, one under the other from row ``top`` on; one seed needs no table of seeds."""
    first = records[0]
    seeds = SeedTable(top, records)
    epochs = EpochTable(seeds.bottom + 2 if len(records) > 1 else top, first, ASKED_CELL)
    confusion = ConfusionMatrix(epochs.bottom + 2, first)
    drawing = NetworkDrawing(confusion.bottom + 2, first.layers)
    layers = LayerTable(drawing.bottom + 2, first.layers)
    return Tables(seeds, epochs, confusion, drawing, layers)


def _claims(tables: Tables) -> tuple[Claim, ...]:
    seeds, epochs, confusion, _, layers = tables
    run, scored = epochs.record, epochs.record.scored
    accuracies = epochs.column(TEST_ACCURACY)
    last = fixed(epochs.last_row, TEST_ACCURACY)
    count = len(seeds.records)
    if count > 1:
        results = [
            accuracy_claim(
                f"{scored} accuracy, last epoch, mean of {count} seeds, %",
                seeds.mean_cell,
                seeds.mean,
            ),
            accuracy_claim(
                f"{scored} accuracy, last epoch, worst of {count} seeds, %",
                seeds.worst_cell,
                seeds.worst,
                epochs.threshold,
            ),
        ]
    else:
        results = [accuracy_claim(f"{scored} accuracy, last epoch, %", last, run.last_accuracy)]
    of_seed = f", seed {run.seed}"
    return (
        *results,
        Claim(
            f"first epoch at the accuracy asked{of_seed}",
            epochs.first_reached_formula,
            epochs.first_reached,
            "fewer than",
            MOST_EPOCHS,
        ),
        accuracy_claim(
            f"best epoch (picked by its score: no result){of_seed}, %",
            f"MAX({accuracies})",
            run.best_accuracy,
            epochs.threshold,
        ),
        Claim(
            "last epoch against the confusion matrix, difference, %",
            f"ABS({last}-{confusion.accuracy_cell})",
            abs(run.last_accuracy - confusion.accuracy),
            "at most",
            MATRIX_MARGIN,
            "0.000",
        ),
        Claim(
            "trainable parameters",
            fixed(layers.last_row + 1, PARAMETERS),
            sum(layer.parameters for layer in run.layers),
            "fewer than",
            MOST_PARAMETERS,
        ),
        Claim(
            "epochs",
            f"COUNT({epochs.column(EPOCH)})",
            len(run.epochs),
            "fewer than",
            MOST_EPOCHS,
        ),
        *(
            Claim(
                name,
                f'COUNTIF({layers.column(OPERATION)},"{pattern}")',
                sum(fnmatch(layer.operation, pattern) for layer in run.layers),
                "at least",
                1,
            )
            for name, pattern in LAYERS_ASKED
        ),
    )


def _put_result(page: Page, theme: Theme, epochs: EpochTable, confusion: ConfusionMatrix) -> None:
    """Beside the verdict: the last epoch in per cent, and the images counted."""
    run = epochs.record
    last = fixed(epochs.last_row, TEST_ACCURACY)
    counted = f'FIXED({confusion.right_formula},0)&" of "&FIXED({confusion.images_cell},0)'
    formula = f'FIXED({last},2)&" %: "&{counted}&" {run.scored} images right, seed {run.seed}"'
    value = (
        f"{run.last_accuracy:.2f} %: {run.right:,} of {sum(map(sum, run.confusion)):,} "
        f"{run.scored} images right, seed {run.seed}"
    )
    page.merged_formula((VERDICT_ROW, SETTING), LAST_COLUMN, formula, value, theme("bold"))


def _put_title(page: Page, theme: Theme, records: tuple[Record, ...]) -> None:
    record = records[0]
    lead = (
        f"Network {record.network}, trained on {record.train_images:,} images and scored after "
        f"each epoch on {images_of(record)}."
    )
    second = (
        f"Trained on {record.machine}. What was measured is typed, everything else is a live "
        "formula."
    )
    if len(records) > 1:
        second += f" {len(records)} seeds; what is not of all of them is of seed {record.seed}."
    put_title(page, theme, _subject(record), record, lead, second)
