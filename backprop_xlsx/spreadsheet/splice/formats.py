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
# How many entries at the start of a table Excel takes for granted: the defaults.
_TAKEN_FOR_GRANTED = {
    "fonts": 1,
    "fills": 2,
    "borders": 1,
    "cellStyleXfs": 1,
    "cellXfs": 1,
}
_NORMAL_STYLE = b'<cellStyle name="Normal" xfId="0" builtinId="0"/>'
_PARTS_OF_A_FORMAT = (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders"))
_FIRST_OWN_NUMBER_FORMAT = 164
# The number formats that every program knows by their numbers, unless a workbook says otherwise.
_GENERAL = "General"
_BUILT_IN = {
    "0": _GENERAL,
    "1": "0",
    "2": "0.00",
    "3": "#,##0",
    "4": "#,##0.00",
    "9": "0%",
    "10": "0.00%",
    "11": "0.00E+00",
    "48": "##0.0E+0",
    "49": "@",
}
MAXIMUM_CELL_FORMATS = 65_490
"""What Excel opens."""
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
        # Excel obeys a workbook that gives one of the known numbers another meaning.
        self._redefined = {
            number
            for code, number in self._number_formats.items()
            if number in _BUILT_IN and _BUILT_IN[number].casefold() != code.casefold()
        }
        for table, number in _TAKEN_FOR_GRANTED.items():
            for element in _entries(addition, table)[len(self._sources[table]) : number]:
                self._add(table, _THEME_FONT.sub(b"", addition.source(element)))
        if not self._sources["cellStyles"]:
            self._add("cellStyles", _NORMAL_STYLE)

    @property
    def cell_formats(self) -> int:
        """How many cell formats the workbook has with those that were added."""
        return len(self._sources["cellXfs"])

    def cell_format(self, index: int) -> int:
        """The index in the workbook of a cell format of the addition.

        0 is each book's default, but for how it shows numbers: those are shown as they are.
        """
        if index == 0:
            return self._default_format()
        element = _entries(self._addition, "cellXfs")[index]
        attributes = dict(element.attributes)
        for attribute, table in _PARTS_OF_A_FORMAT:
            part = _entries(self._addition, table)[int(attributes[attribute])]
            source = _THEME_FONT.sub(b"", self._addition.source(part))
            attributes[attribute] = str(self._index(table, source))
        attributes["numFmtId"] = self._number_format(attributes["numFmtId"])
        attributes["xfId"] = "0"
        return self._cell_format(attributes, self._addition.content(element))

    def _default_format(self) -> int:
        default = next(iter(_entries(self.styles, "cellXfs")), None)
        if default is None:
            return 0
        general = {"0", self._number_formats.get(_GENERAL)} - self._redefined
        if default.attributes.get("numFmtId", "0") in general:
            return 0
        number = {"numFmtId": self._number_format("0"), "applyNumberFormat": "1"}
        return self._cell_format(default.attributes | number, self.styles.content(default))

    def _cell_format(self, attributes: dict[str, str], content: bytes) -> int:
        written = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
        return self._index("cellXfs", b"<xf%b>%b</xf>" % (written.encode(), content))

    def differential_format(self, index: int) -> int:
        """The index in the workbook of a conditional format's look in the addition."""
        element = _entries(self._addition, "dxfs")[index]
        return self._index("dxfs", self._addition.source(element))

    def append(self) -> None:
        """Append to the workbook's styles what has been asked for and was not there."""
        for name in filter(self._added.get, _TABLES):
            count = str(len(self._sources[name]))
            table = self.styles.root.first(name)
            if table is None:
                opening = f'<{name} count="{count}">'.encode()
                closing = f"</{name}>".encode()
                self._insert_table(name, b"".join((opening, *self._added[name], closing)))
            else:
                for element in self._added[name]:
                    self.styles.append(table, element)
                self.styles.set(table, "count", count)

    def _index(self, table: str, source: bytes) -> int:
        if source not in self._sources[table]:
            self._add(table, source)
        return self._sources[table].index(source)

    def _add(self, table: str, source: bytes) -> None:
        self._sources[table].append(source)
        self._added.setdefault(table, []).append(source)

    def _number_format(self, number: str) -> str:
        if int(number) >= _FIRST_OWN_NUMBER_FORMAT:
            code = next(
                element.attributes["formatCode"]
                for element in _entries(self._addition, "numFmts")
                if element.attributes["numFmtId"] == number
            )
        elif number in self._redefined:
            code = _BUILT_IN[number]
        else:
            return number
        if code not in self._number_formats:
            used = [int(known) for known in self._number_formats.values() if known.isdecimal()]
            free = str(max([_FIRST_OWN_NUMBER_FORMAT - 1, *used]) + 1)
            self._add(
                "numFmts", f'<numFmt numFmtId="{free}" formatCode={quoteattr(code)}/>'.encode()
            )
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
