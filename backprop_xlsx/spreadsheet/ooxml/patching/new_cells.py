"""Put empty cells into the rows of a worksheet part, where there is none to be changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from xml.parsers import expat

from backprop_xlsx.spreadsheet.ooxml import markup
from backprop_xlsx.spreadsheet.ooxml.cursor import Cursor, Position
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name
from backprop_xlsx.spreadsheet.ooxml.patching.cell_patch import WHERE
from backprop_xlsx.spreadsheet.ooxml.patching.edits import (
    Edit,
    Tag,
    apply_edits,
    from_utf8,
    to_utf8,
)

_NAMES = markup.qualified(markup.SPREADSHEET, "row", "c")


def with_cells(xml: bytes, wanted: Collection[Position]) -> bytes:
    """A worksheet part that has these cells too, empty, in rows that it has already.

    A new cell looks like the one above it. All other bytes stay; a cell whose row is not there
    stays away. Raises FileError if the part is not sound.
    """
    content, encoding = to_utf8(xml)
    parser = markup.new_parser(WHERE, encoding="utf-8")
    finder = _Finder(WHERE, xml=content, wanted=frozenset(wanted), parser=parser)
    markup.parse(markup.slices(content), WHERE, _NAMES, finder.start, finder.end, parser=parser)
    return from_utf8(apply_edits(content, finder.edits), encoding)


@dataclass(kw_only=True, slots=True)
class _Finder(Cursor):
    """The handlers of one part: ``left`` are the columns that the row still lacks."""

    xml: bytes
    wanted: frozenset[Position]
    parser: expat.XMLParserType
    tag: Tag | None = None
    in_row: int = 0
    left: list[int] = field(default_factory=list)
    styles: dict[int, bytes] = field(default_factory=dict)
    edits: list[Edit] = field(default_factory=list)

    def start(self, name: str, attributes: markup.Attributes) -> None:
        offset = self.parser.CurrentByteIndex
        if name == "row":
            self.enter_row(attributes)
            self.tag, self.in_row = Tag(self.xml, offset), self.row
            self.left = sorted(column for row, column in self.wanted if row == self.row)
        elif name == "c" and self.tag is not None:
            self.enter_cell(attributes)
            before = [column for column in self.left if column < self.column]
            if before:
                self.edits.append((offset, offset, self._cells(before)))
            self.left = [column for column in self.left if column > self.column]
            style = attributes.get("s", "")
            self.styles[self.column] = b' s="%b"' % style.encode() if style.isdecimal() else b""

    def end(self, name: str) -> None:
        if name != "row" or self.tag is None:
            return
        if self.left and self.tag.is_empty:
            closing = b"</" + self.tag.name + b">"
            row = self.tag.opened() + self._cells(self.left) + closing
            self.edits.append((self.tag.start, self.tag.stop, row))
        elif self.left:
            offset = self.parser.CurrentByteIndex
            self.edits.append((offset, offset, self._cells(self.left)))
        self.left, self.tag = [], None

    def _cells(self, columns: Collection[int]) -> bytes:
        assert self.tag is not None
        name = self.tag.prefix + b"c"
        return b"".join(
            b'<%b r="%b"%b/>'
            % (name, cell_name(self.in_row, column).encode(), self.styles.get(column, b""))
            for column in columns
        )
