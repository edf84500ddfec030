"""Follow the relationships from one part of a package to another, never out of it."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from backprop_xlsx.spreadsheet.ooxml import markup
from backprop_xlsx.spreadsheet.ooxml.archive import MAXIMUM_PARTS, Archive

_NAMES = markup.qualified(markup.PACKAGE, "Relationship")


@dataclass(frozen=True)
class Relationship:
    """One relationship: the last word of its type ("worksheet", "drawing"…) and its part."""

    kind: str
    part: str


def relationships(archive: Archive, part: str) -> dict[str, Relationship]:
    """The relationships of a part by their ids, those to parts that the package holds.

    The part "" stands for the package itself. Links to other files and to the web are left out,
    and so is whatever comes after MAXIMUM_PARTS of them. Raises FileError if they are no sound XML.
    """
    folder, source = posixpath.dirname(part), relationships_part(part)
    found: dict[str, Relationship] = {}
    if source not in archive:
        return found

    def start(_: str, attributes: markup.Attributes) -> None:
        if attributes.get("TargetMode") == "External" or len(found) >= MAXIMUM_PARTS:
            return
        target = posixpath.join("/", folder, attributes.get("Target", "").replace("\\", "/"))
        inside = posixpath.normpath(target).lstrip("/")
        target_part = archive.find(inside) or archive.find(unquote(inside))
        if target_part is not None:
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = Relationship(kind, target_part)

    markup.parse(archive.chunks(source), archive.where(source), _NAMES, start)
    return found


def relationships_part(part: str) -> str:
    """The name of the part with the relationships of a part."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def related(targets: Mapping[str, Relationship], kind: str) -> str | None:
    """The part, the first of several, that relationships of that kind lead to, or None."""
    return next((target.part for target in targets.values() if target.kind == kind), None)


def workbook_part(archive: Archive) -> str:
    """The part that lists a workbook's sheets."""
    return related(relationships(archive, ""), "officeDocument") or "xl/workbook.xml"
