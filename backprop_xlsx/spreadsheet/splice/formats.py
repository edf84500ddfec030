"""Append the formats that a sheet uses to those of another workbook."""

from __future__ import annotations

import re
from xml.sax.saxutils import quoteattr

from backprop_xlsx.spreadsheet.splice.part import Element, Part

# The tables of a styles part in the order that the file format demands.
_TABLES = (
    "numFmts",
    "fonts",
    "fills",
    "borders",
    "cellStyleXfs",
    "cellXfs",
    "cellStyles",
    "dxfs",
)
_PARTS_OF_A_FORMAT = (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders"))
_FIRST_OWN_NUMBER_FORMAT = 164
# A font that follows the theme would be another one in a workbook with another theme.
_THEME_FONT = re.compile(rb"<scheme [^>]*/>")


class Formats:
    """Gives each format of an addition its index in a workbook, to whose styles it is appended.

    A format that is there already is used again, so that the same sheet put in twice adds nothing.
    """

    def __init__(self, styles: Part, addition: Part) -> None:
        self.styles = styles
        self._addition = addition
        self._added: dict[str, list[bytes]] = {}
        self._sources = {
            name: [styles.source(element) for element in _entries(styles, name)] for name in _TABLES
        }
        self._number_formats = {
            element.attributes.get("formatCode", ""): element.attributes.get("numFmtId", "0")
            for element in _entries(styles, "numFmts")
        }

    def cell_format(self, index: int) -> int:
        """The index in the workbook of a cell format of the addition; 0 is each book's default."""
        if index == 0:
            return 0
        element = _entries(self._addition, "cellXfs")[index]
        attributes = dict(element.attributes)
        for attribute, table in _PARTS_OF_A_FORMAT:
            part = _entries(self._addition, table)[int(attributes[attribute])]
            source = _THEME_FONT.sub(b"", self._addition.source(part))
            attributes[attribute] = str(self._index(table, source))
        attributes["numFmtId"] = self._number_format(attributes["numFmtId"])
        attributes["xfId"] = "0"
        written = "".join(f' {name}="{value}"' for name, value in attributes.items()).encode()
        return self._index("cellXfs", b"<xf%b>%b</xf>" % (written, self._addition.content(element)))

    def differential_format(self, index: int) -> int:
        """The index in the workbook of a conditional format's look in the addition."""
        element = _entries(self._addition, "dxfs")[index]
        return self._index("dxfs", self._addition.source(element))

    def append(self) -> None:
        """Append to the workbook's styles what has been asked for and was not there."""
        for name, added in self._added.items():
            count = str(len(self._sources[name]))
            content = b"".join(added)
            table = self.styles.root.first(name)
            if table is None:
                opening = f'<{name} count="{count}">'.encode()
                self._insert_table(name, opening + content + f"</{name}>".encode())
            else:
                for element in added:
                    self.styles.append(table, element)
                self.styles.set(table, "count", count)

    def _index(self, table: str, source: bytes) -> int:
        sources = self._sources[table]
        if source not in sources:
            sources.append(source)
            self._added.setdefault(table, []).append(source)
        return sources.index(source)

    def _number_format(self, number: str) -> str:
        if int(number) < _FIRST_OWN_NUMBER_FORMAT:
            return number
        code = next(
            element.attributes["formatCode"]
            for element in _entries(self._addition, "numFmts")
            if element.attributes["numFmtId"] == number
        )
        if code not in self._number_formats:
            used = [int(known) for known in self._number_formats.values() if known.isdecimal()]
            free = str(max([_FIRST_OWN_NUMBER_FORMAT - 1, *used]) + 1)
            element = f'<numFmt numFmtId="{free}" formatCode={quoteattr(code)}/>'.encode()
            self._index("numFmts", element)
            self._number_formats[code] = free
        return self._number_formats[code]

    def _insert_table(self, name: str, element: bytes) -> None:
        for before in reversed(_TABLES[: _TABLES.index(name)]):
            sibling = self.styles.root.first(before)
            if sibling is not None:
                self.styles.insert_after(sibling, element)
                return
        self.styles.insert_first(self.styles.root, element)


def _entries(styles: Part, table: str) -> list[Element]:
    found = styles.root.first(table)
    return [] if found is None else found.children
