"""Refresh the points that a chart part caches for its references, and leave all other bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from backprop_xlsx.spreadsheet.ooxml import markup
from backprop_xlsx.spreadsheet.ooxml.patching.cell_patch import exact_text
from backprop_xlsx.spreadsheet.ooxml.patching.edits import (
    Edit,
    Tag,
    apply_edits,
    element_stop,
    from_utf8,
    to_utf8,
    value_element,
)

Values = Callable[[str], "Sequence[float | str | None] | None"]

_NAMES = markup.qualified(
    *(markup.CHART, "tx", "numRef", "strRef", "f"),
    *("numCache", "strCache", "ptCount", "pt", "v"),
)
_WHERE = "the chart to be changed"


def patch_chart(xml: bytes, values: Values) -> bytes:
    """A chart part with the cached points of its references refreshed, all other bytes as is.

    `values` gives the values of a reference as it is written in the part, cell by cell; None
    leaves what is cached for it. In a cache of texts a number gets up to 15 digits, as Excel
    shows it; in one of numbers a text is no point. The name of a series that refers to several
    cells is left alone, as Excel joins their texts in its own way.

    Raises FileError if the part is not sound.
    """
    content, encoding = to_utf8(xml)
    parser = markup.new_parser(_WHERE, encoding="utf-8")
    finder = _Finder(content, values, parser)
    markup.parse(
        markup.slices(content), _WHERE, _NAMES, finder.start, finder.end, finder.text, parser
    )
    return from_utf8(apply_edits(content, finder.edits), encoding)


@dataclass(slots=True)
class _Point:
    """A point of a cache, or with the index None the count of its points: tag, end and text."""

    index: str | None
    tag: Tag
    stop: int = 0
    text: str = ""


@dataclass(slots=True)
class _Finder:
    """The handlers of one part."""

    xml: bytes
    values: Values
    parser: expat.XMLParserType
    edits: list[Edit] = field(default_factory=list)
    in_name: bool = False
    reference: str | None = None
    pieces: list[str] | None = None
    cache: Tag | None = None
    inner: Tag | None = None
    points: list[_Point] = field(default_factory=list)

    def start(self, name: str, attributes: markup.Attributes) -> None:
        if name == "tx":
            self.in_name = True
        elif name in ("numRef", "strRef"):
            self.reference = None
        elif name in ("f", "v"):
            self.pieces = []
        elif name in ("numCache", "strCache"):
            self.cache = Tag(self.xml, self.parser.CurrentByteIndex)
            self.points = []
        elif self.cache is not None:
            tag = Tag(self.xml, self.parser.CurrentByteIndex)
            self.points.append(_Point(attributes.get("idx"), tag))

    def end(self, name: str) -> None:
        text = "".join(self.pieces or ())
        self.pieces = None
        if name == "tx":
            self.in_name = False
        elif name == "f":
            self.reference = text
        elif self.cache is None:
            return
        elif name == "v" and self.points:
            self.points[-1].text = text
        elif name in ("ptCount", "pt") and self.points:
            point = self.points[-1]
            point.stop = element_stop(self.xml, point.tag, self.parser.CurrentByteIndex)
        elif name in ("numCache", "strCache"):
            self._end_cache(name, self.cache)
            self.cache = None

    def text(self, piece: str) -> None:
        if self.pieces is not None:
            self.pieces.append(piece)

    def _end_cache(self, name: str, cache: Tag) -> None:
        values = None if self.reference is None else self.values(self.reference)
        if values is None or (self.in_name and len(values) > 1):
            return
        points = {point.index: point for point in self.points}
        count = points.get(None)
        content = b'<%bptCount val="%d"/>' % (cache.prefix, len(values))
        if count is not None and count.tag.value(b"val") == b"%d" % len(values):
            content = self.xml[count.tag.start : count.stop]
        for index, value in enumerate(values):
            text = _text(value, name)
            if text is not None:
                content += self._point(points.get(str(index)), cache.prefix, index, text)
        if cache.is_empty:
            closing = b"</" + cache.name + b">"
            self.edits.append((cache.start, cache.stop, cache.opened() + content + closing))
        elif self.points:
            self.edits.append((self.points[0].tag.start, self.points[-1].stop, content))
        else:
            end = self.parser.CurrentByteIndex
            self.edits.append((end, end, content))

    def _point(self, old: _Point | None, prefix: bytes, index: int, text: str) -> bytes:
        if old is not None and _same(old.text, text):
            return self.xml[old.tag.start : old.stop]
        opening = b'<%bpt idx="%d">' % (prefix, index) if old is None else old.tag.opened()
        return b"%b%b</%bpt>" % (opening, value_element(prefix + b"v", text), prefix)


def _text(value: float | str | None, cache: str) -> str | None:
    """The text of a point; a cache of numbers has none for a text, nor for an empty cell."""
    if value is None or isinstance(value, str):
        return value if cache == "strCache" else None
    return f"{value:.15g}" if cache == "strCache" else exact_text(value)


def _same(old: str, new: str) -> bool:
    try:
        return old == new or float(old) == float(new)
    except ValueError:
        return False
