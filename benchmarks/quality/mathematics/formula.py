"""Formula templates: a spreadsheet formula whose operands are named in braces; parsed and valued.

``{w1}`` is the cell of w1 in the same step, ``{above w1}`` that of the step before, ``{below w1}``
of the step after, ``{first w1}`` of the first step (anchored), ``{other rate}`` the one of another
run, ``{E1:E2}`` a range of neighbouring cells, ``{blank}`` an empty cell.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

Lookup = Callable[[str], float]

TOKEN = re.compile(
    r"\s*(?:(?P<operand>\{[^}]*\})|(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)"
    r"|(?P<function>[A-Z][A-Z0-9]*)\(|(?P<sign><>|<=|>=|[-+*/^%<>=(),]))"
)


class TemplateError(ValueError):
    """A template that is no formula, or has no value."""


@dataclass(frozen=True)
class Token:
    """``kind`` is operand, number, function (its parenthesis belongs to it) or sign."""

    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.text}(" if self.kind == "function" else self.text


def tokens_of(template: str) -> list[Token]:
    """The tokens of a template; raises TemplateError."""
    found, at = [], 0
    while at < len(template):
        match = TOKEN.match(template, at)
        if match is None or match.lastgroup is None:
            raise TemplateError(f"{template!r}: {template[at:]!r} is no formula")
        found.append(Token(match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


def written(tokens: Sequence[Token]) -> str:
    """Tokens as a template."""
    return "".join(map(str, tokens))


def operands(template: str) -> list[str]:
    """What stands in braces, in order."""
    return re.findall(r"\{([^}]*)\}", template)


Node = Callable[[Lookup], float]


class _Parser:
    """Excel's precedence: unary minus binds tighter than ^, which goes from left to right."""

    def __init__(self, template: str) -> None:
        self._tokens = tokens_of(template)
        self._at = 0
        self._template = template

    def formula(self) -> Node:
        node = self._comparison()
        if self._at < len(self._tokens):
            raise TemplateError(f"{self._template!r}: something is left over")
        return node

    def _next(self, *signs: str) -> str | None:
        if self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.kind == "sign" and token.text in signs:
                self._at += 1
                return token.text
        return None

    def _left_to_right(self, operand: Callable[[], Node], *signs: str) -> Node:
        node = operand()
        while (sign := self._next(*signs)) is not None:
            node = _binary(sign, node, operand())
        return node

    def _comparison(self) -> Node:
        return self._left_to_right(self._sum, "<", ">", "=", "<=", ">=", "<>")

    def _sum(self) -> Node:
        return self._left_to_right(self._product, "+", "-")

    def _product(self) -> Node:
        return self._left_to_right(self._power, "*", "/")

    def _power(self) -> Node:
        return self._left_to_right(self._unary, "^")

    def _unary(self) -> Node:
        sign = self._next("-", "+")
        if sign is not None:
            inner = self._unary()
            return (lambda look: -inner(look)) if sign == "-" else inner
        node = self._primary()
        while self._next("%"):
            node = _percent(node)
        return node

    def _primary(self) -> Node:
        if self._next("("):
            node = self._comparison()
            self._close()
            return node
        if self._at >= len(self._tokens):
            raise TemplateError(f"{self._template!r}: ends too early")
        token = self._tokens[self._at]
        self._at += 1
        if token.kind == "number":
            number = float(token.text)
            return lambda look: number
        if token.kind == "operand":
            name = token.text[1:-1]
            if ":" in name:
                raise TemplateError(f"{self._template!r}: a range outside of a function")
            return lambda look: look(name)
        if token.kind == "function":
            return self._call(token.text)
        raise TemplateError(f"{self._template!r}: {token.text!r} where an operand belongs")

    def _close(self) -> None:
        if not self._next(")"):
            raise TemplateError(f"{self._template!r}: a parenthesis is not closed")

    def _call(self, name: str) -> Node:
        arguments: list[Callable[[Lookup], list[float]]] = []
        while not self._next(")"):
            arguments.append(self._argument())
            if not self._next(","):
                self._close()
                break
        function = FUNCTIONS.get(name)
        if function is None:
            raise TemplateError(f"{self._template!r}: {name} is not known")
        if name == "IF":
            if len(arguments) < 2:
                raise TemplateError(f"{self._template!r}: IF has no branches")
            condition, *branches = arguments
            return lambda look: branches[condition(look)[0] == 0.0](look)[0]
        return lambda look: function([argument(look) for argument in arguments])

    def _argument(self) -> Callable[[Lookup], list[float]]:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        if token is not None and token.kind == "operand" and ":" in token.text:
            self._at += 1
            names = token.text[1:-1].split(":")
            return lambda look: [look(name) for name in names]
        node = self._comparison()
        return lambda look: [node(look)]


def _percent(node: Node) -> Node:
    return lambda look: node(look) / 100


def _binary(sign: str, left: Node, right: Node) -> Node:
    operation = _OPERATIONS[sign]
    return lambda look: operation(left(look), right(look))


def _raised(base: float, exponent: float) -> float:
    value = base**exponent
    if isinstance(value, complex):
        raise TemplateError("a root of a negative number")
    return value


_OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": _raised,
    "<": lambda a, b: float(a < b),
    ">": lambda a, b: float(a > b),
    "=": lambda a, b: float(a == b),
    "<=": lambda a, b: float(a <= b),
    ">=": lambda a, b: float(a >= b),
    "<>": lambda a, b: float(a != b),
}

Arguments = list[list[float]]


def _all(arguments: Arguments) -> list[float]:
    return [value for argument in arguments for value in argument]


def _rounded(arguments: Arguments) -> float:
    value, digits = _all(arguments)
    scale = 10**digits
    return math.copysign(math.floor(abs(value) * scale + 0.5) / scale, value)


def _paired(arguments: Arguments) -> float:
    if len({len(argument) for argument in arguments}) > 1:
        raise TemplateError("ranges of different sizes")
    return sum(math.prod(values) for values in zip(*arguments, strict=True))


def _mean(arguments: Arguments) -> float:
    values = _all(arguments)
    return sum(values) / len(values)


FUNCTIONS: dict[str, Callable[[Arguments], float]] = {
    "EXP": lambda a: math.exp(_all(a)[0]),
    "LN": lambda a: math.log(_all(a)[0]),
    "TANH": lambda a: math.tanh(_all(a)[0]),
    "SQRT": lambda a: math.sqrt(_all(a)[0]),
    "ABS": lambda a: abs(_all(a)[0]),
    "SIGN": lambda a: float((_all(a)[0] > 0) - (_all(a)[0] < 0)),
    "POWER": lambda a: _raised(*_all(a)),
    "ROUND": _rounded,
    "SUM": lambda a: math.fsum(_all(a)),
    "SUMSQ": lambda a: math.fsum(value * value for value in _all(a)),
    "PRODUCT": lambda a: math.prod(_all(a)),
    "AVERAGE": _mean,
    "MIN": lambda a: min(_all(a)),
    "MAX": lambda a: max(_all(a)),
    "COUNT": lambda a: float(len(_all(a))),
    "SUMPRODUCT": _paired,
    "SUMXMY2": lambda a: math.fsum((x - y) ** 2 for x, y in zip(*a, strict=True)),
    "IF": lambda a: math.nan,
}


@lru_cache(maxsize=4096)
def parsed(template: str) -> Node:
    """The function that values a template; raises TemplateError."""
    return _Parser(template).formula()


def value_of(template: str, look: Lookup) -> float:
    """The value of a template; nan for an error value."""
    try:
        return float(parsed(template)(look))
    except (ArithmeticError, ValueError, TypeError, IndexError):
        return math.nan
