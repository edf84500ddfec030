"""A large book of our own, sheet by sheet: copies that an engine recalculates one after the other.

Its tables (sheets with a row for each step) depend on nothing of each other. A copy has the
formulas of one table alone, or all formulas but those of the tables' rows; elsewhere the numbers
stand as they are cached. What one copy takes of memory is then bounded by its largest sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from backprop_xlsx.spreadsheet.errors import FileError
from backprop_xlsx.spreadsheet.ooxml.archive import Archive
from backprop_xlsx.spreadsheet.ooxml.book import read_archive, read_book, sheet_parts
from backprop_xlsx.spreadsheet.ooxml.patching.patch import WRONG_NUMBER, spoil, spoilt_parts

_FORMULA = re.compile(rb"<f>[^<]*</f>")
_CACHED_NUMBER = re.compile(rb"(</f><v>)[^<]*")
_END_OF_ROWS = b"</sheetData>"


@dataclass(frozen=True)
class Portion:
    """A copy with spoilt caches: the tables whose formulas it has, and whether it has the others.

    The others are all formulas of other sheets, and those above the rows of the tables.
    """

    path: Path
    tables: tuple[str, ...]
    others: bool

    @property
    def name(self) -> str:
        """What it has the formulas of, in words."""
        if not self.others:
            return ", ".join(self.tables)
        return "the book" if self.tables else "the other sheets"


class PortionedBook:
    """A book that this program wrote, given to engines whole or table by table.

    ``tables`` are the names of its tables, whose rows begin at ``first_row``, from 1. ``book``
    has the cells of everything else, or, ``whole``, all of them; ``formulas`` counts those of the
    file. Raises FileError if the file cannot be read or, unless whole, is not as we write it.
    """

    def __init__(self, path: Path, tables: Sequence[str], first_row: int, whole: bool) -> None:
        self._tables, self._first_row, self._whole = tuple(tables), first_row, whole
        self.formulas = 0
        if whole:
            self.book = read_book(path)
        else:
            self._archive = Archive.open(path, own=True)
            parts = sheet_parts(self._archive)
            self._parts = {name: parts[name] for name in tables}
            heads = {}
            for part in self._parts.values():
                heads[part], rows = self._split(part)
                self.formulas += rows.count(b"<f>")
                del rows
            self.book = read_archive(Archive.of(path, self._archive.rewritten(heads), own=True))
        self.formulas += sum(
            cell.formula is not None for sheet in self.book.sheets for cell in sheet.cells.values()
        )

    def __len__(self) -> int:
        return 1 if self._whole else len(self._tables) + 1

    def portions(self, folder: Path) -> Iterator[Portion]:
        """The copies, one after the other, in a folder; each replaces the one before."""
        path = folder / "spoilt.xlsx"
        if self._whole:
            spoil(self.book, path)
            yield Portion(path, self._tables, others=True)
            return
        heads = self.book.archive
        numbers = {
            sheet.part: _FORMULA.sub(b"", heads.read(sheet.part)) for sheet in self.book.sheets
        }
        for name, part in self._parts.items():
            head, rows = self._split(part)
            spoilt = _CACHED_NUMBER.sub(rb"\g<1>%s" % repr(WRONG_NUMBER).encode(), rows)
            head = _FORMULA.sub(b"", head)
            heads.rewrite(numbers | {part: _joined(head, spoilt)}, path)
            del rows, spoilt
            yield Portion(path, (name,), others=False)
        others = Archive.of(path, heads.rewritten(spoilt_parts(self.book)), own=True)
        for part in self._parts.values():
            rows = _FORMULA.sub(b"", self._split(part)[1])
            whole = {part: _joined(others.read(part), rows)}
            others = Archive.of(path, others.rewritten(whole), own=True)
            del rows
        others.rewrite({}, path)
        yield Portion(path, (), others=True)

    def _split(self, part: str) -> tuple[bytes, bytes]:
        """A table's part without its rows, and the rows."""
        xml = self._archive.read(part)
        start = xml.find(b'<row r="%d"' % self._first_row)
        stop = xml.rfind(_END_OF_ROWS)
        if not 0 <= start <= stop:
            raise FileError(
                f"{self._archive.where(part)} is not as this package writes it; verify the file "
                "before another program saves it"
            )
        return xml[:start] + xml[stop:], xml[start:stop]


def _joined(head: bytes, rows: bytes) -> bytes:
    """A part with its rows in their place again."""
    stop = head.rfind(_END_OF_ROWS)
    return b"".join((head[:stop], rows, head[stop:]))
