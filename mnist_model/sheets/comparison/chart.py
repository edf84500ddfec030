"""Accuracy against parameters: last epochs and best epochs, measured and published, told apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from xlsxwriter.chart_scatter import ChartScatter

from backprop_xlsx.spreadsheet.sheets.theme import QUIET, SERIES_COLOURS, Theme
from mnist_model.sheets.comparison import published_table as theirs
from mnist_model.sheets.comparison.entries import ComparisonEntry
from mnist_model.sheets.comparison.published import PUBLISHED
from mnist_model.sheets.comparison.published_table import PublishedTable
from mnist_model.sheets.grid import (
    ACCURACY_ASKED,
    CHART_TEXT,
    TABLE_WIDTH,
    WORDS,
    scatter_chart,
)
from mnist_model.training.networks import network_names

HEIGHT = 500  # pixels
# Networks beyond are in the table alone: they would press all others against the left edge.
MOST_PARAMETERS = 20_000
OURS = SERIES_COLOURS[0]
# Hollow markers are filled by some programs: colour and shape tell the four apart.
LOOKS = (
    (OURS, "circle"),
    (SERIES_COLOURS[4], "triangle"),
    (SERIES_COLOURS[5], "diamond"),
    (SERIES_COLOURS[1], "square"),
)
Series = dict[str, Any]


def parameters_chart(
    theme: Theme,
    sheet: str,
    entries: Sequence[ComparisonEntry],
    first_row: int,
    columns: tuple[int, int, int],
    table: PublishedTable,
) -> ChartScatter:
    """The chart of the entries from ``first_row`` on, and of the table of what others publish.

    ``columns`` are those of the parameters, the mean of the last epochs and the best epoch.
    """
    parameters, last, best = columns
    last_row = first_row + len(entries) - 1
    drawn = [network for network in PUBLISHED if network.parameters <= MOST_PARAMETERS]
    rows = (table.first_row, table.first_row + len(drawn) - 1)
    lasts = (table.first_row, table.first_row + sum(n.last is not None for n in drawn) - 1)

    def series(name: tuple[int, int], area: tuple[int, int], along: int, column: int) -> Series:
        return {
            "name": [sheet, *name],
            "categories": [sheet, area[0], along, area[1], along],
            "values": [sheet, area[0], column, area[1], column],
            "line": {"none": True},
        }

    own = (first_row, last_row)
    areas = (
        (own, parameters, last),
        (own, parameters, best),
        (lasts, theirs.PARAMETERS, theirs.LAST),
        (rows, theirs.PARAMETERS, theirs.BEST),
    )
    shown = [
        series((table.first_row + place, theirs.KEY), *area) | _marker(*look)
        for place, (area, look) in enumerate(zip(areas, LOOKS, strict=True))
    ]
    # A point's label can be its series' name everywhere, but a cell of its own not everywhere.
    by_parameters = sorted(range(len(entries)), key=lambda i: entries[i].runs[0].parameters)
    labels = []
    for place, index in enumerate(by_parameters):
        row = first_row + index
        label = series((row, WORDS), (row, row), parameters, last)
        labels.append(label | _label(("above", "below")[place % 2], OURS))
    for row, network in enumerate(drawn, start=table.first_row):
        # What is built here too is labelled where it was measured.
        if network.name not in network_names():
            label = series((row, WORDS), (row, row), theirs.PARAMETERS, theirs.BEST)
            labels.append(label | _label("above", QUIET))
    stated = [a for network in drawn for a in (network.best, network.last) if a is not None]
    measured = [
        a
        for entry in entries
        for a in (
            fmean([run.last_accuracy for run in entry.runs]),
            max(run.best_accuracy for run in entry.runs),
        )
    ]
    accuracies = (*stated, *measured, ACCURACY_ASKED)
    vertical = {
        # With room for a label beyond the outermost.
        "min": math.floor(10 * min(accuracies) - 0.3) / 10,
        "max": math.ceil(10 * max(accuracies) + 0.3) / 10,
        "num_format": "0.0",
    }
    horizontal = {"min": 0, "max": MOST_PARAMETERS, "num_format": "#,##0"}
    titles = ("Accuracy on the test set against parameters", "parameters", "per cent")
    if entries[0].runs[0].is_validation:
        titles = ("Accuracy on the validation split against parameters", *titles[1:])
    size = (TABLE_WIDTH, HEIGHT)
    chart = scatter_chart(theme, titles, [*shown, *labels], horizontal, vertical, size)
    hidden = list(range(len(shown), len(shown) + len(labels)))
    chart.set_legend({"position": "bottom", "delete_series": hidden, "font": CHART_TEXT})
    return chart


def _marker(colour: str, kind: str) -> Series:
    fill = {"color": colour}
    return {"marker": {"type": kind, "size": 7, "fill": fill, "border": {"none": True}}}


def _label(position: str, colour: str) -> Series:
    font = {"size": 8, "color": colour}
    return {
        "marker": {"type": "none"},
        "data_labels": {"series_name": True, "position": position, "font": font},
    }
