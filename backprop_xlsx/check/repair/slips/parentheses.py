"""Parentheses that are missing, needless or misplaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backprop_xlsx.check.reading.meanings import meant
from backprop_xlsx.check.repair.changes import Item, Rearrangement, arranged
from backprop_xlsx.check.repair.slips.slip import Case
from backprop_xlsx.check.repair.slips.structure import (
    OPERATORS,
    StructuralSlip,
    WrongFormula,
    all_parts,
    enclosed,
    factors,
)
from backprop_xlsx.check.repair.slips.wording import bracketed, ordinal
from backprop_xlsx.formula.expression import Expression, Operation
from backprop_xlsx.formula.parse import Part, parse
from backprop_xlsx.formula.tokens import OPERAND_KINDS, Token

BINDING = (
    "a product binds more tightly than a sum, and a power more tightly than both: "
    "parentheses decide what belongs together"
)


@dataclass(frozen=True)
class MissingParentheses(StructuralSlip):
    """No parentheses where they belong; with them, the formula's tokens are ``items``."""

    code = "missing-parentheses"
    meaning = "parentheses are missing"
    why = BINDING

    items: tuple[Item, ...]
    start: int

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        for start, end in _spans(formula.tokens, range(len(formula.tokens))):
            span = enclosed(range(start, end + 1))
            items = formula.with_span(start, end + 1, span)
            yield Rearrangement(cls(items, start), items)

    def words(self, case: Case) -> str:
        tokens = [case.tokens[item] if isinstance(item, int) else item for item in self.items]
        meanings = arranged(self.items, case.meanings)
        tree = parse(tokens)
        opening = [part for part in all_parts(tree) if part.start == self.start]
        inner = min(opening, key=lambda part: part.end)
        enclosed = meant(inner.expression, meanings)
        others = _factors_after(tree, inner, tokens)
        terms = _terms(enclosed)
        if others and len(terms) > 1 and len(factors(terms[-1])) > 1:
            product = "·".join(
                bracketed(factor) for other in others for factor in factors(meant(other, meanings))
            )
            last = f"only the {ordinal(len(terms) - 1)} term is multiplied by {product}"
            return f"the outer parentheses are missing: {last}"
        return f"the parentheses around {enclosed.text()} are missing"


@dataclass(frozen=True)
class ExtraParentheses(StructuralSlip):
    """Parentheses where none belong."""

    code = "extra-parentheses"
    meaning = "parentheses do not belong"
    why = BINDING

    enclosed: Expression

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        for part, _ in formula.parts:
            if formula.is_enclosed(part):
                around = (part.start, part.end - 1)
                items = tuple(i for i in range(len(formula.tokens)) if i not in around)
                yield Rearrangement(cls(formula.means(part.expression)), items)

    def words(self, case: Case) -> str:
        return f"the parentheses around {self.enclosed.text()} do not belong"


@dataclass(frozen=True)
class MisplacedParenthesis(StructuralSlip):
    """One of a pair where another operand begins or ends; ``pair`` counts them from 0."""

    code = "misplaced-parenthesis"
    meaning = "a parenthesis opens or closes too early or too late"
    why = BINDING

    pair: int
    moved: str

    @classmethod
    def undone(cls, formula: WrongFormula) -> Iterator[Rearrangement]:
        tokens = formula.tokens
        for pair, (start, end, called) in enumerate(formula.pairs):
            others = [i for i in range(len(tokens)) if i != end]
            for first, last in _spans(tokens, others, start + 1):
                if first == start + 1 and last != end - 1:
                    slip = cls(pair, f"closes too {'early' if last > end else 'late'}")
                    position = others.index(last) + 1
                    items = (*others[:position], end, *others[position:])
                    yield Rearrangement(slip, items)
            if called:
                continue
            others = [i for i in range(len(tokens)) if i != start]
            for first, last in _spans(tokens, others):
                if last == end - 1 and first != start + 1:
                    slip = cls(pair, f"opens too {'early' if first > start else 'late'}")
                    position = others.index(first)
                    items = (*others[:position], start, *others[position:])
                    yield Rearrangement(slip, items)

    def words(self, case: Case) -> str:
        return f"the {ordinal(self.pair)} parenthesis {self.moved}"


def _factors_after(tree: Part, inner: Part, tokens: Sequence[Token]) -> list[Expression]:
    """The factors that follow a part in its product."""
    found: list[Expression] = []
    for part in all_parts(tree):
        if part.operator is not None and tokens[part.operator].kind == "*":
            left, right = part.operands
            if left.start <= inner.start and left.end >= inner.end and right.start >= inner.end:
                found.append(right.expression)
    return found[::-1]


def _terms(expression: Expression) -> list[Expression]:
    if isinstance(expression, Operation) and expression.operator in "+-":
        return [*_terms(expression.left), expression.right]
    return [expression]


def _spans(
    tokens: Sequence[Token], order: Sequence[int], only: int | None = None
) -> Iterator[tuple[int, int]]:
    """First and last token of each stretch that parentheses could enclose; not single operands."""
    for position, first in enumerate(order):
        before = tokens[order[position - 1]].kind if position else "("
        if (only is not None and first != only) or not _opens(tokens[first], before):
            continue
        depth, joined = 0, False
        for following in range(position, len(order)):
            kind = tokens[order[following]].kind
            if kind == "(":
                depth += 1
            elif kind == ")":
                depth -= 1
            if depth < 0 or kind == "end" or (kind == "," and depth == 0):
                break
            if depth == 0 and kind in OPERATORS and following > position:
                joined = True
            elif depth == 0 and (kind in OPERAND_KINDS or kind in ")%") and (joined or only):
                yield first, order[following]


def _opens(token: Token, before: str) -> bool:
    """Whether an operand may begin with a token; ``before`` is the kind of the one before it."""
    if token.kind in OPERAND_KINDS or token.kind == "function":
        return True
    if token.kind == "(":
        return before != "function"
    return token.kind == "-" and before in ("(", ",", *OPERATORS)
