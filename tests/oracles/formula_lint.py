"""What would make Excel refuse a formula, a reference or a defined name, or read it otherwise."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError
from openpyxl.utils import get_column_letter, range_boundaries

ROWS, COLUMNS = 1_048_576, 16_384
FORMULA_LIMIT, TEXT_IN_FORMULA_LIMIT, NESTING_LIMIT = 8192, 255, 64

# The functions found right in Excel, LibreOffice, Gnumeric, ironcalc and formualizer alike, with
# the fewest and the most arguments that each takes.
PORTABLE_FUNCTIONS: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(("EXP", "LN", "TANH", "ABS", "SIGN", "SQRT", "NOT", "ISNUMBER"), (1, 1)),
    **dict.fromkeys(("INT", "LOG10", "CHAR", "ISTEXT"), (1, 1)),
    **dict.fromkeys(("ROUND", "IFERROR", "COUNTIF", "POWER", "MOD"), (2, 2)),
    **dict.fromkeys(("IF", "INDEX", "MATCH"), (2, 3)),
    **dict.fromkeys(("MAX", "MIN", "SUM", "SUMSQ", "SUMPRODUCT", "AVERAGE"), (1, 255)),
    **dict.fromkeys(("AND", "OR", "COUNT", "COUNTA"), (1, 255)),
    # FIXED writes the reader's own separators, where TEXT would need a format of his language.
    "FIXED": (1, 3),
    "SUBSTITUTE": (3, 4),
    "CHOOSE": (2, 255),
    "LEFT": (1, 2),
    "MID": (3, 3),
    "NA": (0, 0),
}

_CELL = r"\$?[A-Z]{1,3}\$?\d+"
_AREA = re.compile(
    rf"{_CELL}(:{_CELL})?|\$?[A-Z]{{1,3}}:\$?[A-Z]{{1,3}}|\$?\d+:\$?\d+", re.IGNORECASE
)
_NAME = re.compile(r"(?:[^\W\d]|\\)[\w.?\\]*")
_ROW_COLUMN_STYLE = re.compile(r"R\d*(C\d*)?|C\d*", re.IGNORECASE)
_ROW_COLUMN_START = re.compile(r"R\d+|R?C\d+", re.IGNORECASE)
# The tokenizer splits 12.5E-3 at the sign and takes 12.5E for a reference.
_MANTISSA = re.compile(r"\d+(\.\d*)?E", re.IGNORECASE)


class Area(NamedTuple):
    """A rectangle of cells, rows and columns counted from 1, both ends included."""

    first_column: int
    first_row: int
    last_column: int
    last_row: int

    @property
    def size(self) -> int:
        """The number of cells."""
        return (self.last_column - self.first_column + 1) * (self.last_row - self.first_row + 1)

    def cells(self) -> Iterator[str]:
        """The cells' names, row by row, as in B4 C4 B5 C5."""
        for row in range(self.first_row, self.last_row + 1):
            for column in range(self.first_column, self.last_column + 1):
                yield f"{get_column_letter(column)}{row}"

    def overlaps(self, other: "Area") -> bool:
        """Whether the two rectangles share a cell."""
        return (
            self.first_column <= other.last_column
            and other.first_column <= self.last_column
            and self.first_row <= other.last_row
            and other.first_row <= self.last_row
        )


@dataclass(frozen=True)
class Book:
    """What the parts of a workbook may refer to; defined names are (sheet or None, name), folded.

    `cell_formats` and `differential_formats` count the entries of the style tables, `strings`
    holds the shared texts.
    """

    sheets: tuple[str, ...]
    names: frozenset[tuple[str | None, str]]
    cell_formats: int
    differential_formats: int
    strings: tuple[str, ...]

    def sheet(self, name: str) -> str | None:
        """The sheet's name as the workbook spells it, or None where there is no such sheet."""
        return next((own for own in self.sheets if own.casefold() == name.casefold()), None)

    def defines(self, name: str, sheet: str | None) -> bool:
        """Whether a formula on the sheet may use the name."""
        return not self.names.isdisjoint({(None, name.casefold()), (sheet, name.casefold())})


def parse_area(text: str) -> Area:
    """The rectangle that `$B$2:C9`, `B2`, `B:C` or `2:9` stands for.

    Raises ValueError, saying what is wrong, for any other text and beyond the sheet's edge.
    """
    if not _AREA.fullmatch(text):
        raise ValueError(f"{text!r} is not a cell range")
    first_column, first_row, last_column, last_row = range_boundaries(text)
    area = Area(
        first_column or 1,
        1 if first_row is None else first_row,
        last_column or COLUMNS,
        ROWS if last_row is None else last_row,
    )
    if area.first_row < 1 or area.last_row > ROWS or area.last_column > COLUMNS:
        raise ValueError(f"{text} is outside the sheet's {ROWS} rows and {COLUMNS} columns")
    if area.first_row > area.last_row or area.first_column > area.last_column:
        raise ValueError(f"{text} runs backwards")
    return area


def parse_reference(text: str, book: Book) -> tuple[str | None, str]:
    """The sheet, None where the text names none, and what follows the exclamation mark.

    Raises ValueError where the sheet is missing or its name lacks quotes.
    """
    prefix, mark, local = text.rpartition("!")
    if not mark:
        return None, local
    quoted = re.fullmatch(r"'((?:[^']|'')+)'", prefix)
    if quoted is None and (name_problem(prefix) or _ROW_COLUMN_START.match(prefix)):
        raise ValueError(f"sheet name {prefix} needs quotes in {text}")
    name = quoted[1].replace("''", "'") if quoted else prefix
    sheet = book.sheet(name)
    if sheet is None:
        raise ValueError(f"{text} refers to a sheet that does not exist")
    return sheet, local


def name_problem(name: str) -> str | None:
    """Why Excel would refuse the text as a defined name, or None."""
    if not _NAME.fullmatch(name) or len(name) > 255 or name.upper() in ("TRUE", "FALSE"):
        return f"{name!r} is not a valid name"
    if _ROW_COLUMN_STYLE.fullmatch(name):
        return f"{name} reads as a reference in R1C1 style"
    if re.fullmatch(_CELL, name, re.IGNORECASE):
        try:
            parse_area(name)
        except ValueError:
            return None  # XYZ1 lies beyond the last column, which leaves it free as a name
        return f"{name} reads as a cell reference"
    return None


def formula_problems(
    formula: str,
    book: Book,
    sheet: str | None,
    functions: Mapping[str, tuple[int, int]] | None = PORTABLE_FUNCTIONS,
) -> Iterator[str]:
    """What is wrong with a formula as stored in the file, without its leading `=`.

    `sheet` is where it stands and scopes local names; `functions` maps those it may call to their
    fewest and most arguments, None allows any.
    """
    if not formula.strip():
        yield "empty formula"
        return
    if formula.startswith("="):
        yield "stored with a leading ="
        return
    if len(formula) > FORMULA_LIMIT:
        yield f"formula of {len(formula)} characters, at most {FORMULA_LIMIT}"
        return
    try:
        tokens = [token for token in Tokenizer("=" + formula).items if token.type != Token.WSPACE]
    except (TokenizerError, IndexError):  # IndexError: a bracket closed that was never opened
        yield f"unbalanced quotes or brackets in {formula[:80]!r}"
        return
    yield from _structure_problems(tokens, functions)
    for token in tokens:
        if token.type == Token.OPERAND:
            yield from _operand_problems(token, book, sheet)


@dataclass
class _Group:
    """An open bracket while the formula is read."""

    function: str
    arguments: int = 0
    operator: str = ""


def _structure_problems(
    tokens: list[Token], functions: Mapping[str, tuple[int, int]] | None
) -> Iterator[str]:
    """Operands and operators out of turn, and function calls that Excel does not know."""
    groups = [_Group("")]
    operand_due = True
    for token in tokens:
        group = groups[-1]
        opens = token.subtype == Token.OPEN
        closes = token.subtype == Token.CLOSE
        starts_operand = opens or token.type in (Token.OPERAND, Token.OP_PRE)
        empty_call = closes and group.function != "" and group.arguments == 0
        if starts_operand and not operand_due:
            yield f"operator missing before {token.value}"
        if operand_due and not starts_operand and not empty_call:
            yield f"operand missing before {token.value}"
        if starts_operand and group.arguments == 0:
            group.arguments = 1
        operand_due = opens or token.type in (Token.OP_PRE, Token.OP_IN, Token.SEP)
        if opens:
            groups.append(_Group(token.value[:-1].upper()))
            if token.type == Token.ARRAY:
                yield "array constant"
        elif closes:
            groups.pop()
            if group.function and functions is not None:
                yield from _call_problems(group, functions)
        elif token.type == Token.SEP:
            group.arguments += 1
            group.operator = ""
            if token.subtype == Token.ROW:
                yield "; where arguments are separated by ,"
        elif token.type == Token.OP_IN:
            if token.value == group.operator == "^":
                yield "chained ^, which engines group differently"
            elif token.value == "," and functions is not None:
                yield ", joins references outside a function"
            group.operator = token.value
        if len(groups) > NESTING_LIMIT + 1:
            yield f"nested deeper than {NESTING_LIMIT} levels"
            return
    if operand_due:
        yield "operand missing at the end"
    if len(groups) > 1:
        yield f"unbalanced: {groups[-1].function}( is never closed"


def _call_problems(call: _Group, functions: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    """A function that is not among the allowed ones, or has too few or too many arguments."""
    if call.function not in functions:
        yield f"function {call.function} is not among those that every engine agrees on"
        return
    fewest, most = functions[call.function]
    if not fewest <= call.arguments <= most:
        yield f"{call.function} has {call.arguments} arguments, {fewest} to {most} expected"


def _operand_problems(token: Token, book: Book, sheet: str | None) -> Iterator[str]:
    """A constant that Excel refuses, or a reference or name that leads nowhere."""
    if "#" in token.value and token.subtype in (Token.ERROR, Token.RANGE):
        yield f"error value {token.value}"
    elif token.subtype == Token.TEXT and len(token.value) - 2 > TEXT_IN_FORMULA_LIMIT:
        yield f"text of {len(token.value) - 2} characters, at most {TEXT_IN_FORMULA_LIMIT}"
    elif token.subtype == Token.RANGE and not _MANTISSA.fullmatch(token.value):
        try:
            target, local = parse_reference(token.value, book)
            if not book.defines(local, target or sheet):
                if _AREA.fullmatch(local):
                    parse_area(local)
                else:
                    yield f"name {token.value} is not defined"
        except ValueError as error:
            yield str(error)
