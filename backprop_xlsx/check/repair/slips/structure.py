"""A wrong formula taken apart, as the slips in its structure see it, and what such a slip is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from backprop_xlsx.check.reading.meanings import Meaning, meant
from backprop_xlsx.check.repair.changes import Item, Rearrangement
from backprop_xlsx.check.repair.slips.slip import Slip
from backprop_xlsx.formula.expression import Expression, Operation
from backprop_xlsx.formula.parse import Part
from backprop_xlsx.formula.tokens import Token

OPERATORS = ("-", "+", "*", "/", "^")


class StructuralSlip(Slip, ABC):
    """A slip undone by another arrangement; ``repeats`` if it is made twice in one formula."""

    repeats: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        """Every arrangement of a formula that undoes the slip."""

    def is_like(self, other: Slip) -> bool:
        """Whether another slip of the same formula may be the same one, made twice."""
        return type(self) is type(other)


@dataclass(frozen=True)
class Gap:
    """A place for an operand: ``position`` in ``items``, after the part that ends at ``end``.

    ``slip`` gives the mistake of having left out that operand.
    """

    items: tuple[Item, ...]
    position: int
    end: int
    slip: Callable[[Expression], MissingOperand]


class MissingOperand(Slip, ABC):
    """A slip undone by one more operand, or by one in the place of a part."""

    @classmethod
    @abstractmethod
    def gaps(cls, formula: WrongFormula) -> Iterator[Gap]:
        """Every place of a formula where the operand may be missing."""

    @property
    def is_plausible(self) -> bool:
        """Whether the operand is one that may be missing there."""
        return True


@dataclass(frozen=True)
class WrongFormula:
    """A formula's tokens, their tree, what its operands stand for, and the right equation."""

    tokens: Sequence[Token]
    part: Part
    meanings: Sequence[Meaning | None]
    equation: Expression

    @cached_property
    def parts(self) -> list[tuple[Part, Expression]]:
        """Each part, with the largest product that it is a factor of."""
        return list(_with_products(self.part, self.part.expression))

    @cached_property
    def pairs(self) -> list[tuple[int, int, bool]]:
        """Each pair of parentheses in order of opening, and whether it belongs to a call."""
        open_ones: list[int] = []
        pairs = []
        for index, token in enumerate(self.tokens):
            if token.kind == "(":
                open_ones.append(index)
            elif token.kind == ")":
                start = open_ones.pop()
                called = start > 0 and self.tokens[start - 1].kind == "function"
                pairs.append((start, index, called))
        return sorted(pairs)

    def sign(self, part: Part) -> str:
        """The operator that joins the operands of a part; empty if none does."""
        return "" if part.operator is None else self.tokens[part.operator].kind

    def with_sign(self, part: Part, sign: str) -> tuple[Item, ...]:
        """The tokens with another operator between the operands of a part that has one."""
        at = part.operator
        assert at is not None
        return self.with_span(at, at + 1, (Token(sign, sign, self.tokens[at].space),))

    def means(self, expression: Expression) -> Expression:
        """What an expression of the formula stands for."""
        return meant(expression, self.meanings)

    def with_span(self, start: int, end: int, span: Sequence[Item] = ()) -> tuple[Item, ...]:
        """The tokens with others, or none, in the place of those from ``start`` to ``end``."""
        return (*range(start), *span, *range(end, len(self.tokens)))

    def is_whole(self, part: Part) -> bool:
        """Whether a part is the formula as a whole."""
        return (part.start, part.end) == (0, len(self.tokens) - 1)

    def is_enclosed(self, part: Part) -> bool:
        """Whether one pair of parentheses stands around a part as a whole."""
        return any((start, end) == (part.start, part.end - 1) for start, end, _ in self.pairs)


def enclosed(items: Iterable[Item], needed: bool = True) -> tuple[Item, ...]:
    """Items of an arrangement in parentheses, if they need them."""
    return (Token("(", "("), *items, Token(")", ")")) if needed else tuple(items)


def all_parts(part: Part) -> Iterator[Part]:
    """A part and all within it, each before its own."""
    yield part
    for operand in part.operands:
        yield from all_parts(operand)


def nodes(expression: Expression) -> Iterator[Expression]:
    """An expression and all within it."""
    yield expression
    for child in expression.children():
        yield from nodes(child)


def factors(expression: Expression) -> list[Expression]:
    """The factors of a product, from left to right, those of products within it included."""
    if isinstance(expression, Operation) and expression.operator == "*":
        return [*factors(expression.left), *factors(expression.right)]
    return [expression]


def _with_products(part: Part, product: Expression) -> Iterator[tuple[Part, Expression]]:
    yield part, product
    multiplies = isinstance(part.expression, Operation) and part.expression.operator == "*"
    for operand in part.operands:
        yield from _with_products(operand, product if multiplies else operand.expression)
