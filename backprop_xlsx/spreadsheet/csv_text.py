"""Text of other people in a CSV file that a spreadsheet may open: never a formula."""

from __future__ import annotations

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for the code page of the country."""

_FORMULA_STARTS = ("=", "+", "-", "@")
_QUOTE = "'"


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: a quote stands before what begins like one.

    Also before what has such a quote already, so that :func:`as_it_was` knows which to take off.
    """
    begins = text.lstrip().lstrip(_QUOTE).lstrip()
    return _QUOTE + text if begins.startswith(_FORMULA_STARTS) else text


def as_it_was(text: str) -> str:
    """The text that :func:`harmless` was given."""
    return text[1:] if text.startswith(_QUOTE) and harmless(text[1:]) == text else text
