"""The loss charts: what is drawn lies within its chart, with room for the numbers of its axes."""

from __future__ import annotations

from pathlib import Path

from defusedxml.ElementTree import fromstring

from backprop_xlsx import Experiment
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.workbook.build import write_workbook

LAYOUT = ".//{*}plotArea/{*}layout/{*}manualLayout"


def test_lines_end_before_the_edges_of_a_small_chart(tmp_path: Path) -> None:
    """On the sheet Network, and of a run in the corner of the screen and on paper."""
    experiment = Experiment.preset(steps=2, learning_rates=[0.5])
    write_workbook(experiment, tmp_path / "book.xlsx")
    book = read_book(tmp_path / "book.xlsx")
    layouts = []
    for chart in (chart for sheet in book.sheets for chart in sheet.charts):
        for layout in fromstring(book.archive.read(chart.part)).iterfind(LAYOUT):
            layouts.append(
                {
                    side.tag[-1]: float(side.get("val", ""))
                    for side in layout
                    if side.tag[-1] in "xywh"
                }
            )
    small = [layout for layout in layouts if layout["x"] > 0]  # but for the network's drawing
    assert len(small) == 3
    for layout in small:
        assert 0 < layout["x"] < layout["x"] + layout["w"] < 1
        assert 0 < layout["y"] < layout["y"] + layout["h"] < 1
