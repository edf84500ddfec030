"""The loss charts: axes with titles, series named by their cells, caches filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart_scatter import ChartScatter

from backprop_xlsx.formula.names import STEP, label
from backprop_xlsx.spreadsheet.sheets.theme import INK, QUIET, RULE, SERIES_COLOURS, SERIES_DASHES
from backprop_xlsx.workbook.columns import TrainedRun
from backprop_xlsx.workbook.layout import (
    DRAWN_LOSS,
    DRAWN_STEP,
    MOVING_MEAN,
    SERIES_NAME_CELL,
    series_name,
)

TEXT_SIZE, TITLE_SIZE, SMALL_TEXT_SIZE = 9, 11, 8
MARK_SIZE = 8
# Pixels around the lines of a small chart, for the numbers and titles of its axes.
LEFT, TOP, RIGHT, BOTTOM = 56, 8, 12, 42


def loss_chart(
    workbook: Workbook,
    runs: Sequence[TrainedRun],
    logarithmic: bool = False,
) -> ChartScatter:
    """The loss over the steps, a line for each run.

    A logarithmic axis suits losses that fall by orders of magnitude; its lines end where losses
    are rounding, instead of lying flat on it.
    """
    chart = _lines(workbook, runs, logarithmic, TEXT_SIZE)
    title = "Loss over the steps" + (", logarithmic axis" if logarithmic else "")
    chart.set_title({"name": title, "name_font": {"size": TITLE_SIZE, "color": INK, "bold": True}})
    chart.set_legend({"position": "right", "font": _font(TEXT_SIZE)})
    return chart


def small_loss_chart(
    workbook: Workbook, runs: Sequence[TrainedRun], size: tuple[int, int]
) -> ChartScatter:
    """The same of ``size`` pixels, for a corner of a screen: no title and no legend."""
    chart = _lines(workbook, runs, False, SMALL_TEXT_SIZE)
    chart.set_title({"none": True})
    chart.set_legend({"none": True})
    width, height = size
    inner = {"width": 1 - (LEFT + RIGHT) / width, "height": 1 - (TOP + BOTTOM) / height}
    chart.set_plotarea({"layout": {"x": LEFT / width, "y": TOP / height} | inner})
    chart.set_size({"width": width, "height": height})
    return chart


def mark(
    chart: ChartScatter,
    name: tuple[list[Any], str],
    step: tuple[list[Any], float],
    loss: tuple[list[Any], float],
) -> None:
    """Marks a point of a chart: each of its cells, as charts take them, with its value."""
    chart.add_series(
        {
            "name": name[0],
            "name_data": [name[1]],
            "categories": step[0],
            "categories_data": [step[1]],
            "values": loss[0],
            "values_data": [loss[1]],
            "line": {"none": True},
            "marker": {
                "type": "circle",
                "size": MARK_SIZE,
                "fill": {"color": INK},
                "border": {"color": INK},
            },
        }
    )


def _lines(
    workbook: Workbook, runs: Sequence[TrainedRun], logarithmic: bool, size: int
) -> ChartScatter:
    chart = workbook.add_chart({"type": "scatter", "subtype": "straight"})
    for run in runs:
        plain = MOVING_MEAN if run.experiment.in_turn else run.loss
        steps, quantity = (DRAWN_STEP, DRAWN_LOSS) if logarithmic else (STEP, plain)
        colour = SERIES_COLOURS[run.index % len(SERIES_COLOURS)]
        dash = SERIES_DASHES[run.index // len(SERIES_COLOURS)]
        lines = [(quantity, {"color": colour, "width": 2, "dash_type": dash})]
        if quantity == MOVING_MEAN and len(runs) == 1:
            lines.insert(0, (run.loss, {"color": RULE, "width": 1}))
        for drawn, line in lines:
            chart.add_series(
                {
                    "name": [run.sheet, *SERIES_NAME_CELL],
                    "name_data": [series_name(run)],
                    "categories": run.range(steps),
                    "categories_data": run.values[steps].tolist(),
                    "values": run.range(drawn),
                    "values_data": run.values[drawn].tolist(),
                    "line": line,
                    "marker": {"type": "none"},
                }
            )
    text = _font(size)
    shared: dict[str, Any] = {"name_font": text, "num_font": text, "line": {"color": QUIET}}
    last_step = runs[0].steps
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
        # As many decimals as the axis's own pitch needs, so that no two labels are the same.
        vertical |= {"min": 0, "num_format": "General"}
    chart.set_y_axis(shared | {"name": label(runs[0].loss)} | vertical)
    chart.set_chartarea({"border": {"none": True}})
    return chart


def _font(size: int) -> dict[str, Any]:
    return {"size": size, "color": INK, "bold": False}
