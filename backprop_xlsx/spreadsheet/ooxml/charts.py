"""Read the charts of a drawing: the title and the references of each series."""

from __future__ import annotations

from dataclasses import dataclass, field

from backprop_xlsx.spreadsheet.errors import FileError
from backprop_xlsx.spreadsheet.ooxml import markup
from backprop_xlsx.spreadsheet.ooxml.archive import Archive
from backprop_xlsx.spreadsheet.ooxml.relationships import relationships

MAXIMUM_SERIES = 255
"""Of a chart, as in Excel."""
MAXIMUM_CHARTS = 1_000
"""Of a drawing; a dashboard has twenty."""


@dataclass(frozen=True)
class Series:
    """One series: the references, as written, of its categories (or x) and its values (or y).

    `name` is a reference to a cell if `name_is_reference`, or else the text itself; what is
    given by literal numbers, or not at all, is None.
    """

    name: str | None
    name_is_reference: bool
    categories: str | None
    values: str | None


@dataclass(frozen=True)
class Chart:
    """A chart: its part, its series in the order of the part, and its title as it is shown."""

    part: str
    series: tuple[Series, ...]
    title: str | None


_CHART_NAMES = markup.qualified(
    markup.CHART,
    *("chart", "plotArea", "title", "ser", "tx", "cat", "xVal", "val", "yVal", "f", "v"),
    *("dLbl", "trendline"),  # they too have texts, which are not the name of the series
) | markup.qualified(markup.DRAWING, "t")
_DRAWING_NAMES = markup.qualified(markup.CHART, "chart")


def read_charts(archive: Archive, drawing: str) -> tuple[Chart, ...]:
    """The charts of a drawing part; what is damaged or unknown in it is passed over."""
    try:
        targets = relationships(archive, drawing)
        ids = _chart_ids(archive, drawing)
    except FileError:
        return ()
    charts: dict[str, Chart] = {}
    for identifier in ids:
        target = targets.get(identifier)
        if target is None or target.kind != "chart" or target.part in charts:
            continue
        try:
            charts[target.part] = _read_chart(archive, target.part)
        except FileError:
            continue
    return tuple(charts.values())


def _read_chart(archive: Archive, part: str) -> Chart:
    reader = _Reader()
    chunks, where = archive.chunks(part), archive.where(part)
    markup.parse(chunks, where, _CHART_NAMES, reader.start, reader.end, reader.text)
    return Chart(part, tuple(reader.series), reader.title)


def _chart_ids(archive: Archive, drawing: str) -> list[str]:
    ids: list[str] = []

    def start(_: str, attributes: markup.Attributes) -> None:
        identifier = markup.relationship_id(attributes)
        if identifier is not None and len(ids) < MAXIMUM_CHARTS:
            ids.append(identifier)

    markup.parse(archive.chunks(drawing), archive.where(drawing), _DRAWING_NAMES, start)
    return ids


@dataclass
class _Reader:
    series: list[Series] = field(default_factory=list)
    title: str | None = None
    path: list[str] = field(default_factory=list)
    pieces: list[str] | None = None
    found: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, _: markup.Attributes) -> None:
        self.path.append(name)
        if name == "ser":
            self.found = {}
        self.pieces = [] if name in ("f", "v", "t") else None

    def end(self, name: str) -> None:
        text = None if self.pieces is None else "".join(self.pieces)
        path = self.path
        self.pieces = None
        if text and path[:3] == ["chart", "title", "tx"]:
            if name != "f":
                self.title = (self.title or "") + text
        elif text and path[:3] == ["chart", "plotArea", "ser"] and len(path) == 5:
            # The first reference or text; the texts after a reference are its cached values.
            self.found.setdefault(f"{path[3]}/{name}", text.strip())
        elif path == ["chart", "plotArea", "ser"] and len(self.series) < MAXIMUM_SERIES:
            found = self.found
            reference = found.get("tx/f")
            self.series.append(
                Series(
                    name=reference or found.get("tx/v"),
                    name_is_reference=reference is not None,
                    categories=found.get("cat/f", found.get("xVal/f")),
                    values=found.get("val/f", found.get("yVal/f")),
                )
            )
        path.pop()

    def text(self, piece: str) -> None:
        if self.pieces is not None:
            self.pieces.append(piece)
