"""The expression that a formula's tokens form, by Excel's rules.

A sign binds tighter than ``^``, which goes from left to right, and ``%`` follows its number.
Operands stay apart from the tree (:class:`Operand`), so that one tree can be evaluated with any
operand exchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from backprop_xlsx.formula.choices import COMPARISONS, Choice, Comparison
from backprop_xlsx.formula.expression import Call, Expression, Negation, Number, Operation
from backprop_xlsx.formula.functions import FUNCTIONS
from backprop_xlsx.formula.tokens import OPERAND_KINDS, FormulaError, Token

MAXIMUM_DEPTH = 60
"""Levels of parentheses, calls and signs; Excel allows 64."""

# The operators of each level, the loosest first, and the node that joins two operands.
_LEVELS: tuple[tuple[Collection[str], Callable[[str, Expression, Expression], Expression]], ...] = (
    (COMPARISONS, Comparison),
    (("+", "-"), Operation),
    (("*", "/"), Operation),
    (("^",), Operation),
)
# Names of the writer's own, as SIGMOID for 1/(1+EXP(-x)): no spreadsheet has such functions.
_CALLABLE = {name for name, function in FUNCTIONS.items() if function.formula == f"{name}({{}})"}
_INDEX = "INDEX"


@dataclass(frozen=True, slots=True)
class Operand(Expression):
    """A leaf: the operand that stands as that token of the formula."""

    index: int


@dataclass(frozen=True, slots=True)
class Part:
    """A node of the tree and the tokens, from ``start`` up to ``end``, that it consists of.

    Parentheses around a node belong to it. ``operator`` is the token that joins two ``operands``,
    None for a sign, a call or a single operand.
    """

    expression: Expression
    start: int
    end: int
    operator: int | None = None
    operands: tuple[Part, ...] = ()


def parse(tokens: Sequence[Token]) -> Part:
    """The tree of a formula's tokens.

    Raises FormulaError where they form none, or call a function that is not known here.
    """
    parser = _Parser(tokens)
    part = parser.joined()
    if tokens[parser.position].kind != "end":
        raise FormulaError(f"cannot be read at {tokens[parser.position].text!r}")
    return part


def filled(expression: Expression, meanings: Sequence[Expression | None]) -> Expression:
    """The expression with each operand replaced by its meaning, given by token."""

    def meaning_of(leaf: Expression) -> Expression:
        if not isinstance(leaf, Operand):
            return leaf
        meaning = meanings[leaf.index]
        assert meaning is not None
        return meaning

    return expression.rebuilt(meaning_of)


class _Parser:
    """Descends from the loosest operators to the operands."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0

    def joined(self, level: int = 0) -> Part:
        """Operands joined from left to right by the operators of a level."""
        if level == len(_LEVELS):
            return self.signed()
        operators, node = _LEVELS[level]
        left = self.joined(level + 1)
        while (sign := self.tokens[self.position].kind) in operators:
            operator = self.position
            self.position += 1
            right = self.joined(level + 1)
            expression = node(sign, left.expression, right.expression)
            left = Part(expression, left.start, right.end, operator, (left, right))
        return left

    def signed(self) -> Part:
        start = self.position
        kind = self.tokens[start].kind
        if kind not in ("+", "-"):
            return self.percent()
        self.position += 1
        self._descend()
        operand = self.signed()
        self.depth -= 1
        expression = operand.expression if kind == "+" else Negation(operand.expression)
        return Part(expression, start, operand.end, None, (operand,))

    def percent(self) -> Part:
        part = self.operand()
        while self.tokens[self.position].kind == "%":
            self.position += 1
            hundredth = Operation("/", part.expression, Number(100.0))
            part = Part(hundredth, part.start, self.position, None, (part,))
        return part

    def operand(self) -> Part:
        start = self.position
        token = self.tokens[start]
        self.position += 1
        if token.kind in OPERAND_KINDS:
            return Part(Operand(start), start, self.position)
        if token.kind == "function":
            return self._call(start)
        if token.kind != "(":
            raise FormulaError(f"cannot be read at {token.text or 'its end'!r}")
        self._descend()
        inner = self.joined()
        self._expect(")")
        self.depth -= 1
        return Part(inner.expression, start, self.position, inner.operator, inner.operands)

    def _call(self, start: int) -> Part:
        name = self.tokens[start].text.upper().removeprefix("_XLFN.")
        if name not in _CALLABLE and name != _INDEX:
            raise FormulaError(f"calls {name}, which is not evaluated here")
        self.position += 1
        self._descend()
        arguments: list[Part] = []
        if self.tokens[self.position].kind != ")":
            arguments.append(self.joined())
            while self.tokens[self.position].kind == ",":
                self.position += 1
                arguments.append(self.joined())
        self._expect(")")
        self.depth -= 1
        expressions = tuple(argument.expression for argument in arguments)
        call: Expression = Call(name, expressions)
        if name == _INDEX:
            if len(expressions) != 2:
                raise FormulaError(f"calls INDEX with {len(expressions)} arguments, expected two")
            call = Choice(*expressions)
        return Part(call, start, self.position, None, tuple(arguments))

    def _expect(self, kind: str) -> None:
        if self.tokens[self.position].kind != kind:
            raise FormulaError(f"lacks a {kind!r}")
        self.position += 1

    def _descend(self) -> None:
        self.depth += 1
        if self.depth > MAXIMUM_DEPTH:
            raise FormulaError(f"is nested more than {MAXIMUM_DEPTH} levels deep")
