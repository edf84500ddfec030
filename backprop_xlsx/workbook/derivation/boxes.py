"""A box of the sheet Derivation: a title, what is said below it, and lines of a few rows each."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backprop_xlsx.formula.expression import Value
from backprop_xlsx.formula.put_in import Piece, Slot, as_text
from backprop_xlsx.spreadsheet.sheets.page import Page, Position
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from backprop_xlsx.workbook.derivation.arrangement import TITLE_HEIGHT
from backprop_xlsx.workbook.derivation.broken_lines import broken
from backprop_xlsx.workbook.derivation.written_numbers import WrittenNumber

# Its columns: the left sides, the equations, the numbers.
WIDTHS = (14.5, 44.5, 12)
# In characters: an equation's first row ends before the number, all others go on below that.
WIDTHS_OF_EQUATION, WIDTHS_OF_NUMBERS, WIDTH_OF_WORDS = (54, 68), (68, 68), 82
WIDTH_OF_A_NUMBER = 7

NUMBERS = "0.00000000"


@dataclass(frozen=True)
class BoxRow:
    """One row of a box: a text on the left, a text or a formula beside it, perhaps a number.

    ``shown`` is the text that the formula makes; it is known once every line of the sheet has said
    what must be told apart.
    """

    left: str = ""
    right: str = ""
    formula: str = ""
    shown: Callable[[], str] = str
    style: str = "base"
    number_formula: str = ""
    number: Value = None


@dataclass(frozen=True)
class BoxLine:
    """The rows of one line; ``ruled`` unless the next one belongs to it."""

    rows: Sequence[BoxRow]
    ruled: bool = True


@dataclass(frozen=True)
class Box:
    """A box before it has a place; ``words`` are the rows below its title."""

    title: str
    words: Sequence[str]
    lines: Sequence[BoxLine]

    @property
    def height(self) -> int:
        """How many rows it takes."""
        return 1 + len(self.words) + sum(len(line.rows) for line in self.lines)


def put_box(page: Page, theme: Theme, position: Position, box: Box) -> None:
    """Puts a box on the page, its title at a position."""
    row, column = position
    page.text(position, box.title, theme("heading", "box_title", "box_left"))
    page.blank((row, column + 1), theme("box_title"))
    page.blank((row, column + 2), theme("box_title", "box_right"))
    page.height(row, TITLE_HEIGHT)
    for index, text in enumerate(box.words):
        row += 1
        rule = ("ruled",) if index == len(box.words) - 1 else ()
        page.text((row, column), text, theme("quiet", "box_left", *rule))
        page.blank((row, column + 1), theme(*rule))
        page.blank((row, column + 2), theme("box_right", *rule))
    for line in box.lines:
        last_rule = "box_end" if line is box.lines[-1] else "ruled"
        for entry in line.rows:
            row += 1
            ends = line.ruled and entry is line.rows[-1]
            _put_row(page, theme, (row, column), entry, (last_rule,) if ends else ())


def _put_row(
    page: Page, theme: Theme, position: Position, entry: BoxRow, rule: tuple[str, ...]
) -> None:
    row, column = position
    page.text(position, entry.left, theme("bold", "right", "box_left", *rule))
    style = theme(entry.style, "left", *rule)
    if entry.formula:
        page.formula((row, column + 1), entry.formula, entry.shown(), style)
    else:
        page.text((row, column + 1), entry.right, style)
    of_number = "header_right" if isinstance(entry.number, str) else "value"
    style = theme(of_number, *rule, "box_right", number_format=NUMBERS)
    if entry.number_formula:
        page.formula((row, column + 2), entry.number_formula, entry.number, style)
    elif entry.number:
        quiet = theme("quiet", "right", *rule, "box_right")
        page.text((row, column + 2), str(entry.number), quiet)
    else:
        page.blank((row, column + 2), style)


def wrapped(words: str) -> list[str]:
    """Sentences in rows; none ends within an equation."""
    kept_together = re.sub(r" ([=+−·]) ", "\u00a0\\1\u00a0", words)
    rows = textwrap.wrap(kept_together, WIDTH_OF_WORDS)
    return [row.replace("\u00a0", " ") for row in rows]


def rows_of_text(text: str, widths: tuple[int, int]) -> list[str]:
    """A long equation in rows of so many characters."""
    return [as_text(row, str) for row in broken((text,), widths, lambda piece: len(str(piece)))]


def width(piece: Piece, number: Callable[[Slot], WrittenNumber]) -> int:
    """How many characters a piece takes, with room for another number."""
    if isinstance(piece, str):
        return len(piece)
    return max(WIDTH_OF_A_NUMBER, len(number(piece).text(piece.place)))
