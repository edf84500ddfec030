"""Find cells in a worksheet part, and the spans to replace so that they hold something else."""

from __future__ import annotations

import math
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from xml.parsers import expat

from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.ooxml import markup
from backprop_xlsx.spreadsheet.ooxml.cursor import Cursor, Position
from backprop_xlsx.spreadsheet.ooxml.formula_text import shift
from backprop_xlsx.spreadsheet.ooxml.patching.edits import (
    Edit,
    Tag,
    element_stop,
    formula_element,
    value_element,
)
from backprop_xlsx.spreadsheet.ooxml.values import ErrorValue, Value

WHERE = "the sheet to be changed"

_NAMES = markup.qualified(markup.SPREADSHEET, "row", "c", "f", "v", "is")


@dataclass(frozen=True, slots=True)
class Change:
    """The new content of a cell.

    `formula` has no "="; None keeps the one that is there. `value` is cached beside the formula,
    or typed where there is none; None leaves the cell without a value.
    """

    formula: str | None
    value: Value


@dataclass(eq=False, slots=True)
class Group:
    """A formula that several cells share, and the cell that it is written for."""

    formula: str
    position: Position


@dataclass(slots=True)
class PlacedCell:
    """Where a cell, and what it holds, stand in the part.

    `shares` tells that its formula is one of a group; `formula` is the text in such a cell.
    """

    position: Position
    tag: Tag
    formula_tag: Tag | None = None
    formula_stop: int = 0
    formula: str = ""
    shares: bool = False
    group: Group | None = None
    values: tuple[tuple[int, int], ...] = ()

    def formula_in_full(self) -> str:
        """The formula of a member of a group."""
        if self.formula or self.group is None:
            return self.formula
        row, column = self.group.position
        return shift(self.group.formula, self.position[0] - row, self.position[1] - column)

    def unshare(self) -> Edit:
        """Write the formula out in full, and touch nothing else."""
        assert self.formula_tag is not None  # or it were no member of a group
        attributes = self.formula_tag.attributes_without((b"t", b"ref", b"si", b"xml:space"))
        element = formula_element(self.formula_tag.name, attributes, self.formula_in_full())
        return self.formula_tag.start, self.formula_stop, element

    def change(self, change: Change) -> list[Edit]:
        """Write another value, and another formula if there is one."""
        prefix = self.tag.prefix
        formula = b""
        if change.formula is not None:
            formula = formula_element(prefix + b"f", b"", change.formula.removeprefix("="))
        kind, text = _written(change.value)
        value = value_element(prefix + b"v", text) if text is not None else b""
        opening = self._opening(kind, change)
        if self.tag.is_empty:
            closing = b"</" + self.tag.name + b">"
            return [(self.tag.start, self.tag.stop, opening + formula + value + closing)]
        edits = [(self.tag.start, self.tag.stop, opening)] if opening != self.tag.text else []
        formula_start = self.formula_tag.start if self.formula_tag else self.tag.stop
        formula_stop = self.formula_stop if self.formula_tag else self.tag.stop
        if change.formula is None:
            formula_start = formula_stop
        if not self.values:
            return [*edits, (formula_start, formula_stop, formula + value)]
        if change.formula is not None:
            edits.append((formula_start, formula_stop, formula))
        first, *others = self.values
        return [*edits, (*first, value), *((*span, b"") for span in others)]

    def _opening(self, kind: bytes | None, change: Change) -> bytes:
        # vm and cm say more of the old value and of the old formula, such as "spills from here".
        dropped = [b"vm"] if change.formula is None else [b"vm", b"cm"]
        if self.tag.value(b"t") == (kind or b"n"):
            return self.tag.opened(dropped)
        return self.tag.opened([*dropped, b"t"], b' t="%b"' % kind if kind else b"")


def find_cells(
    xml: bytes,
    wanted: Container[Position],
    with_groups: bool,
    found: Callable[[PlacedCell], None],
) -> None:
    """Report the wanted cells of a part in UTF-8, as soon as each has been read.

    Those that share their formula are reported at the end, `with_groups` all of them, wanted or
    not. Raises FileError if the part is not sound.
    """
    parser = markup.new_parser(WHERE, encoding="utf-8")
    finder = _Finder(
        WHERE, xml=xml, wanted=wanted, with_groups=with_groups, found=found, parser=parser
    )
    markup.parse(markup.slices(xml), WHERE, _NAMES, finder.start, finder.end, finder.text, parser)
    for cell, index in finder.sharing:
        if cell.group is None:
            cell.group = finder.groups.get(index)
        found(cell)


@dataclass(kw_only=True, slots=True)
class _Finder(Cursor):
    """The handlers of one part."""

    xml: bytes
    wanted: Container[Position]
    with_groups: bool
    found: Callable[[PlacedCell], None]
    parser: expat.XMLParserType
    offset: int = 0
    in_cell: bool = False
    cell: PlacedCell | None = None
    inner: Tag | None = None
    formula_attributes: markup.Attributes = field(default_factory=dict)
    pieces: list[str] | None = None
    groups: dict[str, Group] = field(default_factory=dict)
    sharing: list[tuple[PlacedCell, str]] = field(default_factory=list)

    def start(self, name: str, attributes: markup.Attributes) -> None:
        if name == "row":
            self.enter_row(attributes)
        elif name == "c":
            self.enter_cell(attributes)
            self.offset = self.parser.CurrentByteIndex
            self.in_cell = True
            self.cell = self._placed() if (self.row, self.column) in self.wanted else None
        elif self.in_cell:
            if name == "f" and self.cell is None and self._shares(attributes):
                self.cell = self._placed()
            if self.cell is not None:
                self.inner = Tag(self.xml, self.parser.CurrentByteIndex)
                self.formula_attributes = attributes
                self.pieces = [] if name == "f" else None

    def end(self, name: str) -> None:
        if name == "c":
            if self.cell is not None and not self.cell.shares:
                self.found(self.cell)
            self.cell = None
            self.in_cell = False
        elif name != "row" and self.cell is not None and self.inner is not None:
            stop = element_stop(self.xml, self.inner, self.parser.CurrentByteIndex)
            if name == "f":
                self._end_formula(self.cell, self.inner, stop)
            else:
                self.cell.values += ((self.inner.start, stop),)
            self.inner = None

    def text(self, piece: str) -> None:
        if self.pieces is not None:
            self.pieces.append(piece)

    def _placed(self) -> PlacedCell:
        return PlacedCell((self.row, self.column), Tag(self.xml, self.offset))

    def _shares(self, attributes: markup.Attributes) -> bool:
        return self.with_groups and attributes.get("t") == "shared"

    def _end_formula(self, cell: PlacedCell, tag: Tag, stop: int) -> None:
        cell.formula_tag, cell.formula_stop = tag, stop
        text = "".join(self.pieces or ())
        self.pieces = None
        attributes = self.formula_attributes
        if not self._shares(attributes):
            return
        index = attributes.get("si", "")
        # The same reading as in `cells`: a text with a range opens a group, also one anew.
        if text and ("ref" in attributes or index not in self.groups):
            self.groups[index] = Group(text, cell.position)
        cell.shares, cell.formula, cell.group = True, text, self.groups.get(index)
        self.sharing.append((cell, index))


def _written(value: Value) -> tuple[bytes | None, str | None]:
    """The type of a cell with that value (None for numbers), and the text of the value."""
    if value is None:
        return None, None
    if isinstance(value, bool):
        return b"b", str(int(value))
    if isinstance(value, str):
        return (b"e" if isinstance(value, ErrorValue) else b"str"), value
    if not math.isfinite(value):
        raise InputError(f"value {value!r} cannot be written to a cell, expected a finite number")
    return None, exact_text(value)


def exact_text(value: float) -> str:
    """The shortest text that reads back as the same number."""
    return repr(float(value)).removesuffix(".0")
