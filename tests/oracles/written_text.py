"""Reads an equation's text as a person does, and computes it; knows nothing of expressions.

What a person could read in two ways is refused: after a quotient or a derivative neither a factor
nor a power may stand without brackets, and no sign may stand right before another. Where dots have
spaces around them, a derivative may be a factor.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Lookup = Callable[[str], Any]

_TOKEN = re.compile(
    r"""(?P<name>(?:∂E/∂)?[^\W\d²³½][^\W²³]*(?:\[\d+\])?)
    |(?P<number>\d+(?:\.\d+)?(?:e−?\d+|·10⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?|½)
    |(?P<sign>[ ]·[ ]|[-+−·/^²³(),√])""",
    re.VERBOSE,
)
_SPACED = " · "
_POWERS = {"²": 2, "³": 3}
_PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")

_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "σ": lambda x: 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x)),
    "tanh": math.tanh,
    "exp": math.exp,
    "ln": math.log,
    "abs": abs,
    "√": math.sqrt,
    "max": lambda *values: max(values),
    "sign": lambda x: math.copysign(1.0, x) if x else 0.0,
    "Σ": lambda values: float(np.sum(values)),
}


class MisreadingError(Exception):
    """A text that has no single reading."""


def computed(text: str, lookup: Lookup) -> Any:
    """What a text says; ``lookup`` gives the value of a name, over samples as an array."""
    reader = _Reader(text, lookup)
    value = reader.sum()
    if reader.next is not None:
        raise MisreadingError(f"{text}: what does {reader.next!r} do there?")
    return value


def number(token: str) -> float:
    """A number as it is written: ``0.5069``, ``1.5e−8``, ``4.386·10⁻⁷``."""
    mantissa, _, exponent = token.translate(_PLAIN).partition("·10")
    return float(f"{mantissa}e{exponent}" if exponent else mantissa)


class _Reader:
    def __init__(self, text: str, lookup: Lookup) -> None:
        self._text, self._lookup = text, lookup
        self._tokens: list[tuple[str, str]] = []
        rest = text
        while rest := rest if rest.startswith(_SPACED) else rest.lstrip(" "):
            match = _TOKEN.match(rest)
            if match is None:
                raise MisreadingError(f"{text}: what is {rest!r}?")
            self._tokens.append((str(match.lastgroup), match[0]))
            rest = rest[match.end() :]
        self._position = 0

    @property
    def next(self) -> str | None:
        """The token that comes next, None at the end."""
        return self._tokens[self._position][1] if self._position < len(self._tokens) else None

    def _take(self) -> tuple[str, str]:
        if self.next is None:
            raise MisreadingError(f"{self._text}: something is missing at the end")
        token = self._tokens[self._position]
        self._position += 1
        return token

    def sum(self) -> Any:
        """The value of a sum, and of what is left of one: a product, a power, a name."""
        value = self._term()
        while self.next in ("+", "−"):
            _, sign = self._take()
            if self.next == "−":
                raise MisreadingError(f"{self._text}: two signs in a row")
            term = self._term()
            value = value + term if sign == "+" else value - term
        return value

    def _term(self) -> Any:
        negative = self.next == "−"
        if negative:
            self._take()
        value, is_derivative = self._power()
        is_quotient = False
        while self.next in ("·", _SPACED, "/"):
            _, sign = self._take()
            # With spaces around the dots nobody takes what follows for a part of ∂E/∂w1.
            tight = sign != _SPACED
            if is_quotient or (is_derivative and tight):
                raise MisreadingError(f"{self._text}: is what follows a quotient below its line?")
            factor, is_derivative = self._power()
            if is_derivative and tight:
                raise MisreadingError(f"{self._text}: a derivative among factors")
            value = value / factor if sign == "/" else value * factor
            is_quotient = sign == "/"
        return -value if negative else value

    def _power(self) -> tuple[Any, bool]:
        """A value and whether it is written as a quotient, as a derivative is."""
        value, is_quotient = self._atom()
        if self.next in _POWERS or self.next == "^":
            if is_quotient:
                raise MisreadingError(f"{self._text}: which part of the quotient is raised?")
            _, sign = self._take()
            value = value ** (_POWERS[sign] if sign in _POWERS else self._atom()[0])
            if self.next in _POWERS or self.next == "^":
                raise MisreadingError(f"{self._text}: two powers in a row")
        return value, is_quotient

    def _atom(self) -> tuple[Any, bool]:
        kind, token = self._take()
        if token == "(":
            value = self.sum()
            self._close()
            return value, False
        if token == "½":
            return 0.5, False
        if kind == "number":
            return number(token), False
        if self.next == "(" and token in _FUNCTIONS:
            self._take()
            arguments = [self.sum()]
            while self.next == ",":
                self._take()
                arguments.append(self.sum())
            self._close()
            return _FUNCTIONS[token](*arguments), False
        if kind == "name":
            return self._lookup(token), "/" in token
        raise MisreadingError(f"{self._text}: what does {token!r} do there?")

    def _close(self) -> None:
        if self._take()[1] != ")":
            raise MisreadingError(f"{self._text}: a bracket is not closed")
