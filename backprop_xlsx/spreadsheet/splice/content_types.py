"""The list of a package's parts by type, and the changes to it."""

from __future__ import annotations

import posixpath
from xml.sax.saxutils import quoteattr

from backprop_xlsx.spreadsheet.splice.part import Element, Part

RELATIONSHIPS = "application/vnd.openxmlformats-package.relationships+xml"
"""The type of the parts that hold relationships."""


class ContentTypes:
    """The part [Content_Types].xml; names of parts and extensions count in any case."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._overrides: dict[str, Element] = {}
        self._defaults: dict[str, str] = {}
        for line in part.root.children:
            attributes = line.attributes
            if line.name == "Override":
                self._overrides[_key(attributes.get("PartName", ""))] = line
            else:
                extension = attributes.get("Extension", "").lower()
                self._defaults[extension] = attributes.get("ContentType", "")

    def declared(self, part: str) -> str | None:
        """The type of a part, or None if none is declared."""
        override = self._overrides.get(_key(part))
        if override is not None:
            return override.attributes.get("ContentType")
        return self._defaults.get(_extension(part))

    def declare(self, part: str, content_type: str) -> None:
        """Declare a part's type, for its extension where the format does so.

        That is for pictures and relationships, unless the extension has another type already.
        """
        override = self._overrides.get(_key(part))
        if override is not None:
            self.part.set(override, "ContentType", content_type)
        elif self.declared(part) == content_type:
            return
        elif _goes_by_extension(content_type) and self.declared(part) is None:
            self._defaults[_extension(part)] = content_type
            self._append("Default", "Extension", _extension(part), content_type)
        else:
            self._append("Override", "PartName", f"/{part}", content_type)

    def forget(self, part: str) -> None:
        """Remove the line of a part that is no longer there."""
        override = self._overrides.get(_key(part))
        if override is not None:
            self.part.replace(override, b"")

    def _append(self, element: str, attribute: str, value: str, content_type: str) -> None:
        line = f"<{element} {attribute}={quoteattr(value)} ContentType={quoteattr(content_type)}/>"
        self.part.append(self.part.root, line.encode())


def _goes_by_extension(content_type: str) -> bool:
    return content_type == RELATIONSHIPS or content_type.startswith("image/")


def _key(part: str) -> str:
    return part.lstrip("/").lower()


def _extension(part: str) -> str:
    return posixpath.splitext(part)[1].removeprefix(".").lower()
