"""An XML part as a tree of its elements, each with the bytes it takes up, for changing a few."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from backprop_xlsx.spreadsheet.ooxml import markup
from backprop_xlsx.spreadsheet.ooxml.patching.edits import (
    Edit,
    Tag,
    apply_edits,
    element_stop,
    from_utf8,
    to_utf8,
)


@dataclass(eq=False, slots=True)
class Element:
    """An element: its name without prefix, its attributes with theirs spelt out (`namespace}name`).

    `tag` is its start tag as written; the element takes up the bytes from `tag.start` to `stop`.
    """

    namespace: str
    name: str
    attributes: markup.Attributes
    tag: Tag
    stop: int = 0
    children: list[Element] = field(default_factory=list)

    def named(self, name: str) -> list[Element]:
        """The children of that name, in this element's namespace."""
        return [
            child
            for child in self.children
            if child.name == name and child.namespace == self.namespace
        ]

    def first(self, name: str) -> Element | None:
        """The first child of that name, or None."""
        return next(iter(self.named(name)), None)

    def descendants(self, *names: str) -> Iterator[Element]:
        """The elements within this one that have one of these names, in order."""
        for child in self.children:
            if child.name in names:
                yield child
            yield from child.descendants(*names)


class Part:
    """A part that is being changed: what is not mentioned keeps every byte.

    Raises FileError, opening with `where`, if the part is not sound XML.
    """

    def __init__(self, xml: bytes, where: str) -> None:
        self._xml, self._encoding = to_utf8(xml)
        self.root = _parsed(self._xml, where)
        self._edits: list[Edit] = []
        self._appended: dict[Element, list[bytes]] = {}
        self._attributes: dict[Element, dict[str, str | None]] = {}

    def source(self, element: Element) -> bytes:
        """An element as it is written, from its start tag to its end tag."""
        return self._xml[element.tag.start : element.stop]

    def content(self, element: Element) -> bytes:
        """What stands between the tags of an element."""
        if element.tag.is_empty:
            return b""
        return self._xml[element.tag.stop : self._xml.rindex(b"</", 0, element.stop)]

    def append(self, parent: Element, element: bytes) -> None:
        """Add an element without prefixes, in the parent's namespace, as its last child."""
        self._appended.setdefault(parent, []).append(self._adopted(parent, element))

    def insert_after(self, sibling: Element, element: bytes) -> None:
        """Add an element without prefixes, in the sibling's namespace, right after it."""
        self._edits.append((sibling.stop, sibling.stop, self._adopted(sibling, element)))

    def insert_first(self, parent: Element, element: bytes) -> None:
        """Add an element without prefixes, in the parent's namespace, as its first child."""
        if parent.tag.is_empty:
            self.append(parent, element)
        else:
            stop = parent.tag.stop
            self._edits.append((stop, stop, self._adopted(parent, element)))

    def replace(self, element: Element, replacement: bytes) -> None:
        """Put other bytes in an element's place; none remove it."""
        self._edits.append((element.tag.start, element.stop, replacement))

    def set(self, element: Element, attribute: str, value: str | None) -> None:
        """Give an attribute without prefix another value; None removes it."""
        self._attributes.setdefault(element, {})[attribute] = value

    def changed(self) -> bytes:
        """The part with all changes made, in the encoding that it came in."""
        edits = list(self._edits)
        for element in self._appended | self._attributes:
            edits += self._tag_edits(element)
        return from_utf8(apply_edits(self._xml, edits), self._encoding)

    def _tag_edits(self, element: Element) -> Iterator[Edit]:
        tag, added = element.tag, b"".join(self._appended.get(element, ()))
        values = self._attributes.get(element, {})
        text = tag.text
        if values:
            pieces = [tag.attributes_without([name.encode() for name in values])]
            pieces += [
                f" {name}={quoteattr(value)}".encode()
                for name, value in values.items()
                if value is not None
            ]
            text = b"<" + tag.name + b"".join(pieces) + (b"/>" if tag.is_empty else b">")
        if added and tag.is_empty:
            text = text.removesuffix(b"/>").rstrip() + b">" + added + b"</" + tag.name + b">"
        elif added:
            end = element.stop - len(self.source(element)) + self.source(element).rindex(b"</")
            yield end, end, added
        yield tag.start, tag.stop, text

    def _adopted(self, relative: Element, element: bytes) -> bytes:
        if not relative.tag.prefix:
            return element
        name = Tag(element, 0).name
        declared = b'<%b xmlns="%b"' % (name, relative.namespace.encode())
        return declared + element[1 + len(name) :]


def _parsed(xml: bytes, where: str) -> Element:
    parser = markup.new_parser(where, encoding="utf-8")
    open_elements: list[Element] = []
    roots: list[Element] = []

    def start(tag: str, attributes: markup.Attributes) -> None:
        namespace, _, name = tag.rpartition("}")
        element = Element(namespace, name, attributes, Tag(xml, parser.CurrentByteIndex))
        (open_elements[-1].children if open_elements else roots).append(element)
        open_elements.append(element)

    def end(_: str) -> None:
        element = open_elements.pop()
        element.stop = element_stop(xml, element.tag, parser.CurrentByteIndex)

    markup.parse(markup.slices(xml), where, None, start, end, parser=parser)
    return roots[0]
