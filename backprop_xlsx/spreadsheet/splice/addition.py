"""A sheet made with XlsxWriter, turned into the parts that another package is to hold."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.ooxml import markup
from backprop_xlsx.spreadsheet.ooxml.relationships import relationships, relationships_part
from backprop_xlsx.spreadsheet.splice.formats import Formats
from backprop_xlsx.spreadsheet.splice.package import Package
from backprop_xlsx.spreadsheet.splice.part import Part

_TAKEN_ALONG = ("drawing", "chart", "image")
# The strict form of the format has other namespaces for the same things.
_STRICT = tuple(
    (transitional.encode(), strict.encode())
    for transitional, strict in (
        markup.SPREADSHEET,
        markup.CHART,
        markup.DRAWING,
        markup.RELATIONSHIP,
        (
            "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
            "http://purl.oclc.org/ooxml/drawingml/spreadsheetDrawing",
        ),
    )
)


def new_names(
    addition: Package, sheet_part: str, place: str, is_taken: Callable[[str], bool]
) -> dict[str, str]:
    """The parts that a sheet consists of, each with the name that it gets in another package.

    `place` is the new name of the sheet's own part, `is_taken` tells which names are not free.
    Raises InputError if the sheet has anything but charts, pictures and links.
    """
    names = {sheet_part: place}
    waiting = [sheet_part]
    while waiting:
        for line in relationships(addition.archive, waiting.pop()).values():
            if line.kind not in _TAKEN_ALONG:
                raise InputError(
                    f"{addition.archive.path}: the sheet to add has a {line.kind}, expected "
                    "charts, pictures and links only"
                )
            if line.part not in names:
                names[line.part] = free_name(
                    line.part, lambda name: name in names.values() or is_taken(name)
                )
                waiting.append(line.part)
    return names


def free_name(part: str, is_taken: Callable[[str], bool]) -> str:
    """The part's name with the first number that is free: `xl/charts/chart3.xml`."""
    stem, extension = posixpath.splitext(part)
    stem = stem.rstrip("0123456789")
    number = 1
    while is_taken(f"{stem}{number}{extension}"):
        number += 1
    return f"{stem}{number}{extension}"


def new_parts(
    addition: Package, names: dict[str, str], formats: Formats, is_active: bool, is_strict: bool
) -> Iterator[tuple[str, bytes]]:
    """The parts under their new names, and the parts with the relationships between them.

    The first of `names` is the sheet: its texts come to stand in their cells, which leaves the
    texts that the other package shares as they are, and its formats get their new indices.
    """
    sheet_part = next(iter(names))
    for part, name in names.items():
        content = addition.archive.read(part)
        if part == sheet_part:
            content = _worksheet(addition, part, formats, is_active)
        yield name, _in_form(content, is_strict) if name.endswith(".xml") else content
        lines = relationships_part(part)
        if lines in addition.archive:
            moved = _relationships(addition.read(lines), part, names)
            yield relationships_part(name), _in_form(moved, is_strict)


def _worksheet(addition: Package, part: str, formats: Formats, is_active: bool) -> bytes:
    worksheet = addition.read(part)
    texts = _shared_texts(addition)
    for cell in worksheet.root.descendants("c"):
        if cell.attributes.get("t") == "s":
            value = cell.children[0]
            worksheet.set(cell, "t", "inlineStr")
            worksheet.replace(value, b"<is>%b</is>" % texts[int(worksheet.content(value))])
    default = formats.cell_format(0)
    for attribute, elements in (("s", ("row", "c")), ("style", ("col",))):
        for element in worksheet.root.descendants(*elements):
            if attribute in element.attributes:
                index = formats.cell_format(int(element.attributes[attribute]))
                worksheet.set(element, attribute, str(index))
            elif element.name == "c" and default:
                worksheet.set(element, attribute, str(default))
    for rule in worksheet.root.descendants("cfRule"):
        if "dxfId" in rule.attributes:
            index = formats.differential_format(int(rule.attributes["dxfId"]))
            worksheet.set(rule, "dxfId", str(index))
    for view in worksheet.root.descendants("sheetView"):
        worksheet.set(view, "tabSelected", "1" if is_active else None)
    return worksheet.changed()


def _shared_texts(addition: Package) -> list[bytes]:
    part = addition.related("sharedStrings")
    if part is None:
        return []
    strings = addition.read(part)
    return [strings.content(element) for element in strings.root.named("si")]


def _relationships(lines: Part, part: str, names: dict[str, str]) -> bytes:
    folder, new_folder = posixpath.dirname(part), posixpath.dirname(names[part])
    for line in lines.root.children:
        if line.attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join(folder, line.attributes["Target"]))
            lines.set(line, "Target", posixpath.relpath(names[target], new_folder))
    return lines.changed()


def _in_form(content: bytes, is_strict: bool) -> bytes:
    if is_strict:
        for transitional, strict in _STRICT:
            content = content.replace(transitional, strict)
    return content
