"""Replace spans of an XML part and leave all its other bytes: tags, attributes, what to escape."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from xml.sax.saxutils import escape

from backprop_xlsx.spreadsheet.errors import FileError, InputError
from backprop_xlsx.spreadsheet.ooxml.markup import ENCODINGS

Edit = tuple[int, int, bytes]
"""Where a span starts and stops, and what comes in its place."""

_TAG = re.compile(rb"""<([^\s/>]+)((?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(/?)>""")
_ATTRIBUTE = re.compile(rb"""\s+([^\s=]+)\s*=\s*("[^"]*"|'[^']*')""")
_ENCODING = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_NO_XML = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_TO_ESCAPE = re.compile(f"[{_NO_XML}\r]|_(?=x[0-9A-Fa-f]{{4}}_)")


class Tag:
    """The start tag at an offset of a sound XML part in UTF-8."""

    __slots__ = ("_match", "start", "stop")

    def __init__(self, xml: bytes, start: int) -> None:
        match = _TAG.match(xml, start)
        assert match is not None  # expat has accepted the tag
        self._match = match
        self.start, self.stop = match.span()

    @property
    def name(self) -> bytes:
        """The name with its prefix."""
        return self._match[1]

    @property
    def text(self) -> bytes:
        """The whole tag as it is written."""
        return self._match[0]

    @property
    def is_empty(self) -> bool:
        """Whether the tag is an element by itself."""
        return self._match[3] == b"/"

    @property
    def attributes(self) -> list[tuple[bytes, bytes]]:
        """Name and text of each attribute; the text has the space before it."""
        return [(found[1], found[0]) for found in _ATTRIBUTE.finditer(self._match[2])]

    @property
    def prefix(self) -> bytes:
        """The prefix of the name with its colon, or nothing."""
        return self.name[: self.name.find(b":") + 1]

    def value(self, attribute: bytes) -> bytes | None:
        """The value of an attribute as it is written, without its quotes."""
        for name, text in self.attributes:
            if name == attribute:
                return text.partition(b"=")[2].strip()[1:-1]
        return None

    def attributes_without(self, names: Collection[bytes]) -> bytes:
        """The other attributes as they are written, each with the space before it."""
        return b"".join(text for name, text in self.attributes if name not in names)

    def opened(self, without: Collection[bytes] = (), extra: bytes = b"") -> bytes:
        """The tag of an element with content, with other attributes where they differ."""
        if not (self.is_empty or extra or any(name in without for name, _ in self.attributes)):
            return self.text
        return b"".join((b"<", self.name, self.attributes_without(without), extra, b">"))


def element_stop(xml: bytes, tag: Tag, end_index: int) -> int:
    """Where an element stops whose end expat has reported at an index."""
    return tag.stop if tag.is_empty else xml.index(b">", end_index) + 1


def apply_edits(xml: bytes, edits: Iterable[Edit]) -> bytes:
    """The part with its spans replaced; they may come in any order, but not overlap.

    What comes to stand at one place keeps its order.
    """
    pieces = []
    position = 0
    for start, stop, replacement in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [xml[position:start], replacement]
        position = stop
    return b"".join([*pieces, xml[position:]])


def to_utf8(xml: bytes) -> tuple[bytes, str]:
    """A part in UTF-8, whatever it declares itself to be in, and the encoding that it was in.

    Raises FileError if it is not in that encoding.
    """
    if xml.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16-le" if xml.startswith(b"\xff\xfe") else "utf-16-be"
    else:
        declared = _ENCODING.match(xml)
        encoding = declared[1].decode().lower() if declared else "utf-8"
    if encoding == "utf-8" or encoding not in (*ENCODINGS, "utf-16-le", "utf-16-be"):
        return xml, "utf-8"  # the parser will say what is wrong with any other
    try:
        return xml.decode(encoding).encode(), encoding
    except ValueError as error:
        raise FileError(
            f"a part is not in the encoding {encoding!r} that it declares; open the file in "
            "Excel and save it again"
        ) from error


def from_utf8(xml: bytes, encoding: str) -> bytes:
    """A part back in the encoding that `to_utf8` found."""
    return xml if encoding == "utf-8" else xml.decode().encode(encoding, "xmlcharrefreplace")


def value_element(name: bytes, text: str) -> bytes:
    """An element with the text of a cell; characters that XML lacks are written as _x000D_."""
    return _element(name, b"", _TO_ESCAPE.sub(lambda match: f"_x{ord(match[0]):04X}_", text))


def formula_element(name: bytes, attributes: bytes, formula: str) -> bytes:
    """An element with a formula; raises InputError if that has characters that XML lacks."""
    if re.search(f"[{_NO_XML}]", formula):
        raise InputError(f"formula {formula!r} has a control character, which no formula can hold")
    return _element(name, attributes, formula)


def _element(name: bytes, attributes: bytes, text: str) -> bytes:
    space = b' xml:space="preserve"' if text != text.strip() else b""
    content = escape(text, {"\r": "&#13;"}).encode()
    return b"".join((b"<", name, attributes, space, b">", content, b"</", name, b">"))
