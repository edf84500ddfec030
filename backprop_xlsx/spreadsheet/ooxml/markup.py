"""Parse the XML of strangers with expat: nothing declared, nothing fetched, nothing boundless."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn, Protocol
from xml.parsers import expat

from backprop_xlsx.spreadsheet.errors import FileError, to_be_repaired

CHUNK_SIZE = 65_536
"""Bytes parsed at a time; the limits below are looked at after each chunk."""
MAXIMUM_DEPTH = 200
"""Elements within elements. Sheets need 8, drawings with grouped shapes some 50."""
MAXIMUM_TAGS = 15_000_000
"""Tags in a part: a million cells have six each, the rest is room for empty styled cells."""
MAXIMUM_TAG_SIZE = 1_000_000
"""Bytes of one tag or comment. expat keeps it whole, and reads it anew with every chunk."""
MAXIMUM_TEXT = 1_000_000
"""Characters of one text. A cell holds 32,767 of them."""
MAXIMUM_NAMES = 10_000
"""Different names of elements and attributes in a part, kept until its end; all formats: 2,000."""

ENCODINGS = ("utf-8", "utf-16", "us-ascii", "iso-8859-1")
"""Those that expat itself knows; the format allows the first two."""

SPREADSHEET = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
CHART = (
    "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "http://purl.oclc.org/ooxml/drawingml/chart",
)
DRAWING = (
    "http://schemas.openxmlformats.org/drawingml/2006/main",
    "http://purl.oclc.org/ooxml/drawingml/main",
)
RELATIONSHIP = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
PACKAGE = ("http://schemas.openxmlformats.org/package/2006/relationships",)

TRUE = ("1", "true")
"""How an attribute, or a text, says yes."""

Attributes = dict[str, str]


def qualified(namespaces: Iterable[str], *names: str) -> dict[str, str]:
    """The short name of each name, by its full name in each of the namespaces."""
    return {f"{namespace}}}{name}": name for namespace in namespaces for name in names}


_RELATIONSHIP_IDS = tuple(qualified(RELATIONSHIP, "id"))


def relationship_id(attributes: Attributes) -> str | None:
    """The value of the attribute r:id, or None."""
    for name in _RELATIONSHIP_IDS:
        if name in attributes:
            return attributes[name]
    return None


class Watch(Protocol):
    """What the handlers of a part count, for `feed` to look at after each chunk."""

    depth: int
    text_length: int


@dataclass(slots=True)
class _Counts:
    depth: int = 0
    text_length: int = 0


def parse(
    chunks: Iterable[bytes],
    where: str,
    names: Mapping[str, str] | None,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
    parser: expat.XMLParserType | None = None,
) -> None:
    """Parse a part, and report the start and end of the elements that `names` has, and all text.

    `names` maps `namespace}name` to the short name that is reported, see `qualified`; None reports
    every element by its full name. `where` opens the message of every error. A `parser` of
    `new_parser` may be given by those who ask it where in the part they are. Raises FileError as
    `feed` does.
    """
    watch = _Counts()

    def on_start(tag: str, attributes: Attributes) -> None:
        watch.depth += 1
        watch.text_length = 0
        name = tag if names is None else names.get(tag)
        if name is not None:
            start(name, attributes)

    def on_end(tag: str) -> None:
        watch.depth -= 1
        watch.text_length = 0
        name = tag if names is None else names.get(tag)
        if name is not None and end is not None:
            end(name)

    def on_text(piece: str) -> None:
        watch.text_length += len(piece)
        if text is not None:
            text(piece)

    parser = parser or new_parser(where)
    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    parser.CharacterDataHandler = on_text
    feed(parser, chunks, where, watch)


def new_parser(where: str, encoding: str | None = None) -> expat.XMLParserType:
    """A parser that refuses declarations; names come as `namespace}name`.

    `encoding` counts instead of the one that the part declares.
    """

    def refuse(*_: object) -> NoReturn:
        raise FileError(
            f"{where} declares XML entities or a document type, which no workbook needs; "
            "do not open it if you do not know where it comes from"
        )

    def check_encoding(_: str, declared: str | None, __: int) -> None:
        if declared is not None and declared.lower() not in ENCODINGS:
            raise FileError(
                f"{where} is in the encoding {declared!r}, expected UTF-8; "
                "open the file in Excel and save it again"
            )

    parser = expat.ParserCreate(encoding, "}")
    parser.XmlDeclHandler = check_encoding
    parser.buffer_text = True
    parser.buffer_size = 65_536
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    return parser


def feed(parser: expat.XMLParserType, chunks: Iterable[bytes], where: str, watch: Watch) -> None:
    """Parse a part to its end; the parser's handlers keep the watch up to date.

    Raises FileError if the part is not well-formed or goes beyond the limits of this module.
    """
    tags = size = 0
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            tags += chunk.count(b"<")
            size += len(chunk)
            if tags > MAXIMUM_TAGS:
                _refuse(where, f"has more than {MAXIMUM_TAGS:,} tags")
            if size - parser.CurrentByteIndex > MAXIMUM_TAG_SIZE + len(chunk):
                _refuse(where, f"has a tag of more than {MAXIMUM_TAG_SIZE:,} bytes")
            if len(parser.intern) > MAXIMUM_NAMES:
                _refuse(where, f"uses more than {MAXIMUM_NAMES:,} different names")
            if watch.depth > MAXIMUM_DEPTH:
                _refuse(where, f"nests its elements more than {MAXIMUM_DEPTH} deep")
            if watch.text_length > MAXIMUM_TEXT:
                _refuse(where, f"has a text of more than {MAXIMUM_TEXT:,} characters")
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise to_be_repaired(f"{where} is not well-formed XML ({error})") from error


def slices(xml: bytes) -> Iterator[bytes]:
    """A part in memory, in the chunks that `feed` takes."""
    return (xml[start : start + CHUNK_SIZE] for start in range(0, len(xml), CHUNK_SIZE))


def _refuse(where: str, what: str) -> NoReturn:
    raise FileError(
        f"{where} {what}; keep only the sheets and cells that are needed, and do not open the "
        "file if you do not know where it comes from"
    )
