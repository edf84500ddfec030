"""Open the zip package of a workbook safely, and write copies that keep every unchanged byte."""

from __future__ import annotations

import copy
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from backprop_xlsx.spreadsheet import files
from backprop_xlsx.spreadsheet.errors import (
    FileError,
    ForeignFileError,
    in_one_line,
    to_be_repaired,
)
from backprop_xlsx.spreadsheet.ooxml.foreign import Foreign, describe_file, describe_package
from backprop_xlsx.spreadsheet.ooxml.markup import CHUNK_SIZE

MAXIMUM_FILE_SIZE = 100_000_000
"""Bytes. The file is held in memory; a million cells take 20 to 40 MB of it."""
MAXIMUM_PARTS = 10_000
"""A workbook of a thousand sheets, each with its charts, has half of that."""
MAXIMUM_DIRECTORY_SIZE = 4_000_000
"""Bytes of the list of parts, which is read before they are counted; room for long names."""
MAXIMUM_PART_SIZE = 128_000_000
"""Bytes expanded. A sheet of a million formulas takes about 100 MB."""
MAXIMUM_TOTAL_SIZE = 400_000_000
"""Bytes expanded, all parts together, pictures included."""
MAXIMUM_RATIO = 200
"""Expanded to compressed size. Sheets reach 20, zip bombs 1,032."""
RATIO_FREE_SIZE = 10_000_000
"""Bytes. Below it any ratio is harmless."""

CONTENT_TYPES = "[Content_Types].xml"
"""The part that lists the others by type."""

_WORKBOOK_TYPE = re.compile(rb"(?:spreadsheetml|ms-excel)\.[A-Za-z.]*main\+xml")
_ENCRYPTED = 0x1  # of a part's flags
_HEADER_SIZE = 30  # bytes before a part's name and data
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError)
"""What zipfile raises for files that are no sound zip files."""


@dataclass(frozen=True)
class Archive:
    """A workbook's package in memory: the file itself may change or vanish meanwhile.

    Parts are named as in the zip file, and found in upper or lower case alike, as Excel finds
    them, with or without the leading slash.
    """

    path: Path
    content: bytes
    _zip: zipfile.ZipFile
    _entries: dict[str, zipfile.ZipInfo]
    _ends: dict[int, int]

    @staticmethod
    def open(path: Path, own: bool = False) -> Archive:
        """Read a package and check it; nothing is expanded yet.

        The limits of this module are for strangers' files: one that this program wrote itself,
        its ``own``, may be larger. Raises FileError if the file cannot be read, is no workbook, is
        damaged or encrypted, or goes beyond the limits.
        """
        return Archive.of(path, _content_of(path, None if own else MAXIMUM_FILE_SIZE), own)

    @staticmethod
    def of(path: Path, content: bytes, own: bool) -> Archive:
        """A package of these bytes, as :meth:`open` has it; ``path`` names it in messages."""
        if not content.startswith(b"PK\x03\x04"):
            raise _foreign(path, describe_file(content))
        try:
            package = zipfile.ZipFile(_Capped(content))
        except _DAMAGE as error:
            raise FileError(
                f"{path}: the file is cut short or damaged ({in_one_line(error)}); "
                "download or copy it again"
            ) from error
        entries = package.infolist()
        if len(entries) > MAXIMUM_PARTS:
            raise FileError(
                f"{path}: holds {len(entries)} parts, expected at most {MAXIMUM_PARTS}; "
                "no program writes such a workbook, do not open it"
            )
        by_name: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            _refuse_unsafe(path, entry)
            if not own:
                _refuse_expansion(path, entry)
            if by_name.setdefault(_key(entry.filename), entry) is not entry:
                raise FileError(
                    f"{path}: holds two parts named {entry.filename!r}; "
                    "open it in Excel and save it again"
                )
        archive = Archive(path, content, package, by_name, _ends(path, entries, package.start_dir))
        if not own and sum(entry.file_size for entry in entries) > MAXIMUM_TOTAL_SIZE:
            raise FileError(
                f"{path}: would expand to more than {MAXIMUM_TOTAL_SIZE:,} bytes; "
                "do not open it if you do not know where it comes from"
            )
        archive._refuse_other_packages()
        return archive

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all parts, in the order of the file."""
        return tuple(entry.filename for entry in self._zip.infolist())

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._entries

    def find(self, name: str) -> str | None:
        """The name of a part as `names` has it, None if there is no such part."""
        entry = self._entries.get(_key(name))
        return None if entry is None else entry.filename

    def where(self, name: str) -> str:
        """The opening of a message about a part: the file and the part."""
        return f"{self.path}: part {name!r}"

    def read(self, name: str) -> bytes:
        """The expanded content of a part; raises FileError if it is missing or damaged."""
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """The expanded content of a part, CHUNK_SIZE bytes at a time; raises as `read` does."""
        entry = self._entries.get(_key(name))
        if entry is None:
            raise to_be_repaired(f"{self.where(name)} is missing")
        try:
            # No more is expanded than the size that `open` has checked: a part that goes on
            # beyond it fails by its checksum.
            with self._zip.open(entry) as part:
                while chunk := part.read(CHUNK_SIZE):
                    yield chunk
        except _DAMAGE as error:
            raise FileError(
                f"{self.where(name)} is damaged ({in_one_line(error)}); "
                "download or copy the file again"
            ) from error

    def rewrite(self, changes: Mapping[str, bytes], target: Path) -> None:
        """Write a copy with some parts replaced, or, under a new name, added at the end.

        Unchanged parts keep their bytes, compressed as they are, with header and place; changed
        ones keep name, date and attributes. The target is replaced once the copy is complete.

        Raises FileError if the target cannot be written.
        """
        files.write(target, self.rewritten(changes))

    def rewritten(
        self, changes: Mapping[str, bytes], removed: Collection[str] = frozenset()
    ) -> bytes:
        """The bytes of such a copy, without the parts `removed`, named as in `names`."""
        pending = {_key(name): (name, content) for name, content in changes.items()}
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
            for entry in self._zip.infolist():
                if entry.filename in removed:
                    continue
                change = pending.pop(_key(entry.filename), None)
                if change is None:
                    self._copy_raw(entry, out, buffer)
                else:
                    out.writestr(copy.copy(entry), change[1])
            for name, content in pending.values():
                out.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
            out.comment = self._zip.comment
        return buffer.getvalue()

    def _copy_raw(self, entry: zipfile.ZipInfo, out: zipfile.ZipFile, buffer: BinaryIO) -> None:
        # zipfile has no call to add a part that is compressed already; these four lines are what
        # its own writing does around the compression.
        copied = copy.copy(entry)
        copied.header_offset = buffer.seek(out.start_dir)
        buffer.write(self.content[entry.header_offset : self._ends[entry.header_offset]])
        out.filelist.append(copied)
        out.NameToInfo[copied.filename] = copied
        out.start_dir = buffer.tell()

    def _refuse_other_packages(self) -> None:
        types = self.read(CONTENT_TYPES) if CONTENT_TYPES in self else b""
        if "xl/workbook.xml" in self and types:
            return
        if not _WORKBOOK_TYPE.search(types):
            raise _foreign(self.path, describe_package(set(self.names)))


class _Capped(io.BytesIO):
    """zipfile reads the list of parts at one go, however long the file says that it is."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MAXIMUM_DIRECTORY_SIZE:
            raise zipfile.BadZipFile("its list of parts is too long")
        return super().read(size)


def _content_of(path: Path, largest: int | None) -> bytes:
    try:
        if path.is_dir():
            raise FileError(f"{path}: is a folder, expected a workbook (.xlsx)")
        if path.exists() and not path.is_file():
            raise FileError(f"{path}: is a device, expected a workbook (.xlsx)")
        with path.open("rb") as file:
            content = file.read(-1 if largest is None else largest + 1)
    except FileNotFoundError:
        raise FileError(f"{path}: there is no such file; check the name and the folder") from None
    except PermissionError:
        raise FileError(
            f"{path}: may not be read; ask its owner for permission, or close the program that "
            "holds it"
        ) from None
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or in_one_line(error)
        raise FileError(f"{path}: cannot be read ({problem})") from error
    if largest is not None and len(content) > largest:
        raise FileError(
            f"{path}: is larger than {largest:,} bytes; remove pictures and unneeded sheets from it"
        )
    return content


def _refuse_unsafe(path: Path, entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    steps = name.replace("\\", "/").split("/")
    if ".." in steps or ":" in steps[0]:
        raise FileError(
            f"{path}: holds a part named {name!r}, which points out of the package; do not open it"
        )
    plain = "/".join(step for step in steps if step not in ("", "."))
    if name.removeprefix("/").removesuffix("/") != plain:
        raise FileError(
            f"{path}: holds a part named {name!r}, expected {plain!r}: Excel and LibreOffice find "
            "no part of such a name; make the file anew with the program that it comes from"
        )
    if entry.flag_bits & _ENCRYPTED:
        raise FileError(
            f"{path}: part {name!r} is encrypted; remove the password and save the file again"
        )
    if entry.compress_type not in _METHODS:
        raise FileError(
            f"{path}: part {name!r} is compressed by method {entry.compress_type}, which "
            "workbooks do not use; open the file in Excel and save it again"
        )


def _refuse_expansion(path: Path, entry: zipfile.ZipInfo) -> None:
    size = entry.file_size
    if size > MAXIMUM_PART_SIZE:
        limit = f"{MAXIMUM_PART_SIZE:,} bytes"
    elif size > RATIO_FREE_SIZE and size > MAXIMUM_RATIO * entry.compress_size:
        limit = f"{MAXIMUM_RATIO} times its compressed size"
    else:
        return
    raise FileError(
        f"{path}: part {entry.filename!r} expands to more than {limit}; "
        "do not open it if you do not know where it comes from"
    )


def _ends(path: Path, entries: list[zipfile.ZipInfo], directory: int) -> dict[int, int]:
    """Where in the file the header and data of each part end, by where they start."""
    ends = {}
    end = directory
    for entry in sorted(entries, key=lambda entry: entry.header_offset, reverse=True):
        start = entry.header_offset
        if start < 0 or start + _HEADER_SIZE + entry.compress_size > end:
            raise FileError(
                f"{path}: part {entry.filename!r} overlaps another part or the file's edge; "
                "the file is damaged or made to do harm, do not open it"
            )
        ends[start] = end
        end = start
    return ends


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _foreign(path: Path, foreign: Foreign) -> FileError:
    text = f"{path}: {foreign.description}"
    return FileError(text) if foreign.suffix is None else ForeignFileError(text, foreign.suffix)
