"""The loss charts: axes with titles, series named by their cells, caches filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart_scatter import ChartScatter

from backprop_xlsx.model.names import STEP, label
from backprop_xlsx.spreadsheet.sheets.theme import INK, QUIET, RULE, SERIES_COLOURS, SERIES_DASHES
from backprop_xlsx.workbook.columns import RunValues
from backprop_xlsx.workbook.layout import FLOORED, SERIES_NAME_CELL, series_name


def loss_chart(
    workbook: Workbook,
    runs: Sequence[RunValues],
    logarithmic: bool = False,
) -> ChartScatter:
    """The loss over the steps, a line for each run.

    A logarithmic axis suits losses that fall by orders of magnitude.
    """
    chart = workbook.add_chart({"type": "scatter", "subtype": "straight"})
    for run_values in runs:
        run, values = run_values.run, run_values.values
        quantity = FLOORED if logarithmic else run.loss
        colour = SERIES_COLOURS[run.index % len(SERIES_COLOURS)]
        dash = SERIES_DASHES[run.index // len(SERIES_COLOURS)]
        chart.add_series(
            {
                "name": [run.sheet, *SERIES_NAME_CELL],
                "name_data": [series_name(run)],
                "categories": run.range(STEP),
                "categories_data": values[STEP].tolist(),
                "values": run.range(quantity),
                "values_data": values[quantity].tolist(),
                "line": {"color": colour, "width": 2, "dash_type": dash},
                "marker": {"type": "none"},
            }
        )
    title = "Loss over the steps" + (", logarithmic axis" if logarithmic else "")
    text = {"size": 9, "color": INK, "bold": False}
    chart.set_title({"name": title, "name_font": {"size": 11, "color": INK, "bold": True}})
    shared: dict[str, Any] = {"name_font": text, "num_font": text, "line": {"color": QUIET}}
    last_step = runs[0].run.steps
    chart.set_x_axis(
        shared
        | {"name": "step", "min": 0, "max": last_step, "num_format": "0", "label_position": "low"}
    )
    vertical: dict[str, Any] = {
        "major_gridlines": {"visible": True, "line": {"color": RULE, "width": 0.5}}
    }
    if logarithmic:
        vertical |= {"log_base": 10, "num_format": "0E+00", "crossing": "min"}
    else:
        vertical |= {"min": 0, "num_format": "0.000"}
    chart.set_y_axis(shared | {"name": label(runs[0].run.loss)} | vertical)
    chart.set_legend({"position": "right", "font": text})
    chart.set_chartarea({"border": {"none": True}})
    return chart
