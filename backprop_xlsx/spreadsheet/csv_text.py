"""CSV files: rows of a stranger's file, and text of other people that is never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from backprop_xlsx.spreadsheet.errors import InputError

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for the code page of the country."""

_FORMULA_STARTS = ("=", "+", "-", "@")
_QUOTE = "'"


def separator_of(text: str) -> str:
    """What stands between the columns: a semicolon or a tab if the first line has any."""
    first_line = text.lstrip().partition("\n")[0]
    return next((sign for sign in ";\t" if sign in first_line), ",")


def rows_of(
    path: Path, text: str, separator: str, *, strict: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file that was read, each with the number of its last line.

    Raises InputError, naming the line, for what is not CSV, such as a field of more than 131,072
    characters; if ``strict``, also for a quote in the wrong place.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: is not CSV ({error})") from error


def written(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV, which other programs read."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: a quote stands before what begins like one.

    Also before what has such a quote already, so that :func:`as_it_was` knows which to take off.
    """
    begins = text.lstrip().lstrip(_QUOTE).lstrip()
    return _QUOTE + text if begins.startswith(_FORMULA_STARTS) else text


def as_it_was(text: str) -> str:
    """The text that :func:`harmless` was given."""
    return text[1:] if text.startswith(_QUOTE) and harmless(text[1:]) == text else text
