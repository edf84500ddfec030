"""An expression with numbers put in for its leaves: a text, and the formula that makes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from backprop_xlsx.formula.expression import Expression
from backprop_xlsx.formula.notation import Notation

# Each leaf is written as one character that no text has.
_FIRST_SLOT = 0xF0000
_SLOT = re.compile("([\U000f0000-\U000ffffd])")


class Place(Enum):
    """Where a number stands, which decides when it needs brackets."""

    OPENING = "where a text or a bracket begins"
    TERM = "behind a sign"
    BASE = "raised to a power, or a divisor"


@dataclass(frozen=True)
class Slot:
    """A number to put in: that of a leaf, at its place."""

    leaf: Expression
    place: Place


Piece = str | Slot


def pieces(
    expression: Expression, shorten: Callable[[str], str] = lambda text: text
) -> tuple[Piece, ...]:
    """The text of an expression in pieces, with slots where numbers belong.

    ``shorten`` is applied to the text, in which each leaf is one character.
    """
    leaves: dict[Expression, int] = {}

    def name(leaf: Expression) -> str:
        return chr(_FIRST_SLOT + leaves.setdefault(leaf, len(leaves)))

    text = shorten(expression.text(Notation(name, spaced=True, worked=True)))
    return tuple(_pieces(text, list(leaves)))


def as_text(parts: tuple[Piece, ...], number: Callable[[Slot], str]) -> str:
    """The pieces as one text; ``number`` writes what is put in."""
    return "".join(part if isinstance(part, str) else number(part) for part in parts)


def as_formula(parts: tuple[Piece, ...], cell: Callable[[Slot], str]) -> str:
    """The pieces as a formula, without "=", that makes the text from the texts of cells."""
    return "&".join(_quoted(part) if isinstance(part, str) else cell(part) for part in parts)


def _pieces(text: str, leaves: list[Expression]) -> Iterator[Piece]:
    split = _SLOT.split(text)
    texts, slots = split[::2], split[1::2]
    for before, slot, after in zip(texts[:-1], slots, texts[1:], strict=True):
        if before:
            yield before
        yield Slot(leaves[ord(slot) - _FIRST_SLOT], _place(before, after))
    if texts[-1]:
        yield texts[-1]


def _place(before: str, after: str) -> Place:
    if before.endswith("/") or after.startswith(("²", "³", "^")):
        return Place.BASE
    opens = not before or before.endswith(("(", ", "))
    return Place.OPENING if opens else Place.TERM


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
