"""Dataclasses as JSON can hold them, and back."""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints


def to_plain(value: Any) -> Any:
    """A value of dataclasses, tuples, dictionaries, paths and plain values as JSON can hold it."""
    if is_dataclass(value):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return [[to_plain(key), to_plain(each)] for key, each in value.items()]
    if isinstance(value, tuple):
        return [to_plain(each) for each in value]
    return str(value) if isinstance(value, Path) else value


def from_plain(kind: Any, value: Any) -> Any:
    """The value of a type from what :func:`to_plain` made of it."""
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: from_plain(hints[name], each) for name, each in value.items()})
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        (kind,) = (each for each in inner if each is not type(None))
        return None if value is None else from_plain(kind, value)
    if origin is dict:
        return {from_plain(inner[0], key): from_plain(inner[1], each) for key, each in value}
    if origin is tuple:
        kinds = inner[:1] * len(value) if inner[-1] is Ellipsis else inner
        return tuple(from_plain(each, part) for each, part in zip(kinds, value, strict=True))
    return Path(value) if kind is Path else value


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
