"""The sheet that compares networks: published claim beside measured, and the ladder of changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from statistics import fmean

from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.sheets.page import Page, prepare
from backprop_xlsx.spreadsheet.sheets.rules import colour_verdicts
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from mnist_model.sheets.addresses import fixed
from mnist_model.sheets.comparison.chart import HEIGHT, parameters_chart
from mnist_model.sheets.comparison.entries import ComparisonEntry, LadderStep
from mnist_model.sheets.comparison.published_table import PublishedTable
from mnist_model.sheets.comparison.run_rows import RUN_BEST, RUN_HEADERS, RunRows
from mnist_model.sheets.grid import (
    ACCURACY_ASKED,
    COUNT,
    DIFFERENCE,
    FAILS,
    HOLDS,
    LAST_COLUMN,
    NUMBERS,
    PER_CENT,
    ROW_HEIGHT,
    WORDS,
    put_head,
    put_number,
    set_columns,
    verdict,
)
from mnist_model.sheets.placing import put_sheet, sheet_name
from mnist_model.sheets.title import images_of, put_title
from mnist_model.training.record import Record

NAME = "MNIST comparison"
ASKED_ROW, TABLE_ROW = 3, 5
ASKED_CELL = fixed(ASKED_ROW, NUMBERS)

(
    PROTOCOL, PARAMETERS, CLAIM, CLAIM_EPOCH, MEAN, DEVIATION, WORST, BEST, RUNS, SECONDS, VERDICT,
) = range(NUMBERS, NUMBERS + 11)  # fmt: skip
ENTRY_HEADERS = (
    "network", "trained as", "parameters", "claim, %", "at epoch", "mean, %", "std. dev.",
    "worst, %", "best epoch*", "runs", "s an epoch", "mean ≥ asked",
)  # fmt: skip
STEP_PARAMETERS, STEP_MEAN, STEP_GAIN, STEP_DEVIATION, STEP_WORST, STEP_RUNS, STEP_SECONDS = range(
    NUMBERS, NUMBERS + 7
)
STEP_HEADERS = (
    "step", "parameters", "mean, %", "gain", "std. dev.", "worst, %", "runs", "s an epoch",
)  # fmt: skip
REMARK = (
    "Mean, standard deviation and worst are of the last epoch, over the runs listed below.  "
    "* The best epoch of any run is picked by its score on the test set: no result, but what the "
    "published claims state."
)


def put_comparison(
    workbook: Path,
    entries: Sequence[ComparisonEntry],
    ladder: Sequence[LadderStep],
    replace: bool,
) -> str:
    """Puts a sheet that compares networks into a workbook; returns the sheet's name.

    The workbook is made if it is not there. With ``replace``, an earlier comparison gives its
    place to this one; otherwise this one comes last, under a name that is free.

    Raises InputError if there is no entry, an entry or a step has no run, or the sheet in the way
    is not this project's; and FileError if the workbook is damaged, open in another program or
    cannot be written.
    """
    if not entries:
        raise InputError("no networks to compare, expected at least one entry")
    for name, runs in [(e.name, e.runs) for e in entries] + [(s.added, s.runs) for s in ladder]:
        if not runs:
            raise InputError(f"{name!r} has no runs to compare, expected at least one")
    name = sheet_name(NAME, entries[0].runs[0])
    # What others claim something of comes first.
    in_order = sorted(entries, key=lambda entry: entry.claim[0] is None)
    write = partial(_write, entries=tuple(in_order), ladder=tuple(ladder))
    return put_sheet(workbook, name, replace, write)


def _write(
    page: Page,
    theme: Theme,
    entries: tuple[ComparisonEntry, ...],
    ladder: tuple[LadderStep, ...],
) -> None:
    first_entry = TABLE_ROW + 2
    chart_row = first_entry + len(entries) + 2
    table = PublishedTable(chart_row + HEIGHT // ROW_HEIGHT + 2)
    ladder_row = table.bottom + 2
    runs_row = ladder_row + (len(ladder) + 3 if ladder else 0)
    groups = [(entry.name, entry.runs) for entry in entries]
    groups += [(step.added, step.runs) for step in ladder]
    rows = list(_laid_out(groups, runs_row + 2))
    entry_runs, step_runs = rows[: len(entries)], rows[len(entries) :]

    _put_title(page, theme, entries[0].runs[0])
    put_head(page, theme, TABLE_ROW, "Networks, published and measured", ENTRY_HEADERS, "inputs")
    for row, (entry, runs) in enumerate(zip(entries, entry_runs, strict=True), first_entry):
        _put_entry(page, theme, row, entry, runs)
        runs.put_runs(page, theme, fixed(row, MEAN))
    page.text((first_entry + len(entries), WORDS), REMARK, theme("quiet"))
    table.put(page, theme)
    if ladder:
        title = "The ladder: what each change adds to the step before"
        put_head(page, theme, ladder_row, title, STEP_HEADERS, "weights")
    before = None
    for row, runs in enumerate(step_runs, ladder_row + 2):
        _put_step(page, theme, row, runs, before)
        runs.put_runs(page, theme, fixed(row, STEP_MEAN))
        before = runs
    put_head(page, theme, runs_row, "All runs", RUN_HEADERS, "step")
    page.write()

    worksheet = page.worksheet
    set_columns(worksheet)
    area = (first_entry, VERDICT, first_entry + len(entries) - 1, VERDICT)
    colour_verdicts(page.worksheet, theme, area)
    columns = (PARAMETERS, MEAN, BEST)
    chart = parameters_chart(theme, worksheet.name, entries, first_entry, columns, table)
    worksheet.insert_chart(chart_row, WORDS, chart, {"object_position": 2})
    worksheet.freeze_panes(ASKED_ROW + 1, 0)
    prepare(worksheet, rows[-1].rows[-1], LAST_COLUMN)
    worksheet.fit_to_pages(1, 0)
    worksheet.set_h_pagebreaks([table.top])


def _laid_out(groups: Iterable[tuple[str, tuple[Record, ...]]], row: int) -> Iterable[RunRows]:
    for name, records in groups:
        yield RunRows(name, records, row)
        row += len(records)


def _put_title(page: Page, theme: Theme, record: Record) -> None:
    lead = (
        f"Each trained on {record.train_images:,} images and scored on {images_of(record)}; "
        "what was measured is typed, everything else is a live formula."
    )
    put_title(page, theme, "networks compared", record, lead, f"Trained on {record.machine}.")
    page.text((ASKED_ROW, WORDS), "Accuracy asked, % (edit it)", theme("bold"))
    style = theme("editable", number_format=PER_CENT)
    page.number((ASKED_ROW, NUMBERS), ACCURACY_ASKED, style)


def _put_entry(page: Page, theme: Theme, row: int, entry: ComparisonEntry, runs: RunRows) -> None:
    accuracy = theme("value", "ruled", number_format=PER_CENT)
    whole = theme("whole", "ruled")
    page.text((row, WORDS), entry.name, theme("bold", "ruled"))
    page.text((row, PROTOCOL), entry.protocol, theme("value", "ruled"))
    parameters = theme("whole", "ruled", number_format=COUNT)
    page.number((row, PARAMETERS), entry.runs[0].parameters, parameters)
    claimed_accuracy, claimed_epoch = entry.claim
    put_number(page, (row, CLAIM), claimed_accuracy, accuracy)
    put_number(page, (row, CLAIM_EPOCH), claimed_epoch, whole)
    runs.put_summary(page, theme, row, (MEAN, DEVIATION, WORST, RUNS, SECONDS))
    best = max(record.best_accuracy for record in entry.runs)
    quiet = theme("value", "ruled", "quiet", number_format=PER_CENT)
    page.formula((row, BEST), f"MAX({runs.column(RUN_BEST)})", best, quiet)
    formula = verdict(f"{fixed(row, MEAN)}>={ASKED_CELL}")
    result = HOLDS if fmean(runs.accuracies) >= ACCURACY_ASKED else FAILS
    page.formula((row, VERDICT), formula, result, theme("ruled", "centre"))


def _put_step(page: Page, theme: Theme, row: int, runs: RunRows, before: RunRows | None) -> None:
    page.text((row, WORDS), runs.name, theme("bold", "ruled"))
    parameters = theme("whole", "ruled", number_format=COUNT)
    page.number((row, STEP_PARAMETERS), runs.records[0].parameters, parameters)
    columns = (STEP_MEAN, STEP_DEVIATION, STEP_WORST, STEP_RUNS, STEP_SECONDS)
    runs.put_summary(page, theme, row, columns)
    style = theme("value", "ruled", number_format=DIFFERENCE)
    if before is None:
        page.blank((row, STEP_GAIN), style)
        return
    gain = fmean(runs.accuracies) - fmean(before.accuracies)
    formula = f"{fixed(row, STEP_MEAN)}-{fixed(row - 1, STEP_MEAN)}"
    page.formula((row, STEP_GAIN), formula, gain, style)
