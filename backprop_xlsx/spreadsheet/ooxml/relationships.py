"""Follow the relationships from one part of a package to another, never out of it."""

from __future__ import annotations

import posixpath
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
    folder, name = posixpath.split(part)
    source = posixpath.join(folder, "_rels", f"{name}.rels")
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
