"""Cut a cell's formula into its tokens, which joined give it back as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from backprop_xlsx.spreadsheet.errors import BackpropError
from backprop_xlsx.spreadsheet.ooxml.formula_text import MAXIMUM_COLUMN, MAXIMUM_ROW, column_number

MAXIMUM_TOKENS = 600
"""Of one formula: the longest that students wrote has 90, a neuron of 100 sources 400."""

OPERAND_KINDS = ("number", "reference", "name", "error", "text")

_TOKEN = re.compile(
    r"""
      (?P<space>\s*)
      (?:
        (?P<text>"(?:[^"]|"")*")
      | (?P<error>\#(?:REF!|DIV/0!|VALUE!|NAME\?|NULL!|NUM!|N/A))
      | (?P<reference>
          (?:(?:'(?P<quoted>(?:[^']|'')+)'|(?P<sheet>[^\W\d][\w.]*))!)?
          (?P<first>\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6})
          (?::(?P<last>\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}))?
          (?![\w.$\\?!(\[])
        )
      | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w.]))
      | (?P<function>[^\W\d][\w.]*)(?=\()
      | (?P<name>(?:(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)?(?:\#REF!|[^\W\d][\w.\\?]*))(?![(!\[])
      | (?P<operator><>|<=|>=|[-+*/^%=<>(),])
      )
    """,
    re.VERBOSE,
)
_CORNER = re.compile(r"(\$?)([A-Za-z]+)(\$?)([0-9]+)")


class FormulaError(BackpropError):
    """A formula that cannot be read or evaluated here; the message says what in it."""


@dataclass(frozen=True, slots=True)
class Corner:
    """One cell of a reference, 1-based, and which of its parts are anchored by ``$``."""

    row: int
    column: int
    row_anchored: bool
    column_anchored: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """A cell, or the range from ``first`` to ``last``; ``sheet`` is None on the own sheet."""

    sheet: str | None
    first: Corner
    last: Corner | None = None

    @property
    def area(self) -> tuple[range, range]:
        """The rows and the columns from the one corner to the other, as they stand."""
        last = self.last or self.first
        rows, columns = (self.first.row, last.row), (self.first.column, last.column)
        return range(min(rows), max(rows) + 1), range(min(columns), max(columns) + 1)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a formula: its kind, its text and the white space before it.

    The kinds are those of ``OPERAND_KINDS``, "function", "end", and each operator, bracket and
    comma by itself.
    """

    kind: str
    text: str
    space: str = ""
    reference: Reference | None = None


@lru_cache(maxsize=4096)
def tokenise(formula: str) -> tuple[Token, ...]:
    """The tokens of a formula, given without "="; their spaces and texts joined give it back.

    Raises FormulaError at what is no token of a formula that can be evaluated here.
    """
    tokens: list[Token] = []
    position = 0
    while position < len(formula):
        match = _TOKEN.match(formula, position)
        if match is None:
            rest = formula[position:].strip()
            if rest:
                raise FormulaError(f"cannot be read from {rest[:20]!r} on")
            break
        tokens.append(_token(match))
        position = match.end()
        if len(tokens) > MAXIMUM_TOKENS:
            raise FormulaError(f"has more than {MAXIMUM_TOKENS} parts")
    if not tokens:
        raise FormulaError("is empty")
    tokens.append(Token("end", "", formula[position:]))
    return tuple(tokens)


def references(formula: str) -> list[Token]:
    """The references and names in a formula, also in one that cannot be evaluated here."""
    found = _TOKEN.finditer(formula)
    return [_token(match) for match in found if match.lastgroup in ("reference", "name")]


def written(tokens: Sequence[Token]) -> str:
    """The formula that the tokens form, without "="."""
    return "".join(token.space + token.text for token in tokens)


def references_of(formula: str) -> Iterator[Reference]:
    """The references of a formula; none of one that cannot be read here."""
    try:
        tokens = tokenise(formula)
    except FormulaError:
        return
    for token in tokens:
        if token.reference is not None:
            yield token.reference


def reference_of(formula: str) -> Reference | None:
    """The one reference that a formula is as a whole; None if it is anything else."""
    try:
        tokens = tokenise(formula)
    except FormulaError:
        return None
    return tokens[0].reference if len(tokens) == 2 else None


def _token(match: re.Match[str]) -> Token:
    kind, space = match.lastgroup or "", match["space"]
    # lastgroup is the last group that closed: for a reference the reference as a whole.
    text = match[kind]
    if kind == "reference":
        quoted = match["quoted"]
        sheet = quoted.replace("''", "'") if quoted is not None else match["sheet"]
        if sheet is not None and "[" in sheet:
            raise FormulaError("refers to another workbook")
        last = None if match["last"] is None else _corner(match["last"])
        reference = Reference(sheet, _corner(match["first"]), last)
        return Token(kind, text, space, reference)
    if kind == "name" and text.endswith("#REF!"):
        return Token("error", text, space)
    return Token(text if kind == "operator" else kind, text, space)


def _corner(text: str) -> Corner:
    match = _CORNER.fullmatch(text)
    assert match is not None  # the text was matched by _TOKEN
    row, column = int(match[4]), column_number(match[2])
    if row > MAXIMUM_ROW or column > MAXIMUM_COLUMN:
        raise FormulaError(f"refers to {text}, which no sheet has")
    return Corner(row, column, bool(match[3]), bool(match[1]))
