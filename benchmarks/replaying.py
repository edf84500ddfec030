"""XlsxWriter alone: every call of a writing is recorded, and made again with all strings ready."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import xlsxwriter


class Recorder:
    """Stands for one of XlsxWriter's objects, passes every call on and keeps it."""

    def __init__(self, target: Any, calls: list[Any]) -> None:
        self._target, self._calls = target, calls

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._target, name)
        if not callable(attribute):
            return attribute

        def call(*arguments: Any, **options: Any) -> Any:
            plain, plain_options = [_plain(a) for a in arguments], _plain(options)
            result = attribute(*plain, **plain_options)
            known = result if type(result).__module__.startswith("xlsxwriter") else None
            self._calls.append((self._target, name, plain, plain_options, known))
            return result if known is None else Recorder(known, self._calls)

        return call


def _plain(value: Any) -> Any:
    if isinstance(value, Recorder):
        return value._target
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def record(module: ModuleType, name: str, write: Callable[[], object]) -> tuple[Any, list[Any]]:
    """The workbook object of a writing and every call that was made on it and its parts.

    ``name`` is that of the workbook's class in the module that makes it.
    """
    calls: list[Any] = []
    books: list[Any] = []

    def make(*arguments: Any) -> Recorder:
        books.append(xlsxwriter.Workbook(*arguments))
        return Recorder(books[0], calls)

    with mock.patch.object(module, name, make):
        write()
    return books[0], calls


def replay(book: Any, calls: list[Any], path: Path) -> None:
    """XlsxWriter alone: the recorded calls on a new workbook."""
    new = xlsxwriter.Workbook(str(path), {"constant_memory": book.constant_memory})
    stands_for = {id(book): new}

    def translate(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: translate(item) for key, item in value.items()}
        return stands_for.get(id(value), value)

    for target, name, arguments, options, result in calls:
        method = getattr(stands_for[id(target)], name)
        made = method(
            *[translate(a) for a in arguments], **{k: translate(o) for k, o in options.items()}
        )
        if result is not None:
            stands_for[id(result)] = made
