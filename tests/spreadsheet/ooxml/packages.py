"""Packages made by hand, part by part, for what no well-behaved library writes."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"

HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def sheet_xml(rows: str, after: str = "") -> str:
    """A worksheet with these rows, and other elements after them."""
    return (
        f'{HEADER}<worksheet xmlns="{MAIN}" xmlns:r="{DOCUMENT}">'
        f"<sheetData>{rows}</sheetData>{after}</worksheet>"
    )


def relationships_xml(*targets: tuple[str, str, str]) -> str:
    """Relationships from ids, last words of types, and targets."""
    lines = "".join(
        f'<Relationship Id="{identifier}" Type="{DOCUMENT}/{kind}" Target="{target}"/>'
        for identifier, kind, target in targets
    )
    return f'{HEADER}<Relationships xmlns="{PACKAGE}/relationships">{lines}</Relationships>'


def strings_xml(items: str) -> str:
    """A table of shared strings with these items."""
    return f'{HEADER}<sst xmlns="{MAIN}">{items}</sst>'


def workbook_xml(names: Mapping[str, str], after: str = "") -> str:
    """A workbook with sheets by name and relationship id."""
    sheets = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="{identifier}"/>'
        for number, (name, identifier) in enumerate(names.items(), 1)
    )
    return (
        f'{HEADER}<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}">'
        f"<sheets>{sheets}</sheets>{after}</workbook>"
    )


def parts_of(sheet: str | bytes, strings: str = "", **others: str | bytes) -> dict[str, bytes]:
    """The parts of a book with one sheet named Sheet1; `others` replace or add parts.

    Their names have "__" for "/" and end before the suffix: `xl__workbook` is xl/workbook.xml.
    """
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": (
            f'{HEADER}<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/></Types>'
        ),
        "_rels/.rels": relationships_xml(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": workbook_xml({"Sheet1": "rId1"}),
        "xl/_rels/workbook.xml.rels": relationships_xml(
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId2", "sharedStrings", "sharedStrings.xml"),
        ),
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": strings_xml(strings),
    }
    parts |= {name.replace("__", "/") + ".xml": content for name, content in others.items()}
    return {
        name: content if isinstance(content, bytes) else content.encode()
        for name, content in parts.items()
    }


def parts_in(package: Path | BinaryIO) -> dict[str, bytes]:
    """The parts of a package, by their names."""
    with zipfile.ZipFile(package) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def write_package(path: Path, parts: Mapping[str, bytes]) -> Path:
    """A zip file of the parts, in their order."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def write_book(path: Path, rows: str, strings: str = "", after: str = "") -> Path:
    """A book of one sheet with these rows."""
    return write_package(path, parts_of(sheet_xml(rows, after), strings))
