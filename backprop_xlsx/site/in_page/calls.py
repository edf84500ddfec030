"""The one door from the page's worker into Python: a name, options as JSON, files as bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from backprop_xlsx.spreadsheet.errors import BackpropError

Answer = tuple[dict[str, Any], list[bytes]]
"""What a call gives back: data for the page, and files."""

_ROOMS = {
    **dict.fromkeys(("check", "broken", "collect", "fix"), "checking"),
    **dict.fromkeys(("choices", "losses", "make"), "making"),
}


def call(name: str, options: str, files: Sequence[Any]) -> tuple[str, list[bytes]]:
    """Answer a call of the page: data as JSON, and files.

    Where the input cannot be used the data is ``{"error": one line}``. Only what a call needs is
    imported: the check never waits for what makes workbooks.
    """
    room = import_module(f"backprop_xlsx.site.in_page.{_ROOMS[name]}")
    function: Callable[..., Answer] = getattr(room, name)
    try:
        data, made = function(*map(bytes, files), **json.loads(options))
    except BackpropError as error:
        data, made = {"error": str(error)}, []
    return json.dumps(data, ensure_ascii=False), made
