"""Translate the references in a formula's text, and name cells and columns.

The text is read in words, left to right, so that what only looks like a reference (LOG10 in
LOG10(2), A1 in A1_total, "A1" in a string, 'A1' as the name of a sheet) is passed over whole.
"""

import re
from functools import lru_cache

MAXIMUM_ROW = 1_048_576
MAXIMUM_COLUMN = 16_384

_TOKEN = re.compile(
    r"""
      "(?:[^"]|"")*(?:"|\Z)                                # a string
    | '(?:[^']|'')*(?:'|\Z)                                # a quoted sheet name
    | \[(?:[^\[\]']|'(?:.|\Z)                              # [1] of another book, or the columns
        | \[(?:[^\[\]']|'(?:.|\Z))*(?:\]|\Z))*(?:\]|\Z)    # of a table: [[#This Row],[A1]]
    | \#(?:REF!|DIV/0!|VALUE!|NAME\?|NULL!|NUM!|N/A)       # an error value
    | (?P<area>
          \$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}               # A1, or A1:B2
          (?::\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}(?![\w.$\\?!(]))?
        | \$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}                # A:C
        | \$?[1-9][0-9]{0,6}:\$?[1-9][0-9]{0,6}            # 1:3
      )(?![\w.$\\?!(\[])
    | [\w.$\\?]+                                           # a number, a name, a function, a sheet
    """,
    re.VERBOSE | re.DOTALL,
)
_CORNER = re.compile(r"(\$?)([A-Za-z]*)(\$?)([0-9]*)")

_Corner = tuple[str, int, str, int]
"""Anchor and number of the column, anchor and number of the row; number 0 where there is none."""


def column_letters(number: int) -> str:
    """The letters of a 1-based column number: 1 is A, 16384 is XFD."""
    letters = ""
    while number > 0:
        number, remainder = divmod(number - 1, 26)
        letters = chr(65 + remainder) + letters
    return letters


def column_number(letters: str) -> int:
    """The 1-based number of a column's letters, in upper or lower case."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def cell_name(row: int, column: int) -> str:
    """The name of the cell at a 1-based row and column: (3, 28) is AB3."""
    return f"{column_letters(column)}{row}"


def shift(formula: str, rows: int, columns: int) -> str:
    """Translate a formula's relative references as copying it over rows and columns would.

    `formula` may have its leading "=" or not. A reference that leaves the sheet becomes #REF!.
    """
    if rows == 0 and columns == 0:
        return formula
    template, bases, lowest, highest = _moved_columns(formula, columns)
    if bases and not (lowest + rows >= 1 and highest + rows <= MAXIMUM_ROW):
        return "".join(
            piece if isinstance(piece, str) else _written(piece, rows, columns)
            for piece in _pieces(formula)
        )
    return template % tuple([base + rows for base in bases])


@lru_cache(maxsize=512)  # a sheet copied down has one live formula per column
def _moved_columns(formula: str, columns: int) -> tuple[str, tuple[int, ...], int, int]:
    """The formula with its columns moved and `%d` for each relative row, and those rows."""
    text: list[str] = []
    bases: list[int] = []
    for piece in _pieces(formula):
        if isinstance(piece, str):
            text.append(piece.replace("%", "%%"))
        else:
            text.append(_written(piece, None, columns))
            if not text[-1].startswith("#"):
                bases += [row for _, _, anchor, row in piece if row and not anchor]
    return "".join(text), tuple(bases), min(bases, default=1), max(bases, default=1)


@lru_cache(maxsize=128)
def _pieces(formula: str) -> tuple[str | tuple[_Corner, ...], ...]:
    """The formula cut into the text between references, and the corners of each reference."""
    pieces: list[str | tuple[_Corner, ...]] = []
    position = 0
    for match in _TOKEN.finditer(formula):
        if match["area"] is None:
            continue
        corners = tuple(_corner(corner) for corner in match["area"].split(":"))
        if all(row <= MAXIMUM_ROW and column <= MAXIMUM_COLUMN for _, column, _, row in corners):
            pieces += [formula[position : match.start()], corners]
            position = match.end()
    return (*pieces, formula[position:])


def _corner(text: str) -> _Corner:
    match = _CORNER.fullmatch(text)
    assert match is not None  # the text was matched by the stricter _TOKEN
    column_anchor, letters, row_anchor, row = match.groups()
    if not letters:  # the one anchor of $3 is its row's
        return "", 0, column_anchor or row_anchor, int(row)
    return column_anchor, column_number(letters), row_anchor, int(row or 0)


def _written(corners: tuple[_Corner, ...], rows: int | None, columns: int) -> str:
    """A reference moved by rows and columns; with rows None, `%d` for each relative row."""
    written = []
    for column_anchor, column, row_anchor, row in corners:
        moved_column = column if column_anchor or not column else column + columns
        moved_row = row if row_anchor or not row or rows is None else row + rows
        if (column and not 1 <= moved_column <= MAXIMUM_COLUMN) or (
            row and not 1 <= moved_row <= MAXIMUM_ROW
        ):
            return "#REF!"
        row_text = "%d" if rows is None and row and not row_anchor else str(moved_row or "")
        letters = column_letters(moved_column)
        written.append(f"{column_anchor}{letters}{row_anchor}{row_text}")
    return ":".join(written)
