"""Put a sheet into somebody's workbook, in a new place or in place of an earlier one of ours."""

from __future__ import annotations

import itertools
import posixpath
import warnings
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from backprop_xlsx.spreadsheet.errors import FileError, InputError, Notice
from backprop_xlsx.spreadsheet.files import Placed, changing, exchange
from backprop_xlsx.spreadsheet.ooxml import markup
from backprop_xlsx.spreadsheet.ooxml.archive import CONTENT_TYPES, Archive
from backprop_xlsx.spreadsheet.ooxml.relationships import relationships_part
from backprop_xlsx.spreadsheet.splice.addition import free_name, new_names, new_parts
from backprop_xlsx.spreadsheet.splice.content_types import RELATIONSHIPS, ContentTypes
from backprop_xlsx.spreadsheet.splice.formats import MAXIMUM_CELL_FORMATS, Formats
from backprop_xlsx.spreadsheet.splice.notices import notices
from backprop_xlsx.spreadsheet.splice.package import MARK, Package

LONGEST_SHEET_NAME = 31
_ATTEMPTS = 3
# What may stand between the list of sheets and the defined names in a workbook part.
_BEFORE_NAMES = ("externalReferences", "functionGroups", "sheets")


def splice(workbook: Path, addition: Path, sheet: str, replace: bool = False) -> Placed:
    """Put the sheet of that name from `addition`, made with XlsxWriter, into a workbook.

    It comes last, with its charts, pictures, formats and links. With `replace`, a sheet of that
    name that this project put there before gives its place to the new one. Everything else in the
    workbook stays, each unchanged part to the byte, cached values included.

    Raises InputError if the workbook has a sheet of that name that is not to be replaced, or that
    this project did not write; FileError if a file is damaged, open in another program or cannot
    be written, or if another program goes on saving the workbook. Whatever happens, the workbook
    is there as it was, or with the sheet in it, and so is what others put into it meanwhile. What
    a user should know of the outcome is said as a `Notice`.
    """
    added = Package(Archive.open(addition))
    with changing(workbook):
        for _ in range(_ATTEMPTS):
            package = Package(Archive.open(workbook))
            content = _spliced(package, added, sheet, replace)
            if exchange(workbook, package.archive.content, content):
                for notice in notices(package):
                    warnings.warn(Notice(f"{workbook}: {notice}"), stacklevel=2)
                return Placed(workbook, kept=None, unchanged=False)
    raise FileError(f"{workbook}: another program goes on saving it; close it there and try again")


def _spliced(package: Package, addition: Package, sheet: str, replace: bool) -> bytes:
    splicing = _Splicing(package, addition, sheet)
    workbook = package.archive.path
    index = package.find(sheet)
    if index is None:
        splicing.add()
    elif not package.is_marked(index):
        raise InputError(
            f"{workbook}: has a sheet {sheet!r} already, which this program did not write; "
            "rename that sheet"
        )
    elif not replace:
        raise InputError(
            f"{workbook}: has a sheet {sheet!r} already; ask for it to be replaced, or rename it"
        )
    else:
        splicing.replace(index)
    return splicing.written()


def free_sheet_name(workbook: Path, wanted: str) -> str:
    """The wanted name for a sheet, or, where the workbook has that already, with a number after it.

    Raises FileError if the workbook cannot be read.
    """
    package = Package(Archive.open(workbook))
    suffixes = itertools.chain([""], map(" {}".format, itertools.count(2)))
    names = (wanted[: LONGEST_SHEET_NAME - len(suffix)] + suffix for suffix in suffixes)
    return next(name for name in names if package.find(name) is None)


class _Splicing:
    """The parts of a workbook that one splice changes, adds and removes."""

    def __init__(self, package: Package, addition: Package, sheet: str) -> None:
        source = addition.find(sheet)
        if source is None:
            raise InputError(f"{addition.archive.path}: has no sheet {sheet!r} to add")
        self.package = package
        self._addition = addition
        self._sheet = sheet
        self._source = source
        self._types = ContentTypes(package.read(CONTENT_TYPES))
        self._added_types = ContentTypes(addition.read(CONTENT_TYPES))
        self._lines_part = relationships_part(package.part)
        self._lines = package.read(self._lines_part)
        self._used_ids = {line.attributes.get("Id") for line in self._lines.root.children}
        self._parts: dict[str, bytes] = {}
        self._removed: set[str] = set()

    def add(self) -> None:
        """Add the sheet after the last one."""
        package = self.package
        part = free_name("xl/worksheets/sheet1.xml", self._is_taken)
        numbers = [sheet.attributes.get("sheetId", "") for sheet in package.sheets]
        number = max(int(number) for number in ("0", *numbers) if number.isdecimal()) + 1
        identifier = self._relate("worksheet", part)
        namespace = markup.RELATIONSHIP[int(package.is_strict)]
        is_declared = package.workbook.root.tag.value(b"xmlns:r") == namespace.encode()
        declaration = "" if is_declared else f' xmlns:r="{namespace}"'
        line = (
            f"<sheet{declaration} name={quoteattr(self._sheet)} "
            f'sheetId="{number}" r:id="{identifier}"/>'
        )
        package.workbook.insert_after(package.sheets[-1], line.encode())
        self._put(part, len(package.sheets), is_active=False)

    def replace(self, index: int) -> None:
        """Put the sheet in place of one that is there, whose own parts go."""
        package = self.package
        part = package.sheet_part(index)
        removed = package.parts_only_of(index)
        removed |= {relationships_part(name) for name in removed}
        calculation_chain = package.related("calcChain")
        if calculation_chain is not None:
            # It lists the cells that hold formulas; whoever calculates next makes a new one.
            removed.add(calculation_chain)
            for line in self._lines.root.children:
                if line.attributes.get("Type", "").endswith("/calcChain"):
                    self._lines.replace(line, b"")
        self._removed = {name.lower() for name in removed}
        for name in package.local_names(index):
            package.workbook.replace(name, b"")
        self._put(part, index, package.is_active(index))

    def written(self) -> bytes:
        """The bytes of the workbook with all changes."""
        archive = self.package.archive
        removed = self._removed - {name.lower() for name in self._parts}
        gone = {name for name in archive.names if name.lower().lstrip("/") in removed}
        for name in gone:
            self._types.forget(name)
        changes = {
            CONTENT_TYPES: self._types.part.changed(),
            self.package.part: self.package.workbook.changed(),
            self._lines_part: self._lines.changed(),
            **self._parts,
        }
        return archive.rewritten(changes, gone)

    def _put(self, part: str, index: int, is_active: bool) -> None:
        """Add the sheet's parts, formats and names; `part` becomes its own, `index` its place."""
        addition = self._addition
        sheet_part = addition.sheet_part(self._source)
        names = new_names(addition, sheet_part, part, self._is_taken)
        formats = self._formats()
        strict = self.package.is_strict
        self._parts |= new_parts(addition, names, formats, is_active, strict)
        formats.append()
        self._refuse_too_many(formats)
        self._parts[self._styles_part] = formats.styles.changed()
        for old, new in names.items():
            self._declare(new, old)
            if relationships_part(new) in self._parts:
                self._types.declare(relationships_part(new), RELATIONSHIPS)
        self._define_names(index)

    def _define_names(self, index: int) -> None:
        address = f"'{self._sheet.replace(chr(39), chr(39) * 2)}'!$A$1"
        mark = f'<definedName name="{MARK}" localSheetId="{index}" hidden="1">{escape(address)}'
        lines = [mark.encode() + b"</definedName>"]
        for name in self._addition.local_names(self._source):
            title = quoteattr(name.attributes["name"])
            opening = f'<definedName name={title} localSheetId="{index}">'.encode()
            lines.append(opening + self._addition.workbook.content(name) + b"</definedName>")
        workbook = self.package.workbook
        names = workbook.root.first("definedNames")
        if names is not None:
            for line in lines:
                workbook.append(names, line)
            return
        before = next(filter(None, map(workbook.root.first, _BEFORE_NAMES)))
        content = b"<definedNames>%b</definedNames>" % b"".join(lines)
        workbook.insert_after(before, content)

    def _formats(self) -> Formats:
        addition = self._addition
        added = addition.related("styles")
        assert added is not None  # XlsxWriter always writes them
        part = self.package.related("styles")
        if part is not None:
            self._styles_part = part
            return Formats(self.package.read(part), addition.read(added))
        # Without any formats of its own, the workbook gets the addition's whole table of them.
        self._styles_part = "xl/styles.xml"
        if self._is_taken(self._styles_part):
            self._styles_part = free_name(self._styles_part, self._is_taken)
        self._relate("styles", self._styles_part)
        self._declare(self._styles_part, added)
        return Formats(addition.read(added), addition.read(added))

    def _refuse_too_many(self, formats: Formats) -> None:
        if formats.cell_formats > MAXIMUM_CELL_FORMATS:
            raise FileError(
                f"{self.package.archive.path}: would have {formats.cell_formats:,} cell formats, "
                f"Excel opens at most {MAXIMUM_CELL_FORMATS:,}; copy the sheets that are needed "
                "into a new workbook"
            )

    def _declare(self, part: str, source: str) -> None:
        """Declare a new part to be of the type that the part of the addition is of."""
        self._types.declare(part, self._added_types.declared(source) or "")

    def _relate(self, kind: str, part: str) -> str:
        """Add a relationship from the workbook part to a new part; returns its id."""
        identifier = next(
            name for name in map("rId{}".format, itertools.count(1)) if name not in self._used_ids
        )
        self._used_ids.add(identifier)
        namespace = markup.RELATIONSHIP[int(self.package.is_strict)]
        target = posixpath.relpath(part, posixpath.dirname(self.package.part))
        line = f'<Relationship Id="{identifier}" Type="{namespace}/{kind}" Target="{target}"/>'
        self._lines.append(self._lines.root, line.encode())
        return identifier

    def _is_taken(self, part: str) -> bool:
        archive = self.package.archive
        return part in self._parts or any(
            name in archive and name.lower() not in self._removed
            for name in (part, relationships_part(part))
        )
