"""Say what the texts in a sheet's XML stand for: numbers, dates, escaped characters."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta

Value = float | str | bool | None

_ESCAPE = re.compile("_x(?![Dd][89A-Fa-f])([0-9A-Fa-f]{4})_")
_EPOCH = datetime(1899, 12, 30)
_EPOCH_1904 = datetime(1904, 1, 1)


class ErrorValue(str):
    """An error such as #DIV/0! as the value of a cell; a text of the same letters is a `str`."""

    __slots__ = ()


def unescape(text: str) -> str:
    """Replace the format's _x000D_ by the characters that they stand for."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


def number(text: str) -> Value:
    """The number that a text stands for; a text that is none stays, an empty one is None."""
    try:
        value = float(text)
    except ValueError:
        return text or None
    # float() also reads "1_0", "nan" and "inf", which are no numbers in a sheet.
    return value if math.isfinite(value) and "_" not in text else text


def days(text: str, epoch_1904: bool) -> Value:
    """The days since the epoch of an ISO 8601 date; a text that is none stays, as in `number`."""
    try:
        date = datetime.fromisoformat(text.strip().removesuffix("Z"))
    except ValueError:
        return text or None
    return (date.replace(tzinfo=None) - (_EPOCH_1904 if epoch_1904 else _EPOCH)) / timedelta(days=1)
