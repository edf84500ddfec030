"""Text of other people in a CSV file that a spreadsheet may open: never a formula."""

from __future__ import annotations

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for the code page of the country."""

_FORMULA_STARTS = ("=", "+", "-", "@")
_QUOTE = "'"


def harmless(text: str) -> str:
    """A text as it may stand in a CSV file: with a quote before what would be computed."""
    return _QUOTE + text if text.lstrip().startswith((*_FORMULA_STARTS, _QUOTE)) else text


def as_it_was(text: str) -> str:
    """The text that :func:`harmless` was given."""
    return text[1:] if text.startswith(_QUOTE) else text
