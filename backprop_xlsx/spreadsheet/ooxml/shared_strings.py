"""Read the texts that the cells of a book share."""

from __future__ import annotations

from backprop_xlsx.spreadsheet.errors import FileError
from backprop_xlsx.spreadsheet.ooxml import markup
from backprop_xlsx.spreadsheet.ooxml.allowance import MAXIMUM_CELLS, Allowance
from backprop_xlsx.spreadsheet.ooxml.archive import Archive
from backprop_xlsx.spreadsheet.ooxml.values import unescape

_NAMES = markup.qualified(markup.SPREADSHEET, "si", "t", "rPh")


def read_shared_strings(archive: Archive, part: str, allowance: Allowance) -> tuple[str, ...]:
    """The shared strings of a book in order, rich text joined, phonetic guides left out."""
    where = archive.where(part)
    strings: list[str] = []
    pieces: list[str] = []
    reading = phonetic = False

    def start(name: str, _: markup.Attributes) -> None:
        nonlocal reading, phonetic
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            phonetic = True
        elif name == "t":
            reading = not phonetic

    def end(name: str) -> None:
        nonlocal reading, phonetic
        if name == "si":
            string = unescape("".join(pieces))
            allowance.spend_characters(len(string), where)
            strings.append(string)
            if len(strings) > MAXIMUM_CELLS:
                raise FileError(
                    f"{where} has more than {MAXIMUM_CELLS:,} texts; "
                    "keep only the sheets that are needed"
                )
        elif name == "rPh":
            phonetic = False
        elif name == "t":
            reading = False

    def text(piece: str) -> None:
        if reading:
            pieces.append(piece)

    markup.parse(archive.chunks(part), where, _NAMES, start, end, text)
    return tuple(strings)
