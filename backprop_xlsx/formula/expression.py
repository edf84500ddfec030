"""A small expression tree: one equation, rendered as a cell formula, as text or as a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, mul, pow, sub, truediv
from typing import Any

from backprop_xlsx.formula.block import Block
from backprop_xlsx.formula.functions import FUNCTIONS
from backprop_xlsx.formula.names import sampled
from backprop_xlsx.formula.notation import IN_SENTENCES, MINUS, Notation

# What an expression evaluates to: a float, or a numpy array of any shape (then element by element).
Value = Any

SUM, PRODUCT, POWER, NEGATION, ATOM = 1, 2, 3, 4, 5  # how tightly an operator binds in a formula

OPERATIONS = {"+": add, "-": sub, "*": mul, "/": truediv, "^": pow}
_BINDING = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "^": POWER}
_TEXT_SIGNS = {"+": " + ", "-": f" {MINUS} ", "/": "/"}
_SUPERSCRIPTS: dict[float | None, str] = {2: "²", 3: "³"}
_FRACTIONS = {0.5: "½"}


class Expression:
    """A node of the tree; leaves that stand for a cell are subclasses, as :class:`Symbol` is."""

    binding = ATOM

    def formula(self, cell: Callable[[Expression], str]) -> str:
        """The expression as a spreadsheet formula without "=".

        ``cell`` names the cell of each leaf.
        """
        return cell(self)

    def text(self, notation: Notation = IN_SENTENCES) -> str:
        """The expression as a person writes it: ``½·(t1 − a_o1)²``."""
        raise NotImplementedError

    def value(self, lookup: Callable[[Expression], Value]) -> Value:
        """The expression's value; ``lookup`` gives that of each leaf (float or array)."""
        return lookup(self)

    def children(self) -> tuple[Expression, ...]:
        """The nodes right below this one, from left to right."""
        return ()

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        """The same node over other nodes, as many as it has."""
        return self

    def rebuilt(self, change: Callable[[Expression], Expression]) -> Expression:
        """The expression with each of its ends put through ``change``."""
        children = self.children()
        if not children:
            return change(self)
        return self.with_children(tuple(child.rebuilt(change) for child in children))

    def leaves(self) -> Iterator[Expression]:
        """Every leaf that stands for a cell, from left to right, repeats included."""
        for child in self.children():
            yield from child.leaves()

    def __add__(self, other: Expression | float) -> Expression:
        return Operation("+", self, as_expression(other))

    def __radd__(self, other: float) -> Expression:
        return Operation("+", Number(other), self)

    def __sub__(self, other: Expression | float) -> Expression:
        return Operation("-", self, as_expression(other))

    def __rsub__(self, other: float) -> Expression:
        return Operation("-", Number(other), self)

    def __mul__(self, other: Expression | float) -> Expression:
        return Operation("*", self, as_expression(other))

    def __rmul__(self, other: float) -> Expression:
        return Operation("*", Number(other), self)

    def __truediv__(self, other: Expression | float) -> Expression:
        return Operation("/", self, as_expression(other))

    def __pow__(self, other: Expression | float) -> Expression:
        return Operation("^", self, as_expression(other))


@dataclass(frozen=True)
class Number(Expression):
    """A constant."""

    constant: float

    def formula(self, cell: Callable[[Expression], str]) -> str:
        return f"{self.constant:.15g}"

    def text(self, notation: Notation = IN_SENTENCES) -> str:
        return _FRACTIONS.get(self.constant, f"{self.constant:.15g}".replace("-", MINUS))

    def value(self, lookup: Callable[[Expression], Value]) -> Value:
        return self.constant


@dataclass(frozen=True)
class Symbol(Expression):
    """A quantity of the exercise, of this step or (``steps_back`` = 1) of the one before."""

    name: str
    steps_back: int = 0

    def text(self, notation: Notation = IN_SENTENCES) -> str:
        return notation.name(self)

    def leaves(self) -> Iterator[Expression]:
        yield self

    @property
    def before(self) -> Symbol:
        """The same quantity one step earlier."""
        return Symbol(self.name, self.steps_back + 1)


@dataclass(frozen=True)
class OverSamples(Expression):
    """A quantity over all of several samples, whose cells stand side by side in one row."""

    name: str
    samples: int

    @property
    def each(self) -> tuple[Symbol, ...]:
        """The quantity of each sample."""
        return tuple(Symbol(sampled(self.name, sample)) for sample in range(self.samples))

    def formula(self, cell: Callable[[Expression], str]) -> str:
        first, last = cell(self.each[0]), cell(self.each[-1])
        return f"{first}:{last.rpartition('!')[2]}"

    def text(self, notation: Notation = IN_SENTENCES) -> str:
        return notation.name(self)

    def value(self, lookup: Callable[[Expression], Value]) -> Value:
        return Block([[lookup(symbol) for symbol in self.each]])

    def leaves(self) -> Iterator[Expression]:
        yield from self.each


@dataclass(frozen=True)
class Negation(Expression):
    """The negative of an expression."""

    operand: Expression
    binding = NEGATION

    def formula(self, cell: Callable[[Expression], str]) -> str:
        return "-" + _formula_within(self.operand, NEGATION, cell)

    def text(self, notation: Notation = IN_SENTENCES) -> str:
        operand = _text_within(self.operand, PRODUCT, notation)
        return MINUS + (f"({operand})" if operand.startswith(MINUS) else operand)

    def value(self, lookup: Callable[[Expression], Value]) -> Value:
        return -self.operand.value(lookup)

    def children(self) -> tuple[Expression, ...]:
        return (self.operand,)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return Negation(*children)


@dataclass(frozen=True)
class Pair(Expression):
    """Two operands and an operator between them."""

    operator: str
    left: Expression
    right: Expression

    def children(self) -> tuple[Expression, ...]:
        return (self.left, self.right)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return type(self)(self.operator, *children)


@dataclass(frozen=True)
class Operation(Pair):
    """Two operands and one of ``+ - * / ^``."""

    @property
    def binding(self) -> int:  # type: ignore[override]
        return _BINDING[self.operator]

    def formula(self, cell: Callable[[Expression], str]) -> str:
        left = _formula_within(self.left, self.binding, cell)
        # a - (b + c), a / (b * c) and a ^ (b ^ c) need their parentheses on the right.
        tighter = self.binding + (self.operator in "-/^")
        return left + self.operator + _formula_within(self.right, tighter, cell)

    def text(self, notation: Notation = IN_SENTENCES) -> str:
        if self.operator == "^":
            exponent = self.right.constant if isinstance(self.right, Number) else None
            raised = _SUPERSCRIPTS.get(exponent, f"^{_text_within(self.right, ATOM, notation)}")
            return _base(self.left, notation) + raised
        left = _text_within(self.left, self.binding, notation)
        right = _text_within(self.right, self.binding + (self.operator in "-/"), notation)
        if self.binding == PRODUCT:
            # (a/b)·c, lest the c join the denominator; the same for ∂E/∂o1, next to a tight sign.
            tight = self.operator == "/" or not notation.spaced
            left = f"({left})" if _ends_in_quotient(self.left, notation, tight) else left
            right = f"({right})" if tight and _is_derivative(self.right, notation) else right
        if right.startswith(MINUS):
            right = f"({right})"
        return left + (notation.dot if self.operator == "*" else _TEXT_SIGNS[self.operator]) + right

    def value(self, lookup: Callable[[Expression], Value]) -> Value:
        return OPERATIONS[self.operator](self.left.value(lookup), self.right.value(lookup))


@dataclass(frozen=True)
class Call(Expression):
    """A function of :data:`backprop_xlsx.formula.functions.FUNCTIONS` and its arguments."""

    name: str
    arguments: tuple[Expression, ...]

    @property
    def binding(self) -> int:  # type: ignore[override]
        return FUNCTIONS[self.name].formula_binding

    def formula(self, cell: Callable[[Expression], str]) -> str:
        inner = ",".join(argument.formula(cell) for argument in self.arguments)
        return FUNCTIONS[self.name].formula.format(inner)

    def text(self, notation: Notation = IN_SENTENCES) -> str:
        function = FUNCTIONS[self.name]
        if self.is_worked(notation):
            return function.worked.format(Negation(*self.arguments).text(notation))
        if function.separator == "·" and len(self.arguments) > 1:
            return function.text.format(product(self.arguments).text(notation))
        inner = function.separator.join(argument.text(notation) for argument in self.arguments)
        return function.text.format(inner)

    def is_worked(self, notation: Notation) -> bool:
        """Whether it is written as what it computes, without a function's own brackets."""
        return notation.worked and bool(FUNCTIONS[self.name].worked)

    def value(self, lookup: Callable[[Expression], Value]) -> Value:
        return FUNCTIONS[self.name].value(*(a.value(lookup) for a in self.arguments))

    def children(self) -> tuple[Expression, ...]:
        return self.arguments

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return Call(self.name, children)


def by_name(known: Mapping[str, Value]) -> Callable[[Expression], Value]:
    """What leaves stand for by their names alone: their values, or their cells."""

    def found(leaf: Expression) -> Value:
        assert isinstance(leaf, Symbol)
        return known[leaf.name]

    return found


def as_expression(value: Expression | float) -> Expression:
    """A number as a node; a node as it is."""
    return value if isinstance(value, Expression) else Number(value)


def total(terms: Sequence[Expression]) -> Expression:
    """The sum of one or more terms, from left to right."""
    return reduce(add, terms)


def product(factors: Sequence[Expression]) -> Expression:
    """The product of one or more factors, from left to right."""
    return reduce(mul, factors)


def _base(node: Expression, notation: Notation) -> str:
    """The text of what is raised to a power: (∂E/∂w1)², (−x)², (x²)³."""
    inner = _text_within(node, ATOM, notation)
    bracketed = _is_derivative(node, notation) or inner.startswith(MINUS)
    return f"({inner})" if bracketed else inner


def _is_derivative(node: Expression, notation: Notation) -> bool:
    return isinstance(node, (Symbol, OverSamples)) and "/" in node.text(notation)


def _ends_in_quotient(node: Expression, notation: Notation, derivatives: bool) -> bool:
    """Whether a factor that is written after a node would seem to stand below its line."""
    if isinstance(node, Operation):
        ends = node.operator == "*" and _ends_in_quotient(node.right, notation, derivatives)
        return node.operator == "/" or ends
    if isinstance(node, Negation):
        return _ends_in_quotient(node.operand, notation, derivatives)
    if isinstance(node, Call):
        return node.is_worked(notation)
    return derivatives and _is_derivative(node, notation)


def _formula_within(node: Expression, binding: int, cell: Callable[[Expression], str]) -> str:
    inner = node.formula(cell)
    return inner if node.binding >= binding else f"({inner})"


def _text_within(node: Expression, binding: int, notation: Notation) -> str:
    inner = node.text(notation)
    # In text a function is written with its own brackets: σ(h1).
    own = isinstance(node, Call) and not node.is_worked(notation)
    return inner if own or node.binding >= binding else f"({inner})"
